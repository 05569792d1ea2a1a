"""Records what PyTorch computes at the corners of every row: run once, with torch installed.

python tests/record_pytorch_corners.py        writes tests/pytorch_corners.json
"""

import json
from itertools import product
from pathlib import Path

CORNERS = ["-inf", "-5.0", "-2.0", "-1.0", "-0.0", "0.0", "1.0", "2.0", "5.0", "inf", "nan"]
TWO = ("add sub mul div pow atan2 maximum minimum logaddexp clip_low clip_high where_true where_false sum dot").split()


def functions_of(torch):
    """PyTorch's function for each row."""
    named = torch.nn.functional
    functions = {
        "add": torch.add,
        "sub": torch.sub,
        "mul": torch.mul,
        "div": torch.div,
        "pow": torch.pow,
        "neg": torch.neg,
        "abs": torch.abs,
        "relu": torch.relu,
        "leaky_relu": named.leaky_relu,
        "softplus": named.softplus,
        "softsign": named.softsign,
        "gelu": named.gelu,
        "elu": named.elu,
        "silu": named.silu,
        "hard_tanh": named.hardtanh,
        "clip_low": lambda x, low: torch.clamp(x, low, torch.tensor(4.0, dtype=x.dtype)),
        "clip_high": lambda x, high: torch.clamp(x, torch.tensor(-4.0, dtype=x.dtype), high),
        "where_true": lambda x, y: torch.where(torch.tensor(True), x, y),
        "where_false": lambda x, y: torch.where(torch.tensor(False), x, y),
        "sum": lambda x, y: torch.stack([x, y]).sum(),
        "dot": lambda x, y: torch.dot(x.reshape(1), y.reshape(1)) + 1.0,
    }
    functions |= {
        name: getattr(torch, name)
        for name in (
            "exp expm1 exp2 log log1p log2 log10 sqrt sin cos tan sinh cosh tanh asin acos atan atan2 asinh acosh "
            "atanh erf floor sign sigmoid maximum minimum logaddexp"
        ).split()
    }
    return functions


def _gradient(torch, out, leaves):
    if not out.requires_grad:
        return [torch.tensor(0.0)] * len(leaves)
    found = torch.autograd.grad(out, leaves, create_graph=True, allow_unused=True)
    return [torch.tensor(0.0) if slope is None else slope for slope in found]


def main() -> None:
    import torch

    table: dict[str, list[list[str]]] = {}
    for name, function in functions_of(torch).items():
        rows = table[name] = []
        for corner in product(CORNERS, repeat=2 if name in TWO else 1):
            leaves = [torch.tensor(float(x), dtype=torch.float64, requires_grad=True) for x in corner]
            out = function(*leaves)
            gradient = _gradient(torch, out, leaves)
            second = [each for slope in gradient for each in _gradient(torch, slope, leaves)]
            rows.append([*corner, *[repr(number.item()) for number in (out, *gradient, *second)]])
    lines = [
        f' "{name}": [\n' + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n ]" for name, rows in table.items()
    ]
    text = '{\n "torch": ' + json.dumps(torch.__version__.split("+")[0]) + ",\n" + ",\n".join(lines) + "\n}\n"
    Path(__file__).with_name("pytorch_corners.json").write_text(text)


if __name__ == "__main__":
    main()
