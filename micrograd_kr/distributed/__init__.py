"""Past one machine: training and long checks on the workers of a Dask cluster.

The package reads in this order: `shares` (what a worker holds, and the order in which gradients are added up), `crew`
(the workers, and what happens when one is lost), `training` (fit) and `checking` (long_gradcheck).
"""

from .checking import LongRun, check_seeds, long_gradcheck
from .training import fit

__all__ = ["LongRun", "check_seeds", "fit", "long_gradcheck"]
