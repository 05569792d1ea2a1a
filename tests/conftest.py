"""What all tests count on, wherever they run."""

import gc
import os
import pickle
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

# Bytecode is kept whatever the environment says: Python starts some hundred times, and each worker reads all tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# jsonschema, which nbformat imports, would build 38 grammars of addresses in four seconds; no notebook needs them.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

os.environ["MICROGRAD_KR_LANG"] = "en"  # also where the machine speaks Korean; tests of Korean say lang="ko"

# No deadline, as machines are noisy; the same examples in every run of the continuous integration.
settings.register_profile("tests", deadline=None, derandomize=bool(os.environ.get("CI")), database=None)
settings.load_profile("tests")


def pytest_collection_finish(session):
    """What is there by now stays: the collector need not walk through all the tests again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Each worker begins with its own part of the tests, in order, so that few fixtures of a module are made twice."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None


# --- the book --------------------------------------------------------------------------------------------------------

IN_ENGLISH_TOO = FOR_A_PAGE = (6,)
IN_FULL = (3, 11)  # what these claim holds at their full size, and they are compiled


@pytest.fixture(scope="session")
def performed(tmp_path_factory, request):
    """A function of a chapter's number and a language: what the chapter prints and shows, at its small size.

    Each chapter runs once, in Korean, and its words are kept in English, too. Of what the library itself says and of
    the letters in figures there is no English, but for one chapter. Processes that share the tests share the runs.
    """
    shared = tmp_path_factory.getbasetemp()
    folder = (shared.parent if hasattr(request.config, "workerinput") else shared) / "performed"
    folder.mkdir(exist_ok=True)
    kept = {}

    def get(number, language):
        which = language if number in IN_ENGLISH_TOO else "ko and en"
        path = folder / f"{number} {which}.pickle"
        if path not in kept:
            while not path.exists():
                try:
                    path.with_suffix(".begun").touch(exist_ok=False)
                except FileExistsError:  # by another process
                    time.sleep(0.05)
                    continue
                part = path.with_suffix(".part")
                try:
                    part.write_bytes(pickle.dumps(_perform(number, which)))
                    part.rename(path)
                except BaseException:
                    path.with_suffix(".begun").unlink()
                    raise
            kept[path] = pickle.loads(path.read_bytes())
        return kept[path][language]

    return get


def _perform(number, which):
    from micrograd_kr import book
    from micrograd_kr.book.chapters import find_chapters
    from micrograd_kr.book.prose import words
    from micrograd_kr.book.running import Performance, perform

    chapter = find_chapters()[number - 1]
    options = {"small": number not in IN_FULL, "for_page": number in FOR_A_PAGE}
    if which != "ko and en":
        return {which: perform(chapter, which, **options)}
    said, captions, english = [], [], []
    say, show = book.say, book.show

    def say_both(key, /, **pieces):
        said.append((words(key, "ko", pieces), words(key, "en", pieces)))
        say(key, **pieces)

    def show_both(name, picture, caption=None, **pieces):
        captions.append(words(name, "en", pieces) if caption is None else caption)
        show(name, picture, caption, **pieces)

    def keep(shown):
        printed = shown.printed
        for korean, translated in said:
            assert f"{korean}\n" in printed
            printed = printed.replace(f"{korean}\n", f"{translated}\n", 1)
        drawn = [replace(one, caption=caption) for one, caption in zip(shown.pictures, captions, strict=True)]
        cell = chapter.cells("en")[len(english)]
        english.append(replace(shown, cell=cell, printed=printed, pictures=tuple(drawn)))
        said.clear()
        captions.clear()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(book, "say", say_both)
        patch.setattr(book, "show", show_both)
        if number not in IN_FULL:
            patch.setenv("MICROGRAD_KR_BOOK_EAGER", "1")  # compiling takes longer than so little training
        korean = perform(chapter, "ko", each=keep, **options)
    return {"ko": korean, "en": Performance(chapter, "en", tuple(english), korean.seconds)}


# --- a browser -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver")
    binary, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("there is no Chromium with its driver here")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (
        "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --force-prefers-reduced-motion --window-size=1300,900"
    ).split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd(
        "Network.emulateNetworkConditions",
        {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
    )
    yield browser
    browser.quit()


class Tab:
    """A page in the browser, and hands to use it with."""

    def __init__(self, browser, folder):
        self.browser, self.path = browser, Path(folder) / "page.html"

    def open(self, root, at="last", **options):
        from micrograd_kr import page

        page(root, self.path, **{"lang": "en", **options})
        self.browser.get(self.path.as_uri())
        self.wait("document.documentElement.classList.contains('alive')")
        if at == "last":
            self.click("#last")
        return self

    def run(self, script, *args):
        return self.browser.execute_script(script, *args)

    def wait(self, condition):
        from selenium.webdriver.support.ui import WebDriverWait

        self.settle()
        WebDriverWait(self.browser, 30, 0.02).until(lambda browser: browser.execute_script(f"return {condition}"))

    def settle(self):
        """Until what is waiting has been painted."""
        self.browser.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))"
        )

    def find(self, css):
        return self.browser.find_element("css selector", css)

    def click(self, css):
        self.find(css).click()
        self.settle()

    def press(self, *keys, into=None):
        from selenium.webdriver.common.action_chains import ActionChains

        if into is not None:
            self.run("document.querySelector(arguments[0]).focus()", into)
        for key in keys:
            ActionChains(self.browser).send_keys(key).perform()
        self.settle()

    def set(self, name, number):
        """Type a number into the field of an input."""
        from micrograd_kr.locale import translate

        self.run(
            """for (const field of document.querySelectorAll("#leaves input[type=text]"))
                 if (field.getAttribute("aria-label") === arguments[0]) {
                   field.value = arguments[1]; field.dispatchEvent(new Event("change")); return }
               throw new Error("no field " + arguments[0])""",
            translate("livepage.value_of", "en", node=name),
            repr(number),
        )

    def give(self, css, text, event):
        """Put a text or number into a control, as a hand would."""
        self.run(
            """const control = document.querySelector(arguments[0]);
               control.value = arguments[1];
               control.dispatchEvent(new Event(arguments[2]))""",
            css,
            text,
            event,
        )
        self.settle()

    def follow(self, positions):
        """Move the slider of steps through the positions; for each what the caption says, and what the cards show."""
        self.browser.set_script_timeout(60)
        return self.browser.execute_async_script(
            """const done = arguments[1], slider = document.getElementById("position"), seen = [];
               for (const position of arguments[0]) {
                 slider.value = position;
                 slider.dispatchEvent(new Event("input"));
                 await new Promise(requestAnimationFrame);
                 const texts = [...document.querySelectorAll(".view.shown .card")].map(card => card.textContent);
                 seen.push([document.getElementById("caption").textContent, texts]);
               }
               done(seen)""",
            list(positions),
        )

    def numbers(self):
        """What the cards show: for each node (data, grad)."""
        self.settle()
        return {
            int(node): (data, grad)
            for node, data, grad in self.run(
                """const text = (g, css) => g.querySelector(css).textContent;
                   return [...document.querySelectorAll(".view.shown .card[data-n]:has(.data)")]
                     .map(g => [g.dataset.n, text(g, ".data"), text(g, ".grad")])"""
            )
        }

    @property
    def caption(self):
        return self.run("return document.getElementById('caption').textContent")

    def errors(self):
        return [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.fixture
def tab(chromium, tmp_path):
    opened = Tab(chromium, tmp_path)
    yield opened
    assert opened.errors() == []
