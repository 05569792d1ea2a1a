"""Backpropagation one step at a time, forwards and backwards, in words: `Stepper`, `Step` and `why`.

The package reads in this order
    formula.py    local derivatives as formulas, from the table's own rules
    steps.py      what a step is and what it says: Step and Flow
    stepping.py   Stepper, which takes steps and takes them back
    view.py       what a terminal or a notebook shows of it
    paths.py      why(output, x): every path, and how the paths add up

>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> stepper = Stepper(a * b, lang="en")
>>> print(stepper.until(stepper.output).say())
out = a * b = 2 * (-3) = -6.
>>> _ = stepper.run()
>>> a.grad, b.grad
(-3.0, 2.0)
"""

from ..engine import Value as Value
from ..graph import names_of as names_of
from .paths import Path as Path
from .paths import Why as Why
from .paths import why as why
from .stepping import Stepper as Stepper
from .steps import Flow as Flow
from .steps import Step as Step

__all__ = ["Flow", "Path", "Step", "Stepper", "Why", "names_of", "why"]
