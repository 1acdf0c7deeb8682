"""From an executed notebook to a page of the book, as pure functions on notebooks.

- The outputs of ``gcbook.charts.figure`` and ``table``, and the Markdown cell below them that is
  tagged ``caption``, become one figure with a number, so that pages can refer to it. Where a cell
  tagged ``optional`` shows nothing, its caption goes too, and so does a Markdown cell tagged
  ``optional`` directly above it.
- Inline expressions give way to their values; the record of claims is taken out.
- ``{minutes}`` gives way to the time that the page takes to read.
- Code is folded, what prints nothing into one piece; a cell tagged ``measure`` stands open.
- Folded at the end: how to run the chapter again, where there is something to choose, and from
  what it was made.
"""

import copy
import math
import re
import shlex
from collections.abc import Mapping
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from gcbook.book.engine import ENGINE
from gcbook.book.inline import fill
from gcbook.chapters.parameters import CHAPTERS, changes, defaults
from gcbook.charts.chart import chart_html
from gcbook.charts.render import VEGA_MIME
from gcbook.claims.claim import CLAIMS_MIME, MARKS
from gcbook.files.errors import GcbookError
from gcbook.files.markdown import code_block, code_cell, code_span, escape_markdown

_WIDTH = 76
"""Characters of a line of a command."""
_WARNING = re.compile(r"^\S+:\d+: (?:MissingImages|OffTime|Summaries)Warning: (.*)$", re.MULTILINE)

WORDS_A_MINUTE = 200
"""How fast a page is read, figures included; solutions do not count."""
_MINUTES = "{minutes}"
_SOLUTION = re.compile(r"^(`{3,}|:{3,})\{solution\}.*?^\1$", re.MULTILINE | re.DOTALL)

CAPTION, OPTIONAL, MEASURE = "caption", "optional", "measure"
"""Tags: of the caption of the figure above; of a cell that may come out without its figure; of the
code that a reader should see, the chapter's measure."""
_FOLDED_OR_NOT = {MEASURE, "show-input", "hide-input", "remove-input", "remove-cell", "hide-cell"}


def page_of(notebook: Any, chapter: str, parameters: Mapping[str, Any]) -> Any:
    """A copy of the notebook as it goes into the book.

    Args:
        notebook: an executed notebook (nbformat 4).
        chapter: the chapter's name.
        parameters: the parameters that it was executed with.
    """
    page = copy.deepcopy(notebook)
    changed = changes(chapter, parameters)
    for number, cell in enumerate(page.cells, 1):
        if cell.cell_type == "markdown":
            cell.source = fill(cell, f"chapter {chapter}, cell {number}", changed=bool(changed))
            cell.metadata.pop("user_expressions", None)
    _say_minutes(page.cells)
    page.cells = _with_captions(_with_headings(page.cells), f"chapter {chapter}")
    page.cells = _joined([part for cell in page.cells for part in _page_cells(cell)])
    if changed:
        page.cells.insert(1, _changed_note(changed))
    if parameters:
        section = rerun_section(chapter, parameters)
        page.cells.append(new_markdown_cell(section, id="rerun-this-chapter"))
    inputs = page.metadata.get("gcbook", {}).get("inputs")
    if inputs:
        page.cells.append(new_markdown_cell(_inputs_section(inputs), id="made-from"))
    # Sphinx shows all other metadata as fields of the document.
    page.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3"},
    }
    return page


def rerun_section(chapter: str, parameters: Mapping[str, Any]) -> str:
    """The Markdown that says how to run the chapter with other parameters.

    Args:
        chapter: the chapter's name.
        parameters: the parameters that it was executed with.
    """
    words = [f"gcbook run {chapter}"]
    for name, value in parameters.items():
        if value != "":
            words.append(shlex.join(["-p", name, str(value)]))
    fields = CHAPTERS[chapter].model_fields
    rows = "\n".join(
        f"| `{name}` | {code_cell(_shown(value))} | {fields[name].description} |"
        for name, value in (defaults(chapter) | dict(parameters)).items()
    )
    table = "| Parameter | Here | Meaning |\n|:--|:--|:--|\n" + rows
    papermill = [f"papermill notebooks/{chapter}.ipynb my-{chapter}.ipynb", f"--engine {ENGINE}"]
    return f"""````{{dropdown}} Rerun this chapter with other parameters
The first command writes the executed notebook and a page of its own; the second is plain papermill,
for {{download}}`this notebook <../../notebooks/{chapter}.ipynb>`, and takes parameters as `-p NAME
VALUE` too (`-r` for text that reads as a number). {{doc}}`/book/rerun` explains both.

{code_block(_wrap(words), "bash")}

{code_block(_wrap([*papermill, "-k python3 -l python"]), "bash")}

{table}
````
"""


def _inputs_section(inputs: Mapping[str, Any]) -> str:
    """The Markdown that says what a page was made from (`gcbook.book.record.chapter_inputs`)."""
    hashes = {
        "notebook without outputs": inputs["template"],
        "code of gcbook": inputs["code"],
        "data of gcbook": inputs["data"],
        **{code_cell(name): digest for name, digest in inputs["files"].items()},
    }
    rows = "\n".join(
        f"| {name} | {code_cell(digest) if digest else 'nothing was there'} |"
        for name, digest in hashes.items()
    )
    versions = ", ".join(f"{name} {version}" for name, version in inputs["libraries"].items())
    return f"""````{{dropdown}} What this page was made from
| Input | SHA-256 |
|:--|:--|
{rows}

With {versions}. The hash of a folder is that of the list of its files, as `sha256sum` prints it.
````
"""


def _changed_note(changed: Mapping[str, Any]) -> Any:
    """A note of which parts of the page follow parameters and which do not."""
    shown = ", ".join(f"{name} = {code_span(_shown(value))}" for name, value in changed.items())
    return new_markdown_cell(
        "```{admonition} Made with other parameters\n:class: important\n"
        f"{shown}.\n\nFigures, tables and numbers follow these choices. The sentences around "
        "them were written for the book's own parameters and may not hold here. Where one was "
        f"checked, a mark says: {', '.join(f'*{mark}*' for mark in MARKS.values())}.\n```",
        id="made-with-other-parameters",
    )


def _wrap(words: list[str]) -> str:
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(f"    {word}")
    return " \\\n".join(lines)


def _shown(value: Any) -> str:
    return "(none)" if value == "" else str(value)


def _is_tagged(cell: Any, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def _with_headings(cells: list[Any]) -> list[Any]:
    """The cells without optional headings of what shows nothing."""
    below = [*cells, new_markdown_cell("")][1:]
    return [
        cell
        for cell, after in zip(cells, below, strict=True)
        if not (cell.cell_type == "markdown" and _is_tagged(cell, OPTIONAL) and not _figures(after))
    ]


def _say_minutes(cells: list[Any]) -> None:
    prose = [cell for cell in cells if cell.cell_type == "markdown"]
    words = sum(len(_SOLUTION.sub("", cell.source).split()) for cell in prose)
    for cell in prose:
        cell.source = cell.source.replace(_MINUTES, str(math.ceil(words / WORDS_A_MINUTE)))


def _with_captions(cells: list[Any], where: str) -> list[Any]:
    """The cells without captions, which the figures above them have instead."""
    found: list[Any] = []
    for cell in cells:
        if cell.cell_type != "markdown" or not _is_tagged(cell, CAPTION):
            found.append(cell)
            continue
        above = _figures(found[-1]) if found else []
        if not above and found and _is_tagged(found[-1], OPTIONAL):
            continue
        if len(above) != 1:
            raise GcbookError(
                f"{where}: expected one figure or table in the cell above the caption "
                f"{cell.source[:60]!r}, found {len(above)}. A Markdown cell tagged {CAPTION!r} "
                "belongs directly below the figure's cell."
            )
        above[0]["caption"] = cell.source.strip()
    for bare in (mark for cell in found for mark in _figures(cell) if "caption" not in mark):
        raise GcbookError(
            f"{where}: {bare['name']} has no caption. Put one into a Markdown cell tagged "
            f"{CAPTION!r} directly below the figure's cell."
        )
    return found


def _joined(cells: list[Any]) -> list[Any]:
    """Code without output, cell after cell, is one thing to unfold."""
    found: list[Any] = []
    for cell in cells:
        if found and _is_silent(found[-1]) and _is_silent(cell):
            found[-1].source += f"\n\n{cell.source}"
        else:
            found.append(cell)
    return found


def _is_silent(cell: Any) -> bool:
    return cell.cell_type == "code" and not cell.outputs and _is_tagged(cell, "hide-input")


def _figures(cell: Any) -> list[Any]:
    """The marks of the charts and tables among a cell's outputs."""
    marks = [each.get("metadata", {}).get("gcbook", {}) for each in cell.get("outputs", [])]
    return [mark for mark in marks if mark.get("part") in ("chart", "table")]


def _page_cells(cell: Any) -> list[Any]:
    if cell.cell_type != "code":
        return [cell]
    cell.outputs, notes = _join(cell)
    tags = list(cell.metadata.get("tags", []))
    if not set(tags) & _FOLDED_OR_NOT:
        tags.append("hide-input")
    cell.metadata["tags"] = tags
    return [cell, *notes]


def _join(cell: Any) -> tuple[list[Any], list[Any]]:
    """The outputs as the book wants them, and the cells that follow with a figure's notes."""
    outputs: list[Any] = []
    notes: list[Any] = []
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            outputs += _warnings(output.text) or [output]
            continue
        if CLAIMS_MIME in output.get("data", {}):
            continue
        marks = output.get("metadata", {}).get("gcbook", {})
        match marks.get("part"):
            case "chart" | "table" as kind:
                data = output["data"]
                html = data["text/html"]
                cell.metadata["mystnb"] = {
                    **cell.metadata.get("mystnb", {}),
                    # Charts and tables are counted apart.
                    "figure": {
                        "name": marks["name"],
                        "caption": marks["caption"],
                        "classes": f"gc-figure gc-{kind}-figure",
                    },
                }
                shown = chart_html(html, data[VEGA_MIME]) if VEGA_MIME in data else html
                outputs.append(_display(shown))
            case "notes":
                # A cell of its own: what is in the figure's element is read out as its caption.
                notes.append(_notes_cell(cell, output["data"]["text/html"]))
            case _:
                outputs.append(output)
    return outputs, notes


def _display(shown: str, kind: str = "text/html") -> Any:
    return new_output("display_data", data={kind: shown})


def _notes_cell(cell: Any, html: str) -> Any:
    return new_code_cell(
        "# the notes of the figure above",  # MyST-NB leaves out cells without source
        id=f"{cell['id'][:50]}-notes",
        metadata={"tags": ["remove-input", "gc-notes-cell"]},
        outputs=[_display(html)],
    )


def _warnings(text: str) -> list[Any]:
    """Warnings of the package as a note to the reader; they are about data, not about code."""
    said = dict.fromkeys(_WARNING.findall(text))
    if not said:
        return []
    lines = "\n".join(f"- {escape_markdown(message)}" for message in said)
    note = f"```{{admonition}} About these data\n:class: note\n{lines}\n```"
    return [_display(note, "text/markdown")]
