"""The picture of the training page in the README: a net that has learnt the moons for a while.

    python demos/training_page_picture.py [demos/pictures/training-page.png]

It needs Chromium with its driver, and selenium (in the extra `test`).
"""

import sys
from pathlib import Path

from browser import wait, window

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
    with window(WIDTH, HEIGHT) as (browser, folder):
        browser.get(example().save(folder / "net.html").as_uri())
        browser.find_element("css selector", ".alive .neuron")
        browser.execute_script("for (let i = 0; i < arguments[0]; i++) trainer.run(1)", STEPS - 1)
        for control in ("log", "step"):
            browser.find_element("id", control).click()
        wait(browser, 500)
        browser.save_screenshot(str(path))


if __name__ == "__main__":
    default = Path(__file__).parent / "pictures" / "training-page.png"
    take_picture(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
