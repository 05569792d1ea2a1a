"""Optimizers: how a parameter moves, given its gradient.

The rule of each is written once, for one scalar parameter, generic in the kind of number: `step()` runs it on floats,
and a compiler may run the same rule on its own numbers.

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

from collections.abc import Iterable

from .. import elementary
from ..elementary import Number
from ..engine import Value
from .module import Module
from .optimizer import LearningRate, Optimizer, State, check_at_least_0


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
