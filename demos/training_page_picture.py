"""The picture of the training page in the README: a net that has learnt the moons for a while.

    python demos/training_page_picture.py [demos/pictures/training-page.png]

It needs Chromium with its driver, and selenium (in the extra `test`).
"""

import shutil
import sys
import tempfile
from pathlib import Path

from micrograd_kr import Value, nn, training_page
from micrograd_kr.data import moons
from micrograd_kr.livepage import TrainingPage

WIDTH, HEIGHT, STEPS = 1280, 806, 240


def example() -> TrainingPage:
    """A net of two hidden layers, and the moons."""
    model = nn.MLP(2, [8, 6, 1], activation="tanh", seed=3)

    def loss(x: list[Value], y: Value) -> Value:
        return nn.binary_cross_entropy(model(x), y)

    return training_page(model, *moons(200, noise=0.15), loss, optimizer=nn.SGD(model, lr=0.3, momentum=0.9), lang="en")


def take_picture(path: Path) -> None:
    """Open the page, train it a little, and save what is seen."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for flag in ("headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars", f"user-data-dir={folder}/profile"):
            options.add_argument(f"--{flag}")
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
        try:
            size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.get(example().save(Path(folder) / "net.html").as_uri())
            browser.implicitly_wait(10)
            browser.find_element("css selector", ".alive .neuron")
            browser.execute_script("for (let i = 0; i < arguments[0]; i++) trainer.run(1)", STEPS - 1)
            for control in ("log", "step"):
                browser.find_element("id", control).click()
            browser.execute_async_script("setTimeout(arguments[0], 500)")
            browser.save_screenshot(str(path))
        finally:
            browser.quit()


if __name__ == "__main__":
    default = Path(__file__).parent / "pictures" / "training-page.png"
    take_picture(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
