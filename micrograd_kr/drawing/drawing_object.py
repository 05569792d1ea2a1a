"""Drawing: the graphviz.Digraph that draw() returns, which renders with no system `dot` and shows itself in Jupyter."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import graphviz

from ..engine import Value
from ..files import write_whole
from ..graph import render_dot, svg_of
from .picture import Picture
from .png import svg_to_png
from .source import EDGE, NODE, dot_lines, graph_attributes
from .svg import polished

_SOURCE_SUFFIXES = ("gv", "dot")
_SUFFIXES = ("svg", "png", *_SOURCE_SUFFIXES)


class Drawing(graphviz.Digraph):  # type: ignore[misc]  # graphviz has no types
    """A drawn computation graph: everything that a graphviz.Digraph is, made by `draw`.

    Attributes:
        ids: for each Value of the graph the id of the element that shows it, in the DOT source and in the SVG.
        tooltips: for each element with a tooltip its text, by the element's id.
        source: the DOT text.
        format: what pipe() and render() make by default: "svg".

    In Jupyter it shows itself.
    """

    ids: Mapping[Value, str] = {}
    tooltips: Mapping[str, str] = {}
    source: str
    format: str

    @classmethod
    def of(cls, picture: Picture, rankdir: str) -> Drawing:
        """The drawing of a picture."""
        drawing = cls(
            name="computation graph",
            format="svg",
            graph_attr=graph_attributes(picture, rankdir),
            node_attr=NODE,
            edge_attr=EDGE,
            body=dot_lines(picture),
        )
        drawing.ids, drawing.tooltips = picture.ids, picture.tooltips
        return drawing

    def pipe(
        self,
        format: str | None = None,
        renderer: str | None = None,
        formatter: str | None = None,
        neato_no_op: bool | int | None = None,
        quiet: bool = False,
        *,
        engine: str | None = None,
        encoding: str | None = None,
    ) -> Any:
        """The rendered graph, as bytes, or as text if an encoding is given.

        Args:
            format: "svg" by default; "png" (with the extra `png`), or what else Graphviz writes.
            renderer, formatter, neato_no_op, quiet, engine, encoding: as of graphviz.Digraph.

        Raises:
            RuntimeError: no Graphviz was found, or it could not draw this.
            ImportError: a PNG, and resvg-py is not installed.
        """
        format = format or self.format
        options = () if neato_no_op is None else (f"-n{int(neato_no_op)}",)
        wanted = ":".join([part for part in (format, renderer, formatter) if part])
        if wanted in ("svg", "png"):
            svg = polished(svg_of(self.source, engine or self.engine, options), self.tooltips)
            rendered = svg_to_png(svg) if wanted == "png" else svg.encode()
        else:
            rendered = render_dot(self.source, wanted, engine or self.engine, options)
        return rendered if encoding is None else rendered.decode(encoding)

    def save(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        *,
        skip_existing: bool | None = False,
    ) -> str:
        """Save the DOT source, whole or not at all; returns the path.

        The arguments are those of graphviz.Digraph.save.
        """
        if filename is not None:
            self.filename = filename
        if directory is not None:
            self.directory = directory
        target = Path(self.filepath)
        if not (skip_existing and target.exists()):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, self.source.encode(self.encoding))
        return str(target)

    def render(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        renderer: str | None = None,
        formatter: str | None = None,
        neato_no_op: bool | int | None = None,
        quiet: bool = False,
        quiet_view: bool = False,
        *,
        outfile: str | os.PathLike[str] | None = None,
        engine: str | None = None,
        raise_if_result_exists: bool = False,
        overwrite_source: bool = False,
    ) -> str:
        """Save the DOT source, and the rendered graph beside it; returns the path of the latter.

        The arguments are those of graphviz.Digraph.render.
        """
        if outfile is not None:
            target = Path(directory or "", outfile)
            format = format or target.suffix.removeprefix(".") or None
            filename = filename or Path(outfile).with_suffix(".gv")
        saved = Path(self.save(filename, directory))
        if outfile is None:
            target = Path(
                f"{saved}.{'.'.join([part for part in (renderer, formatter, format or self.format) if part])}"
            )
        if raise_if_result_exists and target.exists():
            raise graphviz.FileExistsError(f"there is a file already: {str(target)!r}")
        write_whole(target, self.pipe(format, renderer, formatter, neato_no_op, quiet, engine=engine))
        if cleanup:
            saved.unlink()
        if view or quiet_view:
            graphviz.view(str(target), quiet=quiet_view)
        return str(target)

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the graph to one file, of the kind that the suffix names: .svg, .png, .gv or .dot.

        Raises:
            ValueError: another suffix.
        """
        target = Path(path)
        kind = target.suffix.removeprefix(".").lower()
        if kind not in _SUFFIXES:
            raise ValueError(
                f"the suffix of {str(path)!r} names no kind of file to write: "
                f"end it in {', '.join(f'.{suffix}' for suffix in _SUFFIXES)}"
            )
        write_whole(target, self.source if kind in _SOURCE_SUFFIXES else self.pipe(kind))
        return target

    def _repr_svg_(self) -> str:
        return str(self.pipe("svg", encoding="utf-8"))
