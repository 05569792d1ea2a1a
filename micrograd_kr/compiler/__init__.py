"""jit: the scalar code that can be stepped through, compiled to machine code that takes many examples at a time.

The package reads in this order, after the package `trace` (a function recorded as a program, and its gradient):
`matrices` and `planning` (loops, steps and memory), `assembly` (writing LLVM text), `kernels`, `lowering` and
`batch_code` (the program as LLVM text), `machine_code`, `cache` and `fingerprint` (LLVM, what is kept on disk, and
under which name), `execution` (memory, batches, threads), `leaves` (the parameters), `arguments` and `programs` (what
has been compiled from one function), `calls` (compiled code as a node of a graph), `training_code` and `training`
(fit), `function` (jit itself), and `pieces` (sums in an order of one's own, for training on several machines).
"""

from .function import Compiled, jit
from .programs import Stats

__all__ = ["Compiled", "Stats", "jit"]
