"""A long run: gradcheck on many random graphs, to see whether it ever cries wolf.

    python demos/long_gradcheck.py [how many graphs] [first seed]

Each graph has up to 12 nodes of any op of the table, on floats (every tenth on Fractions, every tenth on complex
numbers). Every gradient is right, as the table's rules are proven elsewhere: so each alarm would be a false one.
"""

import sys
import time
from collections import Counter
from fractions import Fraction

from micrograd_kr.testing import GradientError, InconclusiveError, gradcheck, random_expression


def main(count: int = 1000, first: int = 0) -> int:
    verdicts: Counter[str] = Counter()
    start = time.perf_counter()
    for seed in range(first, first + count):
        numbers = {0: Fraction, 1: complex}.get(seed % 10, float)
        expression = random_expression(seed, inputs=1 + seed % 3, nodes=1 + seed % 12, numbers=numbers)
        try:
            gradcheck(expression, expression.point)
            verdicts["right"] += 1
        except InconclusiveError:
            verdicts["too flat to tell"] += 1
        except GradientError as alarm:
            verdicts["false alarm"] += 1
            print(f"seed {seed}: {expression!r}\n{alarm}", flush=True)
        if (seed - first + 1) % 10_000 == 0:
            print(seed - first + 1, dict(verdicts), f"{time.perf_counter() - start:.0f} s", flush=True)
    seconds = time.perf_counter() - start
    print(f"{count} graphs in {seconds:.1f} s: {dict(verdicts)}")
    return verdicts["false alarm"]


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:]))))
