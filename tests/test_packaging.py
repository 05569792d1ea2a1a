"""What a user installs: the messages, the metadata and the lowest versions are true as they stand."""

import re
from importlib import metadata
from pathlib import Path

from micrograd_kr import extras

ROOT = Path(__file__).parent.parent


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
