"""The picture of the browser edition in the README: a small graph in the playground, at a backward step.

    python demos/website/picture.py FOLDER [demos/pictures/website.png]

FOLDER holds the website, as build.py wrote it. It needs Chromium with its driver, and selenium (in the extra `test`).
"""

import functools
import http.server
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser import wait, window

WIDTH, HEIGHT = 1280, 1100


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def take_picture(folder: Path, path: Path) -> None:
    """Serve the website, open an example, take a few steps back from the end, and save what is seen."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with window(WIDTH, HEIGHT, sharpness=1.25) as (browser, _):
        browser.get(f"http://127.0.0.1:{server.server_port}/playground.html")
        browser.find_element("css selector", "[data-python=ready]")
        browser.find_element("css selector", "#examples [data-example='0']").click()
        browser.find_element("css selector", "#live[data-shown]")
        wait(browser, 1000)
        browser.switch_to.frame("live")
        for step in ("last", "back"):
            browser.find_element("id", step).click()
        browser.switch_to.default_content()
        browser.execute_script("scrollTo(0, 0)")
        wait(browser, 500)
        browser.save_screenshot(str(path))
    server.shutdown()


if __name__ == "__main__":
    default = Path(__file__).parents[1] / "pictures" / "website.png"
    take_picture(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else default)
