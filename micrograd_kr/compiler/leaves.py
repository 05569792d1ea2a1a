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
from typing import TYPE_CHECKING, Any

from ..engine import Value, numbers_of
from ..trace import no_recording
from .assembly import Machine, Routine
from .machine_code import Host, MachineCode

if TYPE_CHECKING:
    from .execution import Array

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
        self.values = tuple(values)
        self.numbers = packed([0.0], host.typecode) * len(values)
        self.address = self.numbers.buffer_info()[0]
        self._objects = array("q", map(id, values))
        self._reader, self._deliverer = _loops(host)
        offset = _offsets()
        fields = [self._objects.buffer_info()[0], self.address, len(values), id(float), offset[0] if offset else 0, 0]
        self._fields = array("q", fields)
        self._frame = self._fields.buffer_info()[0]

    def add_gradients(self, gradients: Array, upstream: float) -> int:
        """Add gradient * upstream to the grad of each leaf, up to the first where that is no sum of finite floats.

        Returns:
            How many leaves have been done; the rest is left to Python.
        """
        if self._deliverer is None:
            return 0
        fields = array("q", [self._objects.buffer_info()[0], gradients.ctypes.data, len(self.values), id(float)])
        fields.extend([_offsets()[1], id(0), *_python_functions(), 0])  # type: ignore[index]
        fields.frombytes(array("d", [upstream]).tobytes())
        self._deliverer(fields.buffer_info()[0])
        return fields[-2]

    def read(self) -> None:
        """Read the numbers of the leaves.

        Raises:
            TypeError: one of them is not a real number.
        """
        if self._reader is not None:
            self._reader(self._frame)
            if self._fields[-1] == len(self.values):
                return
        with no_recording:  # in another thread, which would have put its own numbers into the Values
            self.numbers[:] = packed(numbers_of(self.values), self.numbers.typecode)


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
def _loops(host: Host) -> tuple[Callable[[int], None] | None, Callable[[int], None] | None]:
    """The loops that read and deliver, called with Python's lock held; None where Python must do it."""
    if _offsets() is None:
        return None, None
    read = MachineCode(_read(host.machine), host, "read_values", locked=True).run
    return read, MachineCode(_add_gradients(host.machine), host, "add_gradients", locked=True).run


@cache
def _python_functions() -> tuple[int, int]:
    """The addresses of what makes a float and of what gives up an object."""
    functions = ctypes.pythonapi.PyFloat_FromDouble, ctypes.pythonapi.Py_DecRef
    make, give_up = [ctypes.cast(function, ctypes.c_void_p).value or 0 for function in functions]
    return make, give_up


def _fields_of(routine: Routine, *names: str) -> str:
    """Load the fields of a frame under these names, those in capitals as addresses; returns where `reached` is."""
    for place, name in enumerate(names):
        routine.load("ptr" if name.isupper() else "i64", routine.at("%fields", 8 * place), f"%{name.lower()}")
    return routine.at("%fields", 8 * len(names))


def _read(machine: Machine) -> str:
    """Read the numbers of the objects up to the first that is not a float; `reached` says how many were read."""
    routine = Routine(machine, "read_values", "ptr %fields")
    reached = _fields_of(routine, "OBJECTS", "NUMBERS", "count", "float", "offset")
    routine.store("i64", "0", reached)
    with routine.when(routine.let("icmp sgt i64 %count, 0")), routine.loop(0, "%count") as (k, _):
        value = routine.load("ptr", routine.at("%objects", routine.times(k, 8)))
        number = routine.load("ptr", routine.at(value, "%offset"))
        kind = routine.load("i64", routine.at(number, _TYPE))
        routine.stop_unless(routine.let(f"icmp eq i64 {kind}, %float"))
        x = routine.load("double", routine.at(number, _FLOAT))
        if machine.number != "double":
            x = routine.let(f"fptrunc double {x} to {machine.number}")
        routine.store(machine.number, x, routine.at("%numbers", routine.times(k, machine.size)))
        routine.store("i64", routine.plus(k, 1), reached)
    return routine.end()


def _add_gradients(machine: Machine) -> str:
    """Add to the grad of the objects, up to the first that is neither a float nor 0, or whose share is not finite."""
    routine = Routine(machine, "add_gradients", "ptr %fields")
    reached = _fields_of(routine, "OBJECTS", "GRADIENTS", "count", "float", "offset", "zero", "MAKE", "GIVE_UP")
    upstream = routine.load("double", routine.at(reached, 8))
    with routine.when(routine.let("icmp sgt i64 %count, 0")), routine.loop(0, "%count") as (k, _):
        value = routine.load("ptr", routine.at("%objects", routine.times(k, 8)))
        slot = routine.at(value, "%offset")
        old = routine.load("ptr", slot)
        is_float = routine.let(f"icmp eq i64 {routine.load('i64', routine.at(old, _TYPE))}, %float")
        is_zero = routine.let(f"icmp eq i64 {routine.let(f'ptrtoint ptr {old} to i64')}, %zero")
        routine.stop_unless(routine.let(f"or i1 {is_float}, {is_zero}"))
        local = routine.load(machine.number, routine.at("%gradients", routine.times(k, machine.size)))
        if machine.number != "double":
            local = routine.let(f"fpext {machine.number} {local} to double")
        product = routine.let(f"fmul double {local}, {upstream}")
        finite = routine.let(f"fcmp oeq double {routine.let(f'fsub double {product}, {product}')}, 0.0")
        routine.stop_unless(finite)
        before = routine.load("double", routine.at(old, _FLOAT))
        before = routine.let(f"select i1 {is_float}, double {before}, double 0.0")
        total = routine.let(f"fadd double {before}, {product}")
        new = routine.let(f"call ptr %make(double {total})")
        routine.stop_unless(routine.let(f"icmp ne ptr {new}, null"))
        routine.store("ptr", new, slot)
        routine.lines.append(f"call void %give_up(ptr {old})")
        routine.store("i64", routine.plus(k, 1), reached)
    return routine.end()
