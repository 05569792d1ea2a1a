"""The loops of the compiled code, as LLVM text: a matrix times a vector, a column times a row, loading and storing.

A block is `vectors` times `lanes` examples; the loops hold a tile of results in registers, so that a number that was
loaded serves several multiply-adds. All addresses are in bytes; `slot` is the size of one slot of memory.
"""

from __future__ import annotations

from dataclasses import dataclass


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
        f"define internal void @layer_{vectors}(ptr %x, ptr %out, ptr %weight, i64 %row, i64 %column, ptr %bias, "
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
        f"define internal void @outer_{vectors}(ptr %upstream, ptr %x, ptr %sums, i64 %row, i64 %column, "
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


def loader(machine: Machine, counts: list[int]) -> str:
    """Bring rows first ... of the arguments into the slots of the inputs, a lane an example.

    Lanes beyond the last row repeat it; nothing that they compute is used.
    """
    lanes, width = range(machine.lanes), machine.bytes
    text = [
        "define internal void @load(ptr %frame, ptr %values, i64 %first, i64 %last, i64 %bytes) {",
        "start:",
        "%order_at = getelementptr i64, ptr %frame, i64 2",
        "%order = load ptr, ptr %order_at",
        "%in_order = icmp eq ptr %order, null",
        "br label %vector",
        "vector:",
        f"%at = phi i64 [ 0, %start ], [ %next, %filled{len(counts)} ]",
        f"%examples = udiv i64 %at, {8}",
        "%base = add i64 %first, %examples",
    ]
    for k in lanes:
        text += [
            f"%far{k} = add i64 %base, {k}",
            f"%beyond{k} = icmp sgt i64 %far{k}, %last",
            f"%near{k} = select i1 %beyond{k}, i64 %last, i64 %far{k}",
        ]
    text += ["br i1 %in_order, label %filled0, label %shuffled", "shuffled:"]
    for k in lanes:
        text += [
            f"%place{k} = getelementptr i64, ptr %order, i64 %near{k}",
            f"%shuffled{k} = load i64, ptr %place{k}",
        ]
    text += ["br label %filled0", "filled0:"]
    for k in lanes:
        text.append(f"%row{k} = phi i64 [ %near{k}, %vector ], [ %shuffled{k}, %shuffled ]")
    slot = 0
    for number, count in enumerate(counts):
        after = f"filled{number + 1}"
        text += [
            f"%argument{number} = getelementptr i64, ptr %frame, i64 {FRAME + 2 * number}",
            f"%data{number} = load ptr, ptr %argument{number}",
            f"%step_at{number} = getelementptr i64, ptr %argument{number}, i64 1",
            f"%step{number} = load i64, ptr %step_at{number}",
        ]
        for k in lanes:
            text += [
                f"%offset{number}.{k} = mul i64 %row{k}, %step{number}",
                f"%from{number}.{k} = getelementptr i8, ptr %data{number}, i64 %offset{number}.{k}",
            ]
        text += [
            f"%slots{number} = getelementptr i8, ptr %values, i64 {slot * machine.slot}",
            f"%to{number} = getelementptr i8, ptr %slots{number}, i64 %at",
            f"br label %column{number}",
            f"column{number}:",
            f"%i{number} = phi i64 [ 0, %filled{number} ], [ %inext{number}, %column{number} ]",
        ]
        vector = "poison"
        for k in lanes:
            text += [
                f"%cell{number}.{k} = getelementptr double, ptr %from{number}.{k}, i64 %i{number}",
                f"%x{number}.{k} = load double, ptr %cell{number}.{k}",
                f"%v{number}.{k} = insertelement {machine.kind} {vector}, double %x{number}.{k}, i32 {k}",
            ]
            vector = f"%v{number}.{k}"
        text += [
            f"%there{number} = mul i64 %i{number}, {machine.slot}",
            f"%slot{number} = getelementptr i8, ptr %to{number}, i64 %there{number}",
            machine.store(vector, f"%slot{number}"),
            f"%inext{number} = add i64 %i{number}, 1",
            f"%more{number} = icmp slt i64 %inext{number}, {count}",
            f"br i1 %more{number}, label %column{number}, label %{after}",
            f"{after}:",
        ]
        slot += count
    text += [
        f"%next = add i64 %at, {width}",
        "%more = icmp slt i64 %next, %bytes",
        "br i1 %more, label %vector, label %end",
        "end:",
        "ret void",
        "}",
    ]
    return "\n".join(text)


def storer(machine: Machine, output_slot: int, count: int) -> str:
    """Write the outputs of rows first ... last into the array of outputs."""
    return f"""define internal void @store(ptr %frame, ptr %values, i64 %first, i64 %examples) {{
start:
%array_at = getelementptr i64, ptr %frame, i64 6
%array = load ptr, ptr %array_at
%begin = getelementptr i64, ptr %frame, i64 0
%chunk = load i64, ptr %begin
%from = getelementptr i8, ptr %values, i64 {output_slot * machine.slot}
br label %row
row:
%r = phi i64 [ 0, %start ], [ %rnext, %rowend ]
%number = add i64 %first, %r
%cells = mul i64 %number, {count}
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
%cmore = icmp slt i64 %cnext, {count}
br i1 %cmore, label %column, label %rowend
rowend:
%rnext = add i64 %r, 1
%rmore = icmp slt i64 %rnext, %examples
br i1 %rmore, label %row, label %end
end:
ret void
}}"""


FRAME = (
    9  # where the arguments begin in the frame: start, stop, order, parameters, values, sums, outputs, results, divisor
)


def batch_loop(machine: Machine, sum_count: int, has_outputs: bool) -> str:
    """The whole of a call: set the sums to 0, take the examples block by block, and add up the lanes at the end.

    First comes the vector that has too few examples (the sums of its idle lanes are set to 0 again afterwards), then
    whole vectors, then whole blocks.
    """
    width, block = machine.lanes, machine.lanes * machine.vectors
    kind = machine.kind
    names = ["start", "stop", "order", "parameters", "values", "sums", "outputs", "results"]
    text = ["define void @run(ptr %frame) {", "begin:"]
    for place, name in enumerate(names):
        what = "i64" if place < 2 else "ptr"
        text += [
            f"%{name}_at = getelementptr i64, ptr %frame, i64 {place}",
            f"%{name} = load {what}, ptr %{name}_at",
        ]

    def take(label: str, first: str, vectors: int, examples: str) -> list[str]:
        lines = [
            f"call void @load(ptr %frame, ptr %values, i64 {first}, i64 %last, i64 {vectors * machine.bytes})",
            f"call void @block_{vectors}(ptr %values, ptr %parameters, ptr %sums)",
        ]
        if has_outputs:
            lines.append(f"call void @store(ptr %frame, ptr %values, i64 {first}, i64 {examples})")
        return lines

    text += [
        "%last = sub i64 %stop, 1",
        "%count = sub i64 %stop, %start",
        f"%few = urem i64 %count, {width}",
        "%any_few = icmp ne i64 %few, 0",
    ]
    if sum_count:
        text += [
            "br label %zero",
            "zero:",
            "%z = phi i64 [ 0, %begin ], [ %znext, %zero ]",
            f"%zat = mul i64 %z, {machine.bytes}",
            "%zp = getelementptr i8, ptr %sums, i64 %zat",
            machine.store("zeroinitializer", "%zp"),
            "%znext = add i64 %z, 1",
            f"%zmore = icmp slt i64 %znext, {sum_count}",
            "br i1 %zmore, label %zero, label %tail",
            "tail:",
        ]
    text += ["br i1 %any_few, label %few_examples, label %whole", "few_examples:"]
    text += ["%few_first = sub i64 %stop, %few", *take("few", "%few_first", 1, "%few")]
    if sum_count:
        lanes = ", ".join(f"i64 {k}" for k in range(width))
        zeros = f"<{width} x i32> zeroinitializer"
        text += [
            f"%few.one = insertelement <{width} x i64> poison, i64 %few, i32 0",
            f"%few.all = shufflevector <{width} x i64> %few.one, <{width} x i64> poison, {zeros}",
            f"%busy = icmp slt <{width} x i64> <{lanes}>, %few.all",
            "br label %mask",
            "mask:",
            "%m = phi i64 [ 0, %few_examples ], [ %mnext, %mask ]",
            f"%mat = mul i64 %m, {machine.bytes}",
            "%mp = getelementptr i8, ptr %sums, i64 %mat",
            machine.load("%mv", "%mp"),
            f"%masked = select {machine.condition} %busy, {kind} %mv, {kind} zeroinitializer",
            machine.store("%masked", "%mp"),
            "%mnext = add i64 %m, 1",
            f"%mmore = icmp slt i64 %mnext, {sum_count}",
            "br i1 %mmore, label %mask, label %whole",
        ]
    else:
        text.append("br label %whole")
    text += [
        "whole:",
        "%end = sub i64 %stop, %few",
        "%full = sub i64 %end, %start",
        f"%single = urem i64 %full, {block}",
        "%blocks_end = sub i64 %end, %single",
        "br label %vectors",
        "vectors:",
        "%v = phi i64 [ %blocks_end, %whole ], [ %vnext, %vector ]",
        "%vmore = icmp slt i64 %v, %end",
        "br i1 %vmore, label %vector, label %blocks",
        "vector:",
        f"%vnext = add i64 %v, {width}",
        *take("vector", "%v", 1, str(width)),
        "br label %vectors",
        "blocks:",
        "%b = phi i64 [ %start, %vectors ], [ %bnext, %block ]",
        "%bmore = icmp slt i64 %b, %blocks_end",
        "br i1 %bmore, label %block, label %finish",
        "block:",
        f"%bnext = add i64 %b, {block}",
        *take("block", "%b", machine.vectors, str(block)),
        "br label %blocks",
        "finish:",
    ]
    if sum_count:
        text += [
            "%divisor_at = getelementptr i64, ptr %frame, i64 8",
            "%divisor = load double, ptr %divisor_at",
            "br label %reduce",
            "reduce:",
            "%p = phi i64 [ 0, %finish ], [ %pnext, %reduce ]",
            f"%pat = mul i64 %p, {machine.bytes}",
            "%pp = getelementptr i8, ptr %sums, i64 %pat",
            machine.load("%lanes", "%pp"),
            f"%total = call reassoc double @llvm.vector.reduce.fadd.{machine.suffix}(double -0.0, {kind} %lanes)",
            "%mean = fdiv double %total, %divisor",
            "%to = getelementptr double, ptr %results, i64 %p",
            "store double %mean, ptr %to",
            "%pnext = add i64 %p, 1",
            f"%pmore = icmp slt i64 %pnext, {sum_count}",
            "br i1 %pmore, label %reduce, label %return",
            "return:",
        ]
    text += ["ret void", "}"]
    return "\n".join(text)
