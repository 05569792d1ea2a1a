"""The documentation is true: its examples run, its commands work, the two languages agree, and the site is whole."""

import doctest
import importlib.util
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from micrograd_kr import ops

ROOT = Path(__file__).parent.parent
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
FOREIGN = r"^>>> import (torch|jax)\b"  # a section that needs one of these is a test of its own


def is_korean(name):
    return name.endswith(".ko.md")


def sessions():
    """The examples of every page as one session, and apart from it every section that needs another framework."""
    for name, text in PAGES.items():
        own = []
        for section in re.split(r"^(?=## )", text, flags=re.MULTILINE):
            needs = re.search(FOREIGN, section, re.MULTILINE)
            if needs:
                yield pytest.param(name, section, needs[1], id=f"{name}-{needs[1]}")
            else:
                own.append(section)
        if ">>>" in "".join(own):
            yield pytest.param(name, "".join(own), None, id=name)


@pytest.mark.parametrize(("name", "text", "needs"), list(sessions()))
def test_the_examples_of_a_page_run(name, text, needs, monkeypatch, tmp_path):
    if needs and importlib.util.find_spec(needs) is None:
        pytest.skip(f"{needs} is not installed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MICROGRAD_KR_LANG", "ko" if is_korean(name) else "en")
    known = set(ops.OPS)
    examples = doctest.DocTestParser().get_doctest(text, {"__name__": "docs"}, name, name, 0)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    report: list[str] = []
    try:
        runner.run(examples, out=report.append)
    finally:
        for op in set(ops.OPS) - known:
            ops.remove_op(op)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


def blocks(text, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", PAGES)
def test_every_block_of_python_is_an_example_that_runs(name):
    for block in blocks(PAGES[name], "python"):
        assert block.startswith(">>>"), f"{name}: {block}"
    kinds = set(re.findall(r"^```(\w*)\n.*?^```", PAGES[name], re.MULTILINE | re.DOTALL))
    assert kinds <= {"python", "sh"}


def commands():
    found = {}
    for name, text in PAGES.items():
        for line in "".join(blocks(text, "sh")).splitlines():
            if line.startswith("python -m micrograd_kr"):
                found.setdefault(line.split("  #")[0].strip(), name)
    return found


@pytest.mark.parametrize("command", list(commands()))
def test_the_commands_work(command, tmp_path):
    words = [sys.executable, *shlex.split(command)[1:]]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr


def code_of(text):
    """What a reader types, without comments."""
    lines = [line for block in re.findall(r"^```\w+\n(.*?)^```", text, re.M | re.S) for line in block.splitlines()]
    lines = [line for line in lines if line.startswith((">>>", "...", "python"))]
    return [re.sub(r"\s+#.*", "", line).replace('"ko"', '"en"') for line in lines]


@pytest.mark.parametrize("name", [name for name in PAGES if not is_korean(name) and name != "reference.md"])
def test_the_two_languages_show_the_same(name):
    english, korean = PAGES[name], PAGES[name.replace(".md", ".ko.md")]
    assert code_of(english) == code_of(korean)
    sections = [[line.split()[0] for line in text.splitlines() if re.match("#+ ", line)] for text in (english, korean)]
    assert [mark for mark in sections[0] if mark != "#"] == [mark for mark in sections[1] if mark != "#"]
    targets = [re.findall(r"\]\(([^)#]+)", text) for text in (english, korean)]
    assert sorted(targets[0]) == sorted(targets[1])


# --- the site ---------------------------------------------------------------------------------------------------------


class Links(HTMLParser):
    """What a page loads, what it links to, and the places in it that can be linked to."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.links, self.places = [], [], {""}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.places |= {found[key] for key in ("id", "name") if found.get(key)}
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif tag == "link" and found.get("rel") not in ("canonical", "alternate", "prev", "next"):
            self.loads.append(found.get("href"))
        elif found.get("src"):
            self.loads.append(found["src"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if importlib.util.find_spec("mkdocs") is None:
        pytest.skip("MkDocs is not installed: pip install --group docs")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def test_every_link_of_the_site_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site):
    pages = {name: Links(path.read_text(encoding="utf-8")) for name, path in site.items() if name.endswith(".html")}
    assert len(pages) >= 2 * len([name for name in PAGES if not is_korean(name)])
    broken = []
    for name, page in pages.items():
        if name == "404.html":
            continue
        for target in page.loads:
            if not target.startswith("data:") and resolved(name, target) not in site:
                broken.append((name, target))
        for target in page.links:
            parts = urlsplit(target)
            if parts.scheme in ("https", "mailto"):
                continue
            there = resolved(name, target)
            if there not in site or (there in pages and unquote(parts.fragment) not in pages[there].places):
                broken.append((name, target))
    assert not broken


def resolved(name, target):
    """The file of the site that a target in the page `name` means."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return target
    if not parts.path:
        return name
    steps = [] if parts.path.startswith("/") else name.split("/")[:-1]
    for step in unquote(parts.path).split("/"):
        if step == "..":
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    path = "/".join(steps)
    return f"{path}/index.html".lstrip("/") if parts.path.endswith(("/", "..", ".")) else path


def test_style_sheets_and_scripts_load_nothing_from_elsewhere(site):
    for name, path in site.items():
        if name.endswith(".css"):
            assert not re.search(r"(url\(|@import )['\"]?(https?:)?//", path.read_text(encoding="utf-8")), name
