"""Written by `python tests/write_declarations.py` from the table of ops: do not edit."""

from ..elementary import Operand
from .condition import Condition
from .value import Value

class OpMethods:
    def __add__(self, other: Operand, /) -> Value:
        """The op `add` of the table: x + y."""
    def __radd__(self, other: Operand, /) -> Value:
        """The op `add` of the table: x + y."""
    def add(self, b: Operand, /) -> Value:
        """The op `add` of the table: x + y."""
    def __sub__(self, other: Operand, /) -> Value:
        """The op `sub` of the table: x - y."""
    def __rsub__(self, other: Operand, /) -> Value:
        """The op `sub` of the table: x - y."""
    def sub(self, b: Operand, /) -> Value:
        """The op `sub` of the table: x - y."""
    def __mul__(self, other: Operand, /) -> Value:
        """The op `mul` of the table: x * y."""
    def __rmul__(self, other: Operand, /) -> Value:
        """The op `mul` of the table: x * y."""
    def mul(self, b: Operand, /) -> Value:
        """The op `mul` of the table: x * y."""
    def __truediv__(self, other: Operand, /) -> Value:
        """The op `div` of the table: x / y."""
    def __rtruediv__(self, other: Operand, /) -> Value:
        """The op `div` of the table: x / y."""
    def div(self, b: Operand, /) -> Value:
        """The op `div` of the table: x / y."""
    def __pow__(self, other: Operand, /) -> Value:
        """The op `pow` of the table: x ** y. Beside PyTorch: the mixed derivative at y = 0 is 1 / x, where PyTorch gives 0. For x < 0 the derivative by y is nan, and so is its derivative by x, where PyTorch has numbers. x ** 0 is 1 for x = 0 and for nan, too, and differentiated as 1 ** 0."""
    def __rpow__(self, other: Operand, /) -> Value:
        """The op `pow` of the table: x ** y. Beside PyTorch: the mixed derivative at y = 0 is 1 / x, where PyTorch gives 0. For x < 0 the derivative by y is nan, and so is its derivative by x, where PyTorch has numbers. x ** 0 is 1 for x = 0 and for nan, too, and differentiated as 1 ** 0."""
    def pow(self, y: Operand, /) -> Value:
        """The op `pow` of the table: x ** y. Beside PyTorch: the mixed derivative at y = 0 is 1 / x, where PyTorch gives 0. For x < 0 the derivative by y is nan, and so is its derivative by x, where PyTorch has numbers. x ** 0 is 1 for x = 0 and for nan, too, and differentiated as 1 ** 0."""
    def __neg__(self) -> Value:
        """The op `neg` of the table: -x."""
    def neg(self) -> Value:
        """The op `neg` of the table: -x."""
    def __abs__(self) -> Value:
        """The op `abs` of the table: abs(x)."""
    def abs(self) -> Value:
        """The op `abs` of the table: abs(x)."""
    def exp(self) -> Value:
        """The op `exp` of the table: exp(x)."""
    def expm1(self) -> Value:
        """The op `expm1` of the table: expm1(x)."""
    def exp2(self) -> Value:
        """The op `exp2` of the table: exp2(x)."""
    def log(self) -> Value:
        """The op `log` of the table: log(x)."""
    def log1p(self) -> Value:
        """The op `log1p` of the table: log1p(x)."""
    def log2(self) -> Value:
        """The op `log2` of the table: log2(x)."""
    def log10(self) -> Value:
        """The op `log10` of the table: log10(x)."""
    def sqrt(self) -> Value:
        """The op `sqrt` of the table: sqrt(x)."""
    def cbrt(self) -> Value:
        """The op `cbrt` of the table: cbrt(x)."""
    def sin(self) -> Value:
        """The op `sin` of the table: sin(x)."""
    def cos(self) -> Value:
        """The op `cos` of the table: cos(x)."""
    def tan(self) -> Value:
        """The op `tan` of the table: tan(x)."""
    def asin(self) -> Value:
        """The op `asin` of the table: asin(x). Beside PyTorch: at -1 and 1 the second derivative is nan; PyTorch gives inf. The first is accurate up to the edge."""
    def acos(self) -> Value:
        """The op `acos` of the table: acos(x). Beside PyTorch: at -1 and 1 the second derivative is nan; PyTorch gives inf. The first is accurate up to the edge."""
    def atan(self) -> Value:
        """The op `atan` of the table: atan(x)."""
    def atan2(self, y: Operand, /) -> Value:
        """The op `atan2` of the table: atan2(x, y). Beside PyTorch: at (0, 0) the derivatives are nan, as there are none; PyTorch gives 0."""
    def sinh(self) -> Value:
        """The op `sinh` of the table: sinh(x)."""
    def cosh(self) -> Value:
        """The op `cosh` of the table: cosh(x)."""
    def tanh(self) -> Value:
        """The op `tanh` of the table: tanh(x)."""
    def asinh(self) -> Value:
        """The op `asinh` of the table: asinh(x)."""
    def acosh(self) -> Value:
        """The op `acosh` of the table: acosh(x). Beside PyTorch: below 1, where the function is nan, so are its derivatives; PyTorch gives numbers."""
    def atanh(self) -> Value:
        """The op `atanh` of the table: atanh(x). Beside PyTorch: at -1 and 1 the second derivative is nan; PyTorch gives inf. The first is accurate up to the edge."""
    def erf(self) -> Value:
        """The op `erf` of the table: erf(x)."""
    def floor(self) -> Value:
        """The op `floor` of the table: floor(x)."""
    def sign(self) -> Value:
        """The op `sign` of the table: sign(x). Beside PyTorch: the sign of nan is nan; PyTorch gives 0."""
    def sigmoid(self) -> Value:
        """The op `sigmoid` of the table: sigmoid(x)."""
    def softplus(self) -> Value:
        """The op `softplus` of the table: softplus(x)."""
    def softsign(self) -> Value:
        """The op `softsign` of the table: softsign(x). Beside PyTorch: the slope at infinity is 0, and the second derivative at nan too; PyTorch gives nan."""
    def relu(self) -> Value:
        """The op `relu` of the table: relu(x)."""
    def leaky_relu(self, slope: Operand = ..., /) -> Value:
        """The op `leaky_relu` of the table: leaky_relu(x, y)."""
    def elu(self) -> Value:
        """The op `elu` of the table: elu(x)."""
    def silu(self) -> Value:
        """The op `silu` of the table: silu(x)."""
    def gelu(self) -> Value:
        """The op `gelu` of the table: gelu(x)."""
    def hard_tanh(self) -> Value:
        """The op `hard_tanh` of the table: hard_tanh(x)."""
    def clip(self, low: Operand, high: Operand, /) -> Value:
        """The op `clip` of the table: clip(x, y, z)."""
    def maximum(self, y: Operand, /) -> Value:
        """The op `maximum` of the table: maximum(x, y)."""
    def minimum(self, y: Operand, /) -> Value:
        """The op `minimum` of the table: minimum(x, y)."""
    def logaddexp(self, y: Operand, /) -> Value:
        """The op `logaddexp` of the table: logaddexp(x, y). Beside PyTorch: where one argument is infinite the second derivatives are 0; PyTorch gives nan."""
    def __gt__(self, other: Operand, /) -> Condition[Value]:
        """The op `greater` of the table: x > y."""
    def __ge__(self, other: Operand, /) -> Condition[Value]:
        """The op `greater_equal` of the table: x >= y."""
    def __lt__(self, other: Operand, /) -> Condition[Value]:
        """The op `less` of the table: x < y."""
    def __le__(self, other: Operand, /) -> Condition[Value]:
        """The op `less_equal` of the table: x <= y."""
    def where(self, x: Operand, y: Operand, /) -> Value:
        """The op `where` of the table: where(x, y, z)."""
