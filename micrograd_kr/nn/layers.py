"""Neuron, Layer and MLP: a neuron's weighted sum is one `dot` node, followed by its activation.

An activation is a function, "linear", or the name of any row of the table with one argument, also of a later one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ..elementary import Number
from ..engine import Constant, Value, checked_number, current_scope, is_plain, numbers_of, weighted_sum
from ..ops import OPS, Op, for_each_op, for_each_removed_op
from .initialization import Draw, find_scheme, random_source
from .module import Module, path_of, tensors_within
from .tables import Table, TableView

_DOT = OPS["dot"]
_MANY = 16  # neurons that the repr of a layer lists one by one, as micrograd does

if TYPE_CHECKING:

    class ValueOrList(Value, list[Value]):  # type: ignore[misc]  # pyright: ignore
        """What a layer gives, to a type checker: one Value for nout = 1, else a list; it may be used as either."""


class Neuron(Module):
    """One neuron: activation(w[0] * x[0] + w[1] * x[1] + ... + b).

    Args:
        nin: how many inputs it has.
        nonlin: False for a linear neuron (micrograd's way of saying activation="linear").
        activation: the name of a row of the table with one argument, "linear", or a function of a Value.
        initialization: how the weights start: "uniform" in -1 ... 1, "he_normal", "xavier_uniform", ...
        seed: for weights that are the same every time; None draws from the module `random`.

    Shape: a list of nin numbers or Values -> one Value.

    >>> neuron = Neuron(2, activation="tanh", seed=1)
    >>> neuron.w[0].data, neuron.w[1].data, neuron.b.data = 0.5, -1.0, 0.5
    >>> neuron, neuron([1.0, 1.0]).data
    (TanhNeuron(2), 0.0)
    """

    w: list[Value]
    b: Value

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        activation: Activation = "relu",
        initialization: str | Draw = "uniform",
        seed: int | random.Random | None = None,
        fan_out: int = 1,
    ) -> None:
        check_size("nin", nin)
        find_activation(activation)
        scheme, source = find_scheme(initialization), random_source(seed)
        self.w = [Value(scheme.weight(source, nin, fan_out)) for _ in range(nin)]
        self.b = Value(scheme.bias(source, nin, fan_out))
        self.activation = activation if nonlin else "linear"

    @property
    def nonlin(self) -> bool:
        """Whether the neuron has an activation, as micrograd calls it."""
        return self.activation != "linear"

    def forward(self, x: Sequence[Any]) -> Value:
        """activation(dot(w, x) + b)."""
        inputs, _ = read_inputs(self, x, len(self.w))
        return find_activation(self.activation)(_DOT(*self.w, *inputs, self.b))

    def named_tensors(self) -> Iterator[tuple[str, Any]]:
        """`weight` of shape (nin,) and `bias` of shape ()."""
        yield "weight", self.w
        yield "bias", self.b

    def __repr__(self) -> str:
        return f"{activation_title(self.activation)}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons side by side, each seeing every input.

    Args:
        nin: how many inputs the layer has.
        nout: how many neurons.
        activation, initialization, seed, nonlin: as of each `Neuron`.

    Attributes:
        neurons: the list of neurons.
        weight: the weight matrix, shape (nout, nin): a row a neuron.
        bias: shape (nout,).

    Shape: a list of nin numbers or Values -> a list of nout Values, or one Value for nout = 1.

    >>> layer = Layer(2, 3, activation="linear", seed=1)
    >>> layer.weight
    -0.7313  0.6949
     0.5275 -0.4899
    -0.0091 -0.1010
    >>> [out.data == row[0].data for out, row in zip(layer([1.0, 0.0]), layer.weight)]
    [True, True, True]
    """

    neurons: list[Neuron]

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: Activation = "relu",
        initialization: str | Draw = "uniform",
        seed: int | random.Random | None = None,
        nonlin: bool = True,
    ) -> None:
        check_size("nin", nin)
        check_size("nout", nout)
        source = random_source(seed) if seed is not None else None
        self.neurons = [Neuron(nin, nonlin, activation, initialization, source, fan_out=nout) for _ in range(nout)]

    @property
    def weight(self) -> Table:
        """The weight matrix, shape (nout, nin), whose rows are the neurons' own lists of weights."""
        return TableView([neuron.w for neuron in self.neurons])

    @property
    def bias(self) -> Table:
        """The biases, shape (nout,)."""
        return TableView([neuron.b for neuron in self.neurons])

    def forward(self, x: Sequence[Any]) -> ValueOrList:
        """Each neuron on the same inputs."""
        out = fire(self.neurons, *read_inputs(self, x, len(self.neurons[0].w)))
        return out[0] if len(out) == 1 else out  # type: ignore[return-value]

    def named_tensors(self) -> Iterator[tuple[str, Any]]:
        """`weight` of shape (nout, nin) and `bias` of shape (nout,)."""
        yield "weight", self.weight
        yield "bias", self.bias

    def _summary_parts(self) -> list[tuple[str, Module]]:
        return []

    def _summary_title(self) -> str:
        kinds = {activation_title(neuron.activation) for neuron in self.neurons}
        activation = f", {kinds.pop()}" if len(kinds) == 1 else ""
        return f"{type(self).__name__}({len(self.neurons[0].w)}, {len(self.neurons)}{activation})"

    def __repr__(self) -> str:
        kinds = list(map(repr, self.neurons))
        if len(kinds) > _MANY and len(set(kinds)) == 1:
            kinds = [f"{len(kinds)} {kinds[0]}"]
        return f"Layer of [{', '.join(kinds)}]"


class Linear(Layer):
    """A layer without activation, named and started as PyTorch's: weights and biases uniform in +-1 / sqrt(nin).

    Shape: a list of nin numbers or Values -> a list of nout Values, or one Value for nout = 1.

    >>> Linear(2, 3, seed=0)
    Linear(2, 3)
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        initialization: str | Draw = "torch",
        seed: int | random.Random | None = None,
    ) -> None:
        super().__init__(nin, nout, "linear", initialization, seed)

    def _summary_title(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"Linear({len(self.neurons[0].w)}, {len(self.neurons)})"


class MLP(Module):
    """A multi-layer perceptron: layers one after the other.

    Args:
        nin: how many inputs it has.
        nouts: how many neurons each layer has; the last number is that of the outputs.
        activation: of the hidden layers.
        output_activation: of the last layer.
        initialization: how the weights start, see `Neuron`.
        seed: for weights that are the same every time; None draws from the module `random`, in micrograd's order.

    Shape: a list of nin numbers or Values -> a list of nouts[-1] Values, or one Value if that is 1.

    >>> model = MLP(2, [3, 1], activation="tanh", seed=1)
    >>> model
    MLP of [Layer of [TanhNeuron(2), TanhNeuron(2), TanhNeuron(2)], Layer of [LinearNeuron(3)]]
    >>> len(model.parameters()), f"{model([1.0, -2.0]).data:.4f}"
    (13, '0.0741')
    """

    layers: list[Layer]

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Activation = "relu",
        output_activation: Activation = "linear",
        initialization: str | Draw = "uniform",
        seed: int | random.Random | None = None,
    ) -> None:
        check_size("nin", nin)
        if not isinstance(nouts, Iterable) or isinstance(nouts, str | dict) or not (nouts := list(nouts)):
            raise ValueError(f"nouts is a list with the size of each layer, such as [16, 16, 1]; got {nouts!r}")
        find_activation(activation)  # checked here, as without hidden layers it is not used
        source = random_source(seed) if seed is not None else None
        sizes, last = [nin, *nouts], len(nouts) - 1
        self.layers = [
            Layer(sizes[i], sizes[i + 1], output_activation if i == last else activation, initialization, source)
            for i in range(len(nouts))
        ]

    def forward(self, x: Any) -> ValueOrList:
        """Layer after layer."""
        for layer in self.layers:
            x = layer(x)
        return x  # type: ignore[no-any-return]

    def named_tensors(self) -> Iterator[tuple[str, Any]]:
        """As in torch.nn.Sequential(Linear, ReLU, Linear, ...): `0.weight`, `2.weight`; activations have odd places."""
        for index, layer in enumerate(self.layers):
            yield from tensors_within(f"{2 * index}", layer)

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(repr, self.layers))}]"


# --- many neurons at once -------------------------------------------------------------------------------------------


def fire(neurons: Sequence[Neuron], inputs: Sequence[Value], numbers: Any) -> list[Value]:
    """What `[neuron(inputs) for neuron in neurons]` records, in two thirds of the time: training is mostly this.

    Whatever is unusual (a neuron of the user's own, a weight that is computed itself, numbers on which Python's
    floats raise, a block of no_grad or watch) goes that general way.

    Args:
        neurons: those of a layer.
        inputs, numbers: what read_inputs has returned, once for all of them.
    """
    if not is_plain():
        return [neuron(inputs) for neuron in neurons]
    around = current_scope()
    inputs = tuple(inputs)  # shared by the nodes, which need not look for computed Values elsewhere
    outs: list[Value] = []
    for neuron in neurons:
        name, activate, out = neuron.activation, None, None
        if type(neuron) is Neuron and isinstance(name, str):
            activate, scope = ACTIVATIONS.get(name), (neuron, around)
        if activate is not None:  # a row: one node
            out = weighted_sum(_DOT, neuron.w, neuron.b, inputs, numbers, scope)
        if activate is None or out is None:
            outs.append(neuron(inputs))
        else:
            fired = activate(out)
            fired.scope = scope
            outs.append(fired)
    return outs


# --- reading inputs ---------------------------------------------------------------------------------------------------


def check_size(name: str, size: Any) -> None:
    """Raise a ValueError that names the argument unless it is a whole number of at least 1."""
    # numpy's whole numbers have __index__, too
    if not hasattr(size, "__index__") or isinstance(size, bool) or getattr(size, "shape", None) or size < 1:
        raise ValueError(f"{name} is a number of neurons or inputs, at least 1; got {size!r}")


def read_inputs(module: Module, x: Any, count: int) -> tuple[Sequence[Value], list[Number]]:
    """`count` inputs as Values, and their numbers; otherwise an error that names the module and the input."""
    if type(x) is not list and type(x) is not tuple:
        x = as_list(module, x, count)
    if len(x) != count:
        got = f"{len(x)}"
        if x and all(isinstance(each, list | tuple) for each in x):
            got = f"a list of {len(x)} such list{'s'[: len(x) != 1]}; pass one example at a time: [model(x) for x in X]"
        raise ValueError(wrong_input(module, count, got))
    try:
        return x, numbers_of(x)
    except AttributeError:
        try:
            values = [value if isinstance(value, Value) else as_constant(value) for value in x]
        except TypeError as error:
            raise TypeError(wrong_input(module, count, str(error))) from None
        return values, numbers_of(values)


def as_list(module: Module, x: Any, count: int) -> Sequence[Any]:
    """A numpy row or another sequence as a list, one number for one input as a list of one; else an error."""
    if isinstance(x, Sequence) and not isinstance(x, str | bytes):
        return list(x)
    shape = getattr(x, "shape", None)
    if shape is not None and len(shape) == 1:
        return x.tolist()  # type: ignore[no-any-return]
    if shape is not None and len(shape) > 1:
        raise ValueError(wrong_input(module, count, f"an array of shape {shape}; pass one example (one row) at a time"))
    if count == 1 and not isinstance(x, str | bytes | dict | set) and not hasattr(x, "__iter__"):
        return [x]
    raise TypeError(wrong_input(module, count, f"the {type(x).__name__} {x!r:.60}"))


def as_constant(x: Any) -> Value:
    """A plain number as an input through which no gradient flows back."""
    if isinstance(x, list | tuple) or (hasattr(x, "tolist") and len(x.shape)):
        raise TypeError(f"a list within the list, {x!r:.60}; pass one example at a time")
    try:
        return Constant(checked_number(x))
    except TypeError as error:
        raise TypeError(f"{x!r:.60} among them; {error}") from None


def wrong_input(module: Module, count: int, got: str) -> str:
    """The message for an input that does not fit: the module, what it expects, what it got."""
    return f"{path_of(module)} expects {count} input{'s'[: count != 1]} (a list of numbers or Values), got {got}"


# --- activations by name ----------------------------------------------------------------------------------------------


Activation = str | Callable[[Any], Any]

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {"linear": lambda x: x}

_SPELT = {"relu": "ReLU", "leaky_relu": "LeakyReLU", "gelu": "GELU"}  # as the field writes them


@for_each_op
def _add_activation(op: Op) -> None:
    if op.arity is not None and op.arity - len(op.defaults) == 1:
        # The method of Value for this row is the fastest way to record it.
        ACTIVATIONS[op.name] = getattr(Value, op.name, op)


@for_each_removed_op
def _remove_activation(name: str) -> None:
    ACTIVATIONS.pop(name, None)


def find_activation(activation: Activation) -> Callable[[Any], Value]:
    """The function of that name; a function is returned as it is.

    >>> find_activation("tanh")(Value(0.0)).data
    0.0
    """
    if callable(activation):
        return activation
    try:
        return ACTIVATIONS[activation]
    except (KeyError, TypeError):
        known = ", ".join(name for name in ACTIVATIONS if name == "linear" or name in OPS)
        close = get_close_matches(str(activation).lower(), ACTIVATIONS, 1)
        meant = f"did you mean {close[0]!r}? " if close else ""
        raise ValueError(
            f"there is no activation {activation!r}: {meant}choose one of {known}, or pass a function"
        ) from None


def activation_title(activation: Activation) -> str:
    """The name as a repr shows it: `ReLU`, `Tanh`, `Linear`."""
    if isinstance(activation, str):
        name = activation
    else:
        name = getattr(activation, "name", "") or getattr(activation, "__name__", type(activation).__name__)
    return _SPELT.get(name) or "".join(word.capitalize() for word in name.split("_"))
