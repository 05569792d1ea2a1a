"""The command line: the main job, stepping, drawing, and every mistake answered without a traceback."""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import micrograd_kr.__main__ as main_module
from micrograd_kr import Value, command_line, nn
from micrograd_kr.__main__ import main
from micrograd_kr.command_line.house import regression
from micrograd_kr.command_line.session import Session
from micrograd_kr.houses import HOUSES
from micrograd_kr.locale import ENVIRONMENT_VARIABLE, catalog
from micrograd_kr.stepper import Stepper

ROOT = Path(__file__).parent.parent
EXPRESSION = ["tanh(a*b + c)", "a=2", "b=-3", "c=6.5"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "en")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "micrograd_kr", *arguments],
        capture_output=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


# --- the houses -----------------------------------------------------------------------------------------------------


def test_the_table_is_that_of_the_textbook() -> None:
    assert len(HOUSES) == 88
    means = [sum(column) / 88 for column in zip(*HOUSES, strict=True)]
    assert means == pytest.approx([293.546, 9019.864, 2013.693, 3.568], abs=0.0006)
    line = regression.least_squares(HOUSES)  # Wooldridge, equation (8.17): price on lotsize, sqrft and bdrms
    assert (round(line.bias, 2), *(round(w, 5) for w in line.weights)) == (-21.77, 0.00207, 0.12278, 13.85252)
    variance = sum((house.price - means[0]) ** 2 for house in HOUSES) / 88
    assert 1 - line.error(HOUSES) / variance == pytest.approx(0.672, abs=0.0005)


def test_training_finds_what_numpy_solves() -> None:
    numpy = pytest.importorskip("numpy")
    seen, unseen = regression.split()
    assert sorted(seen + unseen) == sorted(HOUSES)
    rows = numpy.array([(*regression.features(house), 1) for house in seen], dtype=float)
    expected, *_ = numpy.linalg.lstsq(rows, numpy.array([house.price for house in seen]), rcond=None)
    neuron, scale = nn.Neuron(3, activation="linear", seed=0), regression.Scale.of(seen)
    costs = list(regression.train(neuron, [scale(house) for house in seen], [house.price for house in seen], 500))
    learnt = regression.line_of(neuron, scale)
    for line in (learnt, regression.least_squares(seen)):
        assert (*line.weights, line.bias) == pytest.approx(expected, rel=1e-6)
    assert len(costs) == 500
    assert costs[0] > 70_000 > costs[-1] == pytest.approx(learnt.error(seen))


def test_an_interrupted_step_is_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    neuron = nn.Neuron(3, activation="linear", seed=0)
    before = [parameter.data for parameter in neuron.parameters()]

    def half_a_step(self: nn.SGD) -> None:
        self.parameters[0].data += 1.0
        raise KeyboardInterrupt

    monkeypatch.setattr(nn.SGD, "step", half_a_step)
    with pytest.raises(KeyboardInterrupt):
        list(regression.train(neuron, [[1.0, 2.0, 3.0]], [4.0], 1))
    assert [parameter.data for parameter in neuron.parameters()] == before


# --- the main job ---------------------------------------------------------------------------------------------------


def test_the_main_job(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    told = capsys.readouterr().out
    assert "88 real houses" in told
    assert "loss = error ** 2" in told
    assert "On the 18 houses it never saw" in told
    seen, unseen = regression.split()
    squared = regression.least_squares(seen).error(unseen)
    assert re.search(rf"never saw: mean squared error\s+{squared:,.1f}\s+{squared:,.1f}\n", told)
    assert f"{squared**0.5:,.1f} thousand dollars" in told
    assert not [line for line in told.splitlines() if line != line.rstrip() or "\x1b" in line]
    picture = Path("micrograd_kr_house.svg").read_text(encoding="utf-8")
    assert "prediction" in picture
    assert "w_bedrooms" in picture
    assert "micrograd_kr_house.svg" in told


def test_the_main_job_in_korean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "ko", "--epochs", "3"]) == 0
    told = capsys.readouterr().out
    assert "손실 = 오차 ** 2" in told
    assert "최소제곱 직선은 약" in told  # after three epochs it is still better
    assert "(으)" not in told  # every particle has been decided
    assert "(는)" not in told
    assert "침실" in Path("micrograd_kr_house.svg").read_text(encoding="utf-8")
    assert os.environ[ENVIRONMENT_VARIABLE] == "en"  # as it was


def test_ctrl_c_ends_the_training_and_the_cost_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = nn.SGD.step
    taken = []

    def step(self: nn.SGD) -> None:
        taken.append(self)
        if len(taken) == 5:
            raise KeyboardInterrupt
        steps(self)

    monkeypatch.setattr(nn.SGD, "step", step)
    assert main(["house"]) == 0
    told = capsys.readouterr().out
    assert "Stopped after 3 of 500 epochs" in told  # the first step was that on one house
    assert "On the 18 houses it never saw" in told


def test_a_foreign_file_is_not_drawn_over(capsys: pytest.CaptureFixture[str]) -> None:
    picture = Path("micrograd_kr_house.svg")
    picture.write_text("mine", encoding="utf-8")
    assert main(["--epochs", "0"]) == 0
    assert picture.read_text(encoding="utf-8") == "mine"
    assert "choose another name with -o" in capsys.readouterr().out
    assert main(["--epochs", "0", "-o", "micrograd_kr_house.svg"]) == 0
    first = picture.read_bytes()
    assert first.startswith(b"<?xml")
    assert main(["--epochs", "0", "--lang", "ko"]) == 0  # ours: drawn over
    assert picture.read_bytes() != first


def test_a_place_that_cannot_be_written_does_not_stop_the_main_job(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-o", "no/such/folder/house.svg", "--epochs", "1"]) == 0
    told = capsys.readouterr().out
    assert "house.svg could not be written: No such file or directory" in told
    assert "never saw" in told


# --- step -----------------------------------------------------------------------------------------------------------


def test_step_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", *EXPRESSION]) == 0
    told = capsys.readouterr().out
    a, b, c = (Value(number, label) for number, label in ((2.0, "a"), (-3.0, "b"), (6.5, "c")))
    out = (a * b + c).tanh()
    sentences = [step.say("en") for step in Stepper(out)]
    assert re.findall(r"^ *\d+\. (.*)$", told, re.MULTILINE) == sentences
    assert told.splitlines()[-3:] == [f"  d out / d {x.label} = {x.grad:.5g}" for x in (a, b, c)]


@pytest.mark.parametrize("width", range(30, 100, 7))
def test_steps_are_whole_at_every_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    from micrograd_kr.command_line.output import show_step

    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "ko")
    for step in Stepper(Value(2.0, "가중치") * Value(3.0, "입력")):
        out = Console(width=width, force_terminal=True, color_system=None, file=io.StringIO())
        show_step(out, step)
        assert "".join(out.file.getvalue().split()) == f"{step.index}.{''.join(step.say().split())}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["step", "-x**2", "x=3"],
        ["step", "-x", "--all", "x=3"],
        ["step", "--all", "-(x)", "x=-3"],
        ["--lang", "ko", "step", "x", "x=-.5e-3"],
        ["step", "--lang=ko", "x*y", "x=1", "--all", "y=2"],
        ["step", "1/3"],
        ["step", "where(x > 0, x, -x)", "x=-2"],
    ],
)
def test_arguments_in_any_order(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    told, mistakes = capsys.readouterr()
    assert told
    assert not mistakes


def converse(monkeypatch: pytest.MonkeyPatch, *lines: str) -> Session:
    """A session on tanh(a*b + c) in which the user types these lines, and then quits."""
    typed = iter([*lines, "q"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(typed))
    from micrograd_kr.command_line.expression import parse
    from micrograd_kr.command_line.output import console

    session = Session(Stepper(parse("tanh(a*b + c)", {"a": 2, "b": -3, "c": 6.5})), console())
    session.run()
    assert next(typed, None) is None  # every line was read
    return session


@pytest.mark.parametrize(
    ("lines", "position"),
    [
        ([], 0),
        ([""], 1),
        (["n", "다음", "ㅜ", "NEXT "], 4),
        (["n", "n", "b"], 1),
        (["b"], 0),
        (["u a*b"], 3),
        (["until out", "until  out"], 7),
        (["까지 a * b + c", "이전"], 4),
        (["run"], 10),
        (["r", "n", "n"], 10),
        (["끝까지", "b", "0"], 0),
        (["a*b까지"], 3),
        (["a * b + c 까지", "a*b 까지"], 10),
        (["u zz", "until", "foo", "why", "help", "?", "show"], 0),
    ],
)
def test_a_session_moves(monkeypatch: pytest.MonkeyPatch, lines: list[str], position: int) -> None:
    assert converse(monkeypatch, *lines).stepper.position == position


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("why a", "out ← a * b + c ← a * b ← a"),
        ("why zz", "There is no zz in this graph. There are: a, b, a * b, c, a * b + c, out."),
        ("why", "Which one?"),
        ("nxet", "nxet is not understood: try next."),
        ("xyzzy", "xyzzy is not understood: try help."),
        ("b", "This is the start: Enter takes the first step."),
        ("h", "until NAME (u)"),
    ],
)
def test_a_session_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, answer: str
) -> None:
    converse(monkeypatch, line)
    assert answer in capsys.readouterr().out


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_the_end_of_input_ends_a_session(monkeypatch: pytest.MonkeyPatch, end: type[BaseException]) -> None:
    def stop(prompt: str) -> str:
        raise end

    monkeypatch.setattr("builtins.input", stop)
    from micrograd_kr.command_line.output import console

    Session(Stepper(Value(1.0)), console()).run()


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
def test_step_in_a_terminal() -> None:
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "micrograd_kr", "step", *EXPRESSION],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    os.write(ours, "\nuntil a*b\n왜 a\nr\nb\nq\n".encode())
    told = b""
    with contextlib.suppress(OSError):  # Linux says so at the end
        while more := os.read(ours, 4096):
            told += more
    os.close(ours)
    assert process.wait(60) == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", told.decode())
    for part in ("step 1 of 10", "step 3 of 10", "out ← a * b + c ← a * b ← a", "step 10 of 10", "step 9 of 10"):
        assert part in plain
    assert "\x1b[" in told.decode()  # in colour


# --- draw and page --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "start"), [("g.svg", b"<?xml"), ("g.gv", b"digraph"), ("그림.DOT", b"digraph")])
def test_draw(name: str, start: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", *EXPRESSION, "-o", name]) == 0
    content = Path(name).read_bytes()
    assert content.lstrip().startswith(start) or b"digraph" in content[:400]
    assert b"0.78645" in content  # the gradients are drawn too
    assert capsys.readouterr().out == f"The picture is in {name}.\n"


def test_draw_png() -> None:
    pytest.importorskip("resvg_py")
    assert main(["draw", *EXPRESSION, "-o", "g.png"]) == 0
    assert Path("g.png").read_bytes().startswith(b"\x89PNG")


def test_page() -> None:
    pytest.importorskip("micrograd_kr.livepage")
    assert main(["page", *EXPRESSION, "-o", "p.html"]) == 0
    assert "</html>" in Path("p.html").read_text(encoding="utf-8").lower()


def test_pictures_and_pages_go_to_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["draw", *EXPRESSION, "-o", "-"]) == 0
    picture = capfdbinary.readouterr().out
    assert picture.startswith(b"<?xml") and picture.rstrip().endswith(b"</svg>")
    assert main(["page", *EXPRESSION, "-o", "-"]) == 0
    assert capfdbinary.readouterr().out.rstrip().endswith(b"</html>")
    assert main(["page", *EXPRESSION, "-o", "-", "--open"]) == 2
    assert list(Path().iterdir()) == []


# --- what testing and the book show ---------------------------------------------------------------------------------


def test_mutants_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutants"]) == 0
    assert "mul[0]: sign flipped" in capsys.readouterr().out.splitlines()
    assert main(["mutants", "--lang", "ko"]) == 0
    told = capsys.readouterr().out
    assert "mul[0]: 부호 뒤집기" in told.splitlines()
    assert "zero_grad를 잊음" in told
    assert not re.search("flipped|swapped|order|scaled", told)
    Path("lax.py").write_text(
        "from micrograd_kr import Value\n"
        "def test():\n    x, y = Value(3.0), Value(2.0)\n    (x * y).backward()\n    assert x.grad == 2.0\n",
        encoding="utf-8",
    )
    assert main(["mutants", "lax:test", "--lang", "ko"]) == 1
    told = capsys.readouterr().out
    assert re.match(r"돌연변이 \d+개 가운데 \d+개를 찾아냈습니다", told)
    assert "  놓침: mul[1]: 1.01배\n" in told
    assert main(["mutants", "lax:test"]) == 1
    told = capsys.readouterr().out
    assert re.match(r"\d+ of \d+ mutants killed \(\d+%\)\n", told)
    assert "  lives: mul[1]: scaled by 1.01\n" in told


def test_the_command_that_the_list_of_chapters_names_works(capsys: pytest.CaptureFixture[str]) -> None:
    for lang in ("en", "ko"):
        assert main(["book", "--lang", lang]) == 0
        named = re.findall(r": +(python -m micrograd_kr|\S+) (book .*)", capsys.readouterr().out)
        assert [arguments.split() for _, arguments in named] == [["book", "1"], ["book", "--html", "book.html"]]


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("arguments", [["gallery"], ["check", "lax:Value"], ["book"], ["--epochs", "0"]])
def test_no_word_is_broken_at_60_columns(
    arguments: list[str], lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import pty
    import unicodedata

    Path("lax.py").write_text("class Value:\n    pass\n", encoding="utf-8")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "micrograd_kr", *arguments, "--lang", lang],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "60", "NO_COLOR": "1"},
    )
    os.close(theirs)
    told = b""
    with contextlib.suppress(OSError):
        while more := os.read(ours, 4096):
            told += more
    os.close(ours)
    assert process.wait(60) == (arguments[0] == "check")
    shown = [re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line) for line in told.decode().splitlines()]
    monkeypatch.setenv("COLUMNS", "60")
    main([*arguments, "--lang", lang])
    words = set(capsys.readouterr().out.split())
    for line in shown:
        assert sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) <= 60, line
        known = words if "━" not in line else {*words, *line.split()}  # a progress bar
        broken = [word for word in line.split() if word not in known and len(word) < 40 and "/" not in word]
        assert not broken, (line, broken)


# --- mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["stpe", "a"], "There is no command stpe. Did you mean step?"),
        (["a*b"], 'such as: step "a*b" a=2 b=3'),
        (["step"], "Missing arguments: EXPR."),
        (["step", "a*bb", "a=2"], "  a*bb\n    ^^"),
        (["step", "a*b", "a=2", "b=two"], "  b=two\n    ^^^"),
        (["step", "a", "a=2", "--colour"], "Unrecognized arguments: --colour."),
        (["draw", "a", "a=2", "-o", "x.pdf"], ".svg, .png, .gv, .dot"),
        (["draw", "a", "a=2", "-o"], "-o/--output needs a value."),
        (["draw", "a", "a=2", "-o", "no/such/x.svg"], "could not be written"),
        (["page", "a", "a=2", "-o", "x.svg"], ".html"),
        (["--epochs", "many"], "--epochs does not take many"),
        (["--epochs", "-1"], "--epochs -1"),
        (["--lang", "fr"], "--lang fr: choose one of en, ko"),
        (["--lang"], "choose one of en, ko"),
        (["house", "mine"], "Unrecognized arguments: mine."),
    ],
)
def test_mistakes(arguments: list[str], answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    told, mistakes = capsys.readouterr()
    assert answer in mistakes
    assert not told


def test_numbers_that_are_not_used_are_mentioned(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", "a", "a=1", "b=2"]) == 0
    assert "b" in capsys.readouterr().err


def test_ctrl_c_elsewhere_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(self: Stepper) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Stepper, "next", interrupt)
    assert main(["step", *EXPRESSION]) == 130
    assert capsys.readouterr().err.strip() == ""


# --- in processes of their own --------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp949", "utf-8"])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_any_encoding_will_do(encoding: str, lang: str) -> None:
    done = run("step", "tanh(가중치*b)", "가중치=2", "b=3", "--lang", lang, PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert done.stdout.decode(encoding).count("\n") >= 9
    assert b"Traceback" not in done.stderr
    told = done.stdout.decode(encoding)
    assert ("가중치" in told) == (encoding in ("cp949", "utf-8"))
    # English rather than question marks where there are no Korean letters
    assert told.splitlines()[0] == ("순전파" if lang == "ko" and "가중치" in told else "Forward")
    assert (b"PYTHONIOENCODING" in done.stderr) == (lang == "ko" and "가중치" not in told)


def test_a_closed_pipe_is_no_mistake() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "micrograd_kr", "step", " + ".join(["a*b"] * 200), "a=1", "b=2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"Forward\n"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk to write on")
def test_output_that_cannot_be_written_is_told() -> None:
    code = "import sys; from micrograd_kr.__main__ import main; sys.exit(main(['step', 'a', 'a=1']))"
    command = [sys.executable, "-c", code]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=ROOT)
    assert (done.returncode, b"No space left" in done.stderr, b"Traceback" in done.stderr) == (1, True, False)
    closed = subprocess.run(command, preexec_fn=lambda: os.close(1), stderr=subprocess.PIPE, cwd=ROOT)
    assert (closed.returncode, closed.stderr) == (0, b"")


def test_what_a_user_types_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["\x1b[31m"], ["step", "a\x1b[31m", "a=1"], ["step", "a", "\x1b[31m=2"], ["--\x1b[31m"]):
        assert main(arguments) == 2
        assert "\x1b" not in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_a_real_ctrl_c_in_training() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "micrograd_kr", "--epochs", "1000000"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(b"  epoch      20"):
                break
        process.send_signal(signal.SIGINT)
        try:
            rest, mistakes = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert b"of 1000000 epochs" in rest
    assert b"18 houses it never saw" in rest
    assert mistakes == b""


# --- how it is built ------------------------------------------------------------------------------------------------


def test_a_command_is_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "greet_command.py").write_text(
        "def add_parser(subparsers):\n"
        "    subparsers.add_parser('greet', help='say hello').add_argument('name')\n"
        "def run(arguments):\n"
        "    print('hello', arguments.name)\n"
        "    return 3\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(command_line, "__path__", [*command_line.__path__, str(tmp_path)])
    assert main(["greet", "you"]) == 3
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert "hello you" in told
    assert "say hello" in told
    monkeypatch.delitem(sys.modules, "micrograd_kr.command_line.greet_command")


@pytest.mark.parametrize("command", ["", *command_line.names()])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_help(command: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help", "--lang", lang]) == 0
    told = capsys.readouterr().out
    assert told.startswith({"ko": "사용법: ", "en": "usage: "}[lang])
    assert "--lang" in told


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from micrograd_kr import __version__

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"micrograd_kr {__version__}\n"


def completed(shell: str, line: str, script: Path) -> str:
    """What a real shell offers at the end of a line."""
    if shell == "fish":
        ask = f"source {script}; complete -C '{line}'"
    else:
        typed, last = " ".join(f"'{word}'" for word in line.split(" ")), line.count(" ")
        ask = f'source {script}; COMP_WORDS=({typed}); COMP_CWORD={last}; _micrograd_kr; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run([shell, "-c", ask], capture_output=True, encoding="utf-8", timeout=60)
    assert done.stderr == ""
    return done.stdout


def completed_by_zsh(lines: list[str], script: Path) -> list[str]:
    """What zsh makes of each line. It completes in a terminal only: they are typed into one, with Tab.

    A key of our own then shows the line, so that nothing waits for a silence.
    """
    import pty
    import select

    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "dumb"
        os.execvp("zsh", ["zsh", "-f", "-i"])
    show = 'show() { print -r -- "<<<$BUFFER>"">>"; BUFFER= }; zle -N show; bindkey \'^X\' show'
    typed = [f"autoload -U compinit && compinit -D -u; source {script}; {show}; print '<<<'ready'>>>'\n"]
    answers = []
    for text in typed + [f"{line}\t\x18" for line in lines]:
        os.write(terminal, text.encode())
        shown = b""
        while not (found := re.search(rb"<<<([^'$]*)>>>", shown)):
            assert select.select([terminal], [], [], 60)[0], (text, shown)
            shown += os.read(terminal, 4096)
        answers.append(found[1].decode())
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(terminal)
    return answers[1:]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_options(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    script = tmp_path / f"script.{shell}"
    script.write_bytes(run("completion", shell).stdout)
    offered = {
        "micrograd-kr dr": "draw",
        "micrograd-kr draw --exp": "--expand",
        "micrograd-kr completion fi": "fish",
        "micrograd-kr step --lang k": "ko",
    }
    if shell == "zsh":
        answers = completed_by_zsh(list(offered), script)
    else:
        answers = [completed(shell, line, script) for line in offered]
    for line, word, answer in zip(offered, offered.values(), answers, strict=True):
        assert word in answer.split(), (shell, line)


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; from micrograd_kr.__main__ import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & {"rich", "graphviz", "numpy", "llvmlite", "hypothesis", "matplotlib", "resvg_py", "sympy"}


def test_both_catalogs_say_the_same_things() -> None:
    for part in ("command_line.", "expression."):
        keys = {key for key in catalog("en") if key.startswith(part)}
        assert keys == {key for key in catalog("ko") if key.startswith(part)}
        for key in keys:
            pieces = [set(re.findall(r"\{(\w+)", catalog(lang)[key])) for lang in ("en", "ko")]
            assert key.endswith(("house.money", ".unit")) or pieces[0] == pieces[1], key


def test_the_example_of_main() -> None:
    assert doctest.testmod(main_module).failed == 0
