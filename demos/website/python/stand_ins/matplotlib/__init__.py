"""A stand-in for what is imported of matplotlib besides figures, which the package `figures` draws."""

from lacking import lacking

__getattr__ = lacking("matplotlib")
