"""What Hypothesis loads by its entry point: makes `st.from_type(Value)` work.

It stands beside the package, and imports nothing of it: otherwise whoever imports Hypothesis would import micrograd_kr,
perhaps before coverage is measured. If the engine is not there yet, it is registered when it is first imported.
"""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder

_ENGINE = "micrograd_kr.engine"


def register():
    """Register the strategy for Value now, or as soon as micrograd_kr is imported."""
    if hasattr(sys.modules.get(_ENGINE), "Value"):
        _register_now()
    else:
        sys.meta_path.insert(0, _AfterEngine())


def _register_now():
    from hypothesis import strategies as st

    def values(kind):
        from micrograd_kr.testing.generation.strategies import values

        return values()

    st.register_type_strategy(sys.modules[_ENGINE].Value, values)


class _AfterEngine(MetaPathFinder):
    """Finds the engine as it would be found anyway, and registers the strategy when it has been loaded."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname != _ENGINE:
            return None
        sys.meta_path.remove(self)
        spec: ModuleSpec | None = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    def __init__(self, loader):
        self.loader = loader

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        _register_now()
