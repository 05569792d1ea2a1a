"""How to install what an extra brings: every message about a missing package takes its command from here."""

from __future__ import annotations

import re
from importlib import metadata

_DISTRIBUTION = "micrograd-kr"


def install_command(*extras: str) -> str:
    """The pip command that installs what these extras bring, wherever micrograd_kr itself came from.

    It names the packages and not micrograd-kr, which need not be on any index.

    >>> install_command("symbolic")
    'pip install "sympy>=..."'
    """
    packages = _packages(extras)
    if not packages:  # imported from a checkout that was never installed
        return f'pip install ".[{",".join(extras)}]"'
    return " ".join(["pip install", *(f'"{package}"' for package in packages)])


def missing_extra(need: str, *extras: str, error: ImportError) -> ImportError:
    """The exception to raise where an import of an optional package failed.

    Args:
        need: what could not be done and what it needs, such as "jit needs llvmlite and numpy".
        extras: the extras that bring it, by their names in pyproject.toml.
        error: what the import raised.

    >>> print(missing_extra("a PNG needs resvg-py", "png", error=ImportError("no resvg_py")))
    a PNG needs resvg-py (no resvg_py): pip install "resvg-py>=...", or pip install ".[png]" in a checkout
    """
    from_checkout = f'pip install ".[{",".join(extras)}]"'
    command = install_command(*extras)
    ways = from_checkout if command == from_checkout else f"{command}, or {from_checkout} in a checkout"
    return ImportError(f"{need} ({error}): {ways}", name=error.name)


def _packages(extras: tuple[str, ...]) -> list[str]:
    """The requirements of the extras as the installed distribution records them; none if it is not installed."""
    try:
        requirements = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []
    found = []
    for line in requirements:
        package, _, marker = line.partition(";")
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)['\"]", marker)
        if extra and extra[1] in extras:
            found.append(package.strip())
    return list(dict.fromkeys(found))
