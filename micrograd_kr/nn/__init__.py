"""A micro neural-net library: layers, losses and optimizers, all of them made of Values.

>>> model = MLP(2, [4, 1], activation="tanh", seed=1)
>>> optimizer = SGD(model, lr=0.1)
>>> examples, targets = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
>>> for _ in range(400):
...     loss = mean_squared_error([model(x) for x in examples], targets)
...     optimizer.zero_grad()
...     loss.backward()
...     optimizer.step()
>>> [round(model(x).data) for x in examples]
[0, 1, 1, 0]
"""

from typing import TYPE_CHECKING, Any

from .classification import binary_cross_entropy, cross_entropy, hinge_loss, log_softmax, softmax
from .clipping import clip_grad_norm, clip_grad_value
from .containers import Dropout, Elementwise, Flatten, Function, Sequential, random_numbers_from, random_uniform
from .convolution import AvgPool2d, Conv2d, MaxPool2d
from .familiar import (
    ELU,
    GELU,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    Hardtanh,
    HingeLoss,
    HuberLoss,
    Identity,
    L1Loss,
    LeakyReLU,
    LogSoftmax,
    ModuleDict,
    ModuleList,
    MSELoss,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
    explain_missing,
)
from .history import History
from .initialization import INITIALIZATIONS
from .layers import ACTIVATIONS, MLP, Layer, Linear, Neuron
from .losses import huber_loss, l1_penalty, l2_penalty, mean_absolute_error, mean_squared_error, squared_error
from .module import Module
from .optimizers import SGD, Adam, AdamW, Optimizer
from .saving import load_model, save_model
from .schedules import CosineDecay, ExponentialDecay, LinearDecay, StepDecay, Warmup
from .sequences import Embedding, LayerNorm, RMSNorm
from .tables import Table
from .training import progress_bar, train

__all__ = [
    "ACTIVATIONS",
    "Adam",
    "AdamW",
    "AvgPool2d",
    "BCEWithLogitsLoss",
    "Conv2d",
    "CosineDecay",
    "CrossEntropyLoss",
    "Dropout",
    "Elementwise",
    "Embedding",
    "ExponentialDecay",
    "Flatten",
    "Function",
    "ELU",
    "Hardtanh",
    "LeakyReLU",
    "SiLU",
    "Softsign",
    "GELU",
    "HingeLoss",
    "History",
    "HuberLoss",
    "INITIALIZATIONS",
    "Identity",
    "L1Loss",
    "Layer",
    "LayerNorm",
    "Linear",
    "LinearDecay",
    "LogSoftmax",
    "MLP",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "ModuleDict",
    "ModuleList",
    "Neuron",
    "Optimizer",
    "RMSNorm",
    "ReLU",
    "SGD",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "StepDecay",
    "Table",
    "Tanh",
    "Warmup",
    "binary_cross_entropy",
    "clip_grad_norm",
    "clip_grad_value",
    "cross_entropy",
    "hinge_loss",
    "huber_loss",
    "l1_penalty",
    "l2_penalty",
    "load_model",
    "log_softmax",
    "mean_absolute_error",
    "mean_squared_error",
    "progress_bar",
    "random_numbers_from",
    "random_uniform",
    "save_model",
    "softmax",
    "squared_error",
    "train",
]


if not TYPE_CHECKING:  # a checker is to find a misspelt name by itself

    def __getattr__(name: str) -> Any:
        raise AttributeError(explain_missing(name, __all__))
