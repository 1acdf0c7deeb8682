"""Figures as a reader meets them: an interactive chart that is an image where no script runs.

A figure on a page is the chart as a static SVG image (with the chart's description as its text
alternative), the Vega-Lite specification in a ``<script type="application/json">`` from which a
small script draws the interactive chart, the source of the numbers, and the table behind the chart
with a link that downloads it.

In a notebook the parts are separate outputs, so that JupyterLab draws the chart with its own Vega.
The caption is a Markdown cell tagged ``caption`` below the figure's cell. When the book is built,
``gcbook.book.page`` joins them into one numbered figure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from gcbook.charts.chart import chart_image, chart_spec
from gcbook.charts.tablehtml import csv_link, data_table, marked_table, select_columns
from gcbook.files.errors import InputError
from gcbook.stats.words import plural

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

SOURCES = {
    "recomputed": "Recomputed from public trials",
    "published": "Published in the paper",
    "both": "Recomputed and published",
    "computed": "Computed for this book",
    "miniature": "Measured on miniatures trained for this book",
    "all": "Recomputed, published, and measured on miniatures",
    "mixed": "Recomputed, and measured on miniatures",
    "open": "Measured on a network with open weights",
    "own": "Measured on models that a parameter named",
    "yours": "Measured on your trials",
    "credited": "Made by others, credited in the caption",
    "reference": "Reference",
}
"""What ``source`` may be, and what the reader is shown for it.

"computed" needs neither trials nor a network: a toy, an equation. "reference" is looked up.
"""

# JupyterLab registers its Vega renderer for this type; it draws version 6 specifications too.
VEGA_MIME = "application/vnd.vegalite.v5+json"
SHOW_AT_MOST, SHOW_FIRST = 150, 60


@runtime_checkable
class HasBody(Protocol):
    """HTML of its own: pictures (`gcbook.charts.gallery`), or what a script of the page draws."""

    @property
    def body(self) -> str:
        """The HTML."""


@dataclass(frozen=True)
class Shown:
    """Something to show: a chart or a table with its notes; a Markdown cell below is its caption.

    Attributes:
        name: label for cross-references and file name of the CSV, ``fig-…`` or ``tab-…``.
        body: HTML of the chart's image, of the pictures or of the table.
        notes: HTML of source and data.
        spec: Vega-Lite specification of a chart, empty for pictures and for a table.
    """

    name: str
    body: str
    notes: str
    spec: Mapping[str, Any] = field(default_factory=dict)

    def outputs(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """The notebook outputs, each a MIME bundle and its metadata."""
        kind = "chart" if self.name.startswith("fig-") else "table"
        body: dict[str, Any] = {"text/html": self.body, "text/plain": self.name}
        if self.spec:
            body[VEGA_MIME] = dict(self.spec)
        return [
            (body, {"gcbook": {"part": kind, "name": self.name}}),
            ({"text/html": self.notes, "text/plain": ""}, {"gcbook": {"part": "notes"}}),
        ]

    def _ipython_display_(self) -> None:
        from IPython.display import publish_display_data

        for data, metadata in self.outputs():
            publish_display_data(data, metadata)


def figure(
    chart: "alt.TopLevelMixin | HasBody",
    table: "pd.DataFrame",
    *,
    name: str,
    source: str,
    columns: Sequence[str] | None = None,
    headings: Mapping[str, str] | None = None,
) -> Shown:
    """A chart or pictures with their source and the table behind them.

    Args:
        chart: any Altair chart that has a ``description``, or what has HTML of its own.
        table: the rows that the chart shows.
        name: label, ``fig-`` and lower-case words joined by hyphens.
        source: one of ``SOURCES``.
        columns: columns to show and download. Default: all.
        headings: those that differ from the vocabulary (`gcbook.charts.columns`).

    Raises:
        InputError: for a chart without description, a name of another form, an unknown source,
            or columns that the table lacks.
    """
    _check_label(name, "fig", source)
    spec = {} if isinstance(chart, HasBody) else chart_spec(chart)
    data = select_columns(table, columns, headings)
    shown = data if len(data) <= SHOW_AT_MOST else data.head(SHOW_FIRST)
    part = "" if shown is data else f" The first {SHOW_FIRST} rows are shown; the file holds all."
    details = (
        f'<details class="gc-data"><summary>Data table ({plural(len(data), "row")})</summary>'
        f"<p>{csv_link(data, name)}{part}</p>{data_table(shown, f'Data of {name}')}</details>"
    )
    body = chart.body if isinstance(chart, HasBody) else chart_image(spec)
    return Shown(name, body, _notes(source, details), spec)


def table(
    rows: "pd.DataFrame",
    *,
    name: str,
    source: str,
    columns: Sequence[str] | None = None,
    headings: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | None = None,
) -> Shown:
    """A table that a reader can sort, filter and download; cells say where numbers come from.

    Args:
        rows: one row a line, numbers raw. The download holds every column of it.
        name: label, ``tab-`` and lower-case words joined by hyphens.
        source: one of ``SOURCES``.
        columns: columns to show. A cell of a column ``x`` beside which there is ``x_published``
            is marked as recomputed, published, or both (then with the difference of the printed
            numbers).
        headings: those that differ from the vocabulary (`gcbook.charts.columns`).
        formats: of numbers, where they differ from the vocabulary's.

    Raises:
        InputError: as for ``figure``.
    """
    _check_label(name, "tab", source)
    body = marked_table(rows, f"Table {name}", columns=columns, headings=headings, formats=formats)
    return Shown(name, body, _notes(source, f"<p>{csv_link(rows, name)}</p>"))


def _check_label(name: str, prefix: str, source: str) -> None:
    if not re.fullmatch(prefix + r"(-[a-z0-9]+)+", name):
        raise InputError(
            f"expected a name like {prefix}-shape-bias (lower-case words joined by hyphens), "
            f"found {name!r}. The name is the label that other pages refer to."
        )
    if source not in SOURCES:
        raise InputError(f"{name}: source is {source!r}, expected one of {', '.join(SOURCES)}.")


def _notes(source: str, after: str) -> str:
    """The badge that names the source, and what follows it."""
    badge = f'<p class="gc-source gc-source-{source}">{SOURCES[source]}</p>'
    return f'<div class="gc-notes">{badge}{after}</div>'
