"""What every scalar engine must get right.

suite.py             all checks, and how one is run
checks_of_rules.py   each op, alone and in random graphs
checks_of_passes.py  the backward pass: sharing, repeated, wide, deep
verdict.py           what was found, in words
lab.py               the bench: what is run, what should come out, what was found
isolation.py         the checks in a process of their own
test_class.py        the checks as a pytest class
"""
