"""The page that says how this copy of the book was made: versions, times, parameters, data.

Its prose stands in ``status.md`` next to this module. Its times are not to be found by the search,
whose index would differ from build to build.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import Any

from gcbook.book.chapters import Chapter
from gcbook.book.record import Executed, package_inputs
from gcbook.chapters.parameters import changes
from gcbook.files.markdown import code_cell
from gcbook.files.version import VERSION

PACKAGES = ("jupyter-book", "Sphinx", "myst-nb", "sphinx-book-theme")
"""What pages are set with, beside the libraries that chapters are made with."""


def status_page(
    chapters: Sequence[Chapter],
    records: Mapping[str, Executed],
    provenance: Mapping[str, Any],
) -> str:
    """The page as MyST Markdown.

    Args:
        chapters: in the order of the book.
        records: of the executed chapters, by name.
        provenance: of the shipped summaries.
    """
    rows = "\n".join(_chapter_row(c, records[c.name]) for c in chapters if c.name in records)
    libraries = dict(package_inputs()["libraries"])
    python = libraries.pop("python")
    packages = libraries | {name: version(name) for name in PACKAGES}
    values = {
        "gcbook": VERSION,
        "python": python,
        "seconds": f"{sum(record.seconds for record in records.values()):.0f}",
        "finished": max((record.finished for record in records.values()), default="–"),
        "chapters": rows,
        "sources": _sources(provenance),
        "settings": _settings(provenance),
        "packages": "\n".join(f"| {name} | {number} |" for name, number in packages.items()),
    }
    text = Path(__file__).with_name("status.md").read_text(encoding="utf-8")
    return Template(text).substitute(values)


def _chapter_row(chapter: Chapter, record: Executed) -> str:
    changed = changes(chapter.name, record.inputs["parameters"])
    shown = ", ".join(code_cell(f"{name} = {value}") for name, value in changed.items())
    link = f"[{chapter.title}]({chapter.name}.ipynb)"
    return f"| {link} | {record.seconds:.1f} | {shown} |"


def _sources(provenance: Mapping[str, Any]) -> str:
    return "\n".join(
        f"- {s['content']}: [{s['repository']}](https://github.com/{s['repository']}) at commit "
        f"`{s['commit'][:12]}`"
        for s in provenance["published"]
    )


def _settings(provenance: Mapping[str, Any]) -> str:
    return "\n".join(
        f"| {key.replace('_', ' ')} | {code_cell(str(value))} |"
        for key, value in provenance.items()
        if not isinstance(value, list)
    )
