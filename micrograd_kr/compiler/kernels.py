"""The loops of the compiled code: a matrix times a vector, a column times a row, loading, storing and summing.

They are the same for every program, and so compiled once, at LLVM's highest level.

A block is `vectors` times `lanes` examples. The loops hold a tile of results in registers, so that a number that was
loaded serves several multiply-adds. All addresses and steps are in bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .assembly import Function, Machine


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
    kind, text = machine.kind, []
    for name, count in (("fabs", 1), ("sqrt", 1), ("fmuladd", 3)):
        text.append(f"declare {kind} @llvm.{name}.{machine.suffix}({', '.join([kind] * count)})")
    text.append(f"declare {machine.number} @llvm.vector.reduce.fadd.{machine.suffix}({machine.number}, {kind})")
    return "\n".join(text)


def _tiles(function: Function, count: str, sizes: Sequence[int]) -> Iterator[tuple[str, int]]:
    """Loops over 0 ... count in tiles of the first size, then over the rest in smaller ones: (first place, size)."""
    first = "0"
    for size in sizes:
        rest = function.minus(count, first)
        end = function.minus(count, function.let(f"urem i64 {rest}, {size}"))
        with (
            function.when(function.let(f"icmp slt i64 {first}, {end}")),
            function.loop(first, end, size) as (place, _),
        ):
            yield place, size
        first = end


def _layer(machine: Machine, vectors: int) -> str:
    """out[j] = bias[j] + sum over i of weight[j, i] * x[i], for the vectors of a block."""
    parameters = "ptr %x, ptr %out, ptr %weight, i64 %row, i64 %column, ptr %bias, i64 %bias_step, i64 %rows, "
    function = Function(machine, f"layer_{vectors}", parameters + "i64 %columns")
    kind, number = machine.kind, machine.number
    for j, tile in _tiles(function, "%rows", (machine.rows if vectors > 1 else 2 * machine.rows, 1)):
        rows = [function.plus(j, k) for k in range(tile)]
        weights = [function.at("%weight", function.times(row, "%row")) for row in rows]
        biases = [function.at("%bias", function.times(row, "%bias_step")) for row in rows]
        starts = [function.splat(function.load(number, bias)) for bias in biases]
        carried = [("i64", "0"), ("ptr", "%x"), *[(kind, start) for start in starts for _ in range(vectors)]]
        with function.loop(0, "%columns", carried=carried) as (_, state):
            offset, x, *sums = state
            xs = [function.load(kind, function.at(x, v * machine.bytes)) for v in range(vectors)]
            found = []
            for k, weight in enumerate(weights):
                w = function.splat(function.load(number, function.at(weight, offset)))
                found += [function.multiply_add(w, xs[v], sums[k * vectors + v]) for v in range(vectors)]
            state[:] = [function.plus(offset, "%column"), function.at(x, machine.slot), *found]
        for k, row in enumerate(rows):
            out = function.at("%out", function.times(row, machine.slot))
            for v in range(vectors):
                function.store(kind, state[2 + k * vectors + v], function.at(out, v * machine.bytes))
    return function.end()


def _outer(machine: Machine, vectors: int) -> str:
    """sums[j, i] += upstream[j] * x[i], added over the vectors of all the blocks in a stretch of memory."""
    parameters = "ptr %upstream, ptr %x, ptr %sums, i64 %row, i64 %column, i64 %rows, i64 %columns, "
    function = Function(machine, f"outer_{vectors}", parameters + "i64 %block, i64 %blocks_end")
    kind = machine.kind
    for j, height in _tiles(function, "%rows", (machine.rows, 1)):
        rows = [function.plus(j, k) for k in range(height)]
        upstreams = [function.at("%upstream", function.times(row, machine.slot)) for row in rows]
        sum_rows = [function.at("%sums", function.times(row, "%row")) for row in rows]
        for i, width in _tiles(function, "%columns", (2, 1)):
            columns = [function.plus(i, k) for k in range(width)]
            xs = [function.at("%x", function.times(column, machine.slot)) for column in columns]
            offsets = [function.times(column, "%column") for column in columns]
            places = [function.at(row, offset) for row in sum_rows for offset in offsets]
            carried = [(kind, "zeroinitializer") for _ in places]  # so that nothing waits for the sums to be loaded
            with function.loop(0, "%blocks_end", "%block", carried) as (block, sums):
                for v in range(vectors):
                    found = [function.load(kind, function.at(function.at(x, block), v * machine.bytes)) for x in xs]
                    for k, upstream in enumerate(upstreams):
                        u = function.load(kind, function.at(function.at(upstream, block), v * machine.bytes))
                        for column, x in enumerate(found, k * width):
                            sums[column] = function.multiply_add(u, x, sums[column])
            for place, total in zip(places, sums, strict=True):
                before = function.load(kind, place)
                function.store(kind, function.let(f"fadd {kind} {before}, {total}"), place)
    return function.end()


def _load(machine: Machine) -> str:
    """Bring rows first ... of an argument into the slots at `to`, a lane an example.

    Lanes beyond the last row repeat it; nothing that they compute is used.
    """
    parameters = "ptr %argument, ptr %order, ptr %to, i64 %first, i64 %last, i64 %bytes, i64 %count"
    function = Function(machine, "load", parameters)
    data, step = function.load("ptr", "%argument"), function.load("i64", function.at("%argument", 8))
    in_order = function.let("icmp eq ptr %order, null")
    with function.loop(0, "%bytes", machine.bytes) as (offset, _):
        base = function.plus("%first", function.let(f"udiv i64 {offset}, {machine.size}"))
        rows = []
        for lane in range(machine.lanes):
            far = function.plus(base, lane)
            beyond = function.let(f"icmp sgt i64 {far}, %last")
            near = function.let(f"select i1 {beyond}, i64 %last, i64 {far}")
            place = function.at("%order", function.times(near, 8))
            place = function.let(f"select i1 {in_order}, ptr %argument, ptr {place}")  # in order: any number will do
            shuffled = function.load("i64", place)
            row = function.let(f"select i1 {in_order}, i64 {near}, i64 {shuffled}")
            rows.append(function.at(data, function.times(row, step)))
        to = function.at("%to", offset)
        with function.loop(0, "%count") as (column, _):
            vector, cell = "poison", function.times(column, machine.size)
            for lane, row in enumerate(rows):
                x = function.load(machine.number, function.at(row, cell))
                vector = function.let(f"insertelement {machine.kind} {vector}, {machine.number} {x}, i32 {lane}")
            function.store(machine.kind, vector, function.at(to, function.times(column, machine.slot)))
    return function.end()


def _store(machine: Machine) -> str:
    """Write the outputs of the first examples of a block, in the slots at `from`, into the array of outputs."""
    function = Function(machine, "store", "ptr %array, ptr %from, i64 %first, i64 %examples, i64 %count")
    with function.loop(0, "%examples") as (row, _):
        cells = function.times(function.plus("%first", row), "%count")
        to = function.at("%array", function.times(cells, machine.size))
        lane = function.at("%from", function.times(row, machine.size))
        with function.loop(0, "%count") as (column, _):
            x = function.load(machine.number, function.at(lane, function.times(column, machine.slot)))
            function.store(machine.number, x, function.at(to, function.times(column, machine.size)))
    return function.end()


def _zero(machine: Machine) -> str:
    """Set the sums to 0."""
    function = Function(machine, "zero", "ptr %sums, i64 %count")
    with function.loop(0, "%count") as (k, _):
        function.store(machine.kind, "zeroinitializer", function.at("%sums", function.times(k, machine.bytes)))
    return function.end()


def _mask(machine: Machine) -> str:
    """Set the sums of all lanes but the first few to 0."""
    function = Function(machine, "mask", "ptr %sums, i64 %count, i64 %few")
    kind, integers = machine.kind, f"<{machine.lanes} x i64>"
    one = function.let(f"insertelement {integers} poison, i64 %few, i32 0")
    few = function.let(f"shufflevector {integers} {one}, {integers} poison, <{machine.lanes} x i32> zeroinitializer")
    lanes = ", ".join(f"i64 {lane}" for lane in range(machine.lanes))
    busy = function.let(f"icmp slt {integers} <{lanes}>, {few}")
    with function.loop(0, "%count") as (k, _):
        place = function.at("%sums", function.times(k, machine.bytes))
        sums = function.load(kind, place)
        kept = function.let(f"select {machine.condition} {busy}, {kind} {sums}, {kind} zeroinitializer")
        function.store(kind, kept, place)
    return function.end()


def _reduce(machine: Machine) -> str:
    """Add up the lanes of each sum and divide by the number of examples."""
    function = Function(machine, "reduce", "ptr %sums, i64 %count, ptr %results, double %divisor")
    kind, number = machine.kind, machine.number
    divisor = "%divisor" if number == "double" else function.let(f"fptrunc double %divisor to {number}")
    with function.loop(0, "%count") as (k, _):
        lanes = function.load(kind, function.at("%sums", function.times(k, machine.bytes)))
        total = function.let(
            f"call reassoc {number} @llvm.vector.reduce.fadd.{machine.suffix}({number} -0.0, {kind} {lanes})"
        )
        mean = function.let(f"fdiv {number} {total}, {divisor}")
        function.store(number, mean, function.at("%results", function.times(k, machine.size)))
    return function.end()
