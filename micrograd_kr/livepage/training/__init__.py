"""The training page: one HTML file in which a net learns, with nothing but a browser.

It reads in this order
    printing.py   traced programs as JavaScript
    structure.py  the layers of a model, and its loss, found in what they record
    rules.py      activations, optimizers, penalties and first weights, written from the library's own
    document.py   training_page() and TrainingPage
and the page's script is in script/training/.
"""

from .document import TrainingPage, training_page

__all__ = ["TrainingPage", "training_page"]
