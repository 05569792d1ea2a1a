"""gradcheck: is a gradient right?

checking.py           gradcheck, the way in
subject.py            the function under test, and the shape of its inputs
local_derivatives.py  derivatives of one op, from its forward rule alone
nodes.py              one node of a recorded graph: each rule against the forward rule
chain.py              the chain rule over the graph
replay.py             what escapes the graph
judge.py              the verdicts on this engine's own gradients
other_engines.py      the verdicts on another engine's
blame.py              which node is to blame, and the line that made it
report.py             what is said
rows.py               a row of the table by itself
"""
