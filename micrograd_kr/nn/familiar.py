"""PyTorch's names for what is here anyway, and where to look for what is not.

>>> from micrograd_kr import nn
>>> model = nn.Sequential(nn.Linear(2, 8, seed=0), nn.Tanh(), nn.Linear(8, 3, seed=1))
>>> nn.CrossEntropyLoss(label_smoothing=0.1)(model([1.0, -1.0]), 2).op.name
'add'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar

from ..engine import Value
from ..ops import OPS, leaky_relu
from .classification import binary_cross_entropy, cross_entropy, hinge_loss, log_softmax, softmax
from .containers import Elementwise, Function
from .layers import ACTIVATIONS
from .losses import huber_loss, mean_absolute_error, mean_squared_error
from .module import Module
from .tables import apply

# --- activations ----------------------------------------------------------------------------------------------------


class _Named(Elementwise):
    """An activation that is a class of its own."""

    row: ClassVar[str]

    def __init_subclass__(cls, row: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if row:
            cls.row = row

    def __init__(self) -> None:
        super().__init__(self.row)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Identity(_Named, row="linear"):
    """Each number as it is."""


class ReLU(_Named, row="relu"):
    """max(0, x) of each number."""


class Tanh(_Named, row="tanh"):
    """tanh of each number."""


class Sigmoid(_Named, row="sigmoid"):
    """1 / (1 + exp(-x)) of each number."""


class GELU(_Named, row="gelu"):
    """x times the normal distribution's probability of less than x, of each number."""


class Softplus(_Named, row="softplus"):
    """log(1 + exp(x)) of each number."""


class Softsign(_Named, row="softsign"):
    """x / (1 + |x|) of each number."""


class SiLU(_Named, row="silu"):
    """x * sigmoid(x) of each number."""


class ELU(_Named, row="elu"):
    """x, or exp(x) - 1 below 0, of each number."""


class Hardtanh(_Named, row="hard_tanh"):
    """Each number brought into -1 ... 1."""


class LeakyReLU(Elementwise):
    """x, or negative_slope * x below 0, of each number."""

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope
        super().__init__("leaky_relu")

    def forward(self, x: Any) -> Any:
        """The leaky relu of each number."""
        return apply(lambda each: leaky_relu(each, self.negative_slope), x)

    def __repr__(self) -> str:
        return f"LeakyReLU({self.negative_slope})"


class Softmax(Function):
    """The probabilities of classes, from a list of logits."""

    def __init__(self) -> None:
        super().__init__(softmax)


class LogSoftmax(Function):
    """The logarithms of the probabilities of classes, from a list of logits."""

    def __init__(self) -> None:
        super().__init__(log_softmax)


# --- losses ---------------------------------------------------------------------------------------------------------


class _Loss(Module):
    """A loss function of this package as a module."""

    function: ClassVar[Callable[[Any, Any], Value]]

    def __init_subclass__(cls, function: Callable[[Any, Any], Value] | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if function:
            cls.function = staticmethod(function)

    def forward(self, predictions: Any, targets: Any) -> Value:
        """The mean of the loss over one example or a list of them."""
        return type(self).function(predictions, targets)


class MSELoss(_Loss, function=mean_squared_error):
    """`mean_squared_error` as a module."""


class L1Loss(_Loss, function=mean_absolute_error):
    """`mean_absolute_error` as a module."""


class HingeLoss(_Loss, function=hinge_loss):
    """`hinge_loss` as a module."""


class HuberLoss(Module):
    """`huber_loss` as a module."""

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = delta

    def forward(self, predictions: Any, targets: Any) -> Value:
        """Squared errors near the target, absolute errors beyond delta."""
        return huber_loss(predictions, targets, self.delta)


class BCEWithLogitsLoss(Module):
    """`binary_cross_entropy` as a module."""

    def __init__(self, pos_weight: float = 1.0) -> None:
        self.pos_weight = pos_weight

    def forward(self, logits: Any, labels: Any) -> Value:
        """The mean of -log(probability of the label)."""
        return binary_cross_entropy(logits, labels, self.pos_weight)


class CrossEntropyLoss(Module):
    """`cross_entropy` as a module."""

    def __init__(self, weight: Sequence[float] | None = None, label_smoothing: float = 0.0) -> None:
        self.weight, self.label_smoothing = weight, label_smoothing

    def forward(self, logits: Any, labels: Any) -> Value:
        """The mean of -log(probability of the right class)."""
        return cross_entropy(logits, labels, self.weight, self.label_smoothing)


# --- lists of modules -----------------------------------------------------------------------------------------------


class ModuleList(list[Module]):
    """A list of modules. A plain list in an attribute does the same here.

    >>> from micrograd_kr.nn import Linear
    >>> ModuleList([Linear(1, 2), Linear(2, 1)])
    [Linear(1, 2), Linear(2, 1)]
    """


class ModuleDict(dict[str, Module]):
    """A dict of modules. A plain dict in an attribute does the same here."""


# --- what is not here -----------------------------------------------------------------------------------------------

_ONE_EXAMPLE = "an example goes through this engine by itself, without a batch: use nn.LayerNorm or nn.RMSNorm"
_IN_STEPS = "write it with nn.Linear and a loop over the sequence in forward()"

INSTEAD: Mapping[str, str] = {
    "Parameter": "a Value in an attribute of a module is a parameter: self.w = Value(0.5)",
    "BatchNorm1d": _ONE_EXAMPLE,
    "BatchNorm2d": _ONE_EXAMPLE,
    "GroupNorm": "use nn.LayerNorm",
    "Conv1d": "use nn.Conv2d with a kernel of height 1, such as (1, 3)",
    "Conv3d": "there is nn.Conv2d",
    "RNN": _IN_STEPS,
    "LSTM": _IN_STEPS,
    "GRU": _IN_STEPS,
    "MultiheadAttention": "write it with nn.Linear, dot and nn.softmax",
    "Transformer": "write it with nn.Linear, nn.LayerNorm, dot and nn.softmax",
    "BCELoss": "use nn.BCEWithLogitsLoss, on the scores before any sigmoid",
    "NLLLoss": "use nn.CrossEntropyLoss, on the scores before any softmax",
    "SmoothL1Loss": "use nn.HuberLoss",
    "mse_loss": "use nn.mean_squared_error",
    "l1_loss": "use nn.mean_absolute_error",
    "smooth_l1_loss": "use nn.huber_loss",
    "binary_cross_entropy_with_logits": "use nn.binary_cross_entropy, which takes logits",
    "nll_loss": "use nn.cross_entropy, on the scores before any softmax",
    "functional": "its functions are in nn itself (nn.cross_entropy, nn.softmax) or in micrograd_kr (relu, tanh)",
    "init": "pass initialization='he_normal' (or another of nn.INITIALIZATIONS) to a layer",
    "utils": "use nn.clip_grad_norm, nn.clip_grad_value",
    "clip_grad_norm_": "use nn.clip_grad_norm",
    "clip_grad_value_": "use nn.clip_grad_value",
    "DataParallel": "jit uses all cores: jit(loss).fit(...)",
}


def explain_missing(name: str, known: Iterable[str]) -> str:
    """What to say of a name that nn does not have: what to use instead, or what was meant.

    >>> explain_missing("BCELoss", [])
    'nn has no BCELoss: use nn.BCEWithLogitsLoss, on the scores before any sigmoid'
    """
    if name in INSTEAD:
        return f"nn has no {name}: {INSTEAD[name]}"
    if name in OPS:
        return f"nn has no {name}: as a function it is micrograd_kr.{name}, as a module nn.Elementwise({name!r})"
    known = list(known)
    by_letters = {"".join(filter(str.isalnum, each)).lower(): each for each in (*known, *INSTEAD)}
    activations = {each.replace("_", ""): each for each in ACTIVATIONS}
    plain = "".join(filter(str.isalnum, name)).lower()
    if plain not in by_letters and plain in activations:
        return f"nn has no {name}: use nn.Elementwise({activations[plain]!r})"
    close = get_close_matches(plain, by_letters, 1, cutoff=0.75)
    if not close:
        return f"nn has no {name}"
    meant = by_letters[close[0]]
    return f"nn has no {name}: did you mean nn.{meant}?" if meant in known else explain_missing(meant, known)
