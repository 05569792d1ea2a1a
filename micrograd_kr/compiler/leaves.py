"""The parameters of a program: their numbers read, and their gradients delivered, by machine code.

Reading 337 Values in Python takes longer than the machine code's step on 100 examples. Where objects are laid out as
CPython's are, two loops therefore follow the pointers themselves; the places of `data` and `grad` in a Value are found
by looking for known objects in one. Elsewhere, and for numbers that are not floats, Python does the same.

>>> from micrograd_kr.compiler.machine_code import find_host
>>> values = [Value(1.5), Value(2)]
>>> leaves = Leaves(values, find_host())
>>> leaves.read()
>>> leaves.numbers
array('d', [1.5, 2.0])
"""

from __future__ import annotations

import ctypes
import sys
from array import array
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from ..engine import Value
from .assembly import Machine, Routine
from .machine_code import Host, MachineCode

_TYPE, _FLOAT = 8, 16  # where CPython's objects have their type, and its floats their number


def packed(numbers: Sequence[Any], typecode: str) -> array[float]:
    """The numbers side by side in memory.

    Raises:
        TypeError: one of them is not a real number.
    """
    try:
        return array(typecode, numbers)
    except TypeError as error:
        raise TypeError(
            f"compiled code computes on floats only ({error}): for other kinds of numbers call the function itself "
            "instead of jit(function)"
        ) from None


class Leaves:
    """Leaf Values in a fixed order.

    Args:
        values: the leaves.
        host: the processor, and the kind of numbers that it computes with.

    Attributes:
        numbers: those that were read last, side by side.
        address: where these are.
    """

    def __init__(self, values: Sequence[Value], host: Host) -> None:
        self.values = values
        self.numbers = packed([0.0], host.typecode) * len(values)
        self.address = self.numbers.buffer_info()[0]
        self._objects = array("q", map(id, values))
        self._reader = _reader(host)
        offset = _offsets()
        fields = [self._objects.buffer_info()[0], self.address, len(values), id(float), offset[0] if offset else 0, 0]
        self._fields = array("q", fields)
        self._frame = self._fields.buffer_info()[0]

    def read(self) -> None:
        """Read the numbers of the leaves.

        Raises:
            TypeError: one of them is not a real number.
        """
        if self._reader is not None:
            self._reader(self._frame)
            if self._fields[-1] == len(self.values):
                return
        self.numbers[:] = packed([value.data for value in self.values], self.numbers.typecode)


@cache
def _offsets() -> tuple[int, int] | None:
    """Where a Value has its data and its grad, in bytes; None if objects are laid out in another way."""
    if sys.implementation.name != "cpython" or (object.__basicsize__, float.__basicsize__) != (16, 24):
        return None
    probe = Value(float("1.25"))
    probe.grad = float("2.5")
    words = list((ctypes.c_ssize_t * (Value.__basicsize__ // 8)).from_address(id(probe)))
    return 8 * words.index(id(probe.data)), 8 * words.index(id(probe.grad))


@cache
def _reader(host: Host) -> Callable[[int], None] | None:
    """The loop that reads, called with Python's lock held."""
    if _offsets() is None:
        return None
    return MachineCode(_read(host.machine), host, "read_values", locked=True).run


def _read(machine: Machine) -> str:
    """Read the numbers of the objects up to the first that is not a float; `reached` says how many were read."""
    routine = Routine(machine, "read_values", "ptr %fields")
    for place, name in enumerate(("objects", "numbers", "count", "float", "offset")):
        kind = "ptr" if name in ("objects", "numbers") else "i64"
        routine.load(kind, routine.at("%fields", 8 * place), f"%{name}")
    reached = routine.at("%fields", 40)
    routine.store("i64", "0", reached)
    with routine.when(routine.let("icmp sgt i64 %count, 0")), routine.loop(0, "%count") as (k, _):
        routine.store("i64", k, reached)
        value = routine.load("ptr", routine.at("%objects", routine.times(k, 8)))
        number = routine.load("ptr", routine.at(value, "%offset"))
        kind = routine.load("i64", routine.at(number, _TYPE))
        routine.stop_unless(routine.let(f"icmp eq i64 {kind}, %float"))
        x = routine.load("double", routine.at(number, _FLOAT))
        if machine.number != "double":
            x = routine.let(f"fptrunc double {x} to {machine.number}")
        routine.store(machine.number, x, routine.at("%numbers", routine.times(k, machine.size)))
        last = routine.plus(k, 1)
        routine.store("i64", last, reached)
    return routine.end()
