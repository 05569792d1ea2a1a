"""The loop over the batch, as LLVM text: what a call of a program does from beginning to end."""

from __future__ import annotations

from .assembly import Machine, Routine
from .planning import Plan

# The frame that `run` is called with, each 8 bytes; then address and row step of each argument.
FRAME = ("start", "stop", "order", "parameters", "values", "sums", "outputs", "results", "divisor")
_KINDS = {"start": "i64", "stop": "i64", "divisor": "double"}  # the others are addresses


def batch_loop(machine: Machine, plan: Plan, counts: list[int], output_count: int) -> str:
    """The function `run`: set the sums to 0, take the examples block by block, and add up the lanes at the end.

    First comes the vector that has too few examples (what its idle lanes hold is set to 0 afterwards), then whole
    vectors; they share a block. Then come whole blocks. The gradients of weight matrices are added up over several
    blocks at once.
    """
    width, block = machine.lanes, machine.lanes * machine.vectors
    run = Routine(machine, "run", "ptr %frame")
    for place, name in enumerate(FRAME):
        run.load(_KINDS.get(name, "ptr"), run.at("%frame", 8 * place), f"%{name}")
    last = run.minus("%stop", 1)
    size = plan.block_size(machine)
    scratch = run.at("%values", plan.blocks(machine) * size)

    def take(first: str, vectors: int, examples: str, values: str) -> None:
        """Compute on the block (or single vector) of examples that begins at `first`."""
        pointers = {"%values": values, "%scratch": scratch}

        def address(slot: int) -> str:
            pointer, offset = plan.place(slot, machine)
            return run.at(pointers[pointer], offset)

        for number, (count, slot) in enumerate(zip(counts, plan.arguments, strict=True)):
            argument = run.at("%frame", 8 * (len(FRAME) + 2 * number))
            if count:
                to, size = address(slot), vectors * machine.bytes
                run.call(
                    f"load(ptr {argument}, ptr %order, ptr {to}, i64 {first}, i64 {last}, i64 {size}, i64 {count})"
                )
        run.call(f"block_{vectors}(ptr {values}, ptr {scratch}, ptr %parameters, ptr %sums)")
        if output_count:
            output = address(plan.output_slot)
            run.call(f"store(ptr %outputs, ptr {output}, i64 {first}, i64 {examples}, i64 {output_count})")

    def add_up(vectors: int, end: str) -> None:
        if plan.outers:
            run.call(f"outers_{vectors}(ptr %values, ptr %sums, i64 {end})")

    lane_sums = run.at("%sums", plan.lane_sums(machine))
    if plan.sum_count:
        run.call(f"zero(ptr %sums, i64 {plan.sums_size(machine)})")
    count = run.minus("%stop", "%start")
    few = run.let(f"urem i64 {count}, {width}")
    end = run.minus("%stop", few)
    partial = run.let(f"icmp ne i64 {few}, 0")
    with run.when(partial):
        take(end, 1, few, "%values")
        if plan.lane_places:
            run.call(f"mask(ptr {lane_sums}, i64 {machine.bytes}, i64 {len(plan.lane_places)}, i64 {few})")
        if plan.outers:
            run.call(f"mask(ptr %values, i64 {machine.slot}, i64 {plan.own_count}, i64 {few})")
    blocks_end = run.minus(end, run.let(f"urem i64 {run.minus(end, '%start')}, {block}"))
    first_used = run.let(f"select i1 {partial}, i64 {machine.bytes}, i64 0")
    whole = run.let(f"icmp slt i64 {blocks_end}, {end}")
    with run.when(whole), run.loop(blocks_end, end, width, [("i64", first_used)]) as (first, used):
        take(first, 1, str(width), run.at("%values", used[0]))
        used[0] = run.plus(used[0], machine.bytes)
    rest = run.minus("%stop", blocks_end)
    if plan.outers:
        with run.when(run.let(f"icmp ne i64 {rest}, 0")):
            used_vectors = run.let(f"udiv i64 {run.plus(rest, width - 1)}, {width}")
            add_up(1, run.times(used_vectors, machine.bytes))
    together = block * plan.blocks(machine)
    with run.when(run.let(f"icmp slt i64 %start, {blocks_end}")), run.loop("%start", blocks_end, together) as (some, _):
        beyond = run.plus(some, together)
        to = run.let(f"select i1 {run.let(f'icmp slt i64 {beyond}, {blocks_end}')}, i64 {beyond}, i64 {blocks_end}")
        with run.loop(some, to, block, [("i64", "0")]) as (first, used):
            take(first, machine.vectors, str(block), run.at("%values", used[0]))
            used[0] = run.plus(used[0], size)
        add_up(machine.vectors, used[0])
    if plan.lane_places:
        run.call(f"gather(ptr {lane_sums}, i64 {len(plan.lane_places)}, ptr @places, ptr %sums)")
    if plan.sum_count:
        run.call(f"divide(ptr %sums, i64 {plan.sum_count}, ptr %results, double %divisor)")
    return run.end()
