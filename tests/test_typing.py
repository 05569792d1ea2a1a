"""Types that help: checkers accept correct programs and find every mistake; the declarations follow the table."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from micrograd_kr import Value
from micrograd_kr.ops import OPS, define_op, remove_op

HERE = Path(__file__).parent
CORRECT, MISUSES = HERE / "typing" / "correct.py", HERE / "typing" / "misuses.py"
MARKED = {
    number
    for number, line in enumerate(MISUSES.read_text(encoding="utf-8").splitlines(), start=1)
    if line.endswith("  # error")
}


def mypy(*arguments: str) -> set[tuple[str, int, str]]:
    """(file, line, message) of each error that mypy --strict finds in the two files."""
    pytest.importorskip("mypy", reason="mypy is not installed: pip install --group types")
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--no-error-summary"]
    command += ["--config-file=", "--no-site-packages", "--ignore-missing-imports"]  # what numpy and others declare
    command += [*arguments, str(CORRECT), str(MISUSES)]
    environment = {**os.environ, "MYPYPATH": str(HERE / "typing" / "stubs")}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=HERE.parent, env=environment)
    assert done.returncode == 1, done.stdout + done.stderr
    found = re.findall(r"^(.*?):(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    return {(Path(file).name, int(line), message) for file, line, message in found}


def pyright(folder: Path) -> set[tuple[str, int, str]]:
    """The same of basedpyright or pyright, in its standard mode."""
    program = next(filter(None, map(shutil.which, ("basedpyright", "pyright"))), None)
    beside = Path(sys.executable).parent / "basedpyright"
    if importlib.util.find_spec("basedpyright"):
        command = [sys.executable, "-m", "basedpyright"]
    elif program or beside.exists():
        command = [program or str(beside)]
    else:
        pytest.skip("neither basedpyright nor pyright is installed: pip install --group types")
    for file in (CORRECT, MISUSES):
        shutil.copy(file, folder)
    settings = {"typeCheckingMode": "standard", "include": ["."], "extraPaths": [str(HERE.parent)]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command += ["--outputjson", "--project", str(folder), "--pythonpath", sys.executable]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=folder)
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        pytest.fail(f"{command[:3]} gave no report: {done.stdout}{done.stderr}")
    assert report["summary"]["filesAnalyzed"] == 2
    return {
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1, each["message"])
        for each in report["generalDiagnostics"]
        if each["severity"] == "error" or each["rule"] == "reportAttributeAccessIssue"
    }


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_checkers_find_every_mistake_and_nothing_else(checker: str, tmp_path: Path) -> None:
    found = mypy("--cache-dir", str(tmp_path)) if checker == "mypy" else pyright(tmp_path)
    assert len(MARKED) >= 30
    assert [each for each in sorted(found) if each[0] != MISUSES.name] == []
    assert {line for file, line, _ in found if file == MISUSES.name} == MARKED


def test_the_correct_programs_run() -> None:
    program = loaded(CORRECT)
    x, y = Value(0.5), Value(2.0)
    for function in (program.polynomial, program.choice, program.own_op, program.modules):
        assert isinstance(function(x), Value)
    for function in (program.functions, program.methods, program.slopes):
        assert isinstance(function(x, y), Value)
    assert isinstance(program.loss([1.0, 2.0], 1.0), Value)
    assert isinstance(program.class_loss([1.0, 2.0], 1), Value)
    assert program.backward(x) != 0
    program.training()
    remove_op("cube")


def loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_declarations_follow_the_table() -> None:
    """If this fails, a row was added or changed: run `python tests/write_declarations.py`."""
    writer = loaded(HERE / "write_declarations.py")
    assert writer.FILE.read_text(encoding="utf-8") == writer.declarations()
    for op in OPS.values():
        assert not hasattr(Value, op.name) or f" def {op.name}(self" in writer.declarations() or op.name == "equal"
    define_op("thrice", lambda x, times=3: times * x, (lambda out, x, times: times, lambda out, x, times: x))
    try:
        assert "    def thrice(self, times: Operand = ..., /) -> Value:\n" in writer.declarations()
    finally:
        remove_op("thrice")


def test_an_editor_completes_what_ops_and_models_give() -> None:
    jedi = pytest.importorskip("jedi")
    source = "from micrograd_kr import Value, nn\nx = Value(1.0)\nmodel = nn.MLP(2, [4, 1])\n"
    source += "class Line(nn.Module):\n    def forward(self, x):\n        return Value(2.0) * x\n"
    lines = {"x.tan": "tanh", "x.backw": "backward", "(x + 1).sigm": "sigmoid", "x.sin().re": "relu"}
    lines |= {"(x * x).backw": "backward", "x.exp().da": "data", "model([x, x]).tan": "tanh", "Line()(x).gr": "grad"}
    for line, wanted in lines.items():
        names = [each.name for each in jedi.Script(source + line).complete()]
        assert wanted in names, (line, names)
