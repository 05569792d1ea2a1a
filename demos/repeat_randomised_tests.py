"""The randomised tests of the kit, again and again with fresh seeds: whoever wants to know if the suite flickers.

python demos/repeat_randomised_tests.py [how many runs] [first seed]
"""

import subprocess
import sys
from pathlib import Path

FILES = ["tests/test_testing_strategies.py", "tests/test_testing_gradcheck.py", "micrograd_kr/testing/generation"]


def main(runs: int = 20, first: int = 0) -> int:
    failed = []
    for seed in range(first, first + runs):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--hypothesis-seed={seed}", *FILES]
        run = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True)
        print(f"seed {seed}: {run.stdout.strip().splitlines()[-1]}", flush=True)
        if run.returncode:
            failed.append(seed)
            print(run.stdout[-3000:])
    print(f"{runs - len(failed)} of {runs} runs green" + (f", not with the seeds {failed}" if failed else ""))
    return len(failed)


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:]))))
