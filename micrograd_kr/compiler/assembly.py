"""Writing LLVM text: the shape of the machine's vectors, and functions written line by line.

A `Routine`, one LLVM function, numbers the names of its results, so that loops read as loops do elsewhere:

>>> routine = Routine(Machine(lanes=4, vectors=2), "sum", "ptr %x, ptr %to, i64 %count")
>>> with routine.loop(0, "%count", carried=[("double", "0.0")]) as (i, total):
...     x = routine.load("double", routine.at("%x", routine.times(i, 8)))
...     total[0] = routine.let(f"fadd double {total[0]}, {x}")
>>> routine.store("double", total[0], "%to")
>>> print(routine.end())
define void @sum(ptr %x, ptr %to, i64 %count) {
begin:
br label %loop1
loop1:
%t2 = phi i64 [ 0, %begin ], [ %t8, %loop1 ]
%t3 = phi double [ 0.0, %begin ], [ %t7, %loop1 ]
%t4 = mul i64 %t2, 8
%t5 = getelementptr i8, ptr %x, i64 %t4
%t6 = load double, ptr %t5
%t7 = fadd double %t3, %t6
%t8 = add i64 %t2, 1
%t9 = icmp slt i64 %t8, %count
br i1 %t9, label %loop1, label %end1
end1:
store double %t7, ptr %to
ret void
}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import c_float
from dataclasses import dataclass
from struct import pack

Index = int | str  # an integer known now, or the name of one


@dataclass(frozen=True, slots=True)
class Machine:
    """The shape of the machine code: a lane of a vector is an example.

    Attributes:
        lanes: how many examples one vector register holds.
        vectors: how many vectors a block has.
        rows: how many results the tile of a layer holds in registers for each vector.
        outer_rows: how many rows the tile of an outer product holds in registers.
        number: LLVM's type of the numbers.
    """

    lanes: int
    vectors: int
    rows: int = 4
    outer_rows: int = 4
    number: str = "double"

    @property
    def size(self) -> int:
        """The size of a number in bytes."""
        return 8 if self.number == "double" else 4

    @property
    def kind(self) -> str:
        """The LLVM type of a vector."""
        return f"<{self.lanes} x {self.number}>"

    @property
    def condition(self) -> str:
        """The LLVM type of a vector of conditions."""
        return f"<{self.lanes} x i1>"

    @property
    def suffix(self) -> str:
        """The end of the names of LLVM's functions on such vectors."""
        return f"v{self.lanes}f{8 * self.size}"

    @property
    def bytes(self) -> int:
        """The size of a vector."""
        return self.size * self.lanes

    @property
    def slot(self) -> int:
        """The size of a slot: a number for every example of a block."""
        return self.bytes * self.vectors

    def constant(self, number: float) -> str:
        """The number as LLVM writes it: the bits of a double, also where it stands for a single."""
        if self.number == "float":
            number = c_float(number).value
        return f"0x{pack('>d', number).hex().upper()}"

    def c_name(self, name: str) -> str:
        """The name of the C library's function for these numbers."""
        return name if self.number == "double" else f"{name}f"

    def splat(self, name: str, scalar: str) -> list[str]:
        """Instructions that set every lane of `name` to the scalar."""
        zeros = f"<{self.lanes} x i32> zeroinitializer"
        return [
            f"{name}.one = insertelement {self.kind} poison, {self.number} {scalar}, i32 0",
            f"{name} = shufflevector {self.kind} {name}.one, {self.kind} poison, {zeros}",
        ]

    def load(self, name: str, address: str) -> str:
        """The instruction that loads a vector."""
        return f"{name} = load {self.kind}, ptr {address}, align {self.bytes}"

    def store(self, name: str, address: str) -> str:
        """The instruction that stores a vector."""
        return f"store {self.kind} {name}, ptr {address}, align {self.bytes}"

    def multiply_add(self, name: str, x: str, y: str, z: str) -> str:
        """The instruction for x * y + z, in one step where the machine has one."""
        kind = self.kind
        return f"{name} = call {kind} @llvm.fmuladd.{self.suffix}({kind} {x}, {kind} {y}, {kind} {z})"


def is_instruction(cell: str) -> bool:
    """Whether the c cell of a function is the template of an instruction, and not the name of a C function."""
    return "{" in cell


class Routine:
    """An LLVM function in the making.

    Attributes:
        machine: the shape of its vectors.
        lines: the text so far.
    """

    def __init__(self, machine: Machine, name: str, parameters: str, linkage: str = "") -> None:
        self.machine = machine
        self.lines = [f"define {linkage}void @{name}({parameters}) {{", "begin:"]
        self._block = "begin"
        self._count = 0

    def end(self) -> str:
        """The whole text."""
        return "\n".join([*self.lines, "ret void", "}"])

    def fresh(self) -> str:
        """A name that is not in use."""
        self._count += 1
        return f"%t{self._count}"

    def let(self, instruction: str) -> str:
        """The name of this instruction's result."""
        name = self.fresh()
        self.lines.append(f"{name} = {instruction}")
        return name

    # --- integers and addresses -------------------------------------------------------------------------------------

    def plus(self, x: Index, y: Index) -> str:
        """x + y, of integers."""
        return self.let(f"add i64 {x}, {y}")

    def minus(self, x: Index, y: Index) -> str:
        """x - y, of integers."""
        return self.let(f"sub i64 {x}, {y}")

    def times(self, x: Index, y: Index) -> str:
        """x * y, of integers."""
        return self.let(f"mul i64 {x}, {y}")

    def at(self, base: str, offset: Index) -> str:
        """The address so many bytes after `base`."""
        return self.let(f"getelementptr i8, ptr {base}, i64 {offset}") if offset != 0 else base

    def load(self, kind: str, address: str, name: str = "") -> str:
        """The number, address or vector at an address."""
        name = name or self.fresh()
        vector = kind == self.machine.kind
        self.lines.append(self.machine.load(name, address) if vector else f"{name} = load {kind}, ptr {address}")
        return name

    def store(self, kind: str, what: str, address: str) -> None:
        """Write a number, an address or a vector."""
        vector = kind == self.machine.kind
        self.lines.append(self.machine.store(what, address) if vector else f"store {kind} {what}, ptr {address}")

    def splat(self, scalar: str) -> str:
        """A vector with the scalar in every lane."""
        self.lines += self.machine.splat(name := self.fresh(), scalar)
        return name

    def multiply_add(self, x: str, y: str, z: str) -> str:
        """The vector x * y + z."""
        self.lines.append(self.machine.multiply_add(name := self.fresh(), x, y, z))
        return name

    def call(self, what: str) -> None:
        """Call a function that returns nothing."""
        self.lines.append(f"call void @{what}")

    # --- control ----------------------------------------------------------------------------------------------------

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """What is written meanwhile is done if the condition holds."""
        number = self.fresh()[2:]
        self.lines.append(f"br i1 {condition}, label %then{number}, label %after{number}")
        self._start(f"then{number}")
        yield
        self.lines.append(f"br label %after{number}")
        self._start(f"after{number}")

    def stop_unless(self, condition: str) -> None:
        """Return from the function unless the condition holds."""
        number = self.fresh()[2:]
        self.lines.append(f"br i1 {condition}, label %go{number}, label %stop{number}")
        self._start(f"stop{number}")
        self.lines.append("ret void")
        self._start(f"go{number}")

    @contextmanager
    def loop(
        self, start: Index, stop: Index, step: Index = 1, carried: Sequence[tuple[str, str]] = ()
    ) -> Iterator[tuple[str, list[str]]]:
        """What is written meanwhile is done for start, start + step, ... < stop, and for start in any case.

        Args:
            start: the first value of the counter.
            stop: where it ends.
            step: what it advances by.
            carried: LLVM type and first value of each number that is handed from turn to turn.

        Yields:
            The counter's name and the list of the carried ones'; the body puts their new names into the list, where
            the last ones stand afterwards.
        """
        number = self.fresh()[2:]
        before, head = self._block, f"loop{number}"
        self.lines.append(f"br label %{head}")
        self._start(head)
        counter, values = self.fresh(), [self.fresh() for _ in carried]
        place = len(self.lines)
        names = list(values)
        yield counter, values
        after = self.plus(counter, step)
        latch = self._block
        self.lines[place:place] = [f"{counter} = phi i64 [ {start}, %{before} ], [ {after}, %{latch} ]"] + [
            f"{name} = phi {kind} [ {first}, %{before} ], [ {last}, %{latch} ]"
            for name, (kind, first), last in zip(names, carried, values, strict=True)
        ]
        more = self.let(f"icmp slt i64 {after}, {stop}")
        self.lines.append(f"br i1 {more}, label %{head}, label %end{number}")
        self._start(f"end{number}")

    def _start(self, block: str) -> None:
        self._block = block
        self.lines.append(f"{block}:")
