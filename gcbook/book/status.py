"""The page that says how this copy of the book was made: versions, times, parameters, data."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import gcbook
from gcbook.book.chapters import Chapter, changes
from gcbook.book.execute import Executed
from gcbook.files.markdown import code_cell

__all__ = ["status_page"]

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
    return f"""(how-this-book-was-built)=
# How this book was built

This copy was made by gcbook {gcbook.__version__} under Python {platform.python_version()}. Every
chapter is a notebook that was executed from its template.

## Chapters

Executing them took {total:.0f} seconds in all; the last ended at {finished}.

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
    changed = changes(chapter.name, record.parameters)
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
