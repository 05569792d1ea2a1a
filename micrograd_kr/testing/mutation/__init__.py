"""The engine broken in one place, to see which tests notice.

mutants.py           every way to break a rule of the table, or the engine's mechanism
broken_backwards.py  backward passes with the famous mistakes
score.py             which mutants a test lets live
gallery.py           the famous mistakes on small graphs, as a text
"""
