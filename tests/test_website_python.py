"""The Python of the browser edition, in a plain Python: its examples, and its stand-ins beside the real libraries."""

import doctest
import importlib
import json
import os
import subprocess
import sys
import xml.etree.ElementTree
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "demos" / "website"
PYTHON = SOURCE / "python"

# What the stand-ins and the libraries both compute: run with each, compared number by number
PROGRAM = """
import json
import numpy as np
from sklearn.linear_model import LinearRegression

generators = [np.random.default_rng(seed) for seed in (0, 7, 2**70)]
table = [[(17 * row + 5 * column) % 23 + 0.5 * row for column in range(4)] for row in range(30)]
answers = [(11 * row) % 13 - 0.25 * row for row in range(30)]
line = LinearRegression().fit(table, answers)
matrix, row = np.array(table[:3]), np.array([1.5, -2.0, 0.25, 4.0])
print(json.dumps({
    "orders": [one.permutation(count).tolist() for one in generators for count in (1, 2, 1000, 1000)],
    "uniform": [one.random() for one in generators],
    "line": [*line.coef_.tolist(), line.intercept_, *line.predict(table).tolist()],
    "arrays": [(matrix @ row).tolist(), (matrix * row - 1).tolist(), (2 / (1 + abs(matrix))).tolist(),
               matrix.T[1:, ::2].tolist(), matrix.mean(axis=0).tolist(), matrix.std(axis=1).tolist(),
               float(matrix.max()), float(matrix[1, 2]), list(matrix.shape)],
    "texts": [str(row), repr(matrix), str(row.round(1)), str(np.array([1, 20])), str(matrix > 3)],
}))
"""


@pytest.fixture(scope="module")
def computed():
    def run(*folders):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
        done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, encoding="utf-8", env=environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    for library in ("numpy", "sklearn"):
        pytest.importorskip(library)
    return run(PYTHON / "stand_ins"), run()


def test_the_stand_ins_compute_what_the_libraries_compute(computed):
    ours, theirs = computed
    assert ours.keys() == theirs.keys()
    for name in ("orders", "uniform", "texts"):
        assert ours[name] == theirs[name], name
    for name in ("line", "arrays"):
        assert flat(ours[name]) == pytest.approx(flat(theirs[name]), rel=1e-9, abs=1e-12), name


def flat(numbers):
    return [one for each in numbers for one in flat(each)] if isinstance(numbers, list) else [numbers]


def test_a_stand_in_names_what_it_lacks():
    program = "import numpy\ntry: numpy.fft\nexcept AttributeError as error: print(error)"
    environment = {**os.environ, "PYTHONPATH": str(PYTHON / "stand_ins")}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", env=environment)
    assert done.stdout == "the numpy of this page is a small stand-in, with what the book uses; it has no fft\n"


def test_the_examples_of_its_modules_run():
    """In a process of its own: the stand-ins have the names of installed libraries."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PYTHON / "stand_ins"), str(PYTHON)])}
    command = [sys.executable, __file__]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[-1]) > 10


def run_examples():
    failed = tried = 0
    for path in sorted(PYTHON.rglob("*.py")):
        root = PYTHON / "stand_ins" if path.is_relative_to(PYTHON / "stand_ins") else PYTHON
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        result = doctest.testmod(importlib.import_module(name))
        failed, tried = failed + result.failed, tried + result.attempted
    print(tried)
    return failed


@pytest.fixture
def figures(monkeypatch):
    monkeypatch.syspath_prepend(str(PYTHON))
    return importlib.import_module("figures")


def test_every_call_of_a_figure_leaves_a_picture_that_is_well_formed(figures):
    canvas, panels = figures.figure(2, 2, width=8, height=6, sharex=False)
    (first, second), (third, fourth) = panels
    first.plot([1, 2, 3], [3, 1, 2], "o--", label="a < b & c")
    first.plot(2, 2, marker="*")
    first.axhline(1.5, color="grey", linewidth=0.8)
    first.legend()
    second.bar(["하나", "둘"], [1, -2], color=["red", "blue"])
    second.text(0, 1, "<b>", ha="center", bbox={"boxstyle": "circle", "facecolor": "white"})
    image = third.imshow([[0.0, float("nan")], [2.0, 1.0]], cmap="RdBu_r")
    image.set_clim(-2, 2)
    canvas.colorbar(image, ax=third).set_label("value")
    heights = [[x * x + y * y for x in range(-5, 6)] for y in range(-5, 6)]
    fourth.contourf(range(-5, 6), range(-5, 6), heights, levels=6, cmap="Greys", vmax=60)
    fourth.annotate("here", (0, 0), (2, 3), arrowprops={"color": "k"})
    svg = canvas.pipe(format="svg").decode()
    tags = [one.tag.split("}")[1] for one in xml.etree.ElementTree.fromstring(svg).iter()]
    assert "a &lt; b &amp; c" in svg and "&lt;b&gt;" in svg and "NaN" not in svg and "nan" not in svg
    assert tags.count("polyline") == 2 and tags.count("clipPath") == 4
    with pytest.raises(TypeError, match="hatch"):
        second.bar([1], [1], hatch="/")
    canvas, axes = figures.figure()
    axes.imshow([[1.0]], cmap="jet")
    with pytest.raises(ValueError, match="viridis"):
        canvas.pipe()


def test_the_colours_of_a_picture_follow_the_limits_that_are_set_later(figures):
    canvas, axes = figures.figure()
    image = axes.imshow([[0.0, 1.0]], cmap="gray")
    before = canvas.pipe().decode()
    image.set_clim(-1, 1)
    after = canvas.pipe().decode()
    assert "#000000" in before and "#000000" not in after and "#808080" in after


if __name__ == "__main__":
    sys.exit(run_examples())
