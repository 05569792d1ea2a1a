"""The loops of the compiled code: a matrix times a vector, a column times a row, loading, storing and summing.

They are the same for every program, and so compiled once, at LLVM's highest level.

A block is `vectors` times `lanes` examples. The loops hold a tile of results in registers, so that a number that was
loaded serves several multiply-adds. All addresses and steps are in bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ..elementary import FUNCTIONS
from .assembly import Machine, Routine
from .matrices import Gate

COLUMNS = 4  # of a tile of an outer product


def library(machine: Machine) -> str:
    """All the loops, for blocks of one vector and for whole blocks."""
    text = []
    for vectors in sorted({1, machine.vectors}):
        text += [_layer(machine, vectors), _outer(machine, vectors), _sum_rows(machine, vectors)]
    text += [_load(machine), _store(machine), _zero(machine), _mask(machine), _gather(machine), _divide(machine)]
    text.append(intrinsics(machine))
    return "\n".join(text) + "\n"


def declarations(machine: Machine) -> str:
    """The declarations of the loops, for the program that calls them."""
    text = []
    for vectors in sorted({1, machine.vectors}):
        text.append(f"declare void @layer_{vectors}(ptr, ptr, ptr, i64, i64, ptr, i64, i64, i64, i64, ptr)")
        text.append(f"declare void @outer_{vectors}(ptr, ptr, ptr, i64, i64, i64, i64, i64, i64)")
        text.append(f"declare void @sum_rows_{vectors}(ptr, ptr, i64, i64, i64, i64)")
    text.append("declare void @load(ptr, ptr, ptr, i64, i64, i64, i64)")
    text.append("declare void @store(ptr, ptr, i64, i64, i64)")
    text.append("declare void @zero(ptr, i64)")
    text.append("declare void @mask(ptr, i64, i64, i64)")
    text.append("declare void @gather(ptr, i64, ptr, ptr)")
    text.append("declare void @divide(ptr, i64, ptr, double)")
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


def _add_products(
    routine: Routine, sums: list[str], rows: Sequence[Callable[[], str]], columns: Sequence[Callable[[], str]]
) -> None:
    """sums[j, i] += rows[j]() * columns[i](), each of which loads a vector; sums is a list, row by row.

    The fewer vectors are held in registers, and the others pass through one: a tile that is not loaded in this order
    does not stay in 16 registers.
    """
    width = len(columns)
    if len(rows) <= width:
        held = [load() for load in rows]
        for i, load in enumerate(columns):
            x = load()
            for j, w in enumerate(held):
                sums[j * width + i] = routine.multiply_add(w, x, sums[j * width + i])
    else:
        held = [load() for load in columns]
        for j, load in enumerate(rows):
            w = load()
            for i, x in enumerate(held):
                sums[j * width + i] = routine.multiply_add(w, x, sums[j * width + i])


def _splat_from(routine: Routine, address: str) -> str:
    """A vector with the number at this address in every lane."""
    return routine.splat(routine.load(routine.machine.number, address))


def _layer(machine: Machine, vectors: int) -> str:
    """out[j] = bias[j] + sum over i of weight[j, i] * x[i], for the vectors of a block.

    What `gated` says (see `Gate`) is done while the results are in registers.
    """
    parameters = "ptr %x, ptr %out, ptr %weight, i64 %row, i64 %column, ptr %bias, i64 %bias_step, i64 %rows, "
    routine = Routine(machine, f"layer_{vectors}", parameters + "i64 %columns, i64 %gated, ptr %gate")
    kind, number = machine.kind, machine.number
    for j, tile in _tiles(routine, "%rows", (machine.rows if vectors > 1 else 8, 1)):
        rows = [routine.plus(j, k) for k in range(tile)]
        weights = [routine.at("%weight", routine.times(row, "%row")) for row in rows]
        biases = [routine.at("%bias", routine.times(row, "%bias_step")) for row in rows]
        starts = [routine.splat(routine.load(number, bias)) for bias in biases]
        carried = [("i64", "0"), ("ptr", "%x"), *[(kind, start) for start in starts for _ in range(vectors)]]
        with routine.loop(0, "%columns", carried=carried) as (_, state):
            offset, x, *sums = state
            ws = [partial(_splat_from, routine, routine.at(weight, offset)) for weight in weights]
            xs = [partial(routine.load, kind, routine.at(x, v * machine.bytes)) for v in range(vectors)]
            _add_products(routine, sums, ws, xs)
            state[:] = [routine.plus(offset, "%column"), routine.at(x, machine.slot), *sums]
        offsets = [routine.times(row, machine.slot) for row in rows]
        places = [(offset, v * machine.bytes) for offset in offsets for v in range(vectors)]
        for gate in Gate:
            with routine.when(routine.let(f"icmp eq i64 %gated, {gate.value}")):
                for total, (offset, within) in zip(state[2:], places, strict=True):
                    other = routine.at(routine.at("%gate", offset), within)
                    result = _gated(routine, gate, total, other)
                    routine.store(kind, result, routine.at(routine.at("%out", offset), within))
    return routine.end()


def _gated(routine: Routine, gate: Gate, total: str, other: str) -> str:
    """The result of a layer, or 0 where the gate is shut; `other` is the address of the number that decides."""
    kind, zeros = routine.machine.kind, "zeroinitializer"
    if gate is Gate.NONE:
        return total
    if gate is Gate.OWN:
        shut = routine.let(f"fcmp olt {kind} {total}, {zeros}")
    else:
        shut = routine.let(f"fcmp ole {kind} {routine.load(kind, other)}, {zeros}")
    return routine.let(f"select {routine.machine.condition} {shut}, {kind} {zeros}, {kind} {total}")


def _outer(machine: Machine, vectors: int) -> str:
    """sums[j, i] += upstream[j] * x[i], added over the examples of all the blocks in a stretch of memory.

    A tile has `COLUMNS` columns; where they lie side by side, a row of it is one vector.
    """
    parameters = "ptr %upstream, ptr %x, ptr %sums, i64 %row, i64 %column, i64 %rows, i64 %columns, "
    routine = Routine(machine, f"outer_{vectors}", parameters + "i64 %block, i64 %blocks_end")
    kind = machine.kind
    heights = (machine.outer_rows, 2, 1) if vectors > 1 else (machine.outer_rows, 1)  # for a rest any tiles will do
    for j, height in _tiles(routine, "%rows", heights):
        rows = [routine.plus(j, k) for k in range(height)]
        upstreams = [routine.at("%upstream", routine.times(row, machine.slot)) for row in rows]
        sum_rows = [routine.at("%sums", routine.times(row, "%row")) for row in rows]
        for i, width in _tiles(routine, "%columns", (COLUMNS if height > 1 else 2 * COLUMNS, *heights[1:])):
            columns = [routine.plus(i, k) for k in range(width)]
            xs = [routine.at("%x", routine.times(column, machine.slot)) for column in columns]
            with routine.loop(0, "%blocks_end", "%block", [(kind, "zeroinitializer")] * (height * width)) as turn:
                block, sums = turn
                for v in range(vectors):
                    addresses = [routine.at(routine.at(each, block), v * machine.bytes) for each in (*upstreams, *xs)]
                    loads = [partial(routine.load, kind, address) for address in addresses]
                    _add_products(routine, sums, loads[:height], loads[height:])
            totals = _totals(routine, sums)
            side_by_side = routine.let(f"icmp eq i64 %column, {machine.size}")
            with routine.when(side_by_side):
                for k, row in enumerate(sum_rows):
                    place = routine.at(row, routine.times(i, machine.size))
                    _add_vector(routine, totals, k * width, width, place)
            with routine.when(routine.let(f"xor i1 {side_by_side}, true")):
                offsets = [routine.times(column, "%column") for column in columns]
                _add_numbers(routine, totals, [routine.at(row, offset) for row in sum_rows for offset in offsets])
    return routine.end()


def _sum_rows(machine: Machine, vectors: int) -> str:
    """sums[j] += upstream[j], added over the examples of all the blocks in a stretch of memory."""
    parameters = "ptr %upstream, ptr %sums, i64 %row, i64 %rows, i64 %block, i64 %blocks_end"
    routine = Routine(machine, f"sum_rows_{vectors}", parameters)
    kind = machine.kind
    for j, height in _tiles(routine, "%rows", (8, 1)):
        rows = [routine.plus(j, k) for k in range(height)]
        upstreams = [routine.at("%upstream", routine.times(row, machine.slot)) for row in rows]
        with routine.loop(0, "%blocks_end", "%block", [(kind, "zeroinitializer")] * height) as (block, sums):
            for v in range(vectors):
                for k, upstream in enumerate(upstreams):
                    u = routine.load(kind, routine.at(routine.at(upstream, block), v * machine.bytes))
                    sums[k] = routine.let(f"fadd {kind} {sums[k]}, {u}")
        places = [routine.at("%sums", routine.times(row, "%row")) for row in rows]
        _add_numbers(routine, _totals(routine, sums), places)
    return routine.end()


def _totals(routine: Routine, vectors: Sequence[str]) -> list[str]:
    """The sums over the lanes of each vector, side by side in as few vectors as hold them."""
    machine = routine.machine
    found: list[str] = []
    for start in range(0, len(vectors), machine.lanes):
        part, size = list(vectors[start : start + machine.lanes]), 1
        while size < machine.lanes:  # a vector holds runs of `size` sums, each of so many lanes
            pairs = [(part[k], part[min(k + 1, len(part) - 1)]) for k in range(0, len(part), 2)]
            part = [_folded(routine, x, y, size) for x, y in pairs]
            size *= 2
        found += part
    return found


def _folded(routine: Routine, x: str, y: str, size: int) -> str:
    """Runs of `size` lanes, those of x and of y in turn, each the sum of two neighbours."""
    lanes, kind = routine.machine.lanes, routine.machine.kind
    run = [lane // size % 2 for lane in range(lanes)]  # 0: of x, 1: of y
    stay = [lane + lanes * run[lane] for lane in range(lanes)]
    move = [lane + (lanes - size if run[lane] else size) for lane in range(lanes)]
    halves = []
    for places in (stay, move):  # what stays in its lane is blended, which costs less than moving it
        mask = f"<{lanes} x i32> <{', '.join([f'i32 {place}' for place in places])}>"
        halves.append(routine.let(f"shufflevector {kind} {x}, {kind} {y}, {mask}"))
    return routine.let(f"fadd {kind} {halves[0]}, {halves[1]}")


def _add_vector(routine: Routine, totals: Sequence[str], first: int, count: int, place: str) -> None:
    """Add some of the numbers in these vectors to numbers that lie side by side."""
    machine = routine.machine
    number, lanes = machine.number, machine.lanes
    for start in range(first, first + count, lanes):
        size = min(lanes, first + count - start)
        kind, vector = f"<{size} x {number}>", totals[start // lanes]
        if size < lanes:
            places = ", ".join(f"i32 {start % lanes + k}" for k in range(size))
            vector = routine.let(
                f"shufflevector {machine.kind} {vector}, {machine.kind} poison, <{size} x i32> <{places}>"
            )
        to = routine.at(place, (start - first) * machine.size)
        before = routine.let(f"load {kind}, ptr {to}, align {machine.size}")
        total = routine.let(f"fadd {kind} {before}, {vector}")
        routine.lines.append(f"store {kind} {total}, ptr {to}, align {machine.size}")


def _add_numbers(routine: Routine, totals: Sequence[str], places: Sequence[str]) -> None:
    """Add the numbers in these vectors to numbers anywhere."""
    machine = routine.machine
    for k, place in enumerate(places):
        vector, lane = totals[k // machine.lanes], k % machine.lanes
        x = routine.let(f"extractelement {machine.kind} {vector}, i32 {lane}")
        total = routine.let(f"fadd {machine.number} {routine.load(machine.number, place)}, {x}")
        routine.store(machine.number, total, place)


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
    """Set whole vectors to 0."""
    routine = Routine(machine, "zero", "ptr %memory, i64 %bytes")
    with routine.loop(0, "%bytes", machine.bytes) as (offset, _):
        routine.store(machine.kind, "zeroinitializer", routine.at("%memory", offset))
    return routine.end()


def _mask(machine: Machine) -> str:
    """Set all lanes but the first few to 0, in vectors that are `step` bytes apart."""
    routine = Routine(machine, "mask", "ptr %vectors, i64 %step, i64 %count, i64 %few")
    kind, integers = machine.kind, f"<{machine.lanes} x i64>"
    one = routine.let(f"insertelement {integers} poison, i64 %few, i32 0")
    few = routine.let(f"shufflevector {integers} {one}, {integers} poison, <{machine.lanes} x i32> zeroinitializer")
    lanes = ", ".join(f"i64 {lane}" for lane in range(machine.lanes))
    busy = routine.let(f"icmp slt {integers} <{lanes}>, {few}")
    with routine.loop(0, "%count") as (k, _):
        place = routine.at("%vectors", routine.times(k, "%step"))
        before = routine.load(kind, place)
        kept = routine.let(f"select {machine.condition} {busy}, {kind} {before}, {kind} zeroinitializer")
        routine.store(kind, kept, place)
    return routine.end()


def _gather(machine: Machine) -> str:
    """Add up the lanes of each vector, and add that to the number at its place among the sums."""
    routine = Routine(machine, "gather", "ptr %vectors, i64 %count, ptr %places, ptr %sums")
    kind, number = machine.kind, machine.number
    with routine.loop(0, "%count") as (k, _):
        lanes = routine.load(kind, routine.at("%vectors", routine.times(k, machine.bytes)))
        total = routine.let(
            f"call reassoc {number} @llvm.vector.reduce.fadd.{machine.suffix}({number} -0.0, {kind} {lanes})"
        )
        place = routine.load("i64", routine.at("%places", routine.times(k, 8)))
        to = routine.at("%sums", routine.times(place, machine.size))
        routine.store(number, routine.let(f"fadd {number} {routine.load(number, to)}, {total}"), to)
    return routine.end()


def _divide(machine: Machine) -> str:
    """Divide the sums by the number of examples."""
    routine = Routine(machine, "divide", "ptr %sums, i64 %count, ptr %results, double %divisor")
    number = machine.number
    divisor = "%divisor" if number == "double" else routine.let(f"fptrunc double %divisor to {number}")
    for k, size in _tiles(routine, "%count", (machine.lanes, 1)):
        kind, by = (number, divisor) if size == 1 else (machine.kind, routine.splat(divisor))
        offset = routine.times(k, machine.size)
        total = routine.load(kind, routine.at("%sums", offset))
        mean = routine.let(f"fdiv {kind} {total}, {by}")
        routine.lines.append(f"store {kind} {mean}, ptr {routine.at('%results', offset)}, align {machine.size}")
    return routine.end()
