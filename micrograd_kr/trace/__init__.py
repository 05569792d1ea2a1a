"""What a function of Values does to its numbers, as a program; the compiler, the live page and the exporters print it.

The package reads in this order: `program` (a number that writes down what is done to it, and the program of such
numbers), `recording` (run a user's function on them, and find its parameters) and `gradient` (the table's own
rules, backwards, and the paths that a gradient takes).
"""

from .gradient import LONG, Flow, Term, gradient_program, sum_of_products
from .program import CONSTANT, INPUT, PARAMETER, Trace, Traced, TracingError
from .recording import Recording, Shape, no_recording, record

__all__ = [
    "CONSTANT",
    "Flow",
    "INPUT",
    "LONG",
    "PARAMETER",
    "Recording",
    "Shape",
    "Term",
    "Trace",
    "Traced",
    "TracingError",
    "gradient_program",
    "no_recording",
    "record",
    "sum_of_products",
]
