"""jit: the scalar code that can be stepped through, compiled to machine code that takes many examples at a time.

The package reads in this order, after the package `trace` (a function recorded as a program, and its gradient):
`matrices` and `planning` (loops, steps and memory), `assembly` (writing LLVM text), `kernels` and `lowering` (the
program as LLVM text), `cache` and `machine_code` (what is kept on disk, and LLVM), `execution` (arguments, memory,
threads), `leaves` (the parameters), `programs` (what has been compiled from one function), `calls` (compiled code as a
node of a graph, or in pieces), `training_code` and `training` (fit), and `function` (jit itself).
"""

from .function import Compiled, jit
from .programs import Stats

__all__ = ["Compiled", "Stats", "jit"]
