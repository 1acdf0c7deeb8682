"""Chapters run without a kernel: their code, and the values in their text."""

from typing import Any

import nbformat

from gcbook.book.chapters import pick_chapter, read_parameters
from gcbook.book.inline import expressions_in
from gcbook.book.project import find_project


def run_chapter(name: str, **parameters: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Run a chapter's cells in their order.

    Returns:
        Its variables, and the values of the text's inline expressions, by expression.
    """
    template = pick_chapter(find_project(), name).template
    variables: dict[str, Any] = {}
    text: dict[str, str] = {}
    for cell in nbformat.read(template, as_version=4).cells:
        if cell.cell_type == "markdown":
            text |= {each: str(eval(each, variables)) for each in expressions_in(cell.source)}
        elif "parameters" in cell.metadata.get("tags", []):
            variables |= read_parameters(template) | parameters
        else:
            exec(cell.source, variables)
    return variables, text
