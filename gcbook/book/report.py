"""Own observers on every measure as one HTML file that needs nothing else, not even a script."""

import html
from string import Template

import altair as alt
import pandas as pd

from gcbook.charts.among_networks import fig_among_networks
from gcbook.charts.chart import chart_image, chart_spec
from gcbook.charts.columns import column
from gcbook.charts.own_table import own_columns, own_rows
from gcbook.charts.render import SOURCES
from gcbook.charts.tablehtml import csv_link, marked_table
from gcbook.charts.theme import DARK, INK, OWN, PAGE
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.stats.own import BY_DATASET, MEASURES, Report

_PAIRS = ["a", "b", "difference", "p_corrected"]

_SHELL = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; --ink: $ink; --page: $page; --own: $own; --soft: #595959;
  --rule: #d0d0d0; --row: #f5f6f8; }
@media (prefers-color-scheme: dark) { :root { --ink: $dark_ink; --page: $dark_page;
  --own: $dark_own; --soft: #a8b0ba; --rule: #3a424c; --row: #1b2129; } }
body { max-width: 62rem; margin: 0 auto; padding: 1rem; color: var(--ink);
  background: var(--page); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.gc-source { display: inline-block; margin: 0; padding: 0.05rem 0.55rem; color: var(--own);
  border: 1px solid; border-radius: 1rem; font-size: 0.85rem; font-weight: 600; }
.gc-scroll { overflow-x: auto; border: 1px solid var(--rule); border-radius: 4px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; }
th { vertical-align: bottom; border-bottom: 2px solid var(--rule); }
tbody tr:nth-child(even) { background: var(--row); }
.gc-number { text-align: right; font-variant-numeric: tabular-nums; }
td.gc-number { white-space: nowrap; }
.gc-interval { display: block; color: var(--soft); font-size: 0.75rem; }
.gc-missing { color: var(--soft); }
.gc-static { box-sizing: border-box; max-width: 100%; height: auto; padding: 0.5rem;
  background: $page; border-radius: 4px; }
summary { cursor: pointer; margin: 1rem 0; font-weight: 600; }
a { color: inherit; }
</style>
</head>
<body>
<header><p class="gc-source">$badge</p></header>
<main>
<h1>$title</h1>
$body
</main>
</body>
</html>
""")


def report_page(report: Report) -> str:
    """The page: a strip and a table over all datasets, pairs, each dataset, and notes.

    Whatever names the observers have is escaped.

    Args:
        report: from `gcbook.stats.own.report`.
    """
    measures, pairs = report.measures, report.pairs
    names = list(dict.fromkeys(measures["observer"]))
    parts = [_strip(report.beside)]
    for measure in MEASURES:
        rows = measures[(measures["measure"] == measure) & (measures["dataset"] == "")]
        heading = html.escape(column(measure).title)
        if rows["value"].notna().any():
            parts.append(f"<h2>{heading}</h2>{_table(rows, column(measure).title)}")
            parts.append(_pairs(pairs, measure))
    for measure in BY_DATASET:
        rows = measures[(measures["measure"] == measure) & (measures["dataset"] != "")]
        rows = rows.dropna(subset="value")
        if len(rows):
            title = f"{column(measure).title} by dataset"
            parts.append(_folded(title, _table(rows, title, by_dataset=True)))
    parts.append(_notes(report))
    page, ink, own = (
        {"page": PAGE, "dark_page": DARK[PAGE]},
        {"ink": INK, "dark_ink": DARK[INK]},
        {"own": OWN, "dark_own": DARK[OWN]},
    )
    return _SHELL.substitute(
        title=html.escape(_title(names)),
        badge=html.escape(SOURCES["yours"]),
        body="\n".join(filter(None, parts)),
        **page,
        **ink,
        **own,
    )


def _title(names: list[str]) -> str:
    shown = ", ".join(names[:4])
    return f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown


def _strip(beside: pd.DataFrame) -> str:
    """People, networks and own observers, a row a measure; nothing where nobody is compared."""
    if not (beside["kind"] == HUMANS_TITLE).any():
        return ""
    titles = {name: column(name).title for name in MEASURES}
    rows = beside.assign(measure=beside["measure"].map(titles))
    chart = fig_among_networks(
        rows,
        alt.X("value:Q", title="Value").scale(domain=[0, 1]).axis(tickCount=10),
        row="measure",
        said=["measure", "observer", "value", "low", "high"],
        control="report",
        step=64,
        description="A row a measure: people with their interval, published networks, and own "
        "observers, large and named. The tables below have the numbers.",
    )
    # Names may be wider in the reader's font than in the one that the picture is set with.
    return chart_image({**chart_spec(chart), "padding": {"left": 30, "right": 30, "top": 5}})


def _table(rows: pd.DataFrame, title: str, *, by_dataset: bool = False) -> str:
    columns = own_columns(rows)
    if by_dataset:
        columns = ["dataset", *(name for name in columns if name != "whole")]
    shown = own_rows(rows)
    return marked_table(
        shown,
        title,
        columns=columns,
        headings={"value": title.removesuffix(" by dataset")},
        formats={"value": ".3f"},
    )


def _pairs(pairs: pd.DataFrame, measure: str) -> str:
    """Own observers in pairs, over all datasets and, folded, on each."""
    rows = pairs[pairs["measure"] == measure]
    overall, each = rows[rows["dataset"] == ""], rows[rows["dataset"] != ""]
    if rows.empty:
        return ""
    title = f"{column(measure).title}, in pairs"
    parts = []
    for some, name, columns in (
        (overall, title, _PAIRS),
        (each, f"{title}, by dataset", ["dataset", *_PAIRS]),
    ):
        if len(some):
            ends = {"low": "difference_low", "high": "difference_high"}
            table = marked_table(
                some.rename(columns=ends),
                name,
                columns=columns,
                headings={"b": "Minus", "a": "Observer"},
                formats={"difference": "+.3f"},
            )
            parts.append(_folded(name, table))
    return "".join(parts)


def _folded(title: str, inner: str) -> str:
    return f"<details><summary>{html.escape(title)}</summary>{inner}</details>"


def _notes(report: Report) -> str:
    items = "".join(f"<li>{html.escape(note)}</li>" for note in report.notes)
    tables = {"measures": report.measures, "pairs": report.pairs}
    links = "".join(
        f"<p>All {name}: {csv_link(table, name)}</p>"
        for name, table in tables.items()
        if len(table)
    )
    return f"<h2>Notes</h2><ul>{items}</ul>{links}"
