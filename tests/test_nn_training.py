"""History, files, the progress bar and the eager training loop."""

import math
import pickle

import pytest

from micrograd_kr import nn
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


def test_a_history_shows_itself():
    assert repr(nn.History()) == "History of 0 epochs"
    assert repr(a_history([1.0])) == "History of 1 epoch: loss 1 -> 1"
    assert repr(a_history(validation=[2.0, 3.0])) == "History of 3 epochs: loss 0.5 -> 0.125, validation 2 -> 3"
    assert "<svg" not in nn.History()._repr_html_()
    assert "<svg" not in nn.History([math.nan])._repr_html_()
    shown = a_history([1.0, math.nan, 0.5], validation=[2.0, 1.0, 1.5])._repr_html_()
    assert shown.count("<polyline") == 2
    assert 'points="0.0,80.0 360.0,120.0"' in shown  # the nan is left out
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
