"""Imports what every visit needs, so that it is in the copy of Python's memory that the browser keeps."""

from importlib import import_module

from micrograd_kr.locale import languages, translate

NAMES = (
    "graphviz rich.console rich.padding rich.progress rich.table rich.text rlcompleter "
    "micrograd_kr.book micrograd_kr.command_line.expression micrograd_kr.data micrograd_kr.drawing.drawing_object "
    "micrograd_kr.livepage micrograd_kr.nn micrograd_kr.stepper website_session"
)

for name in NAMES.split():
    import_module(name)
for language in languages():
    translate("livepage.title", language, node="")  # its words are read
