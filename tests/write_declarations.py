"""Write micrograd_kr/engine/op_methods.pyi: what a type checker and an editor know of the methods that ops give Value.

After a row of the table has been added, or its arguments changed:

    python tests/write_declarations.py
"""

import inspect
import re
from pathlib import Path

import micrograd_kr
from micrograd_kr import Value
from micrograd_kr.ops import OPS, Op

FILE = Path(micrograd_kr.__file__).parent / "engine" / "op_methods.pyi"

HEAD = '''\
"""Written by `python tests/write_declarations.py` from the table of ops: do not edit."""

from ..elementary import Operand
from .condition import Condition
from .value import Value

class OpMethods:
'''


def parameters_of(name: str, op: Op) -> str:
    """The parameters of the method, self first."""
    if name.startswith("__"):
        return "self" if op.arity == 1 else "self, other: Operand, /"
    _, *others = inspect.signature(op.forward).parameters.values()
    declared = [f"{each.name}: Operand{'' if each.default is each.empty else ' = ...'}" for each in others]
    return ", ".join(["self", *declared, "/"]) if others else "self"


def declarations() -> str:
    """The file, from the methods that Value has now."""
    lines = []
    for name, function in vars(Value).items():
        of_op = re.match(r"The op `(\w+)` of the table", getattr(function, "__doc__", None) or "")
        if of_op and of_op[1] in OPS:  # the methods of ops that were removed again stay
            op = OPS[of_op[1]]
            gives = "Value" if op.gives == "number" else "Condition[Value]"
            lines += [f"    def {name}({parameters_of(name, op)}) -> {gives}:", f'        """{function.__doc__}"""']
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(declarations(), encoding="utf-8")
