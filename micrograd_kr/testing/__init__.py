"""Property-testing gradients: for this engine, for ops of your own, and for anyone's engine."""

from .expression import Expression
from .strategies import expressions, points
