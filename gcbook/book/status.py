"""The page that says how this copy of the book was made: versions, times, parameters, data."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import gcbook
from gcbook.book.chapters import Chapter, changes
from gcbook.book.record import Executed
from gcbook.files.markdown import code_cell

PACKAGES = (
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "altair",
    "vl-convert-python",
    "papermill",
    "jupyter-book",
    "Sphinx",
    "myst-nb",
    "sphinx-book-theme",
    "pydantic",
)


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
    packages = "\n".join(f"| {package} | {version(package)} |" for package in PACKAGES)
    total = sum(record.seconds for record in records.values())
    finished = max((record.finished for record in records.values()), default="–")
    # Its times are not to be found by the search, whose index would differ from build to build.
    return f"""---
nosearch: true
---
(how-this-book-was-built)=
# How this book was built

This copy was made by gcbook {gcbook.__version__} under Python {platform.python_version()}. Every
chapter is a notebook that was executed from its template. The same inputs give the same book, byte
for byte, but for the times on this page.

## Chapters

Executing them took {total:.0f} seconds in all; the last ended at {finished}. Each page says at its
end what it was made from. The SHA-256 of all files of this book are beside it, in
`_build/html.sha256`: `sha256sum -c ../html.sha256` in `_build/html` tells whether one was changed.

| Chapter | Seconds | Changed parameters |
|:--|--:|:--|
{rows}

## Data

{_provenance(provenance)}

## Software

| Package | Version |
|:--|:--|
{packages}
"""


def _chapter_row(chapter: Chapter, record: Executed) -> str:
    changed = changes(chapter.name, record.inputs["parameters"])
    shown = ", ".join(code_cell(f"{name} = {value}") for name, value in changed.items())
    link = f"[{chapter.title}]({chapter.name}.ipynb)"
    return f"| {link} | {record.seconds:.1f} | {shown} |"


def _provenance(provenance: Mapping[str, Any]) -> str:
    sources = "\n".join(
        f"- {s['content']}: [{s['repository']}](https://github.com/{s['repository']}) at commit "
        f"`{s['commit'][:12]}`"
        for s in provenance["published"]
    )
    facts = "\n".join(
        f"| {key.replace('_', ' ')} | {code_cell(str(value))} |"
        for key, value in provenance.items()
        if not isinstance(value, list)
    )
    return f"""The summaries that the chapters start from were computed from these published trials:

{sources}

| Setting of the shipped summaries | Value |
|:--|:--|
{facts}
"""
