"""gradcheck: is a gradient right?

checking.py           gradcheck, the way in
subject.py            the function under test, and the shape of its inputs
precision.py          numbers of high precision, and when two numbers are the same
local_derivatives.py  derivatives of one op, from its forward rule alone
chain.py              what is known of a derivative, and the chain rule over the graph
nodes.py              one node of a recorded graph: each rule against the forward rule
replay.py             what escapes the graph
judge.py              the verdicts, on this engine's own gradients and on any other's
other_engines.py      another engine's function as a graph that the judge can read
tolerances.py         every number by which it is decided, with its reason
blame.py              which node is to blame, and the line that made it
report.py             what is said
rows.py               a row of the table by itself
"""
