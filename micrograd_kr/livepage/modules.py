"""The recorded graph as numbered nodes, and the nn modules in which they were computed.

>>> from micrograd_kr import Value
>>> a = Value(2.0, label="a")
>>> graph = Graph(a * a + 1.0)
>>> [(node.op.name if node.op else node.data) for node in graph.nodes], graph.arguments
([2.0, 'mul', 1.0, 'add'], [[], [0, 0], [], [1, 2]])
"""

from __future__ import annotations

from collections.abc import Iterator

from ..drawing.groups import Group, Groups
from ..engine import Value, topological_order

WHOLE = 0  # the number of the module that holds everything


class Graph:
    """The nodes below `root` in topological order, by number, with the module that is home to each.

    A module here is one call of an nn module, as in a drawing.

    Attributes:
        nodes: the Values.
        arguments: for each node the numbers of its arguments.
        home: for each node the number of the innermost module that computed it, or whose parameter it is.
        parent: for each module the one around it; None for WHOLE.
        titles: for each module what it is called.
        held: for each leaf that a module holds in an attribute, what it is called there.
        shared: the parameters of modules that were called more than once: they are shown wherever they are read.
        output: for each module the one node in it that is read from outside; none where there are several.
    """

    def __init__(self, root: Value) -> None:
        self.nodes = topological_order(root)
        number = {node: index for index, node in enumerate(self.nodes)}
        self.arguments = [[number[arg] for arg in node.args] for node in self.nodes]
        groups = Groups()
        within = [groups.of(node.scope) if node.op else None for node in self.nodes]
        self._numbers: dict[Group | None, int] = {None: WHOLE}
        self._numbers |= {group: index + 1 for index, group in enumerate(groups)}
        self.parent: list[int | None] = [None, *(self._numbers[group.outer] for group in groups)]
        self.titles = ["", *(group.title for group in groups)]
        self.home = [self._numbers[group] for group in within]
        self.held: dict[int, str] = {}
        self.shared: set[int] = set()
        self._bring_leaves_home(groups)
        self.output = self._outputs()

    def _bring_leaves_home(self, groups: Groups) -> None:
        """A parameter is at home in the module that holds it, a constant where it is read; inputs stay outside."""
        owned = groups.parameters()
        readers: dict[int, set[int]] = {}
        for index, args in enumerate(self.arguments):
            for arg in args:
                readers.setdefault(arg, set()).add(self.home[index])
        for index, node in enumerate(self.nodes):
            if node.op is not None:
                continue
            if type(node) is not Value:
                self.home[index] = self._common(readers.get(index, {WHOLE}))
            elif id(node) in owned:
                self.held[index], group = owned[id(node)]
                self.home[index] = self._numbers[group]
                if self.home[index] not in readers.get(index, {self.home[index]}):
                    self.shared.add(index)

    def ancestors(self, module: int) -> Iterator[int]:
        """The module itself, then those around it, up to WHOLE."""
        here: int | None = module
        while here is not None:
            yield here
            here = self.parent[here]

    def _common(self, modules: set[int]) -> int:
        chains = [list(self.ancestors(module))[::-1] for module in modules]
        common = WHOLE
        for level in zip(*chains, strict=False):
            if len(set(level)) > 1:
                break
            common = level[0]
        return common

    def _outputs(self) -> dict[int, int]:
        found: dict[int, set[int]] = {}
        for index, args in [*enumerate(self.arguments), (-1, [len(self.nodes) - 1])]:
            outside = set(self.ancestors(self.home[index])) if index >= 0 else {WHOLE}
            for arg in args:
                for module in self.ancestors(self.home[arg]):
                    if module in outside:
                        break
                    found.setdefault(module, set()).add(arg)
        return {module: min(nodes) for module, nodes in found.items() if len(nodes) == 1}
