"""Inline expressions of Markdown cells, ``{eval}`expression` ``, and their values on a page.

The values stand in the metadata of an executed cell, where `gcbook.book.engine` and JupyterLab put
them. Sphinx does not know them there: they are written into the text before it reads the page.
"""

import ast
import re
from collections.abc import Mapping
from typing import Any

from gcbook.claims.claim import MARK_MIME, MARKS
from gcbook.files.errors import GcbookError
from gcbook.files.markdown import escape_markdown
from gcbook.stats.words import MISSING

_EXPRESSION = re.compile(
    r"(?P<space>(?<=\S)[ \t]*\n?[ \t]*)?\{eval\}(?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)",
    re.DOTALL,
)
"""A role as MyST knows it, and the blanks between it and the words before it."""
_NOT_COMPUTED = re.compile(r"[+−-]?\b(nan|None|NaT)\b%?")


def expressions_in(source: str) -> list[str]:
    """The inline expressions of a Markdown text, each once, in its order.

    >>> expressions_in("From {eval}`low` to {eval}``high[`a`]``, {eval}`low` first.")
    ['low', 'high[`a`]']
    """
    return list(dict.fromkeys(match["code"].strip() for match in _EXPRESSION.finditer(source)))


def fill(cell: Any, where: str, *, changed: bool) -> str:
    """The text of an executed Markdown cell with the values of its inline expressions.

    Args:
        cell: the cell (nbformat 4).
        where: the place that an error names.
        changed: whether the chapter was executed with other parameters than its own. What cannot
            be computed then is said to be so; with its own parameters it is an error.
    """
    results = {
        each["expression"]: each["result"] for each in cell.metadata.get("user_expressions", [])
    }

    def value(match: re.Match[str]) -> str:
        expression, space = match["code"].strip(), match["space"] or ""
        said = f"{where}: the inline expression {{eval}}`{expression}`"
        result = results.get(expression)
        if result is None:
            raise GcbookError(
                f"{said} has no value. Execute the notebook with gcbook, or with papermill and "
                "`--engine gcbook`."
            )
        if result["status"] != "ok":
            raise GcbookError(f"{said} failed: {result['ename']}: {result['evalue']}")
        if MARK_MIME in result["data"]:
            # With a mark that is empty the blanks go: a line of blanks would end a paragraph.
            mark = _mark(result["data"][MARK_MIME])
            return space + mark if mark else ""
        shown = _words(result["data"].get("text/plain", ""))
        if _NOT_COMPUTED.search(shown):
            if not changed:
                raise GcbookError(
                    f"{said} is {shown}: expected a value. Check the fact that it shows."
                )
            shown = _NOT_COMPUTED.sub(MISSING, shown)
        return space + escape_markdown(shown)

    return _EXPRESSION.sub(value, str(cell.source))


def _words(plain: str) -> str:
    """A value as it is read: what is shown of a string is its repr, in quotes."""
    try:
        value = ast.literal_eval(plain)
    except (SyntaxError, ValueError):
        return plain
    return value if isinstance(value, str) else plain


def _mark(mark: Mapping[str, Any]) -> str:
    if not mark["marked"]:
        return ""
    return f"[{MARKS[mark['state']]}]{{.gc-claim .gc-claim-{mark['state']}}}"
