"""The loops of the compiled code, as LLVM text: a matrix times a vector, a column times a row, loading and storing.

They are the same for every program, and so compiled once, with all of LLVM's care.

A block is `vectors` times `lanes` examples; the loops hold a tile of results in registers, so that a number that was
loaded serves several multiply-adds. All addresses are in bytes; `slot` is the size of one slot of memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..elementary import FUNCTIONS


@dataclass(frozen=True, slots=True)
class Machine:
    """The shape of the machine code.

    Attributes:
        lanes: how many examples one vector register holds.
        vectors: how many vectors a block has.
        rows: how many results a tile of a loop holds for each vector.
    """

    lanes: int
    vectors: int
    rows: int

    @property
    def kind(self) -> str:
        """The LLVM type of a vector."""
        return f"<{self.lanes} x double>"

    @property
    def condition(self) -> str:
        """The LLVM type of a vector of conditions."""
        return f"<{self.lanes} x i1>"

    @property
    def suffix(self) -> str:
        """How the names of LLVM's functions on such vectors end."""
        return f"v{self.lanes}f64"

    @property
    def bytes(self) -> int:
        """The size of a vector."""
        return 8 * self.lanes

    @property
    def slot(self) -> int:
        """The size of a slot: a number for every example of a block."""
        return self.bytes * self.vectors

    def splat(self, name: str, scalar: str) -> list[str]:
        """Instructions that set every lane of `name` to the scalar."""
        zeros = f"<{self.lanes} x i32> zeroinitializer"
        return [
            f"{name}.one = insertelement {self.kind} poison, double {scalar}, i32 0",
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


def layer_loop(machine: Machine, vectors: int) -> str:
    """out[j] = bias[j] + sum over i of weight[j, i] * x[i], for tiles of rows j and the vectors of a block."""
    text = [
        f"define void @layer_{vectors}(ptr %x, ptr %out, ptr %weight, i64 %row, i64 %column, ptr %bias, "
        "i64 %bias_step, i64 %rows, i64 %columns) {",
        "start:",
    ]
    tiles = _tiles(machine, vectors)
    before = "start"
    text.append(f"br label %rows{tiles[0]}")
    for number, tile in enumerate(tiles):
        after = f"rows{tiles[number + 1]}" if number + 1 < len(tiles) else "end"
        first = "0" if number == 0 else f"%j{tiles[number - 1]}"
        t, v = range(tile), range(vectors)
        name = f"{tile}"
        text += [
            f"rows{name}:",
            f"%j{name} = phi i64 [ {first}, %{before} ], [ %next{name}, %store{name} ]",
            f"%rest{name} = sub i64 %rows, %j{name}",
            f"%fits{name} = icmp sge i64 %rest{name}, {tile}",
            f"br i1 %fits{name}, label %tile{name}, label %{after}",
            f"tile{name}:",
        ]
        for k in t:
            text += [
                f"%row{name}.{k} = add i64 %j{name}, {k}",
                f"%at{name}.{k} = mul i64 %row{name}.{k}, %row",
                f"%w{name}.{k} = getelementptr i8, ptr %weight, i64 %at{name}.{k}",
                f"%bat{name}.{k} = mul i64 %row{name}.{k}, %bias_step",
                f"%bp{name}.{k} = getelementptr i8, ptr %bias, i64 %bat{name}.{k}",
                f"%b{name}.{k} = load double, ptr %bp{name}.{k}",
                *machine.splat(f"%bias{name}.{k}", f"%b{name}.{k}"),
            ]
        text += [
            f"br label %columns{name}",
            f"columns{name}:",
            f"%i{name} = phi i64 [ 0, %tile{name} ], [ %inext{name}, %columns{name} ]",
            f"%wat{name} = phi i64 [ 0, %tile{name} ], [ %wnext{name}, %columns{name} ]",
            f"%xp{name} = phi ptr [ %x, %tile{name} ], [ %xnext{name}, %columns{name} ]",
        ]
        for k in t:
            for i in v:
                text.append(
                    f"%acc{name}.{k}.{i} = phi {machine.kind} [ %bias{name}.{k}, %tile{name} ], "
                    f"[ %sum{name}.{k}.{i}, %columns{name} ]"
                )
        for i in v:
            text += [
                f"%xa{name}.{i} = getelementptr i8, ptr %xp{name}, i64 {i * machine.bytes}",
                machine.load(f"%x{name}.{i}", f"%xa{name}.{i}"),
            ]
        for k in t:
            text += [
                f"%wp{name}.{k} = getelementptr i8, ptr %w{name}.{k}, i64 %wat{name}",
                f"%ws{name}.{k} = load double, ptr %wp{name}.{k}",
                *machine.splat(f"%wv{name}.{k}", f"%ws{name}.{k}"),
            ]
            for i in v:
                at = f"{name}.{k}.{i}"
                text.append(machine.multiply_add(f"%sum{at}", f"%wv{name}.{k}", f"%x{name}.{i}", f"%acc{at}"))
        text += [
            f"%inext{name} = add i64 %i{name}, 1",
            f"%wnext{name} = add i64 %wat{name}, %column",
            f"%xnext{name} = getelementptr i8, ptr %xp{name}, i64 {machine.slot}",
            f"%more{name} = icmp slt i64 %inext{name}, %columns",
            f"br i1 %more{name}, label %columns{name}, label %store{name}",
            f"store{name}:",
        ]
        for k in t:
            text += [
                f"%oat{name}.{k} = mul i64 %row{name}.{k}, {machine.slot}",
                f"%op{name}.{k} = getelementptr i8, ptr %out, i64 %oat{name}.{k}",
            ]
            for i in v:
                text += [
                    f"%oa{name}.{k}.{i} = getelementptr i8, ptr %op{name}.{k}, i64 {i * machine.bytes}",
                    machine.store(f"%sum{name}.{k}.{i}", f"%oa{name}.{k}.{i}"),
                ]
        text += [f"%next{name} = add i64 %j{name}, {tile}", f"br label %rows{name}"]
        before = f"rows{name}"
    text += ["end:", "ret void", "}"]
    return "\n".join(text)


def outer_loop(machine: Machine, vectors: int) -> str:
    """sums[j, i] += upstream[j] * x[i], added over the vectors of a block; the upstreams stay in registers."""
    text = [
        f"define void @outer_{vectors}(ptr %upstream, ptr %x, ptr %sums, i64 %row, i64 %column, "
        "i64 %rows, i64 %columns) {",
        "start:",
    ]
    tiles = _tiles(machine, vectors)
    before = "start"
    text.append(f"br label %rows{tiles[0]}")
    for number, tile in enumerate(tiles):
        after = f"rows{tiles[number + 1]}" if number + 1 < len(tiles) else "end"
        first = "0" if number == 0 else f"%j{tiles[number - 1]}"
        t, v = range(tile), range(vectors)
        name = f"{tile}"
        text += [
            f"rows{name}:",
            f"%j{name} = phi i64 [ {first}, %{before} ], [ %next{name}, %done{name} ]",
            f"%rest{name} = sub i64 %rows, %j{name}",
            f"%fits{name} = icmp sge i64 %rest{name}, {tile}",
            f"br i1 %fits{name}, label %tile{name}, label %{after}",
            f"tile{name}:",
        ]
        for k in t:
            text += [
                f"%row{name}.{k} = add i64 %j{name}, {k}",
                f"%at{name}.{k} = mul i64 %row{name}.{k}, %row",
                f"%g{name}.{k} = getelementptr i8, ptr %sums, i64 %at{name}.{k}",
                f"%uat{name}.{k} = mul i64 %row{name}.{k}, {machine.slot}",
                f"%up{name}.{k} = getelementptr i8, ptr %upstream, i64 %uat{name}.{k}",
            ]
            for i in v:
                text += [
                    f"%ua{name}.{k}.{i} = getelementptr i8, ptr %up{name}.{k}, i64 {i * machine.bytes}",
                    machine.load(f"%u{name}.{k}.{i}", f"%ua{name}.{k}.{i}"),
                ]
        text += [
            f"br label %columns{name}",
            f"columns{name}:",
            f"%i{name} = phi i64 [ 0, %tile{name} ], [ %inext{name}, %columns{name} ]",
            f"%gat{name} = phi i64 [ 0, %tile{name} ], [ %gnext{name}, %columns{name} ]",
            f"%xp{name} = phi ptr [ %x, %tile{name} ], [ %xnext{name}, %columns{name} ]",
        ]
        for i in v:
            text += [
                f"%xa{name}.{i} = getelementptr i8, ptr %xp{name}, i64 {i * machine.bytes}",
                machine.load(f"%x{name}.{i}", f"%xa{name}.{i}"),
            ]
        for k in t:
            text += [
                f"%gp{name}.{k} = getelementptr i8, ptr %g{name}.{k}, i64 %gat{name}",
                machine.load(f"%s{name}.{k}.0", f"%gp{name}.{k}"),
            ]
        for i in v:
            for k in t:
                text.append(
                    machine.multiply_add(
                        f"%s{name}.{k}.{i + 1}", f"%u{name}.{k}.{i}", f"%x{name}.{i}", f"%s{name}.{k}.{i}"
                    )
                )
        text += [machine.store(f"%s{name}.{k}.{vectors}", f"%gp{name}.{k}") for k in t]
        text += [
            f"%inext{name} = add i64 %i{name}, 1",
            f"%gnext{name} = add i64 %gat{name}, %column",
            f"%xnext{name} = getelementptr i8, ptr %xp{name}, i64 {machine.slot}",
            f"%more{name} = icmp slt i64 %inext{name}, %columns",
            f"br i1 %more{name}, label %columns{name}, label %done{name}",
            f"done{name}:",
            f"%next{name} = add i64 %j{name}, {tile}",
            f"br label %rows{name}",
        ]
        before = f"rows{name}"
    text += ["end:", "ret void", "}"]
    return "\n".join(text)


def _tiles(machine: Machine, vectors: int) -> tuple[int, ...]:
    rows = machine.rows if vectors > 1 else 2 * machine.rows
    return (rows, 1)


def loader(machine: Machine) -> str:
    """Bring rows first ... of an argument into the slots at `to`, a lane an example.

    Lanes beyond the last row repeat it; nothing that they compute is used.
    """
    lanes = range(machine.lanes)
    text = [
        "define void @load(ptr %argument, ptr %order, ptr %to, i64 %first, i64 %last, i64 %bytes, i64 %count) {",
        "start:",
        "%data = load ptr, ptr %argument",
        "%step_at = getelementptr i64, ptr %argument, i64 1",
        "%step = load i64, ptr %step_at",
        "%in_order = icmp eq ptr %order, null",
        "br label %vector",
        "vector:",
        "%at = phi i64 [ 0, %start ], [ %next, %filled ]",
        "%examples = udiv i64 %at, 8",
        "%base = add i64 %first, %examples",
    ]
    for k in lanes:
        text += [
            f"%far{k} = add i64 %base, {k}",
            f"%beyond{k} = icmp sgt i64 %far{k}, %last",
            f"%near{k} = select i1 %beyond{k}, i64 %last, i64 %far{k}",
        ]
    text += ["br i1 %in_order, label %found, label %shuffled", "shuffled:"]
    for k in lanes:
        text += [f"%place{k} = getelementptr i64, ptr %order, i64 %near{k}", f"%shuffled{k} = load i64, ptr %place{k}"]
    text += ["br label %found", "found:"]
    text += [f"%row{k} = phi i64 [ %near{k}, %vector ], [ %shuffled{k}, %shuffled ]" for k in lanes]
    for k in lanes:
        text += [f"%offset{k} = mul i64 %row{k}, %step", f"%from{k} = getelementptr i8, ptr %data, i64 %offset{k}"]
    text += [
        "%there = getelementptr i8, ptr %to, i64 %at",
        "br label %column",
        "column:",
        "%i = phi i64 [ 0, %found ], [ %inext, %column ]",
    ]
    vector = "poison"
    for k in lanes:
        text += [
            f"%cell{k} = getelementptr double, ptr %from{k}, i64 %i",
            f"%x{k} = load double, ptr %cell{k}",
            f"%v{k} = insertelement {machine.kind} {vector}, double %x{k}, i32 {k}",
        ]
        vector = f"%v{k}"
    text += [
        f"%far_slot = mul i64 %i, {machine.slot}",
        "%slot = getelementptr i8, ptr %there, i64 %far_slot",
        machine.store(vector, "%slot"),
        "%inext = add i64 %i, 1",
        "%imore = icmp slt i64 %inext, %count",
        "br i1 %imore, label %column, label %filled",
        "filled:",
        f"%next = add i64 %at, {machine.bytes}",
        "%more = icmp slt i64 %next, %bytes",
        "br i1 %more, label %vector, label %end",
        "end:",
        "ret void",
        "}",
    ]
    return "\n".join(text)


def storer(machine: Machine) -> str:
    """Write the outputs of the first examples of a block, in the slots at `from`, into the array of outputs."""
    return f"""define void @store(ptr %array, ptr %from, i64 %first, i64 %examples, i64 %count) {{
start:
br label %row
row:
%r = phi i64 [ 0, %start ], [ %rnext, %rowend ]
%number = add i64 %first, %r
%cells = mul i64 %number, %count
%to = getelementptr double, ptr %array, i64 %cells
%lane = getelementptr double, ptr %from, i64 %r
br label %column
column:
%c = phi i64 [ 0, %row ], [ %cnext, %column ]
%slot = mul i64 %c, {machine.slot}
%cell = getelementptr i8, ptr %lane, i64 %slot
%x = load double, ptr %cell
%there = getelementptr double, ptr %to, i64 %c
store double %x, ptr %there
%cnext = add i64 %c, 1
%cmore = icmp slt i64 %cnext, %count
br i1 %cmore, label %column, label %rowend
rowend:
%rnext = add i64 %r, 1
%rmore = icmp slt i64 %rnext, %examples
br i1 %rmore, label %row, label %end
end:
ret void
}}"""


def sum_loops(machine: Machine) -> str:
    """Three loops over the sums: set them to 0, keep those of the first few lanes, add up the lanes of each."""
    kind, width, bytes_ = machine.kind, machine.lanes, machine.bytes
    lanes = ", ".join(f"i64 {k}" for k in range(width))
    zeros = f"<{width} x i32> zeroinitializer"

    def loop(head: list[str], body: list[str], signature: str) -> list[str]:
        return [
            f"define void {signature} {{",
            "start:",
            *head,
            "br label %loop",
            "loop:",
            "%k = phi i64 [ 0, %start ], [ %next, %loop ]",
            f"%at = mul i64 %k, {bytes_}",
            "%sum = getelementptr i8, ptr %sums, i64 %at",
            *body,
            "%next = add i64 %k, 1",
            "%more = icmp slt i64 %next, %count",
            "br i1 %more, label %loop, label %end",
            "end:",
            "ret void",
            "}",
        ]

    zero = loop([], [machine.store("zeroinitializer", "%sum")], "@zero(ptr %sums, i64 %count)")
    mask = loop(
        [
            f"%one = insertelement <{width} x i64> poison, i64 %few, i32 0",
            f"%all = shufflevector <{width} x i64> %one, <{width} x i64> poison, {zeros}",
            f"%busy = icmp slt <{width} x i64> <{lanes}>, %all",
        ],
        [
            machine.load("%lanes", "%sum"),
            f"%kept = select {machine.condition} %busy, {kind} %lanes, {kind} zeroinitializer",
            machine.store("%kept", "%sum"),
        ],
        "@mask(ptr %sums, i64 %count, i64 %few)",
    )
    reduce = loop(
        [],
        [
            machine.load("%lanes", "%sum"),
            f"%total = call reassoc double @llvm.vector.reduce.fadd.{machine.suffix}(double -0.0, {kind} %lanes)",
            "%mean = fdiv double %total, %divisor",
            "%to = getelementptr double, ptr %results, i64 %k",
            "store double %mean, ptr %to",
        ],
        "@reduce(ptr %sums, i64 %count, ptr %results, double %divisor)",
    )
    return "\n".join([*zero, *mask, *reduce])


def library(machine: Machine) -> str:
    """All the loops, for blocks of one vector and for whole blocks."""
    text = []
    for vectors in sorted({1, machine.vectors}):
        text += [layer_loop(machine, vectors), outer_loop(machine, vectors)]
    text += [loader(machine), storer(machine), sum_loops(machine), intrinsics(machine)]
    return "\n".join(text) + "\n"


def declarations(machine: Machine) -> str:
    """What a program says of the loops that it calls."""
    text = []
    for vectors in sorted({1, machine.vectors}):
        text.append(f"declare void @layer_{vectors}(ptr, ptr, ptr, i64, i64, ptr, i64, i64, i64)")
        text.append(f"declare void @outer_{vectors}(ptr, ptr, ptr, i64, i64, i64, i64)")
    text.append("declare void @load(ptr, ptr, ptr, i64, i64, i64, i64)")
    text.append("declare void @store(ptr, ptr, i64, i64, i64)")
    text.append("declare void @zero(ptr, i64)")
    text.append("declare void @mask(ptr, i64, i64)")
    text.append("declare void @reduce(ptr, i64, ptr, double)")
    return "\n".join(text)


def is_instruction(cell: str) -> bool:
    """Whether the c cell of a function is the template of an instruction, and not the name of a C function."""
    return "{" in cell


def intrinsics(machine: Machine) -> str:
    """LLVM's own functions on vectors."""
    kind = machine.kind
    text = [f"declare {kind} @llvm.fmuladd.{machine.suffix}({', '.join([kind] * 3)})"]
    for row in FUNCTIONS.values():
        for name in re.findall(r"@llvm\.(\w+)\.", row.c or ""):
            text.append(f"declare {kind} @llvm.{name}.{machine.suffix}({', '.join([kind] * row.arity)})")
    text.append(f"declare double @llvm.vector.reduce.fadd.{machine.suffix}(double, {kind})")
    return "\n".join(text)
