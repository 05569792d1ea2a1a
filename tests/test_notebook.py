"""A notebook in which everything that shows itself is shown, executed by a kernel."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

for needed in ("nbformat", "nbclient", "ipykernel"):
    if find_spec(needed) is None:  # imported where it is used, as nbformat takes two seconds
        pytest.skip(f"could not import {needed!r}", allow_module_level=True)

TOUR = Path(__file__).parent.parent / "demos" / "tour.ipynb"

# the last line of a cell -> the kind of what is shown, and what is found in it
SHOWN = {
    "loss": ("text/html", r"op \*\*</td>.*>16.0</td>.*>1</td>"),
    "draw(loss)": ("image/svg+xml", r"(?s)<svg.*기울기.*</svg>"),
    "page(loss)": ("text/html", r"(?s)<iframe.*srcdoc"),
    "stepper": ("application/vnd.jupyter.widget-view+json", "model_id"),
    "stepper.next()": ("text/html", "a = 2가 주어졌습니다"),
    "why(loss, a)": ("text/html", "-24"),
    "model": ("text/html", "(?s)매개변수.*33"),
    "model.layers[0].weight": ("text/html", "(?s)<table.*background"),
    "history": ("text/html", "(?s)<polyline.*<polyline.*에포크: 20.*검증 손실"),
    "report": ("text/html", "d/dx</td>.*>240 bits</td>.*>right</td>.*>0.1051212876</td>.*>0.1051212876</td>"),
}


@pytest.fixture(scope="module")
def executed():
    import os

    import nbclient
    import nbformat

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICROGRAD_KR_LANG", "ko")
        patch.setenv("PYTHONPATH", f"{TOUR.parent.parent}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
        notebook = nbformat.read(TOUR, 4)
        nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return {cell.source.splitlines()[-1]: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}


def test_the_notebook_as_it_stands_is_clean():
    import nbformat

    notebook = nbformat.read(TOUR, 4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.filterwarnings("ignore")  # of the kernel's own packages
def test_everything_shows_itself(executed):
    assert list(executed) == list(SHOWN)
    for last, (kind, pattern) in SHOWN.items():
        if kind.startswith("application"):
            pytest.importorskip("ipywidgets")
        shown = executed[last][-1]["data"]
        assert "text/plain" in shown and re.search(pattern, str(shown[kind])), (last, shown)
    progress = executed["history"][0]["data"]["text/html"]
    assert re.fullmatch(r'<progress value="20" max="20"></progress> 20/20 손실 0\.\d+', progress)
