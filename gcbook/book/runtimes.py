"""What runs in a page: networks, and the lab's notebooks that need the standard library alone.

A page that was opened from a disk may not fetch, but it may run scripts; so each file hands the
page a value (``book/_static/gcbook-files.js``). What is large is compressed and in base64, and
loaded only when the reader asks for it. Of networks:

==================  ==============================================================
``index.js``        the world, its models, the bytes of each file, and the paper's shape bias of
                    Imagen: what a page starts with
``silhouettes.js``  the silhouettes that a reader can choose from
``conflicts.js``    cue conflicts with stored errors, of which the page opens on one
``runtime.js``      onnxruntime-web (``gcbook/data/onnxruntime-web``)
``MODEL.js``        a network's graph and the weights that it reads
``*.txt``           the runtime's licence and notices
==================  ==============================================================

All of it but the weights is written by ``tools/export_networks.py`` and
``tools/vendor_runtime.py``. Of the lab, whose Python is Pyodide's (``gcbook/data/pyodide``), which
has no numpy of its own:

==============  ==================================================================
``index.js``    the notebooks' titles by name, and the bytes of ``python.js``
``NAME.js``     a student's notebook, its prose as HTML, and the files that it reads
``python.js``   Pyodide, compressed and in base64: loaded when the reader asks for it
``*.txt``       its licences
==============  ==================================================================
"""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gcbook.book.course import find_labs
from gcbook.book.course_data import course_data
from gcbook.book.project import Project
from gcbook.book.solutions import student_notebook
from gcbook.files.atomic import write_if_changed
from gcbook.files.errors import GcbookError
from gcbook.files.manifest import DATA
from gcbook.paper.published import table1

NETWORK_RUNTIME = ("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")

IN_PAGE = ("1-shape-bias", "2-kappa", "5-race")
"""Notebooks that import nothing but the standard library."""

PYTHON_RUNTIME = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
LICENCES = {"licence.txt": "LICENSE", "licence-python.txt": "LICENSE-python"}


def read_index() -> dict[str, Any]:
    """Return what is known of the drawn world, its models and the silhouettes."""
    stored: dict[str, Any] = json.loads(DATA.path("networks/networks.json").read_text("utf-8"))
    return stored


def write_networks(folder: Path) -> None:
    """Write the scripts into a folder, each only if it changed."""
    index = read_index()
    runtime = DATA.path("onnxruntime-web")
    shapes = packed_text(DATA.path("networks/silhouettes.gz").read_bytes())
    scripts = {
        "silhouettes": script_of({**index.pop("silhouettes"), "pixels": shapes}),
        "conflicts": script_of(json.loads(DATA.path("networks/conflicts.json").read_text("utf-8"))),
        "runtime": script_of(
            [packed_text((runtime / f"{name}.gz").read_bytes()) for name in NETWORK_RUNTIME]
        ),
    }
    for name, model in index["models"].items():
        weights = DATA.path(model["weights"]).read_bytes()
        if hashlib.sha256(weights).hexdigest() != model["sha256"]:
            raise GcbookError(
                f"{DATA.folder / model['weights']}: expected the weights that the graph of {name} "
                f"was made for (SHA-256 {model['sha256'][:12]}…), found others; run "
                "tools/export_networks.py."
            )
        graph = DATA.path(f"networks/{name}-calibrated.onnx.gz").read_bytes()
        packed = gzip.compress(weights, mtime=0)
        scripts[name] = script_of({"graph": packed_text(graph), "weights": packed_text(packed)})
    index["bytes"] = {name: len(text) for name, text in scripts.items()}
    imagen = table1().set_index("key").loc["imagen"]
    index["published"] = {"model": imagen["model"], "shape_bias": imagen["shape_bias_printed"]}
    notices = gzip.decompress((runtime / "ThirdPartyNotices.txt.gz").read_bytes()).decode()
    files = {f"{name}.js": text for name, text in (scripts | {"index": script_of(index)}).items()}
    files["runtime-licence.txt"] = (runtime / "LICENSE").read_text(encoding="utf-8")
    files["runtime-notices.txt"] = notices
    _write(files, folder)


def write_labs(project: Project, folder: Path) -> None:
    """Write the scripts into a folder, each only if it changed.

    Args:
        project: the checkout, which has the lab's sources.
        folder: of the built book.
    """
    import nbformat

    pyodide, labs, data = DATA.path("pyodide"), find_labs(project), course_data()
    packed = {name: packed_text((pyodide / f"{name}.gz").read_bytes()) for name in PYTHON_RUNTIME}
    # Python finds no package but its own library.
    lock = json.loads(gzip.decompress((pyodide / f"{LOCK}.gz").read_bytes())) | {"packages": {}}
    packed[LOCK] = packed_text(gzip.compress(json.dumps(lock).encode(), mtime=0))
    files = {"python.js": script_of(packed)}
    titles = {}
    for name in IN_PAGE:
        notebook = student_notebook(nbformat.read(labs[name], as_version=4), labs[name])
        text = json.dumps(notebook, ensure_ascii=False)
        prose = {
            cell.id: to_html(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"
        }
        reads = {each: content for each, content in data.items() if each in text}
        titles[name] = notebook.cells[0].source.split("\n")[0].removeprefix("# ")
        files[f"{name}.js"] = script_of({"notebook": notebook, "prose": prose, "files": reads})
    files["index.js"] = script_of({"titles": titles, "bytes": len(files["python.js"])})
    for name, source in LICENCES.items():
        files[name] = (pyodide / source).read_text(encoding="utf-8")
    _write(files, folder)


def to_html(markdown: str) -> str:
    """Return Markdown as HTML below a page's title; formulas stay between dollars.

    >>> to_html("# A *b*")
    '<h2>A <em>b</em></h2>'
    """
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    renderer = IPythonRenderer(escape=True, exclude_anchor_links=True)
    made = str(MarkdownWithMath(renderer=renderer).render(markdown))
    return re.sub(r"<(/?)h([1-5])[^>]*>", lambda m: f"<{m[1]}h{int(m[2]) + 1}>", made).strip()


def _write(files: Mapping[str, str], folder: Path) -> None:
    for name, text in files.items():
        write_if_changed(text, folder / name)


def packed_text(content: bytes) -> str:
    """Return bytes as text that a script can hold."""
    return base64.b64encode(content).decode()


def script_of(value: Any) -> str:
    """Return the script that hands a page a value, of what JSON knows."""
    return f"gcbookTake({json.dumps(value)});\n"
