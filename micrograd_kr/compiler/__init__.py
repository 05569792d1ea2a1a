"""jit: the scalar code that can be stepped through, compiled to machine code that takes many examples at a time.

The package reads in this order: `tracing` (a number that writes down what is done to it), `recording`
(run the function on such numbers), `gradient` (the table's rules, backwards), `matrices` and `planning` (loops, steps
and memory), `kernels`, `lowering` and `batch_code` (the program as LLVM text), `machine_code` and `cache` (LLVM, and
what is kept on disk), `execution` (arrays, batches, threads), `training_code` and `training` (fit), `calls` and
`function` (jit itself).
"""

from .function import Compiled, Stats, jit

__all__ = ["Compiled", "Stats", "jit"]
