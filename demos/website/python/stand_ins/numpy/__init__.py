"""A stand-in for numpy: arrays of floats as nested lists, and numpy's own random orders.

arrays.py    the array, as the data sets have it
random.py    default_rng: numpy's generator, so that nn.train takes the examples in the same order as everywhere else

>>> matrix = array([[2.0, 0.0], [1.0, 3.0]])
>>> matrix @ array([1.0, 2.0])
array([2., 7.])
>>> abs(matrix - 1).max(), (matrix[0] / 4).tolist()
(2.0, [0.5, 0.0])
"""

from lacking import lacking

from . import random as random
from .arrays import array as array
from .arrays import asarray as asarray
from .arrays import ndarray as ndarray

__getattr__ = lacking("numpy")
