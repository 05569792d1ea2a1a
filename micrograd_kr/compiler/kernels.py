"""The loops of the compiled code: a matrix times a vector, a column times a row, loading, storing and summing.

They are the same for every program, and so compiled once, at LLVM's highest level.

A block is `vectors` times `lanes` examples. The loops hold a tile of results in registers, so that a number that was
loaded serves several multiply-adds. All addresses and steps are in bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..elementary import FUNCTIONS
from .assembly import Machine, Routine


def library(machine: Machine) -> str:
    """All the loops, for blocks of one vector and for whole blocks."""
    text = []
    for vectors in sorted({1, machine.vectors}):
        text += [_layer(machine, vectors), _outer(machine, vectors)]
    text += [_load(machine), _store(machine), _zero(machine), _mask(machine), _reduce(machine), intrinsics(machine)]
    return "\n".join(text) + "\n"


def declarations(machine: Machine) -> str:
    """The declarations of the loops, for the program that calls them."""
    text = []
    for vectors in sorted({1, machine.vectors}):
        text.append(f"declare void @layer_{vectors}(ptr, ptr, ptr, i64, i64, ptr, i64, i64, i64)")
        text.append(f"declare void @outer_{vectors}(ptr, ptr, ptr, i64, i64, i64, i64, i64, i64)")
    text.append("declare void @load(ptr, ptr, ptr, i64, i64, i64, i64)")
    text.append("declare void @store(ptr, ptr, i64, i64, i64)")
    text.append("declare void @zero(ptr, i64)")
    text.append("declare void @mask(ptr, i64, i64)")
    text.append("declare void @reduce(ptr, i64, ptr, double)")
    return "\n".join(text)


def intrinsics(machine: Machine) -> str:
    """The declarations of LLVM's own functions on vectors."""
    kind = machine.kind
    text = [f"declare {kind} @llvm.fmuladd.{machine.suffix}({', '.join([kind] * 3)})"]
    for row in FUNCTIONS.values():
        for name in re.findall(r"@llvm\.(\w+)\.", row.c or ""):
            text.append(f"declare {kind} @llvm.{name}.{machine.suffix}({', '.join([kind] * row.arity)})")
    text.append(f"declare {machine.number} @llvm.vector.reduce.fadd.{machine.suffix}({machine.number}, {kind})")
    return "\n".join(text)


def _tiles(routine: Routine, count: str, sizes: Sequence[int]) -> Iterator[tuple[str, int]]:
    """Loops over 0 ... count in tiles of the first size, then over the rest in smaller ones: (first place, size)."""
    first = "0"
    for size in sizes:
        rest = routine.minus(count, first)
        end = routine.minus(count, routine.let(f"urem i64 {rest}, {size}"))
        with (
            routine.when(routine.let(f"icmp slt i64 {first}, {end}")),
            routine.loop(first, end, size) as (place, _),
        ):
            yield place, size
        first = end


def _layer(machine: Machine, vectors: int) -> str:
    """out[j] = bias[j] + sum over i of weight[j, i] * x[i], for the vectors of a block."""
    parameters = "ptr %x, ptr %out, ptr %weight, i64 %row, i64 %column, ptr %bias, i64 %bias_step, i64 %rows, "
    routine = Routine(machine, f"layer_{vectors}", parameters + "i64 %columns")
    kind, number = machine.kind, machine.number
    for j, tile in _tiles(routine, "%rows", (machine.rows if vectors > 1 else 2 * machine.rows, 1)):
        rows = [routine.plus(j, k) for k in range(tile)]
        weights = [routine.at("%weight", routine.times(row, "%row")) for row in rows]
        biases = [routine.at("%bias", routine.times(row, "%bias_step")) for row in rows]
        starts = [routine.splat(routine.load(number, bias)) for bias in biases]
        carried = [("i64", "0"), ("ptr", "%x"), *[(kind, start) for start in starts for _ in range(vectors)]]
        with routine.loop(0, "%columns", carried=carried) as (_, state):
            offset, x, *sums = state
            xs = [routine.load(kind, routine.at(x, v * machine.bytes)) for v in range(vectors)]
            found = []
            for k, weight in enumerate(weights):
                w = routine.splat(routine.load(number, routine.at(weight, offset)))
                found += [routine.multiply_add(w, xs[v], sums[k * vectors + v]) for v in range(vectors)]
            state[:] = [routine.plus(offset, "%column"), routine.at(x, machine.slot), *found]
        for k, row in enumerate(rows):
            out = routine.at("%out", routine.times(row, machine.slot))
            for v in range(vectors):
                routine.store(kind, state[2 + k * vectors + v], routine.at(out, v * machine.bytes))
    return routine.end()


def _outer(machine: Machine, vectors: int) -> str:
    """sums[j, i] += upstream[j] * x[i], added over the vectors of all the blocks in a stretch of memory."""
    parameters = "ptr %upstream, ptr %x, ptr %sums, i64 %row, i64 %column, i64 %rows, i64 %columns, "
    routine = Routine(machine, f"outer_{vectors}", parameters + "i64 %block, i64 %blocks_end")
    kind = machine.kind
    for j, height in _tiles(routine, "%rows", (machine.rows, 1)):
        rows = [routine.plus(j, k) for k in range(height)]
        upstreams = [routine.at("%upstream", routine.times(row, machine.slot)) for row in rows]
        sum_rows = [routine.at("%sums", routine.times(row, "%row")) for row in rows]
        for i, width in _tiles(routine, "%columns", (2, 1)):
            columns = [routine.plus(i, k) for k in range(width)]
            xs = [routine.at("%x", routine.times(column, machine.slot)) for column in columns]
            offsets = [routine.times(column, "%column") for column in columns]
            places = [routine.at(row, offset) for row in sum_rows for offset in offsets]
            carried = [(kind, "zeroinitializer") for _ in places]  # so that nothing waits for the sums to be loaded
            with routine.loop(0, "%blocks_end", "%block", carried) as (block, sums):
                for v in range(vectors):
                    found = [routine.load(kind, routine.at(routine.at(x, block), v * machine.bytes)) for x in xs]
                    for k, upstream in enumerate(upstreams):
                        u = routine.load(kind, routine.at(routine.at(upstream, block), v * machine.bytes))
                        for column, x in enumerate(found, k * width):
                            sums[column] = routine.multiply_add(u, x, sums[column])
            for place, total in zip(places, sums, strict=True):
                before = routine.load(kind, place)
                routine.store(kind, routine.let(f"fadd {kind} {before}, {total}"), place)
    return routine.end()


def _load(machine: Machine) -> str:
    """Bring rows first ... of an argument into the slots at `to`, a lane an example.

    Lanes beyond the last row repeat it; nothing that they compute is used.
    """
    parameters = "ptr %argument, ptr %order, ptr %to, i64 %first, i64 %last, i64 %bytes, i64 %count"
    routine = Routine(machine, "load", parameters)
    data, step = routine.load("ptr", "%argument"), routine.load("i64", routine.at("%argument", 8))
    in_order = routine.let("icmp eq ptr %order, null")
    with routine.loop(0, "%bytes", machine.bytes) as (offset, _):
        base = routine.plus("%first", routine.let(f"udiv i64 {offset}, {machine.size}"))
        rows = []
        for lane in range(machine.lanes):
            far = routine.plus(base, lane)
            beyond = routine.let(f"icmp sgt i64 {far}, %last")
            near = routine.let(f"select i1 {beyond}, i64 %last, i64 {far}")
            place = routine.at("%order", routine.times(near, 8))
            place = routine.let(f"select i1 {in_order}, ptr %argument, ptr {place}")  # in order: any number will do
            shuffled = routine.load("i64", place)
            row = routine.let(f"select i1 {in_order}, i64 {near}, i64 {shuffled}")
            rows.append(routine.at(data, routine.times(row, step)))
        to = routine.at("%to", offset)
        with routine.loop(0, "%count") as (column, _):
            vector, cell = "poison", routine.times(column, machine.size)
            for lane, row in enumerate(rows):
                x = routine.load(machine.number, routine.at(row, cell))
                vector = routine.let(f"insertelement {machine.kind} {vector}, {machine.number} {x}, i32 {lane}")
            routine.store(machine.kind, vector, routine.at(to, routine.times(column, machine.slot)))
    return routine.end()


def _store(machine: Machine) -> str:
    """Write the outputs of the first examples of a block, in the slots at `from`, into the array of outputs."""
    routine = Routine(machine, "store", "ptr %array, ptr %from, i64 %first, i64 %examples, i64 %count")
    with routine.loop(0, "%examples") as (row, _):
        cells = routine.times(routine.plus("%first", row), "%count")
        to = routine.at("%array", routine.times(cells, machine.size))
        lane = routine.at("%from", routine.times(row, machine.size))
        with routine.loop(0, "%count") as (column, _):
            x = routine.load(machine.number, routine.at(lane, routine.times(column, machine.slot)))
            routine.store(machine.number, x, routine.at(to, routine.times(column, machine.size)))
    return routine.end()


def _zero(machine: Machine) -> str:
    """Set the sums to 0."""
    routine = Routine(machine, "zero", "ptr %sums, i64 %count")
    with routine.loop(0, "%count") as (k, _):
        routine.store(machine.kind, "zeroinitializer", routine.at("%sums", routine.times(k, machine.bytes)))
    return routine.end()


def _mask(machine: Machine) -> str:
    """Set the sums of all lanes but the first few to 0."""
    routine = Routine(machine, "mask", "ptr %sums, i64 %count, i64 %few")
    kind, integers = machine.kind, f"<{machine.lanes} x i64>"
    one = routine.let(f"insertelement {integers} poison, i64 %few, i32 0")
    few = routine.let(f"shufflevector {integers} {one}, {integers} poison, <{machine.lanes} x i32> zeroinitializer")
    lanes = ", ".join(f"i64 {lane}" for lane in range(machine.lanes))
    busy = routine.let(f"icmp slt {integers} <{lanes}>, {few}")
    with routine.loop(0, "%count") as (k, _):
        place = routine.at("%sums", routine.times(k, machine.bytes))
        sums = routine.load(kind, place)
        kept = routine.let(f"select {machine.condition} {busy}, {kind} {sums}, {kind} zeroinitializer")
        routine.store(kind, kept, place)
    return routine.end()


def _reduce(machine: Machine) -> str:
    """Add up the lanes of each sum and divide by the number of examples."""
    routine = Routine(machine, "reduce", "ptr %sums, i64 %count, ptr %results, double %divisor")
    kind, number = machine.kind, machine.number
    divisor = "%divisor" if number == "double" else routine.let(f"fptrunc double %divisor to {number}")
    with routine.loop(0, "%count") as (k, _):
        lanes = routine.load(kind, routine.at("%sums", routine.times(k, machine.bytes)))
        total = routine.let(
            f"call reassoc {number} @llvm.vector.reduce.fadd.{machine.suffix}({number} -0.0, {kind} {lanes})"
        )
        mean = routine.let(f"fdiv {number} {total}, {divisor}")
        routine.store(number, mean, routine.at("%results", routine.times(k, machine.size)))
    return routine.end()
