"""How the project is built: imports point one way, nothing reaches into another package, importing it is cheap.

A package here is a folder of micrograd_kr or a file beside them; `micrograd_kr` itself stands for its `__init__.py`.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import micrograd_kr

ROOT = Path(micrograd_kr.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
HEAVY = (
    "distributed",
    "graphviz",
    "hypothesis",
    "llvmlite",
    "matplotlib",
    "mpmath",
    "numpy",
    "pytest",
    "rich",
    "sklearn",
    "sympy",
)

# Each package imports only from levels before its own. One that is not named is a reader.
LEVELS = (
    ("extras", "files", "functions", "html_table", "locale"),
    ("elementary",),
    ("interpreted", "houses"),
    ("operation",),
    ("ops",),
    ("engine",),
    ("graph", "trace", "nn", "derivatives"),
    ("micrograd_kr",),
    ("stepper",),  # a reader, too: the page shows its steps
    ("readers",),
    ("book",),  # its chapters use every reader
    ("distributed",),  # hands the work of readers to other machines
    ("command_line",),
    ("__main__",),
)
LEVEL = {package: level for level, packages in enumerate(LEVELS) for package in packages}


class Import(NamedTuple):
    """One imported name: `when` is "now", "lazy" in a function, or "checking" for the type checker alone."""

    file: Path
    module: str
    name: str
    when: str

    @property
    def target(self) -> Path:
        """The file that is read: the module, or the submodule that the name is."""
        path = ROOT.joinpath(*self.module.split(".")[1:])
        inside = (path / f"{self.name}.py", path / self.name / "__init__.py") if self.name else ()
        for found in (*inside, path.with_suffix(".py"), path / "__init__.py", path.with_suffix(".pyi")):
            if found.is_file():
                return found
        raise AssertionError(f"{short(self.file)} imports {self.module}.{self.name}, which is no file")


def short(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def package_of(file: Path) -> str:
    first = file.relative_to(ROOT).parts[0].removesuffix(".py")
    return "micrograd_kr" if first == "__init__" else first


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def imports_of(file: Path) -> Iterator[Import]:
    """The imports from within micrograd_kr, relative or not."""
    package = ("micrograd_kr", *file.relative_to(ROOT).parts[:-1])
    pending: list[tuple[ast.AST, str]] = [(tree_of(file), "now")]
    while pending:
        node, when = pending.pop()
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            if module.split(".")[0] == "micrograd_kr":
                yield from (Import(file, module, alias.name, when) for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "micrograd_kr":
                    yield Import(file, alias.name, "", when)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += [(child, "checking") for child in node.body] + [(child, when) for child in node.orelse]
        else:
            inner = "lazy" if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and when == "now" else when
            pending += [(child, inner) for child in ast.iter_child_nodes(node)]


@cache
def all_imports() -> tuple[Import, ...]:
    return tuple(found for file in FILES for found in imports_of(file))


def is_private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def test_the_imports_are_found():
    found = {(short(one.file), short(one.target), one.when) for one in all_imports()}
    assert ("ops.py", "elementary.py", "now") in found
    assert ("engine/value.py", "engine/op_methods.pyi", "checking") in found
    assert ("command_line/page_command.py", "livepage/__init__.py", "lazy") in found
    assert {package_of(file) for file in FILES} >= set(LEVEL) - {"readers"}


def test_no_circle_of_files():
    reads: dict[Path, set[Path]] = {file: set() for file in FILES}
    for one in all_imports():
        if one.when == "now" and one.target != one.file:
            reads[one.file].add(one.target)
    while reads:
        ends = {file for file in reads if not reads[file] & reads.keys()}
        assert ends, f"these files import each other in a circle, or import one that does: {sorted(map(short, reads))}"
        reads = {file: read for file, read in reads.items() if file not in ends}


@pytest.mark.parametrize("package", sorted({package_of(file) for file in FILES}))
def test_imports_point_one_way(package: str):
    """Those within functions too; `micrograd_kr` names for the type checker what it loads when first asked for."""
    readers = LEVEL["readers"]
    for one in all_imports():
        if package_of(one.file) != package or (package == "micrograd_kr" and one.when != "now"):
            continue
        target = package_of(one.target)
        if target != package:
            wrong = f"{short(one.file)} imports {one.name or one.module}: {target} does not stand below {package}"
            assert LEVEL.get(target, readers) < LEVEL.get(package, readers), wrong


def test_no_package_imports_a_private_name_of_another():
    for one in all_imports():
        if package_of(one.target) != package_of(one.file):
            private = [part for part in (*one.module.split("."), one.name) if is_private(part)]
            assert not private, f"{short(one.file)} imports {private} of {package_of(one.target)}"


def private_names_made_in(tree: ast.Module) -> Iterator[str]:
    """The underscore names that a file defines: functions, classes, variables, slots and attributes it sets."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Assign(targets=[ast.Name(id="__slots__")], value=slots):
                yield from ast.literal_eval(slots) if not isinstance(slots, ast.Constant) else [slots.value]
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                yield name


def private_names_read_in(tree: ast.Module) -> Iterator[str]:
    """The underscore names that a file reads or sets of an object, `x._name` or `getattr(x, "_name")`."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) if is_private(name):
                yield name
            case ast.Call(func=ast.Name(id="getattr" | "setattr" | "hasattr"), args=[_, ast.Constant(str(name)), *_]):
                if is_private(name):
                    yield name


def test_no_package_reads_a_private_attribute_of_another():
    made: dict[str, set[str]] = {}
    for file in FILES:
        made.setdefault(package_of(file), set()).update(filter(is_private, private_names_made_in(tree_of(file))))
    assert {"_number", "_x_number", "_mark"} <= made["engine"]
    for file in FILES:
        own = package_of(file)
        for name in private_names_read_in(tree_of(file)):
            if name not in made[own]:
                owners = sorted(package for package, names in made.items() if name in names)
                assert not owners, f"{short(file)} reads {name}, a private name of {owners}"


def test_no_module_has_the_name_of_a_public_function():
    modules = {file.parent.name if file.name == "__init__.py" else file.stem for file in FILES}
    functions = {name for name in micrograd_kr.__all__ if name not in ("nn", "testing")}
    assert not modules & functions


@pytest.mark.parametrize("module", ["micrograd_kr", "micrograd_kr.nn", "micrograd_kr.stepper"])
def test_importing_it_loads_nothing_heavy(module: str):
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}} & {set(HEAVY)!r}))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT.parent), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_importing_it_loads_no_reader():
    code = "import sys, micrograd_kr; print(*[name for name in sys.modules if name.startswith('micrograd_kr.')])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT.parent), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    loaded = {name.split(".")[1] for name in done.stdout.split()}
    assert loaded and all(LEVEL.get(package, LEVEL["readers"]) < LEVEL["micrograd_kr"] for package in loaded), loaded
