"""Random expression graphs.

expression.py  a graph as plain data: runs on any kind of number, prints as Python
growing.py     one grown at random, every node inside its domain
branches.py    where the rules of a row branch, and a random point never falls
strategies.py  the same as Hypothesis strategies
reducing.py    a failing one made smaller, without Hypothesis
samples.py     a few fixed points inside the domain of each row
"""
