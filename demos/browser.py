"""A browser for the pictures of the README: a window of a size, light, in English."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


@contextmanager
def window(width: int, height: int, sharpness: float = 1.0) -> Iterator[tuple[Any, Path]]:
    """Headless Chromium with its driver, and a folder for the page; both are gone afterwards.

    Args:
        width, height: of the window, in pixels of the page.
        sharpness: how many pixels of the picture a pixel of the page has.
    """
    from selenium import webdriver  # in the extra `test`

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    options.add_experimental_option("prefs", {"intl.accept_languages": "en-US"})
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        flags = "headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars", f"user-data-dir={folder}/profile"
        for flag in flags:
            options.add_argument(f"--{flag}")
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
        try:
            size = {"width": width, "height": height, "deviceScaleFactor": sharpness, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.implicitly_wait(60)
            yield browser, Path(folder)
        finally:
            browser.quit()


def wait(browser: Any, milliseconds: int) -> None:
    """Let what moves come to rest."""
    browser.execute_async_script("setTimeout(arguments[1], arguments[0])", milliseconds)
