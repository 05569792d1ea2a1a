"""A stand-in for scikit-learn: its data sets, and the few tools with which the book compares its own results."""

from lacking import lacking

__getattr__ = lacking("scikit-learn")
