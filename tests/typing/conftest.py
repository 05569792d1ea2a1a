"""The files here are for type checkers: see tests/test_typing.py, which runs the correct ones."""

collect_ignore_glob = ["*.py"]
