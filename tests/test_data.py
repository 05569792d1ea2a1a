"""Data sets and what is done with them before training."""

import math
import statistics
import subprocess
import sys

import pytest

from micrograd_kr import data

SETS = [data.moons, data.circles, data.spiral, data.xor, data.gaussians]


@pytest.mark.parametrize("make", SETS)
def test_points_are_seeded_plain_and_evenly_labelled(make):
    points, labels = make(120, seed=3)
    assert (points, labels) == make(120, seed=3) and points != make(120, noise=0.2, seed=4)[0]
    assert make(120, noise=0.2, seed=None) != make(120, noise=0.2, seed=None)
    assert len(points) == len(labels) == 120 and labels.count(0) == labels.count(1) == 60
    assert {type(number) for point in points for number in point} == {float}
    for wrong in (0, 2.5, True):
        with pytest.raises(ValueError, match="count is a whole number"):
            make(wrong)
    with pytest.raises(ValueError, match="noise is a standard deviation"):
        make(3, noise=math.nan)


def test_points_without_noise_lie_on_their_curves():
    for (x, y), label in zip(*data.moons(50, noise=0), strict=True):
        assert math.hypot(x - label, y - 0.5 * label) == pytest.approx(1)
        assert y <= 0.5 if label else y >= 0
    for point, label in zip(*data.circles(50, noise=0, inner=0.25), strict=True):
        assert math.hypot(*point) == pytest.approx(0.25 if label else 1)
    for (x, y), label in zip(*data.spiral(60, noise=0, classes=3, turns=0), strict=True):
        assert (math.atan2(y, x) / (2 * math.pi)) % 1 == pytest.approx(label / 3)
    points, labels = data.gaussians(4, noise=0, classes=4)
    assert [(round(x), round(y)) for x, y in points] == [(1, 0), (0, 1), (-1, 0), (0, -1)] and labels == [0, 1, 2, 3]
    assert data.xor(6)[1] == [0, 1, 1, 0, 0, 1]
    with pytest.raises(ValueError, match="classes is a whole number"):
        data.spiral(classes=0)


def test_noise_is_as_large_as_asked():
    exact, noisy = data.gaussians(4000, noise=0, seed=1)[0], data.gaussians(4000, noise=0.3, seed=1)[0]
    for axis in (0, 1):
        away = [b[axis] - a[axis] for a, b in zip(exact, noisy, strict=True)]
        assert statistics.pstdev(away) == pytest.approx(0.3, rel=0.05)


def test_digits():
    pictures, shown = data.digits()
    assert len(pictures) == len(shown) == 1797 and set(shown) == set(range(10))
    assert {len(picture) for picture in pictures} == {64}
    assert min(map(min, pictures)) == 0 and max(map(max, pictures)) == 1
    assert data.digits(10) == (pictures[:10], shown[:10])


def test_digits_are_those_of_scikit_learn():
    datasets = pytest.importorskip("sklearn.datasets")
    found = datasets.load_digits()
    assert data.digits() == ((found.data / 16).tolist(), found.target.tolist())


def test_parts_keep_rows_together_and_lose_none():
    np = pytest.importorskip("numpy")
    xs, ys = np.arange(20.0).reshape(10, 2), list(range(10))
    found = data.split(xs, ys, seed=1)
    assert [len(y) for _, y in found] == [6, 2, 2]
    assert sorted(y for _, part in found for y in part) == ys
    assert all(x == [2.0 * y, 2.0 * y + 1] for part in found for x, y in zip(*part, strict=True))
    assert data.split(ys, seed=1) == data.split(ys, seed=1) != data.split(ys, seed=2)
    many = [part[0] for part in data.split(range(7), parts=[0.1] * 10)]
    assert {len(part) for part in many} == {0, 1} and sorted(x for part in many for x in part) == list(range(7))
    for wrong in ((0.5, 0.6), (), (1.5, -0.5)):
        with pytest.raises(ValueError, match="add up to 1"):
            data.split(ys, parts=wrong)
    with pytest.raises(ValueError, match=r"lengths \[10, 3\]"):
        data.split(xs, [1, 2, 3])


def test_batches():
    assert [len(x) for (x,) in data.batches(range(7), batch_size=3)] == [3, 3, 1]
    shuffled = list(data.batches(range(7), batch_size=3, shuffle=True, seed=0))
    assert shuffled == list(data.batches(range(7), batch_size=3, shuffle=True, seed=0))
    assert sorted(x for (group,) in shuffled for x in group) == list(range(7)) != [x for (g,) in shuffled for x in g]
    with pytest.raises(ValueError, match="batch_size is a whole number"):
        data.batches([1], batch_size=0)
    with pytest.raises(ValueError, match=r"lengths \[0\]"):
        data.batches([], batch_size=1)


def test_standardised_features():
    train = [[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]]
    scaled, other = data.standardise(train, [[3.0, 6.0]])
    assert statistics.fmean(row[0] for row in scaled) == pytest.approx(0)
    assert statistics.pstdev(row[0] for row in scaled) == pytest.approx(1)
    assert [row[1] for row in scaled] == [0, 0, 0] and other == [[0, 1]]  # a constant feature is only shifted
    assert data.standardise(train) == scaled
    scale = data.Scale.of(train)
    assert [list(map(float, row)) for row in scale.undo(scaled)] == [pytest.approx(row) for row in train]
    for wrong in ([1.0, 2.0], [[1.0], [1.0, 2.0]]):
        with pytest.raises(ValueError, match="as many numbers"):
            data.standardise(wrong)


def test_nothing_heavy_is_loaded():
    code = (
        "import sys, micrograd_kr.data; print([m for m in ('numpy', 'sklearn', 'micrograd_kr.nn') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
