"""A stand-in for numpy: arrays of floats as nested lists, and numpy's own random numbers.

arrays.py    the array, and functions of it
random.py    default_rng: numpy's generator, for the same numbers and orders
legacy.py    RandomState: its older generator, which scikit-learn uses

>>> matrix = array([[2.0, 0.0], [1.0, 3.0]])
>>> matrix @ array([1.0, 2.0])
array([2., 7.])
>>> abs(matrix - eye(2)).max(), (matrix[0] / 4).tolist()
(2.0, [0.5, 0.0])
"""

from lacking import lacking

from . import random as random
from .arrays import arange as arange
from .arrays import array as array
from .arrays import asarray as asarray
from .arrays import exp as exp
from .arrays import eye as eye
from .arrays import linspace as linspace
from .arrays import maximum as maximum
from .arrays import mean as mean
from .arrays import ndarray as ndarray
from .arrays import ones as ones
from .arrays import sqrt as sqrt
from .arrays import tanh as tanh
from .arrays import zeros as zeros

__getattr__ = lacking("numpy")
