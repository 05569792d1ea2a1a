"""Optimizer, the base of your own, and SGD, Adam and AdamW: how a parameter moves, given its gradient.

The rule of each is written once, for one scalar parameter, generic in the kind of number: `step()` runs it on floats,
and a compiler may run the same rule on its own numbers. A step is taken as a whole, or not at all if anything is wrong.

>>> from micrograd_kr import Value
>>> weight = Value(1.0)
>>> optimizer = SGD([weight], lr=0.1)
>>> for _ in range(3):
...     loss = (weight - 3) ** 2
...     optimizer.zero_grad()
...     loss.backward()
...     optimizer.step()
>>> round(weight.data, 6)
1.976
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .. import elementary
from ..elementary import Number
from ..engine import Value, backward_passes, last_output, topological_order
from .history import History
from .module import Module
from .state import printable

State = tuple[Number, ...]
LearningRate = float | Callable[[int], float]  # a number, or a schedule: number of steps taken -> learning rate


class Optimizer:
    """The base of optimizers: subclasses write `rule`, and say how many numbers it remembers for each parameter.

    Args:
        parameters: a model, or its parameters.
        lr: the learning rate, or a schedule such as `CosineDecay(0.1, steps=100)`.

    Attributes:
        parameters: the list of parameters.
        lr: the learning rate or schedule, which may be set between steps.
        steps: how many steps have been taken.
        state_size: how many numbers the rule remembers for a parameter; all are 0 at the start.
        state: for each parameter, the tuple of those numbers.
        history: the losses of the last training with this optimizer by `nn.train` or `fit`.

    Raises:
        ValueError: there are no parameters, or the learning rate is negative.
        TypeError: one of the parameters is not a leaf Value.
    """

    state_size: int = 0

    def __init__(self, parameters: Module | Iterable[Value], lr: LearningRate) -> None:
        named = parameters.named_parameters() if isinstance(parameters, Module) else ()
        self._names = {value: name for name, value in named}
        found = parameters.parameters() if isinstance(parameters, Module) else parameters
        if isinstance(found, Value) or not isinstance(found, Iterable):
            raise TypeError(f"an optimizer takes a model or a list of parameters, got {found!r:.60}")
        self.parameters = list(dict.fromkeys(found))
        if not self.parameters:
            frozen = isinstance(parameters, Module) and any(module.is_frozen for module in parameters.modules())
            raise ValueError(
                "there is nothing to train: "
                + ("every parameter is frozen" if frozen else "pass a model with parameters, or model.parameters()")
            )
        for value in self.parameters:
            if not isinstance(value, Value) or value.op is not None:
                raise TypeError(f"an optimizer changes leaf Values, got {value!r:.60}: pass model.parameters()")
        check_at_least_0(lr=lr)
        self.lr = lr
        self.steps = 0
        self.history = History()
        # backward passes before zero_grad() or the last step; at first not known, as one may have been made for it
        self._passes = 0 if backward_passes() == 0 else None
        self.state: list[State] = [(0.0,) * self.state_size] * len(self.parameters)

    def rule(
        self, parameter: Number, gradient: Number, state: State, step_number: Number, lr: Number
    ) -> tuple[Number, State]:
        """The new parameter and the new state, from the old ones: a pure function of scalars of any kind.

        Args:
            parameter: the parameter's number.
            gradient: d loss / d parameter.
            state: state_size numbers, all 0 before the first step.
            step_number: 1 in the first step.
            lr: the learning rate of this step.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how a parameter moves: define rule(...)")

    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return self.lr(self.steps) if callable(self.lr) else self.lr

    def step(self) -> None:
        """Move every parameter once, all or none: an error or Ctrl-C before the end leaves them as they were.

        Raises:
            FloatingPointError: a gradient is inf or nan; the error names the parameter, and nothing has moved.
            RuntimeError: no gradient has reached any parameter since zero_grad(), so that nothing would be trained.
            TypeError: a gradient is an array but its parameter is not, or it is no number at all.
        """
        gradients = [parameter.grad for parameter in self.parameters]
        try:
            total = sum(gradients)
        except TypeError:
            total = None
        if type(total) is not float:
            self._check(gradients)
            if type(total) is int and not any(gradients):
                self._stop_if_not_reached()
        if not (all(map(elementary.is_finite, gradients)) if total is None else elementary.is_finite(total)):
            self._stop_at_nonfinite(gradients)
        rule, lr, step_number = self.rule, self.learning_rate(), float(self.steps + 1)
        moved = [
            rule(parameter.data, gradient, state, step_number, lr)
            for parameter, gradient, state in zip(self.parameters, gradients, self.state, strict=True)
        ]
        numbers, states = [number for number, _ in moved], [state for _, state in moved]
        steps = self.steps + 1
        try:
            self._assign(numbers, states, steps)
        except BaseException:
            self._assign(numbers, states, steps)  # Ctrl-C in the middle: finish the step, then stop
            raise

    def _assign(self, numbers: list[Number], states: list[State], steps: int) -> None:
        for parameter, number in zip(self.parameters, numbers, strict=True):
            parameter.data = number
        self.state, self.steps = states, steps
        self._passes = backward_passes()

    def _name(self, index: int) -> str:
        parameter = self.parameters[index]
        return self._names.get(parameter) or parameter.label or f"parameter {index}"

    def _check(self, gradients: list[Any]) -> None:
        """Raise a TypeError unless each gradient is a number of the shape that its parameter has."""
        for index, (parameter, gradient) in enumerate(zip(self.parameters, gradients, strict=True)):
            if gradient is None or isinstance(gradient, str | list | tuple | dict):
                raise TypeError(
                    f"the gradient of {self._name(index)} is {gradient!r:.60}, and no parameter has been moved: it is "
                    "a number, which zero_grad() sets to 0"
                )
            shape, own = getattr(gradient, "shape", ()), getattr(parameter.data, "shape", ())
            if shape not in ((), own):
                kind = f"of shape {own}" if own else "a single number"
                raise TypeError(
                    f"the gradient of {self._name(index)} is an array of shape {shape}, the parameter is {kind}, and "
                    "no parameter has been moved: the loss is an array, too; call backward() on the mean of its numbers"
                )

    def _stop_if_not_reached(self) -> None:
        """Raise a RuntimeError if no backward pass since zero_grad() came to a parameter; all gradients are 0.

        They may be 0 rightly, as behind shut relus. So an error needs certainty: there was no backward pass, or the
        one that there was began at a loss that is still known, and no parameter is below it.
        """
        passes, output = None if self._passes is None else backward_passes() - self._passes, last_output()
        reached = passes != 0
        if passes == 1 and output is not None:
            below = set(topological_order(output))
            reached = any(parameter in below for parameter in self.parameters)
        self._passes = backward_passes()
        if not reached:
            raise RuntimeError(
                f"no gradient has reached any of the {len(self.parameters)} parameters since zero_grad() or the last "
                "step, and no parameter has been moved: call backward() before step(), on a loss that was computed "
                "from these parameters, not under no_grad and not from .data"
            )

    def _stop_at_nonfinite(self, gradients: list[Number]) -> None:
        for index, gradient in enumerate(gradients):
            if not elementary.is_finite(gradient):
                raise FloatingPointError(
                    f"the gradient of {self._name(index)} is {gradient} in step {self.steps + 1}, and no parameter "
                    "has been moved: the loss has exploded or is not defined there; try a smaller learning rate, bring "
                    "the inputs to a similar scale, or find the place with stop_at_nonfinite()"
                )

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0, as is due before each backward()."""
        for parameter in self.parameters:
            parameter.grad = 0
        self._passes = backward_passes()

    # --- to continue later ------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """What the optimizer remembers: its kind, the steps it has taken, the learning rate, and `state` by name.

        The numbers are plain, so that json can write them. Hyperparameters and schedules are not in it: make the same
        optimizer again before load_state_dict().

        >>> from micrograd_kr.nn import SGD
        >>> optimizer = SGD([Value(1.0, label="w")], lr=0.1, momentum=0.9)
        >>> optimizer.parameters[0].grad = 2.0
        >>> optimizer.step()
        >>> optimizer.state_dict()
        {'kind': 'SGD', 'steps': 1, 'lr': 0.1, 'state': {'w': [2.0]}}
        """
        numbers = {self._name(index): list(state) for index, state in enumerate(self.state)}
        if len(numbers) < len(self.state):  # labels that are not unique
            numbers = {f"parameter {index}": list(state) for index, state in enumerate(self.state)}
        lr = None if callable(self.lr) else self.lr
        return {"kind": type(self).__name__, "steps": self.steps, "lr": lr, "state": numbers}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned: all of it, or nothing if anything does not fit.

        A learning rate that is a number is set, too; a schedule stays, and counts on from the steps taken.

        Raises:
            ValueError: it was saved by another kind of optimizer, or for other parameters.
        """
        own = self.state_dict()
        try:
            kind, steps, lr, numbers = (state[key] for key in own)
            faults = [] if kind == own["kind"] else [f"it is of {kind}"]
            faults += [f"missing: {name}" for name in own["state"] if name not in numbers]
            faults += [f"unexpected: {printable(name)}" for name in numbers if name not in own["state"]]
            faults += [
                f"{name}: expected {self.state_size} numbers, got {numbers[name]!r:.60}"
                for name in own["state"]
                if name in numbers and not _are_numbers(numbers[name], self.state_size)
            ]
            if not isinstance(steps, int) or steps < 0:
                faults.append(f"steps: expected a whole number of at least 0, got {steps!r:.60}")
            if lr is not None:
                check_at_least_0(lr=lr)
        except (KeyError, TypeError) as error:
            raise ValueError(f"this is no state of an optimizer, as state_dict() returns it: {error!r}") from None
        if faults:
            listed = "\n  ".join(faults[:20])
            raise ValueError(f"this state does not fit {self!r}, and nothing has been loaded:\n  {listed}")
        self.state = [tuple(numbers[name]) for name in own["state"]]
        self.steps = steps
        if lr is not None and not callable(self.lr):
            self.lr = lr

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.parameters)} parameters, lr={self.lr})"


def _are_numbers(found: Any, count: int) -> bool:
    return (
        isinstance(found, list | tuple)
        and len(found) == count
        and all(hasattr(number, "__float__") and not isinstance(number, Value) for number in found)
    )


def check_at_least_0(**numbers: Any) -> None:
    """Raise a ValueError that names the argument unless it is a number of at least 0, or a schedule."""
    for name, number in numbers.items():
        try:
            fits = callable(number) or number >= 0
        except TypeError:
            fits = False
        if not fits:
            raise ValueError(f"{name} is a number of at least 0, got {number!r}")


class SGD(Optimizer):
    """Gradient descent: new parameter = old parameter - lr * gradient.

    Args:
        parameters: a model, or its parameters.
        lr: the learning rate, or a schedule.
        momentum: how much of its last move a parameter keeps, 0 ... 1: velocity = momentum * velocity + gradient.
        weight_decay: adds weight_decay * parameter to each gradient, as the L2 penalty weight_decay / 2 * p**2 does.
        nesterov: look ahead by one move.

    The arithmetic is that of torch.optim.SGD.

    >>> SGD([Value(1.0)]).rule(1.0, 10.0, (), 1, 0.01)
    (0.9, ())
    """

    def __init__(
        self,
        parameters: Module | Iterable[Value],
        lr: LearningRate = 0.01,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        check_at_least_0(momentum=momentum, weight_decay=weight_decay)
        self.momentum, self.weight_decay, self.nesterov = momentum, weight_decay, nesterov
        self.state_size = 1 if momentum else 0
        super().__init__(parameters, lr)

    def rule(
        self, parameter: Number, gradient: Number, state: State, step_number: Number, lr: Number
    ) -> tuple[Number, State]:
        """Against the gradient, or along the velocity if there is momentum."""
        if self.weight_decay:
            gradient = gradient + self.weight_decay * parameter
        if not self.momentum:
            return parameter - lr * gradient, ()
        velocity = self.momentum * state[0] + gradient
        move = gradient + self.momentum * velocity if self.nesterov else velocity
        return parameter - lr * move, (velocity,)


class Adam(Optimizer):
    """Adam: each parameter moves by the mean of its gradients over the root of the mean of their squares.

    Args:
        parameters: a model, or its parameters.
        lr: the learning rate, or a schedule.
        betas: how slowly the two means forget, each in 0 ... 1.
        eps: added to the root, so that nothing is divided by 0.
        weight_decay: adds weight_decay * parameter to each gradient.

    Source: Kingma, Ba: Adam, 2015, algorithm 1; the arithmetic is that of torch.optim.Adam.

    >>> parameter, (mean, mean_of_squares) = Adam([Value(1.0)]).rule(1.0, 10.0, (0.0, 0.0), 1, 0.1)
    >>> round(parameter, 6), round(mean, 6), round(mean_of_squares, 6)
    (0.9, 1.0, 0.1)
    """

    state_size = 2

    def __init__(
        self,
        parameters: Module | Iterable[Value],
        lr: LearningRate = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        check_at_least_0(eps=eps, weight_decay=weight_decay)
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas are two numbers from 0 to less than 1, got {betas!r}")
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay
        super().__init__(parameters, lr)

    def rule(
        self, parameter: Number, gradient: Number, state: State, step_number: Number, lr: Number
    ) -> tuple[Number, State]:
        """Along the mean gradient, in units of its usual size; both means start from 0, which is corrected for."""
        if self.weight_decay:
            gradient = gradient + self.weight_decay * parameter
        return self._move(parameter, gradient, state, step_number, lr)

    def _move(
        self, parameter: Number, gradient: Number, state: State, step_number: Number, lr: Number
    ) -> tuple[Number, State]:
        slow, slower = self.betas
        mean = slow * state[0] + (1 - slow) * gradient
        mean_of_squares = slower * state[1] + (1 - slower) * gradient * gradient
        unbiased_mean = mean / (1 - elementary.pow(slow, step_number))
        usual_size = elementary.sqrt(mean_of_squares) / elementary.sqrt(1 - elementary.pow(slower, step_number))
        return parameter - lr * unbiased_mean / (usual_size + self.eps), (mean, mean_of_squares)


class AdamW(Adam):
    """Adam whose weight decay shrinks the parameter itself, apart from the gradient.

    Source: Loshchilov, Hutter: Decoupled Weight Decay Regularization, 2019; the arithmetic of torch.optim.AdamW.

    >>> AdamW([Value(1.0)], weight_decay=0.5).rule(1.0, 0.0, (0.0, 0.0), 1, 0.1)
    (0.95, (0.0, 0.0))
    """

    def __init__(
        self,
        parameters: Module | Iterable[Value],
        lr: LearningRate = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)

    def rule(
        self, parameter: Number, gradient: Number, state: State, step_number: Number, lr: Number
    ) -> tuple[Number, State]:
        """A little smaller, then as Adam moves it."""
        return self._move(parameter * (1 - lr * self.weight_decay), gradient, state, step_number, lr)
