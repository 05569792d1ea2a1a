"""distributed: what a cluster computes is what one process computes, whoever is killed meanwhile."""

import importlib.util
import itertools
import os
import random
import signal
import sys

import pytest

from micrograd_kr import Value, jit, nn
from micrograd_kr.testing import adapters

pytest.importorskip("llvmlite")
np = pytest.importorskip("numpy")
if importlib.util.find_spec("distributed") is None:  # imported where it is used: every worker reads this file
    pytest.skip("could not import 'distributed'", allow_module_level=True)

from micrograd_kr.distributed import check_seeds, crew, fit, long_gradcheck, shares  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")  # Dask's own


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    import distributed as dask

    folder = str(tmp_path_factory.mktemp("dask"))
    options = {"dashboard_address": ":0", "memory_limit": 0, "silence_logs": 50, "local_directory": folder}
    with dask.LocalCluster(n_workers=2, threads_per_worker=1, **options) as cluster, dask.Client(cluster) as found:
        yield found


def points(count, seed=0):
    source = np.random.default_rng(seed)
    return source.normal(size=(count, 2)), np.sign(source.normal(size=count))


def numbers(optimizer):
    return np.array([[p.data, *state] for p, state in zip(optimizer.parameters, optimizer.state, strict=True)])


# --- the fixed order ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "batch", "shards"), [(1, 1, 1), (10, 4, 3), (100, 7, 5), (64, 64, 64), (50, 20, 7)])
@pytest.mark.parametrize("shuffled", [False, True])
def test_each_example_is_taken_once_in_its_own_step(count, batch, shards, shuffled):
    dealing = shares.Dealing(count, batch, shards)
    order = np.random.default_rng(1).permutation(count) if shuffled else np.arange(count)
    cuts = sorted({0, shards // 3, shards // 2, shards})
    seen = [[] for _ in range(dealing.steps)]
    for first, stop in itertools.pairwise(cuts):
        rows = dealing.rows(first, stop)
        places, bounds = dealing.pieces(first, stop, order if shuffled else None)
        for step, edges in enumerate(bounds):
            for shard, (start, end) in enumerate(itertools.pairwise(edges), first):
                taken = rows[places[start:end]]
                assert (taken % shards == shard).all()
                seen[step] += taken.tolist()
    assert [sorted(each) for each in seen] == [sorted(order[k : k + batch].tolist()) for k in range(0, count, batch)]


@pytest.mark.parametrize("shards", [1, 2, 3, 8, 13, 100])
def test_the_sum_has_the_same_bits_however_many_workers_hold_the_examples(shards):
    model = nn.MLP(2, [5, 1], seed=1)
    compiled = jit(lambda x, y: (1 - y * model(x)).relu())
    x, y = points(977)
    dealing = shares.Dealing(977, 500, shards)
    parameters = np.array([p.data for p in model.parameters()])
    found = []
    for workers in (1, 2, 3, 7):
        cuts = [shards * worker // workers for worker in range(workers + 1)]
        parts = []
        for first, stop in itertools.pairwise(cuts):
            if first < stop:
                share = shares.Share(compiled, dealing, first, stop, 1)
                for some in np.array_split(dealing.rows(first, stop), 2):
                    share.append([x[some], y[some]])
                share.compile()
                sums = share.sums(parameters, shares.Pass(0), 1)
                parts += zip(shares.branches(first, stop), sums, strict=True)
        random.Random(workers).shuffle(parts)  # answers come in any order
        tree = shares.Tree(shards)
        for branch, total in parts:
            tree.add(branch, total)
        found.append(tree.total)
    mean, gradient = compiled.value_and_grad(x[500:], y[500:])
    assert found[0] / 477 == pytest.approx([*gradient, mean], rel=1e-12, abs=1e-15)
    assert all(each.tobytes() == found[0].tobytes() for each in found)


# --- fit ------------------------------------------------------------------------------------------------------------

OPTIMIZERS = {
    "momentum": lambda p: nn.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3, nesterov=True),
    "schedule": lambda p: nn.SGD(p, lr=lambda step: 0.1 / (1 + step)),
    "adamw": lambda p: nn.AdamW(p, lr=0.01),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_fit_ends_where_the_local_fit_ends(client, name, dtype):
    x, y = points(1000)
    runs = []
    for is_local in (True, False):
        model, unused = nn.MLP(2, [6, 1], seed=3), Value(1.0)
        dropout = nn.Dropout(0.3, seed=1)
        compiled = jit(lambda x, y, m=model, d=dropout: (1 - y * d([m(x)])[0]).relu() ** 2, seed=5, dtype=dtype)
        optimizer = OPTIMIZERS[name]([*model.parameters()[1:], unused])  # one stays as it is
        seen = []
        options = {"shuffle": True, "seed": 1, "callback": lambda epoch, loss, seen=seen: seen.append((epoch, loss))}
        options["validation"] = points(50, seed=1)
        for epochs in (2, 1):  # the second run goes on from the first
            arguments = (x, y, optimizer, epochs, 300)
            if is_local:
                history = compiled.fit(*arguments, **options)
            else:
                history = fit(compiled, client, *arguments, **options)
        assert optimizer.history is history and [loss for _, loss in seen[2:]] == history
        rates = history.learning_rates
        runs.append((numbers(optimizer), [loss for _, loss in seen], rates, optimizer.steps, history.validation))
    tolerance = {"rel": 1e-9, "abs": 1e-12} if dtype == "float64" else {"rel": 1e-3, "abs": 1e-5}
    assert runs[0][0] == pytest.approx(runs[1][0], **tolerance)
    assert runs[0][1] == pytest.approx(runs[1][1], **tolerance)
    assert runs[0][2] == pytest.approx(runs[1][2], rel=1e-12) and runs[0][3] == runs[1][3] == 12
    assert runs[0][4] == pytest.approx(runs[1][4], **tolerance) and len(runs[0][4]) == 1


@pytest.mark.parametrize("reached", [True, False])
def test_messages_go_directly_to_workers_that_are_reached_and_only_during_the_run(client, reached, monkeypatch):
    if not reached:
        monkeypatch.setattr(crew, "_name_of", lambda dask_worker: "another")
    model, ways = nn.MLP(2, [3, 1], seed=3), []
    before = client.direct_to_workers
    fit(
        jit(lambda x, y: (1 - y * model(x)).relu()),
        client,
        *points(200),
        nn.SGD(model, lr=0.1),
        2,
        callback=lambda epoch, loss: ways.append(bool(client.direct_to_workers)),
    )
    assert ways == [reached] * 2 and client.direct_to_workers == before


def test_a_killed_worker_costs_a_retry_and_not_the_run(client):
    x, y = points(700)
    runs = []
    client.wait_for_workers(2)

    def kill(epoch, loss):
        if epoch == 1:
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    for is_local in (True, False):
        model = nn.MLP(2, [6, 1], seed=3)
        compiled = jit(lambda x, y, m=model: (1 - y * m(x)).relu())
        optimizer = nn.SGD(model, lr=0.1, momentum=0.5)
        arguments = (x, y, optimizer, 5, 200)
        before = set(client.nthreads())
        history = compiled.fit(*arguments) if is_local else fit(compiled, client, *arguments, callback=kill)
        runs.append((numbers(optimizer), history))
    assert set(client.nthreads()) != before
    assert runs[0][0] == pytest.approx(runs[1][0], rel=1e-9, abs=1e-12)
    assert len(runs[1][1]) == 5 and runs[0][1] == pytest.approx(runs[1][1], rel=1e-9)


def test_workers_that_die_again_and_again_end_the_run_with_a_reason(client, monkeypatch):
    monkeypatch.setattr(crew, "LOSSES", 1)
    model = nn.MLP(2, [3, 1], seed=3)
    optimizer = nn.SGD(model, lr=0.1)

    def kill(epoch, loss):
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    with pytest.raises(RuntimeError, match=r"1 workers were lost with the shards .* memory"):
        fit(jit(lambda x: model(x)), client, points(700)[0], optimizer, 5, callback=kill)
    assert optimizer.steps == len(optimizer.history) == 1


def test_ctrl_c_leaves_whole_steps_and_the_losses_so_far(client):
    w, x = Value(0.0), np.ones(300)

    def rate(step):
        if step == 5:
            raise KeyboardInterrupt
        return 0.25

    optimizer = nn.SGD([w], lr=rate)
    with pytest.raises(KeyboardInterrupt):
        fit(jit(lambda x: (w - x) ** 2), client, x, optimizer, 10, 150)
    assert optimizer.steps == 5 and w.data == pytest.approx(1 - 0.5**5, rel=1e-12)
    assert optimizer.history == pytest.approx([(1 + 0.25) / 2, (0.0625 + 0.015625) / 2])
    stopped = fit(jit(lambda x: (w - x) ** 2), client, x, nn.SGD([w]), 10, callback=lambda epoch, loss: epoch == 1)
    assert len(stopped) == 2


def test_fit_stops_before_a_gradient_that_is_not_finite(client):
    w, frozen = Value(1.0), Value(2.0)
    optimizer = nn.SGD([w], lr=0.1)
    with pytest.raises(FloatingPointError, match="inf"):
        fit(jit(lambda x: w * x * frozen), client, [1.0, 2.0, float("inf")], optimizer, 1, 1, progress=False)
    assert (w.data, frozen.data, optimizer.steps) == (pytest.approx(1 - 0.1 * 2 - 0.1 * 4), 2.0, 2)


def test_fit_shows_a_progress_bar_if_told(client, capsys):
    w = Value(0.0)
    fit(jit(lambda x: (w - x) ** 2), client, [1.0], nn.SGD([w]), 3, progress=True)
    assert "3/3" in capsys.readouterr().err


W = Value(1.0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f, client: fit(lambda x: W * x, client, [1.0], nn.SGD([W])), TypeError, r"jit\(loss\)"),
        (lambda f, client: fit(f, "tcp://here", [1.0], nn.SGD([W])), TypeError, "client of a Dask cluster"),
        (lambda f, client: fit(f, client, [1.0]), TypeError, "then an optimizer"),
        (lambda f, client: fit(f, client, [1.0], nn.SGD([W]), 0), ValueError, "epochs"),
        (lambda f, client: fit(f, client, [1.0], nn.SGD([W]), 1, 0), ValueError, "batch_size"),
        (lambda f, client: fit(f, client, [], nn.SGD([W])), ValueError, "empty batch"),
        (lambda f, client: fit(f, client, [1.0], nn.SGD([Value(1.0)])), ValueError, "another model"),
        (lambda f, client: long_gradcheck(client, 0), ValueError, "at least 1"),
        (lambda f, client: long_gradcheck(None, 10), TypeError, "client of a Dask cluster"),
    ],
)
def test_errors_say_what_is_wrong(client, call, error, message):
    with pytest.raises(error, match=message):
        call(jit(lambda x: W * x), client)


def test_a_missing_extra_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ImportError, match=r"pip install .*distributed"):
        fit(jit(lambda x: W * x), None, [1.0], nn.SGD([W]))


# --- long_gradcheck -------------------------------------------------------------------------------------------------


def test_long_gradcheck_finds_on_a_cluster_what_it_finds_here(client):
    seen = []
    run = long_gradcheck(client, 250, first=7, callback=lambda run: seen.append(run.count))
    assert run == check_seeds(7, 250) and run.count == 250 and not run.alarms
    assert run.verdicts["right"] > 150 and sorted(seen) == seen and seen[-1] == 250


def test_long_gradcheck_finds_an_engine_that_is_wrong(client):
    class Wrong(adapters.Engine):
        def __init__(self):
            super().__init__(Value)

        def gradient(self, leaf):
            return super().gradient(leaf) * 1.01

    run = long_gradcheck(client, 20, engine=Wrong, callback=lambda run: True)
    assert run.verdicts["right"] < len(run.alarms) == run.verdicts["wrong"]
    assert all("Expression" in alarm for _, alarm in run.alarms)
