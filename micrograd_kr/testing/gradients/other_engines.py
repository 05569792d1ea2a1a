"""x"""
def judge_engine(*a): raise NotImplementedError
