"""The picture of the live page in the README: a neuron that has learnt a little, at a backward step.

    python demos/live_page_picture.py [demos/pictures/live-page.png]

It needs Chromium with its driver, and selenium (in the extra `test`).
"""

import sys
from pathlib import Path

from browser import wait, window

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
    with window(WIDTH, HEIGHT, sharpness=1.25) as (browser, folder):
        browser.get(page(example(), lang="en", title="A neuron learns", rate=0.1).save(folder / "page.html").as_uri())
        browser.find_element("css selector", ".alive #last").click()
        browser.execute_script("document.getElementById('descend10').click()")
        for button in ("wide", "back", "next"):
            browser.find_element("id", button).click()
        wait(browser, 500)
        browser.save_screenshot(str(path))


if __name__ == "__main__":
    default = Path(__file__).parent / "pictures" / "live-page.png"
    take_picture(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
