"""What a step of `micrograd_kr.distributed.fit` costs beside the work itself, and where more workers stop paying.

    python demos/bench_distributed.py

Measures on a LocalCluster: the cost of a step with next to no work for some numbers of workers W and parameters P, to
which a + W * (b + c * P) is fitted; then two workers against one on 1,000,000 examples, one thread each. From these it
computes steps of 100 and 10,000 workers: work / W + a + W * (b + c * P).
"""

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from bench import processor_name
from distributed import Client, LocalCluster

from micrograd_kr import jit, nn
from micrograd_kr.distributed import fit

WIDTHS, WORKERS = (16, 64, 128), (1, 2, 4, 8)


@contextmanager
def cluster(workers: int) -> Iterator[Client]:
    options = {"dashboard_address": ":0", "memory_limit": 0, "silence_logs": 50}
    with LocalCluster(n_workers=workers, threads_per_worker=1, **options) as local, Client(local) as client:
        yield client


def step_seconds(client: Client | None, width: int, examples: int, steps: int) -> tuple[float, int]:
    """The median time of a step over all examples, and the number of parameters; without a client in this process."""
    source = np.random.default_rng(0)
    x, y = source.normal(size=(examples, 2)), np.sign(source.normal(size=examples))
    model = nn.MLP(2, [width, width, 1], seed=1)
    f = jit(lambda x, y: (1 - y * model(x)).relu(), threads=1)
    optimizer, times = nn.SGD(model, lr=0.01), []
    options = {"epochs": steps + 3, "callback": lambda epoch, loss: times.append(time.perf_counter())}
    if client is None:
        f.fit(x, y, optimizer, **options)
    else:
        fit(f, client, x, y, optimizer, **options)
    return float(np.median(np.diff(times[2:]))), len(model.parameters())


def main() -> None:
    print(f"{processor_name()}, Python {platform.python_version()}")
    rows, costs, of_work = [], [], {}
    for width in WIDTHS:
        seconds, parameters = step_seconds(None, width, 100_000, 5)
        of_work[parameters] = seconds / 100_000
    print("milliseconds of a step with 64 examples a worker, over what they take in this process")
    print("workers  " + "".join(f"{parameters:>10,} parameters" for parameters in of_work))
    for workers in WORKERS:
        with cluster(workers) as client:
            line = []
            for width in WIDTHS:
                seconds, parameters = step_seconds(client, width, 64 * workers, 40)
                cost = seconds - 64 * of_work[parameters]
                rows.append([1.0, workers, workers * parameters])
                costs.append(cost)
                line.append(cost)
        print(f"{workers:7}  " + "".join(f"{1e3 * cost:>21.2f}" for cost in line))
    found, *_ = np.linalg.lstsq(np.array(rows), np.array(costs), rcond=None)
    a, b, c = np.maximum(found, 0.0)
    print(f"a = {1e3 * a:.2f} ms, b = {1e3 * b:.3f} ms a worker, c = {1e9 * c:.1f} ns a worker and parameter")

    times = {}
    for workers in (1, 2):
        with cluster(workers) as client:
            times[workers], _ = step_seconds(client, 16, 1_000_000, 8)
    print(
        f"1,000,000 examples, 337 parameters: {1e3 * times[1]:.1f} ms with one worker, {1e3 * times[2]:.1f} ms with two"
    )
    print(f"so two are {times[1] / times[2]:.2f} times one")

    print("computed: times faster than one process, with 100 and 10,000 workers, and the best number of workers")
    for parameters, seconds in of_work.items():
        for examples in (10**6, 10**8, 10**10):
            work = seconds * examples
            alone = b + c * parameters
            best = max(1, round((work / alone) ** 0.5))
            gains = [work / (work / workers + a + workers * alone) for workers in (100, 10_000, best)]
            print(
                f"{parameters:>7,} parameters, {examples:>14,} examples a step: {gains[0]:8.1f} {gains[1]:8.1f}   "
                f"best {best:,} workers: {gains[2]:,.1f}"
            )


if __name__ == "__main__":
    main()
