"""The loop over the batch, as LLVM text: what a call of a program does from beginning to end."""

from __future__ import annotations

from .kernels import Machine

# The frame that `run` is called with, each 8 bytes; then address and row step of each argument.
FRAME = ("start", "stop", "order", "parameters", "values", "sums", "outputs", "results", "divisor")


def batch_loop(machine: Machine, counts: list[int], sum_count: int, output_slot: int, output_count: int) -> str:
    """The whole of a call: set the sums to 0, take the examples block by block, and add up the lanes at the end.

    First comes the vector that has too few examples (the sums of its idle lanes are set to 0 again afterwards), then
    whole vectors, then whole blocks.
    """
    width, block = machine.lanes, machine.lanes * machine.vectors
    text = ["define void @run(ptr %frame) {", "begin:"]
    for place, name in enumerate(FRAME):
        what = "i64" if name in ("start", "stop") else "double" if name == "divisor" else "ptr"
        text += [
            f"%{name}_at = getelementptr i64, ptr %frame, i64 {place}",
            f"%{name} = load {what}, ptr %{name}_at",
        ]
    slot = 0
    slots = []
    for number, count in enumerate(counts):
        text.append(f"%argument{number} = getelementptr i64, ptr %frame, i64 {len(FRAME) + 2 * number}")
        text.append(f"%input{number} = getelementptr i8, ptr %values, i64 {slot * machine.slot}")
        slots.append(slot)
        slot += count
    text.append(f"%output = getelementptr i8, ptr %values, i64 {output_slot * machine.slot}")

    def take(first: str, vectors: int, examples: str) -> list[str]:
        lines = [
            f"call void @load(ptr %argument{number}, ptr %order, ptr %input{number}, i64 {first}, i64 %last, "
            f"i64 {vectors * machine.bytes}, i64 {count})"
            for number, count in enumerate(counts)
            if count
        ]
        lines.append(f"call void @block_{vectors}(ptr %values, ptr %parameters, ptr %sums)")
        if output_count:
            lines.append(
                f"call void @store(ptr %outputs, ptr %output, i64 {first}, i64 {examples}, i64 {output_count})"
            )
        return lines

    sums = bool(sum_count)
    text += [f"call void @zero(ptr %sums, i64 {sum_count})"] * sums
    text += [
        "%last = sub i64 %stop, 1",
        "%count = sub i64 %stop, %start",
        f"%few = urem i64 %count, {width}",
        "%any_few = icmp ne i64 %few, 0",
        "%end = sub i64 %stop, %few",
        "%full = sub i64 %end, %start",
        f"%single = urem i64 %full, {block}",
        "%blocks_end = sub i64 %end, %single",
        "br i1 %any_few, label %few_examples, label %vectors_of",
        "few_examples:",
        *take("%end", 1, "%few"),
        *[f"call void @mask(ptr %sums, i64 {sum_count}, i64 %few)"] * sums,
        "br label %vectors_of",
        "vectors_of:",
        "br label %vectors",
        "vectors:",
        "%v = phi i64 [ %blocks_end, %vectors_of ], [ %vnext, %vector ]",
        "%vmore = icmp slt i64 %v, %end",
        "br i1 %vmore, label %vector, label %blocks",
        "vector:",
        f"%vnext = add i64 %v, {width}",
        *take("%v", 1, str(width)),
        "br label %vectors",
        "blocks:",
        "%b = phi i64 [ %start, %vectors ], [ %bnext, %block ]",
        "%bmore = icmp slt i64 %b, %blocks_end",
        "br i1 %bmore, label %block, label %finish",
        "block:",
        f"%bnext = add i64 %b, {block}",
        *take("%b", machine.vectors, str(block)),
        "br label %blocks",
        "finish:",
        *[f"call void @reduce(ptr %sums, i64 {sum_count}, ptr %results, double %divisor)"] * sums,
        "ret void",
        "}",
    ]
    return "\n".join(text)
