"""Notebooks of the lab that run in a page: their cells, the data that they read, and Python.

Those that need nothing but the standard library: Python is Pyodide's (``gcbook/data/pyodide``, put
there by ``tools/vendor_runtime.py``), which has no numpy of its own. A page from a disk may not
fetch, so each file hands the page a value, as networks do (`gcbook.book.networks`):

==============  ==================================================================
``index.js``    the notebooks' titles by name, and the bytes of ``python.js``
``NAME.js``     a student's notebook, its prose as HTML, and the files that it reads
``python.js``   Pyodide, compressed and in base64: loaded when the reader asks for it
``*.txt``       its licences
==============  ==================================================================
"""

import gzip
import json
import re
from pathlib import Path

from gcbook.book.course import find_labs
from gcbook.book.course_data import course_data
from gcbook.book.networks import packed_text, script_of
from gcbook.book.project import Project
from gcbook.book.solutions import student_notebook
from gcbook.files.atomic import write_if_changed
from gcbook.files.manifest import DATA

IN_PAGE = ("1-shape-bias", "2-kappa", "5-race")
"""Notebooks that import nothing but the standard library."""

RUNTIME = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
LICENCES = {"licence.txt": "LICENSE", "licence-python.txt": "LICENSE-python"}


def write_labs(project: Project, folder: Path) -> None:
    """Write the scripts into a folder, each only if it changed.

    Args:
        project: the checkout, which has the lab's sources.
        folder: of the built book.
    """
    import nbformat

    pyodide, labs, data = DATA.path("pyodide"), find_labs(project), course_data()
    packed = {name: packed_text((pyodide / f"{name}.gz").read_bytes()) for name in RUNTIME}
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
    for name, content in files.items():
        write_if_changed(content, folder / name)


def to_html(markdown: str) -> str:
    """Return Markdown as HTML below a page's title; formulas stay between dollars.

    >>> to_html("# A *b*")
    '<h2>A <em>b</em></h2>'
    """
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    renderer = IPythonRenderer(escape=True, exclude_anchor_links=True)
    made = str(MarkdownWithMath(renderer=renderer).render(markdown))
    return re.sub(r"<(/?)h([1-5])[^>]*>", lambda m: f"<{m[1]}h{int(m[2]) + 1}>", made).strip()
