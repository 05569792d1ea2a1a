"""Every example in the two READMEs runs, and the two show the same commands, examples, figures and pictures."""

import doctest
import importlib.util
import re
from pathlib import Path

import pytest

from micrograd_kr import ops

ROOT = Path(__file__).parent.parent
READMES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")}


def runnable(text):
    """The text without the blocks that import a peer which is not installed: PyTorch and JAX are not in the extras."""

    def kept(block):
        peers = re.findall(r"^>>> import (torch|jax)\b", block[0], re.MULTILINE)
        return block[0] if all(map(importlib.util.find_spec, peers)) else ""

    return re.sub(r"^```python\n.*?^```", kept, text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", READMES)
def test_examples_run(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MICROGRAD_KR_LANG", "ko" if ".ko." in name else "en")
    known = set(ops.OPS)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    examples = doctest.DocTestParser().get_doctest(runnable(READMES[name]), {"__name__": "readme"}, name, name, 0)
    assert len(examples.examples) >= 10
    runner = doctest.DocTestRunner(optionflags=flags)
    report: list[str] = []
    try:
        runner.run(examples, out=report.append)
    finally:
        for op in set(ops.OPS) - known:
            ops.remove_op(op)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


def code_of(text):
    """The lines that a reader copies, without comments and without what is printed in words."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [re.sub(r"\s+#.*", "", line) for block in blocks for line in block.splitlines()]
    lines = [line.replace('"ko"', '"en"') for line in lines]
    return [line for line in lines if line.startswith((">>>", "...", "python", ".venv")) or "pip install" in line]


def test_the_two_readmes_show_the_same_code_figures_and_pictures():
    english, korean = READMES.values()
    assert code_of(english) == code_of(korean)
    figures = [re.findall(r"^\|.*?\d.*\|$", text, re.MULTILINE) for text in (english, korean)]
    numbers = [[re.findall(r"\d[\d.,]*", row) for row in rows] for rows in figures]
    assert numbers[0] == numbers[1]
    pictures = [re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text) for text in (english, korean)]
    assert pictures[0] == pictures[1] and all((ROOT / picture).is_file() for picture in pictures[0])


def test_the_readmes_have_as_many_sections():
    english, korean = ([line for line in text.splitlines() if line.startswith("#")] for text in READMES.values())
    assert len(english) == len(korean)
