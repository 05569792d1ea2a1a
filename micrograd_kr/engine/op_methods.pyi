"""Written by `python tests/write_declarations.py` from the table of ops: do not edit."""

from typing import Self

from ..elementary import Operand
from .condition import Condition

class OpMethods:
    def __add__(self, other: Operand, /) -> Self:
        """The op `add` of the table: x + y."""
    def __radd__(self, other: Operand, /) -> Self:
        """The op `add` of the table: x + y."""
    def add(self, b: Operand, /) -> Self:
        """The op `add` of the table: x + y."""
    def __sub__(self, other: Operand, /) -> Self:
        """The op `sub` of the table: x - y."""
    def __rsub__(self, other: Operand, /) -> Self:
        """The op `sub` of the table: x - y."""
    def sub(self, b: Operand, /) -> Self:
        """The op `sub` of the table: x - y."""
    def __mul__(self, other: Operand, /) -> Self:
        """The op `mul` of the table: x * y."""
    def __rmul__(self, other: Operand, /) -> Self:
        """The op `mul` of the table: x * y."""
    def mul(self, b: Operand, /) -> Self:
        """The op `mul` of the table: x * y."""
    def __truediv__(self, other: Operand, /) -> Self:
        """The op `div` of the table: x / y."""
    def __rtruediv__(self, other: Operand, /) -> Self:
        """The op `div` of the table: x / y."""
    def div(self, b: Operand, /) -> Self:
        """The op `div` of the table: x / y."""
    def __pow__(self, other: Operand, /) -> Self:
        """The op `pow` of the table: x ** y. Beside PyTorch: the mixed derivative at y = 0 is 1 / x, where PyTorch gives 0. For x < 0 the derivative by y is nan, and so is its derivative by x, where PyTorch has numbers. x ** 0 is 1 for x = 0 and for nan, too, and differentiated as 1 ** 0."""
    def __rpow__(self, other: Operand, /) -> Self:
        """The op `pow` of the table: x ** y. Beside PyTorch: the mixed derivative at y = 0 is 1 / x, where PyTorch gives 0. For x < 0 the derivative by y is nan, and so is its derivative by x, where PyTorch has numbers. x ** 0 is 1 for x = 0 and for nan, too, and differentiated as 1 ** 0."""
    def pow(self, y: Operand, /) -> Self:
        """The op `pow` of the table: x ** y. Beside PyTorch: the mixed derivative at y = 0 is 1 / x, where PyTorch gives 0. For x < 0 the derivative by y is nan, and so is its derivative by x, where PyTorch has numbers. x ** 0 is 1 for x = 0 and for nan, too, and differentiated as 1 ** 0."""
    def __neg__(self) -> Self:
        """The op `neg` of the table: -x."""
    def neg(self) -> Self:
        """The op `neg` of the table: -x."""
    def __abs__(self) -> Self:
        """The op `abs` of the table: abs(x)."""
    def abs(self) -> Self:
        """The op `abs` of the table: abs(x)."""
    def exp(self) -> Self:
        """The op `exp` of the table: exp(x)."""
    def expm1(self) -> Self:
        """The op `expm1` of the table: expm1(x)."""
    def exp2(self) -> Self:
        """The op `exp2` of the table: exp2(x)."""
    def log(self) -> Self:
        """The op `log` of the table: log(x)."""
    def log1p(self) -> Self:
        """The op `log1p` of the table: log1p(x)."""
    def log2(self) -> Self:
        """The op `log2` of the table: log2(x)."""
    def log10(self) -> Self:
        """The op `log10` of the table: log10(x)."""
    def sqrt(self) -> Self:
        """The op `sqrt` of the table: sqrt(x)."""
    def cbrt(self) -> Self:
        """The op `cbrt` of the table: cbrt(x)."""
    def sin(self) -> Self:
        """The op `sin` of the table: sin(x)."""
    def cos(self) -> Self:
        """The op `cos` of the table: cos(x)."""
    def tan(self) -> Self:
        """The op `tan` of the table: tan(x)."""
    def asin(self) -> Self:
        """The op `asin` of the table: asin(x). Beside PyTorch: at -1 and 1 the second derivative is nan; PyTorch gives inf. The first is accurate up to the edge."""
    def acos(self) -> Self:
        """The op `acos` of the table: acos(x). Beside PyTorch: at -1 and 1 the second derivative is nan; PyTorch gives inf. The first is accurate up to the edge."""
    def atan(self) -> Self:
        """The op `atan` of the table: atan(x)."""
    def atan2(self, y: Operand, /) -> Self:
        """The op `atan2` of the table: atan2(x, y). Beside PyTorch: at (0, 0) the derivatives are nan, as there are none; PyTorch gives 0."""
    def sinh(self) -> Self:
        """The op `sinh` of the table: sinh(x)."""
    def cosh(self) -> Self:
        """The op `cosh` of the table: cosh(x)."""
    def tanh(self) -> Self:
        """The op `tanh` of the table: tanh(x)."""
    def asinh(self) -> Self:
        """The op `asinh` of the table: asinh(x)."""
    def acosh(self) -> Self:
        """The op `acosh` of the table: acosh(x). Beside PyTorch: below 1, where the function is nan, so are its derivatives; PyTorch gives numbers."""
    def atanh(self) -> Self:
        """The op `atanh` of the table: atanh(x). Beside PyTorch: at -1 and 1 the second derivative is nan; PyTorch gives inf. The first is accurate up to the edge."""
    def erf(self) -> Self:
        """The op `erf` of the table: erf(x)."""
    def floor(self) -> Self:
        """The op `floor` of the table: floor(x)."""
    def sign(self) -> Self:
        """The op `sign` of the table: sign(x). Beside PyTorch: the sign of nan is nan; PyTorch gives 0."""
    def sigmoid(self) -> Self:
        """The op `sigmoid` of the table: sigmoid(x)."""
    def softplus(self) -> Self:
        """The op `softplus` of the table: softplus(x)."""
    def softsign(self) -> Self:
        """The op `softsign` of the table: softsign(x). Beside PyTorch: the slope at infinity is 0, and the second derivative at nan too; PyTorch gives nan."""
    def relu(self) -> Self:
        """The op `relu` of the table: relu(x)."""
    def leaky_relu(self, slope: Operand = ..., /) -> Self:
        """The op `leaky_relu` of the table: leaky_relu(x, y)."""
    def elu(self) -> Self:
        """The op `elu` of the table: elu(x)."""
    def silu(self) -> Self:
        """The op `silu` of the table: silu(x)."""
    def gelu(self) -> Self:
        """The op `gelu` of the table: gelu(x)."""
    def hard_tanh(self) -> Self:
        """The op `hard_tanh` of the table: hard_tanh(x)."""
    def clip(self, low: Operand, high: Operand, /) -> Self:
        """The op `clip` of the table: clip(x, y, z)."""
    def maximum(self, y: Operand, /) -> Self:
        """The op `maximum` of the table: maximum(x, y)."""
    def minimum(self, y: Operand, /) -> Self:
        """The op `minimum` of the table: minimum(x, y)."""
    def logaddexp(self, y: Operand, /) -> Self:
        """The op `logaddexp` of the table: logaddexp(x, y). Beside PyTorch: where one argument is infinite the second derivatives are 0; PyTorch gives nan."""
    def __gt__(self, other: Operand, /) -> Condition[Self]:
        """The op `greater` of the table: x > y."""
    def __ge__(self, other: Operand, /) -> Condition[Self]:
        """The op `greater_equal` of the table: x >= y."""
    def __lt__(self, other: Operand, /) -> Condition[Self]:
        """The op `less` of the table: x < y."""
    def __le__(self, other: Operand, /) -> Condition[Self]:
        """The op `less_equal` of the table: x <= y."""
    def where(self, x: Operand, y: Operand, /) -> Self:
        """The op `where` of the table: where(x, y, z)."""
