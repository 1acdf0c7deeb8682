"""Tables on a page: data tables behind figures and benchmark tables with marked cells.

The convention for marked cells is plain data: column ``a`` holds what was recomputed, and
``a_published`` what the paper prints. Which of the two a cell has decides its mark. A column
``a_best`` of bool sets cells of ``a`` in bold.
"""

import html
import math
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gcbook.charts.columns import formats_of, headings_of
from gcbook.files.errors import InputError
from gcbook.stats.words import number

if TYPE_CHECKING:
    import pandas as pd

MARKS = {
    "both": ("R + P", "recomputed and published"),
    "recomputed": ("R", "recomputed from public trials"),
    "published": ("P", "published in the paper"),
}

FULL_HEIGHT_ROWS = 20
"""Longer tables scroll within themselves."""


def select_columns(
    table: "pd.DataFrame",
    columns: Sequence[str] | None,
    headings: Mapping[str, str] | None = None,
) -> "pd.DataFrame":
    """The named columns under their headings (all columns, as they are called, for None).

    Figures of many small pictures keep lists in a row; here every element has a row of its own.
    """
    if columns is None:
        return _unfold(table)
    _check_columns(table, columns)
    return _unfold(table[list(columns)]).rename(columns=headings_of(columns, headings))


def _unfold(table: "pd.DataFrame") -> "pd.DataFrame":
    lists = [c for c in table.columns if any(isinstance(value, list) for value in table[c])]
    return table.explode(lists, ignore_index=True) if lists else table.reset_index(drop=True)


def csv_link(table: "pd.DataFrame", name: str) -> str:
    """A link that downloads the table, with no script and no server: a data URI."""
    # A data URI is a reference, so the characters that end or split one have to be escaped.
    data = quote(table.to_csv(index=False), safe=" ~()*!./:;=,@$-_+?")
    return (
        f'<a class="gc-download" download="{name}.csv" '
        f'href="data:text/csv;charset=utf-8,{data}">Download CSV</a>'
    )


def data_table(table: "pd.DataFrame", label: str) -> str:
    """A plain table that scrolls inside its own region."""
    heads = "".join(f'<th scope="col">{html.escape(str(c))}</th>' for c in table.columns)
    # Data tables hold p values and bounds near 0: significant digits, not decimals.
    rows = "".join(
        "<tr>" + "".join(_cell(v, ".4g" if isinstance(v, float) else "") for v in row) + "</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    inner = f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>"
    return _region(inner, label, "gc-table", len(table))


def marked_table(
    table: "pd.DataFrame",
    label: str,
    *,
    columns: Sequence[str] | None = None,
    headings: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | None = None,
) -> str:
    """A table to sort and filter whose cells say where their numbers come from.

    Args:
        table: one row a line; numbers raw.
        label: accessible name of the table's region.
        columns: columns to show. Default: all that are not companions. The companions of ``x``
            are ``x_published``, the paper's values, ``x_low, x_high``, its interval, and
            ``x_best``, which of them are bold.
        headings: those that differ from the vocabulary's.
        formats: of numbers, where they differ from the vocabulary's. What has none is ``.3f`` for
            floats, ``,`` for integers.
    """
    hidden = set(table.columns) - set(columns or ())

    def companions_of(*ends: str) -> dict[str, list[str]]:
        found = {str(c): [f"{c}_{end}" for end in ends] for c in table.columns}
        return {c: companions for c, companions in found.items() if set(companions) <= hidden}

    published, intervals, best = (
        companions_of(*ends) for ends in (["published"], ["low", "high"], ["best"])
    )
    if columns is None:
        companions = {*chain(*published.values(), *intervals.values(), *best.values())}
        columns = [str(c) for c in table.columns if c not in companions]
    _check_columns(table, columns)
    printed = {c: paper for c, (paper,) in published.items() if c in columns}
    titles = headings_of(columns, headings)
    forms = formats_of(columns, formats)
    numeric = {c for c in columns if table[c].dtype.kind in "iuf"}
    classes = {c: ' class="gc-number"' if c in numeric else "" for c in columns}
    heads = "".join(f'<th scope="col"{classes[c]}>{html.escape(h)}</th>' for c, h in titles.items())
    rows = []
    for row in table.to_dict("records"):
        cells = []
        # A row of which the paper prints nothing has cells without meaning, not hidden numbers.
        any_printed = any(not _missing(row[c]) for c in printed.values())
        for name in columns:
            spec, ours = forms[name], row[name]
            span = [row[c] for c in intervals.get(name, ())]
            if name not in printed:
                cells.append(_cell(ours, spec, _interval(span, spec), name in numeric))
            elif _missing(ours) and not any_printed and any(not _missing(row[c]) for c in printed):
                cells.append(_cell(None, spec, number=True))
            else:
                bold = any(row[c] for c in best.get(name, ()))
                cells.append(_marked_cell(ours, row[printed[name]], span, spec, bold))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    inner = f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"
    legend = _legend() if printed else ""
    return _region(inner, label, "gc-table gc-sortable", len(table)) + legend


def _check_columns(table: "pd.DataFrame", wanted: Any) -> None:
    missing = [c for c in wanted if c not in table.columns]
    if missing:
        raise InputError(
            f"expected the column {', '.join(map(repr, missing))}, found "
            f"{', '.join(map(str, table.columns))}."
        )


def _region(inner: str, label: str, classes: str, rows: int) -> str:
    name = html.escape(label, quote=True)
    tall = " gc-tall" if rows > FULL_HEIGHT_ROWS else ""
    return (
        f'<div class="gc-scroll{tall}" role="region" tabindex="0" aria-label="{name}">'
        f'<table class="{classes}">{inner}</table></div>'
    )


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _format(value: Any, spec: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value, spec or ".3f")
    if isinstance(value, int):
        return format(value, spec or ",").replace("-", "−")
    return str(value)


def _cell(value: Any, spec: str, after: str = "", number: bool = False) -> str:
    value = value.item() if hasattr(value, "item") else value
    if _missing(value) or str(value) in {"<NA>", "NaT"}:
        return f'<td class="gc-missing{" gc-number" if number else ""}">–</td>'
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        shown = html.escape(_format(value, spec))
        return f'<td class="gc-number" data-value="{value:.10g}">{shown}{after}</td>'
    return f"<td>{html.escape(_format(value, spec))}{after}</td>"


def _interval(ends: Sequence[Any], spec: str) -> str:
    if not ends or any(_missing(end) for end in ends):
        return ""
    low, high = (_format(float(end), spec) for end in ends)
    return f'<span class="gc-interval">[{low}, {high}]</span>'


def _marked_cell(ours: Any, paper: Any, ends: Sequence[Any], spec: str, bold: bool) -> str:
    has_ours, has_paper = not _missing(ours), not _missing(paper)
    if not has_ours and not has_paper:
        return '<td class="gc-number gc-missing">not public</td>'
    kind = "both" if has_ours and has_paper else "recomputed" if has_ours else "published"
    value = float(ours if has_ours else paper)
    short, full = MARKS[kind]
    mark = f"<abbr class='gc-mark gc-mark-{kind}' title='{full}'>{short}</abbr>"
    number = _format(value, spec)
    shown = f"{f'<strong>{number}</strong>' if bold else number} {mark}"
    if kind == "both":
        # The difference of the numbers as printed: below the paper's last digit there is none.
        digits = spec or ".3f"
        gap = float(format(value, digits)) - float(format(float(paper), digits))
        signed = format(gap, "+z" + digits).replace("-", "−")
        shown += (
            f'<span class="gc-paper">paper {_format(float(paper), spec)}, '
            f"difference {signed}</span>"
        )
    return f'<td class="gc-number" data-value="{value:.10g}">{shown}{_interval(ends, spec)}</td>'


def _legend() -> str:
    items = " · ".join(
        f"<span><abbr class='gc-mark gc-mark-{kind}'>{short}</abbr> {full}</span>"
        for kind, (short, full) in MARKS.items()
    )
    return f'<p class="gc-legend">{items}</p>'
