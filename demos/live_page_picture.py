"""The picture of the live page in the README: a neuron that has learnt a little, at a backward step.

    python demos/live_page_picture.py [demos/pictures/live-page.png]

It needs Chromium with its driver, and selenium (in the extra `test`).
"""

import shutil
import sys
import tempfile
from pathlib import Path

from micrograd_kr import Value, nn, page

WIDTH, HEIGHT = 1280, 790


def example() -> Value:
    """The squared error of a neuron on one example."""
    neuron = nn.Neuron(2, activation="tanh", seed=7)
    x = [Value(1.0, label="x1"), Value(-0.5, label="x2")]
    loss = (neuron(x) - 0.8) ** 2
    loss.label = "loss"
    return loss


def take_picture(path: Path) -> None:
    """Open the page, train it a little, take a step of the backward pass, and save what is seen."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for flag in ("headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars", f"user-data-dir={folder}/profile"):
            options.add_argument(f"--{flag}")
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
        try:
            size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1.25, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            file = page(example(), lang="en", title="A neuron learns", rate=0.1).save(Path(folder) / "page.html")
            browser.get(file.as_uri())
            browser.implicitly_wait(10)
            browser.find_element("css selector", ".alive #last").click()
            browser.execute_script("document.getElementById('descend10').click()")
            for button in ("wide", "back", "next"):
                browser.find_element("id", button).click()
            browser.execute_async_script("setTimeout(arguments[0], 500)")
            browser.save_screenshot(str(path))
        finally:
            browser.quit()


if __name__ == "__main__":
    default = Path(__file__).parent / "pictures" / "live-page.png"
    take_picture(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
