"""Ctrl-C at random moments, full disks, killed processes, damaged and shared caches: nothing is lost in silence."""

import contextlib
import gc
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from micrograd_kr import Value, jit, nn, page
from micrograd_kr.compiler import cache
from micrograd_kr.engine import current_scope, is_plain, is_recording
from micrograd_kr.files import UNFINISHED, write_whole

# --- Ctrl-C ---------------------------------------------------------------------------------------------------------

MOMENTS = 200  # interrupts that must have come within the work

XS = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0], [0.1, 0.9]]
YS = [1.0, -1.0, 1.0, -1.0]


class Interrupts:
    """Real signals from a timer, which raise KeyboardInterrupt at random moments of what `interrupted` runs."""

    def __init__(self, seed):
        self.source, self.armed, self.seconds = random.Random(seed), False, 0.0

    def __enter__(self):
        self.before = signal.signal(signal.SIGALRM, self.interrupt)
        return self

    def __exit__(self, *error):
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self.before)

    def interrupt(self, *_):
        if self.armed:
            self.armed = False
            raise KeyboardInterrupt

    def measure(self, tested):
        """How long the work takes when nobody interrupts it: the moments are drawn from as long a time.

        The shortest of five: on a busy machine one may be so long that hardly a moment would come within the work.
        """
        times = []
        for _ in range(5):
            tested.prepare()
            started = time.perf_counter()
            tested.work()
            times.append(time.perf_counter() - started)
        self.seconds = min(times)

    def interrupted(self, work):
        """Run the work, and whether it was interrupted before its end."""
        try:
            self.armed = True
            signal.setitimer(signal.ITIMER_REAL, max(1e-6, self.source.uniform(0, self.seconds)))
            work()
            self.armed = False  # from here on it would be too late
        except KeyboardInterrupt:
            return True
        finally:
            self.armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)
        return False


def numbers_of(model):
    return [parameter.data for parameter in model.parameters()]


def is_at_rest():
    """No block is open, and no module is computing."""
    gc.collect(0)
    return is_recording() and is_plain() and current_scope() is None


class Forward:
    """Computing, with a block of no_grad within."""

    def __init__(self, folder):
        self.model = nn.MLP(2, [4, 1], seed=1)
        self.expected = self.compute()

    def prepare(self):
        pass

    def compute(self):
        with nn_in_use(self.model):
            unrecorded = self.model(XS[0])
        out = self.model(XS[1])
        return unrecorded.data, unrecorded.op, out.data, out.op

    work = compute

    def check(self):
        assert is_at_rest()
        assert self.compute() == self.expected and self.expected[1] is None and self.expected[3] is not None


@contextlib.contextmanager
def nn_in_use(model):
    from micrograd_kr import no_grad

    with no_grad():
        yield model


class Train:
    """nn.train with momentum, a schedule and validation data, against the same training step by step."""

    epochs, batch = 3, 3
    rate = staticmethod(nn.CosineDecay(0.1, steps=10))

    def __init__(self, folder):
        self.model = nn.Sequential(nn.Linear(2, 3, seed=2), "tanh", nn.Dropout(0.0), nn.Linear(3, 1, seed=3))
        self.start = self.model.state_dict()
        self.reached = {}  # after so many steps: parameters, what the optimizer remembers
        self.prepare()
        self.note()
        step = self.optimizer.step

        def noting_step():
            step()
            self.note()

        self.optimizer.step = noting_step
        self.work()
        self.losses = list(self.optimizer.history)

    def prepare(self):
        self.model.load_state_dict(self.start)
        self.optimizer = nn.SGD(self.model, lr=self.rate, momentum=0.9)

    def note(self):
        self.reached[self.optimizer.steps] = self.state()

    def state(self):
        return numbers_of(self.model), list(self.optimizer.state)

    def loss(self, x, y):
        return (self.model(x) - y) ** 2

    def work(self):
        nn.train(self.loss, XS, YS, self.optimizer, self.epochs, self.batch, validation=(XS, YS), progress=False)

    def check(self):
        optimizer = self.optimizer
        history = optimizer.history
        assert is_at_rest()
        assert all(module.training for module in self.model.modules())
        assert self.state() == self.reached[optimizer.steps]
        assert list(history) == self.losses[: len(history)]
        assert len(history) == len(history.validation) == len(history.learning_rates)
        assert 0 <= optimizer.steps - 2 * len(history) <= 2
        if optimizer.steps % 2:
            return
        self.prepare()
        self.work()  # and the next run does what it would have done
        assert self.state() == self.reached[2 * self.epochs] and list(self.optimizer.history) == self.losses


class Fit(Train):
    """The same in machine code."""

    epochs = 60
    rate = 0.05

    def __init__(self, folder):
        self.model = nn.Linear(2, 1, seed=2)
        self.start = self.model.state_dict()
        self.compiled = jit(self.loss)
        self.reached = {}
        self.prepare()
        self.note()
        self.compiled.fit(XS, YS, self.optimizer, 1, self.batch)
        self.prepare()
        for _ in range(self.epochs):
            for first, last in ((0, 3), (3, 4)):
                self.compiled.fit(XS[first:last], YS[first:last], self.optimizer, 1)
                self.note()
        self.prepare()
        self.work()
        self.losses = list(self.optimizer.history)

    def work(self):
        # a callback makes Python look at every epoch: then there is something to interrupt
        self.compiled.fit(XS, YS, self.optimizer, self.epochs, self.batch, callback=lambda epoch, loss: None)

    def check(self):
        history = self.optimizer.history
        assert is_at_rest()
        assert self.state() == self.reached[self.optimizer.steps]
        assert list(history) == self.losses[: len(history)] and len(history) == len(history.learning_rates)
        assert 0 <= self.optimizer.steps - 2 * len(history) <= 2


class Save:
    """Saving a model over an older one of other numbers."""

    def __init__(self, folder):
        self.folder, self.file, self.count = folder, folder / "model.safetensors", 0
        self.model, self.other = nn.Linear(2, 3, seed=0), nn.Linear(2, 3)
        self.prepare()
        self.work()

    def prepare(self):
        self.count += 1
        for parameter in self.model.parameters():
            parameter.data = float(self.count)

    def work(self):
        nn.save_model(self.model, self.file)

    def check(self):
        assert os.listdir(self.folder) == [self.file.name]
        nn.load_model(self.other, self.file)
        (number,) = set(numbers_of(self.other))  # all of one save
        assert number in (self.count, self.count - 1)
        self.prepare()
        self.work()
        nn.load_model(self.other, self.file)
        assert set(numbers_of(self.other)) == {self.count}


class Load:
    """Loading the numbers of a model."""

    def __init__(self, folder):
        self.model, self.count = nn.Linear(8, 8, seed=0), 0
        self.states = [{"weight": [[float(n)] * 8] * 8, "bias": [float(n)] * 8} for n in (0, 1)]
        self.prepare()

    def prepare(self):
        self.count += 1
        self.model.load_state_dict(self.states[self.count % 2])

    def work(self):
        self.model.load_state_dict(self.states[1 - self.count % 2])

    def check(self):
        assert len(set(numbers_of(self.model))) == 1  # all of one state


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer signal")
# a file that Ctrl-C catches between its opening and the block that closes it is closed when it is freed
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("subject", [Forward, Train, Fit, Save, Load])
def test_ctrl_c_at_any_moment_leaves_all_whole(subject, tmp_path):
    if subject is Fit:
        pytest.importorskip("llvmlite")
    if subject is Save:
        pytest.importorskip("safetensors")
    tested = subject(tmp_path)
    came = 0
    gc.collect()
    with Interrupts(seed=time.time_ns()) as interrupts:
        interrupts.measure(tested)
        for _ in range(50 * MOMENTS):
            tested.prepare()
            if interrupts.interrupted(tested.work):
                came += 1
                tested.check()
            if came == MOMENTS:
                break
    assert came == MOMENTS


# --- full disks and killed processes --------------------------------------------------------------------------------

# What is written, twice each, by a process of its own: {name: (writes number 0 or 1 to a path)}.
WRITERS = """
import os, resource, signal, sys
from pathlib import Path

from micrograd_kr import draw, nn, page
from micrograd_kr.book import pictures
from micrograd_kr.command_line import output
from micrograd_kr.compiler import cache
from micrograd_kr.nn import History

folder = Path(sys.argv[1])
models = [nn.Linear(40, 40, seed=n) for n in (0, 1)]
neurons = [nn.Neuron(2, seed=n) for n in (0, 1)]
pages = [page(neuron([1.0, 2.0])) for neuron in neurons]
drawings = [draw(neuron([1.0, 2.0])) for neuron in neurons]
histories = [History([0.1 * n + k for k in range(3000)]) for n in (0, 1)]
chapters = [bytes([65 + n]) * 50_000 for n in (0, 1)]

def figure(path, n):
    os.environ["MICROGRAD_KR_BOOK_FIGURES"] = str(path.parent)
    pictures.save(pictures.Picture(path.stem, "html", chapters[n], ""))

WRITE = {
    "model.safetensors": lambda path, n: nn.save_model(models[n], path),
    "page.html": lambda path, n: pages[n].save(path),
    "drawing.gv": lambda path, n: drawings[n].write(path),
    "saved.gv": lambda path, n: drawings[n].save(path),
    "history.csv": lambda path, n: histories[n].save(path),
    "figure.html": figure,
    "chapter.html": lambda path, n: output.write(path, chapters[n]),
    "key.o": lambda path, n: cache.write(chapters[n], "key", str(path.parent)),
}
for n in (0, 1):
    (folder / str(n)).mkdir()
    for name, write in WRITE.items():
        write(folder / str(n) / name, n)
for name, write in WRITE.items():
    write(folder / name, 0)
"""

KILLED = """
print("ready", flush=True)
while True:
    for n in (1, 0):
        for name, write in WRITE.items():
            write(folder / name, n)
            print(".", end="", flush=True)
"""

FULL = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
for name, write in WRITE.items():
    try:
        write(folder / name, 1)
    except Exception as error:
        print(f"{name}: {type(error).__name__}: {error}")
"""


def contents(folder, names):
    return {name: (folder / name).read_bytes() for name in names}


@pytest.fixture
def needs_posix():
    pytest.importorskip("resource")
    for package in ("safetensors", "llvmlite", "matplotlib"):
        pytest.importorskip(package)


def test_a_full_disk_leaves_every_old_file_and_is_named(tmp_path, needs_posix):
    command = [sys.executable, "-c", WRITERS + FULL, str(tmp_path)]
    found = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    names = sorted(os.listdir(tmp_path / "0"))
    assert sorted(os.listdir(tmp_path)) == sorted(["0", "1", *names])  # and nothing half written lies about
    assert contents(tmp_path, names) == contents(tmp_path / "0", names)
    for name in names:
        (said,) = [line for line in found.stdout.splitlines() if line.startswith(f"{name}:")] or [None]
        if name == "key.o":
            assert said is None  # a cache that cannot be written to is only no help
        else:
            assert "File too large" in said and str(tmp_path / name) in said and UNFINISHED not in said


def test_a_killed_process_leaves_every_file_whole(tmp_path, needs_posix):
    process = subprocess.Popen([sys.executable, "-c", WRITERS + KILLED, str(tmp_path)], stdout=subprocess.PIPE)
    with process:
        assert process.stdout.readline() == b"ready\n"
        process.stdout.read(random.Random(time.time_ns()).randrange(1, 60))
        process.kill()
    names = sorted(os.listdir(tmp_path / "0"))
    old, new = contents(tmp_path / "0", names), contents(tmp_path / "1", names)
    for name, found in contents(tmp_path, names).items():
        assert found in (old[name], new[name]) and old[name] != new[name]
    left = set(os.listdir(tmp_path)) - {"0", "1", *names}
    assert len(left) <= 1 and all(name.endswith(UNFINISHED) for name in left)


@pytest.mark.parametrize("step", ["os.open", "os.fsync", "os.chmod", "os.replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_no_step_of_writing_can_fail_and_leave_half_a_file(tmp_path, monkeypatch, step, error):
    file = tmp_path / "page.html"
    page(Value(2.0) * 3).save(file)
    old = file.read_bytes()

    def fail(*args):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(step, fail)
        with pytest.raises(type(error)) as caught:
            page(Value(5.0) * 7).save(file)
    assert isinstance(error, KeyboardInterrupt) or str(caught.value) == f"[Errno 28] No space left on device: '{file}'"
    assert file.read_bytes() == old and os.listdir(tmp_path) == ["page.html"]


def test_permissions_links_and_devices_are_kept(tmp_path):
    file, link = tmp_path / "file", tmp_path / "link"
    before = os.umask(0o022)
    try:
        write_whole(file, "new")
        assert os.name == "nt" or file.stat().st_mode & 0o777 == 0o644
        file.chmod(0o602)
        write_whole(file, "private")
        assert os.name == "nt" or file.stat().st_mode & 0o777 == 0o602
    finally:
        os.umask(before)
    try:
        link.symlink_to(file)
    except OSError:
        pytest.skip("no links here")
    write_whole(link, "through the link")
    assert link.is_symlink() and file.read_text() == "through the link"
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "no folder" / "file", "")
    pipe = tmp_path / "pipe"
    if hasattr(os, "mkfifo"):
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        write_whole(pipe, "to a reader")
        assert os.read(reader, 100) == b"to a reader"
        os.close(reader)
        assert pipe.is_fifo()


# --- a cache of machine code that others use, too -------------------------------------------------------------------

COMPILING = """
import sys, threading
from micrograd_kr import Value, jit
from micrograd_kr.compiler import cache
cache.LIMIT = 3  # so that each process throws away files that the other reads
for round in range(6):
    for number in range(4):
        compiled = jit(lambda x: x * (number + 2) + 1, threads=1)
        assert compiled.batch([1.0, 2.0]).tolist() == [number + 3.0, 2 * number + 5.0]
print("done")
"""


def test_two_processes_share_one_cache_that_is_too_small(tmp_path):
    pytest.importorskip("llvmlite")
    environment = {**os.environ, "MICROGRAD_KR_CACHE": str(tmp_path)}
    command = [sys.executable, "-c", COMPILING]
    running = [
        subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in running:
        said, mistakes = process.communicate(timeout=120)
        assert (said, mistakes, process.returncode) == ("done\n", "", 0)
    for kept in tmp_path.iterdir():
        assert cache.read(kept.stem, str(tmp_path))  # none is left half written or damaged


@pytest.mark.parametrize(
    "damage",
    [
        lambda stored: b"",
        lambda stored: stored[:20],
        lambda stored: stored[:-1],
        lambda stored: stored[:100] + bytes([stored[100] ^ 1]) + stored[101:],
        lambda stored: bytes([stored[0] ^ 1]) + stored[1:],
        lambda stored: stored + b"more",
        lambda stored: bytes(len(stored)),
        lambda stored: None,  # a folder in its place
    ],
)
def test_damaged_machine_code_is_never_run(tmp_path, monkeypatch, damage):
    pytest.importorskip("llvmlite")
    monkeypatch.setenv("MICROGRAD_KR_CACHE", str(tmp_path))

    def compile_anew():
        compiled = jit(lambda x: x * 5 + 1)
        assert compiled.batch([1.0, 2.0]).tolist() == [6.0, 11.0]
        return compiled.stats.from_cache

    assert [compile_anew(), compile_anew()] == [False, True]
    for kept in list(tmp_path.iterdir()):
        damaged = damage(kept.read_bytes())
        if damaged is None:
            kept.unlink()
            kept.mkdir()
        else:
            kept.write_bytes(damaged)
    assert [compile_anew(), compile_anew()] == ([False, False] if damaged is None else [False, True])
