"""A long run: gradcheck on many random graphs, to see whether it ever cries wolf.

    python demos/long_gradcheck.py [how many graphs] [first seed] [address of a Dask scheduler]

Every gradient is right, as the table's rules are proven elsewhere: so each alarm would be a false one. Without an
address the graphs are checked in this process.
"""

import sys
import time

from micrograd_kr.distributed import LongRun, check_seeds, long_gradcheck

STRIDE = 1000  # graphs between two lines of the report


def main(count: int = 1000, first: int = 0, address: str = "") -> int:
    start, shown = time.perf_counter(), 0

    def report(run: LongRun) -> None:
        nonlocal shown
        if run.count - shown >= STRIDE:
            shown = run.count
            print(run.count, dict(run.verdicts), f"{time.perf_counter() - start:.0f} s", flush=True)

    if address:
        from distributed import Client

        with Client(address) as client:
            run = long_gradcheck(client, count, first, callback=report)
    else:
        run = LongRun()
        for seed in range(first, first + count, STRIDE):
            run.add(check_seeds(seed, min(STRIDE, first + count - seed)))
            report(run)
    for seed, alarm in run.alarms:
        print(f"seed {seed}: {alarm}")
    print(f"{run.count} graphs in {time.perf_counter() - start:.1f} s: {dict(run.verdicts)}")
    return len(run.alarms)


if __name__ == "__main__":
    numbers, addresses = [int(each) for each in sys.argv[1:3]], sys.argv[3:4]
    sys.exit(bool(main(*numbers, *addresses) if len(numbers) == 2 else main(*numbers)))
