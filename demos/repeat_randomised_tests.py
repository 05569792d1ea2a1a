"""The randomised tests of the whole suite, again and again with fresh seeds: whoever wants to know if it flickers.

    python demos/repeat_randomised_tests.py [how many runs] [first seed]

Without a first seed each run of this program takes others. A run takes every test that Hypothesis drives, the doctests
of what draws the graphs, and the faults, which come at random moments.
"""

import random
import subprocess
import sys
from pathlib import Path

PARTS = [
    ["tests", "-m", "hypothesis and not browser"],
    ["micrograd_kr/testing/generation", "tests/test_faults.py"],
]


def main(runs: int = 20, first: int | None = None) -> int:
    first = random.randrange(2**31) if first is None else first
    failed = []
    for seed in range(first, first + runs):
        for part in PARTS:
            command = [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                f"--hypothesis-seed={seed}",
                *part,
            ]
            run = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True)
            print(f"seed {seed}, {part[0]}: {run.stdout.strip().splitlines()[-1]}", flush=True)
            if run.returncode:
                failed.append(seed)
                print(run.stdout[-3000:])
    failed = sorted(set(failed))
    print(f"{runs - len(failed)} of {runs} runs green" + (f", not with the seeds {failed}" if failed else ""))
    return len(failed)


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:]))))
