"""The picture of the browser edition in the README: a small graph in the playground, at a backward step.

    python demos/website/picture.py FOLDER [demos/pictures/website.png]

FOLDER holds the website, as build.py wrote it. It needs Chromium with its driver, and selenium (in the extra `test`).
"""

import functools
import http.server
import shutil
import sys
import threading
from pathlib import Path

WIDTH, HEIGHT = 1280, 1100


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def take_picture(folder: Path, path: Path) -> None:
    """Serve the website, open an example, take a few steps back from the end, and save what is seen."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars", "lang=en-US"):
        options.add_argument(f"--{flag}")
    options.add_experimental_option("prefs", {"intl.accept_languages": "en-US"})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1.25, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.implicitly_wait(60)
        browser.get(f"http://127.0.0.1:{server.server_port}/playground.html")
        browser.find_element("css selector", "[data-python=ready]")
        browser.find_element("css selector", "#examples [data-example='0']").click()
        browser.find_element("css selector", "#live[data-shown]")
        browser.execute_async_script("setTimeout(arguments[0], 1000)")
        browser.switch_to.frame("live")
        browser.find_element("id", "last").click()
        for _ in range(1):
            browser.find_element("id", "back").click()
        browser.switch_to.default_content()
        browser.execute_script("scrollTo(0, 0)")
        browser.execute_async_script("setTimeout(arguments[0], 500)")
        browser.save_screenshot(str(path))
    finally:
        browser.quit()
        server.shutdown()


if __name__ == "__main__":
    default = Path(__file__).parents[1] / "pictures" / "website.png"
    take_picture(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else default)
