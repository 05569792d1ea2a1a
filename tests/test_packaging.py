"""What a user installs: the messages, the metadata and the lowest versions are true as they stand."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import micrograd_kr
from micrograd_kr import extras

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = re.findall(r":: (3\.\d+)", "\n".join(PROJECT["classifiers"]))

# what a wheel holds: programs, declarations, the parts of the page, data, texts, and the mark that it is typed
PACKAGED = {".py", ".pyi", ".js", ".css", ".html", ".csv", ".toml", ".md", ".typed"}


def test_the_command_for_a_missing_extra_names_the_packages(monkeypatch):
    recorded = [
        "rich>=13",
        'llvmlite>=0.45; extra == "jit"',
        "numpy>=1.26; extra == 'jit'",
        "sympy>=1 ; extra == 'all'",
    ]
    monkeypatch.setattr(metadata, "requires", lambda name: recorded)
    assert extras.install_command("jit") == 'pip install "llvmlite>=0.45" "numpy>=1.26"'
    error = extras.missing_extra("jit needs llvmlite", "jit", error=ModuleNotFoundError("no llvmlite", name="llvmlite"))
    assert error.name == "llvmlite"
    assert str(error) == (
        'jit needs llvmlite (no llvmlite): pip install "llvmlite>=0.45" "numpy>=1.26", '
        'or pip install ".[jit]" in a checkout'
    )


def test_without_metadata_the_command_is_for_the_checkout(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", missing)
    assert extras.install_command("plot", "data") == 'pip install ".[plot,data]"'
    error = extras.missing_extra("a PNG needs resvg-py", "png", error=ImportError("no resvg_py"))
    assert str(error) == 'a PNG needs resvg-py (no resvg_py): pip install ".[png]"'


def test_every_extra_that_a_message_names_exists():
    provided = set(metadata.metadata("micrograd-kr").get_all("Provides-Extra"))
    named = set()
    for file in (ROOT / "micrograd_kr").rglob("*.py"):
        for call in re.findall(r"(?:install_command|missing_extra)\(([^)]*)\)", file.read_text(encoding="utf-8")):
            if file.name != "extras.py":
                named |= set(re.findall(r"""["'](\w+)["']""", call))
    assert {"jit", "plot", "data", "png", "save", "testing"} <= named <= provided


def test_no_install_line_names_an_index_that_does_not_have_the_project():
    files = [
        *ROOT.glob("*.md"),
        *(file for folder in ("micrograd_kr", "demos", "docs") for file in (ROOT / folder).rglob("*")),
    ]
    for path in files:
        if path.suffix in {".py", ".md", ".js", ".po", ".html"}:
            for line in path.read_text(encoding="utf-8").splitlines():
                assert not re.search(r"pip install [^`&|]*micrograd[-_]kr", line), f"{path}: {line}"


def lowest_versions():
    """Every requirement of the project and of its extras, pinned to the lowest version that it allows."""
    lines = [*PROJECT["dependencies"], *(line for extra in PROJECT["optional-dependencies"].values() for line in extra)]
    pinned = {}
    for line in lines:
        name, bound = re.match(r"([\w.-]+)(?:\[[\w,]+\])?(?:>=([\w.]+))?", line).groups()
        if name != "micrograd-kr":
            assert bound, f"{name} states no lowest version"
            pinned.setdefault(name, set()).add(bound)
    assert all(len(bounds) == 1 for bounds in pinned.values()), f"one package, two lowest versions: {pinned}"
    return {name: bounds.pop() for name, bounds in pinned.items()}


def test_every_requirement_states_its_lowest_version_once():
    assert len(lowest_versions()) >= 15


def test_the_python_versions_are_the_same_everywhere():
    workflow = (ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
    assert PYTHONS == re.findall(r'"(3\.\d+)"', re.search(r"python: \[(.*)\]", workflow)[1])
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"


def test_the_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.*)$", citation, re.MULTILINE)[1] == micrograd_kr.__version__
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## {micrograd_kr.__version__}\n" in changes


def test_every_file_that_a_text_of_the_project_links_to_exists():
    for path in ROOT.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (ROOT / target).exists(), f"{path.name}: {target}"


def copy_of_the_checkout(folder):
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def run(*command, cwd):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV", "PYTEST"))}
    done = subprocess.run(command, cwd=cwd, env=clean, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def python_of(version):
    """The command of this version of Python, which may be a stand-in for one that is not installed."""
    candidates = [sys.executable, shutil.which(f"python{version}")]
    for command in filter(None, candidates):
        print_version = "import sys; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run([command, "-c", print_version], capture_output=True, text=True)
        if done.stdout.strip() == version:
            return command
    pytest.skip(f"there is no Python {version} here")


def run_the_suite(folder, version, pins, *options):
    """Install the checkout with everything that the tests import, within the pins, and run what is tested."""
    python = python_of(version)
    checkout = copy_of_the_checkout(folder / "checkout")
    constraints = folder / "constraints.txt"
    constraints.write_text("".join(f"{name}=={pin}\n" for name, pin in pins.items()), encoding="utf-8")
    run(python, "-m", "venv", str(folder / "venv"), cwd=folder)
    inside = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(inside, "-m", "pip", "install", "-c", str(constraints), ".[test]", cwd=checkout)
    suite = ("-m", "pytest", "-q", "-n", "auto", "--ignore=tests/test_packaging.py")
    run(inside, *suite, *options, cwd=checkout)


@pytest.mark.peers
def test_the_lowest_versions_of_everything_work_together(tmp_path):
    """The suite passes on the oldest Python with the oldest version of every dependency (5 minutes)."""
    tolerant = ("-W", "ignore::DeprecationWarning")  # old packages do what newer ones that they use have deprecated
    run_the_suite(tmp_path, PYTHONS[0], lowest_versions(), *tolerant)


@pytest.mark.peers
@pytest.mark.parametrize("version", PYTHONS[1:])
def test_the_suite_passes_on_a_newer_python(version, tmp_path):
    """With the newest version of every dependency (5 minutes each)."""
    run_the_suite(tmp_path, version, {})


@pytest.mark.peers
def test_the_distributions_hold_what_they_must_and_a_bare_environment_can_use_them(tmp_path):
    run(sys.executable, "-m", "venv", str(tmp_path / "tools"), cwd=tmp_path)
    scripts = "Scripts" if os.name == "nt" else "bin"
    tools = tmp_path / "tools" / scripts / "python"
    run(tools, "-m", "pip", "install", "build", "twine", cwd=tmp_path)
    checkout = copy_of_the_checkout(tmp_path / "checkout")
    run(tools, "-m", "build", "--outdir", str(tmp_path / "dist"), cwd=checkout)
    source, wheel = sorted((tmp_path / "dist").iterdir(), key=lambda path: path.suffix == ".whl")
    run(tools, "-m", "twine", "check", "--strict", str(source), str(wheel), cwd=tmp_path)

    with tarfile.open(source) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {"tests/test_packaging.py", "demos/bench.py", "docs/index.md", "mkdocs.yml", "CHANGELOG.md"} <= inside
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        description = next(archive.read(name) for name in names if name.endswith("METADATA")).decode()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {
        "micrograd_kr",
        "_micrograd_kr_hypothesis.py",
        "_micrograd_kr_pytest.py",
    }
    assert {Path(name).suffix for name in names if name.startswith("micrograd_kr/")} == PACKAGED
    assert not re.search(r"\]\((?!https?:|#)", description), "a relative link, which an index cannot follow"

    run(sys.executable, "-m", "venv", str(tmp_path / "bare"), cwd=tmp_path)
    bare = tmp_path / "bare" / scripts / "python"
    run(bare, "-m", "pip", "install", str(wheel), cwd=tmp_path)
    assert "neuron" in run(bare, "-W", "error", "-m", "micrograd_kr", "--lang", "en", cwd=tmp_path)
    used = (
        "from micrograd_kr import Value, draw; x = Value(3.0); (x * x).backward(); print(x.grad, draw(x).pipe('svg'))"
    )
    assert "6.0 b'<?xml" in run(bare, "-W", "error", "-c", used, cwd=tmp_path)
    missing = "import micrograd_kr; micrograd_kr.jit(lambda x: x)"
    with pytest.raises(AssertionError, match="jit needs llvmlite .*pip install .llvmlite>="):
        run(bare, "-c", missing, cwd=tmp_path)
