"""Backpropagation one step at a time, forwards and backwards, in words: `Stepper`, `Step` and `why`.

naming and locale are shared with the other readers; here are
    records.py    what a step is: Step and Flow
    stepping.py   Stepper, which takes steps and takes them back
    sentences.py  a Step as a message: the key of a template, and its pieces
    formula.py    local derivatives as formulas, from the table's own rules
    paths.py      why(output, x): every path, and how the paths add up
    view.py       what a terminal shows

>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> stepper = Stepper(a * b, lang="en")
>>> print(stepper.until(stepper.output).say())
out = a * b = 2 * (-3) = -6.
>>> _ = stepper.run()
>>> a.grad, b.grad
(-3.0, 2.0)
"""

from ..engine import Value as Value
from ..naming import names_of as names_of
from .paths import Path as Path
from .paths import Why as Why
from .paths import why as why
from .records import Flow as Flow
from .records import Step as Step
from .stepping import Stepper as Stepper

__all__ = ["Flow", "Path", "Step", "Stepper", "Why", "names_of", "why"]
