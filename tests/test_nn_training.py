"""History, files, the progress bar and the eager training loop."""

import math
import pickle
from importlib.util import find_spec

import pytest

from micrograd_kr import Value, nn
from micrograd_kr.files import write_whole


def a_history(losses=(0.5, 0.25, 0.125), validation=(), rates=()):
    history = nn.History(losses)
    history.validation += validation
    history.learning_rates += rates
    return history


# --- history --------------------------------------------------------------------------------------------------------


def test_a_history_is_a_list_and_goes_through_a_file(tmp_path):
    history = a_history(validation=[1.0, 2.0, math.inf], rates=[0.1, 0.1 / 3, 0.0])
    assert history == [0.5, 0.25, 0.125] and min(history) == 0.125
    history.save(tmp_path / "run.csv")
    assert (tmp_path / "run.csv").read_text().splitlines()[:2] == [
        "epoch,loss,validation,learning_rate",
        "1,0.5,1.0,0.1",
    ]
    for again in (nn.History.load(tmp_path / "run.csv"), pickle.loads(pickle.dumps(history))):
        assert (again, again.validation, again.learning_rates) == (
            history, history.validation, history.learning_rates)  # fmt: skip
    a_history().save(tmp_path / "run.csv")
    assert nn.History.load(tmp_path / "run.csv").validation == []
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"other.csv was not written by History.save"):
        nn.History.load(tmp_path / "other.csv")


def test_a_history_shows_itself(monkeypatch):
    assert repr(nn.History()) == "History of 0 epochs"
    assert repr(a_history([1.0])) == "History of 1 epoch: loss 1 -> 1"
    assert repr(a_history(validation=[2.0, 3.0])) == "History of 3 epochs: loss 0.5 -> 0.125, validation 2 -> 3"
    assert "<svg" not in nn.History()._repr_html_()
    assert "<svg" not in nn.History([math.nan])._repr_html_()
    shown = a_history([1.0, math.nan, 0.5], validation=[2.0, 1.0, 1.5])._repr_html_()
    assert shown.count("<polyline") == 2
    assert 'points="0.0,80.0 360.0,120.0"' in shown  # the nan is left out
    monkeypatch.setenv("MICROGRAD_KR_LANG", "ko")
    korean = a_history(validation=[2.0, 1.0])._repr_html_()
    assert "에포크: 3;" in korean and ">손실 0.5" in korean and ">검증 손실 2" in korean
    many = a_history([1 / (1 + i) for i in range(100_000)])._repr_html_()
    assert len(many) < 10_000


def test_histories_are_plotted_and_compared():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib import pyplot

    axes = a_history(validation=[2.0, 1.0, 1.5]).plot()
    assert [line.get_label() for line in axes.lines] == ["loss", "loss (validation)"]
    assert list(axes.lines[1].get_ydata()) == [2.0, 1.0, 1.5]
    axes = nn.History.compare({"SGD": a_history(), "Adam": [3.0, 2.0]})
    assert [line.get_label() for line in axes.lines] == ["SGD", "Adam"]
    assert list(axes.lines[1].get_xdata()) == [1, 2]
    with pytest.raises(TypeError, match="by name"):
        nn.History.compare([a_history()])
    pyplot.close("all")


# --- files ----------------------------------------------------------------------------------------------------------


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "model"
    write_whole(path, "old")
    path.chmod(0o640)
    (tmp_path / "link").symlink_to(path)
    write_whole(tmp_path / "link", b"new")
    assert path.read_text() == "new" and (tmp_path / "link").is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "newer")
    assert path.read_text() == "new"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link", "model"]


# --- the progress bar -----------------------------------------------------------------------------------------------


class Notebook:
    """As much of IPython as a kernel shows of itself."""

    kernel = object()

    def __init__(self):
        self.shown = []
        self.display = self

    def get_ipython(self):
        return self

    def __call__(self, thing, display_id):
        self.shown.append(thing)
        return self

    def update(self, thing):
        self.shown.append(thing)


@pytest.fixture
def notebook(monkeypatch):
    import sys
    from types import ModuleType

    found = Notebook()
    display = ModuleType("IPython.display")
    display.display = found
    monkeypatch.setitem(sys.modules, "IPython", found)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return found


def test_a_notebook_shows_progress_with_nothing_installed(notebook):
    with nn.progress_bar(None, 3) as advance:
        for loss in (0.5, 0.25, 0.125):
            advance(1, loss)
    assert repr(notebook.shown[0]) == "0/3 loss nan"
    assert notebook.shown[-1]._repr_html_() == '<progress value="3" max="3"></progress> 3/3 loss 0.125'

    def interrupted():
        with nn.progress_bar(None, 3) as advance:
            advance(1, 0.5)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert repr(notebook.shown[-1]) == "1/3 loss 0.5"
    count = len(notebook.shown)
    with nn.progress_bar(False, 3) as advance:
        advance(1, 0.5)
    assert len(notebook.shown) == count


def test_a_terminal_shows_progress(capsys):
    with nn.progress_bar(None, 3) as advance:  # nobody looks
        advance(1, 0.5)
    assert capsys.readouterr().err == ""
    with nn.progress_bar(True, 3) as advance:
        advance(3, 0.125)
    assert "3/3 loss 0.125" in capsys.readouterr().err


# --- train ----------------------------------------------------------------------------------------------------------


def a_problem(seed=0, **options):
    """A model, its loss for one example, examples and labels."""
    model = nn.MLP(2, [4, 1], activation="tanh", seed=seed)
    xs = [[math.sin(3 * i), math.cos(5 * i)] for i in range(11)]
    ys = [float(x[0] * x[1] > 0) for x in xs]
    return model, lambda x, y: nn.binary_cross_entropy(model(x), y), xs, ys


@pytest.mark.parametrize(
    "options",
    [{}, {"batch_size": 4}, {"batch_size": 4, "shuffle": True, "seed": 5}, {"batch_size": 100, "shuffle": True}],
)
@pytest.mark.parametrize("kind", [nn.SGD, lambda model, lr: nn.Adam(model, lr=nn.StepDecay(lr, every=3))])
def test_train_and_fit_end_in_the_same_place(options, kind):
    pytest.importorskip("llvmlite")
    from micrograd_kr import jit

    model, loss, xs, ys = a_problem()
    options = options | {"epochs": 5, "validation": (xs[:3], ys[:3])}
    losses = nn.train(loss, xs, ys, kind(model, lr=0.1), **options)
    twin, loss, xs, ys = a_problem()
    expected = jit(loss).fit(xs, ys, kind(twin, lr=0.1), **options)
    tolerance = 1e-9 if options.get("seed") is not None or not options.get("shuffle") else 1e-6
    assert losses == pytest.approx(expected, rel=tolerance)
    assert losses.validation == pytest.approx(expected.validation, rel=tolerance) and len(losses.validation) == 5
    assert [p.data for p in model.parameters()] == pytest.approx([p.data for p in twin.parameters()], rel=tolerance)


def test_train_is_the_loop_that_one_writes():
    model, loss, xs, ys = a_problem()
    optimizer, seen = nn.SGD(model, lr=0.5, momentum=0.9), []
    history = nn.train(
        loss,
        xs,
        ys,
        optimizer,
        3,
        4,
        validation=(xs[:2], ys[:2]),
        callback=lambda epoch, mean: seen.append((epoch, mean)),
    )
    twin, loss, *_ = a_problem()
    by_hand, expected = nn.SGD(twin, lr=0.5, momentum=0.9), []
    for _ in range(3):
        total = 0.0
        for start in (0, 4, 8):
            losses = [loss(x, y) for x, y in zip(xs[start : start + 4], ys[start : start + 4], strict=True)]
            mean = sum(losses) / len(losses)
            by_hand.zero_grad()
            mean.backward()
            by_hand.step()
            total += mean.data * len(losses)
        expected.append(total / 11)
    assert history == pytest.approx(expected) and history is optimizer.history
    assert [p.data for p in model.parameters()] == pytest.approx([p.data for p in twin.parameters()])
    assert seen == list(enumerate(history)) and optimizer.steps == 9
    assert history.learning_rates == [0.5] * 3
    assert history.validation[-1] == pytest.approx((loss(xs[0], ys[0]) + loss(xs[1], ys[1])).data / 2)
    assert len(nn.train(loss, xs, ys, by_hand, epochs=9, callback=lambda epoch, mean: epoch == 1)) == 2


def test_train_takes_arrays_of_any_shape_and_validates_without_dropout():
    np = pytest.importorskip("numpy")
    model = nn.Sequential(nn.Conv2d(1, 1, 2, seed=0), nn.Flatten(), nn.Dropout(0.5, seed=0), nn.Linear(4, 3, seed=0))
    images, labels = np.arange(36.0).reshape(4, 3, 3) / 36, np.array([0, 1, 2, 1])

    def loss(image, label):
        return nn.cross_entropy(model([image]), label)

    history = nn.train(loss, images, labels, nn.SGD(model, lr=0.0), epochs=2, validation=(images, labels))
    assert history[0] != history[1]  # dropout leaves out other numbers each time
    assert history.validation[0] == history.validation[1]
    assert all(module.training for module in model.modules())
    if find_spec("llvmlite"):
        from micrograd_kr import jit

        fast = jit(loss).fit(images, labels, nn.SGD(model, lr=0.0), epochs=2, validation=(images, labels))
        assert fast.validation == pytest.approx(history.validation)
        assert all(module.training for module in model.modules())
    model.eval()
    expected = [nn.cross_entropy(model(image), int(label)).data for image, label in zip(images, labels, strict=True)]
    assert history.validation[0] == pytest.approx(sum(expected) / 4)


def test_validation_that_does_not_fit_is_refused_before_the_training():
    w, data, unlike = Value(1.0), ([1.0, 2.0], [0.0, 1.0]), [5, ([1.0],), ([[1.0, 2.0]], [1.0])]
    loss, optimizer = lambda x, y: (w * x - y) ** 2, nn.SGD([w])
    loops = [lambda **options: nn.train(loss, *data, optimizer, **options)]
    if find_spec("llvmlite"):
        from micrograd_kr import jit

        loops.append(lambda **options: jit(loss).fit(*data, optimizer, **options))
    for loop in loops:
        for validation in unlike:
            with pytest.raises((TypeError, ValueError)):
                loop(validation=validation)
            assert (w.data, optimizer.steps) == (1.0, 0)


def test_the_losses_so_far_are_kept():
    model, loss, xs, ys = a_problem()
    optimizer = nn.SGD(model)

    def interrupt(epoch, mean):
        if epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        nn.train(loss, xs, ys, optimizer, epochs=100, callback=interrupt)
    assert len(optimizer.history) == optimizer.steps == 3
    assert caught.value.__notes__ == ["Training stopped after 3 epochs: their losses are in optimizer.history."]
    with pytest.raises(FloatingPointError, match="in step 4"):
        nn.train(loss, [[math.inf, 0.0]], [0.0], optimizer)
    assert optimizer.history == []


def test_train_shows_progress(notebook):
    model, loss, xs, ys = a_problem()
    nn.train(loss, xs, ys, nn.SGD(model), epochs=2, batch_size=5)
    assert repr(notebook.shown[-1]).startswith("6/6 loss 0.")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda loss, xs, ys, o: nn.train(loss, xs, ys[:3], o), ValueError, r"as many rows .* got \[11, 3\]"),
        (lambda loss, xs, ys, o: nn.train(loss, [], [], o), ValueError, r"at least one; got \[0, 0\]"),
        (lambda loss, xs, ys, o: nn.train(loss, xs, ys), TypeError, "then an optimizer"),
        (lambda loss, xs, ys, o: nn.train(loss, xs, ys, optimizer="SGD"), TypeError, "then an optimizer.*got 'SGD'"),
        (lambda loss, xs, ys, o: nn.train(loss, o), TypeError, "the arrays, then an optimizer"),
        (lambda loss, xs, ys, o: nn.train(loss, xs, ys, o, 1, 2, 3), TypeError, "got 3 arguments"),
        (lambda loss, xs, ys, o: nn.train(loss, xs, ys, o, 0), ValueError, "epochs is a whole number"),
        (lambda loss, xs, ys, o: nn.train(loss, xs, ys, o, 1, 2.5), ValueError, "batch_size is a whole number"),
        (lambda loss, xs, ys, o: nn.train(loss, 3.0, ys, o), TypeError, "one row for each example, got 3.0"),
        (lambda loss, xs, ys, o: nn.train(lambda x, y: 1.0, xs, ys, o), TypeError, "is a Value, got the float 1.0"),
        (lambda loss, xs, ys, o: nn.train(lambda x, y: [x[0]], xs, ys, o), TypeError, "is a Value, got the list"),
    ],
)
def test_wrong_use_of_train(call, error, words):
    model, loss, xs, ys = a_problem()
    with pytest.raises(error, match=words):
        call(loss, xs, ys, nn.SGD(model))


def test_orders_without_numpy_are_seeded_too(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "numpy", None)
    first, second = nn.training.shuffled_orders(20, 3), nn.training.shuffled_orders(20, 3)
    orders = [next(first), next(first)]
    assert orders == [next(second), next(second)] and orders[0] != orders[1]
    assert sorted(orders[0]) == list(range(20))
