"""The vocabulary of columns: what a column is called, in which unit and how it is written.

``columns.csv`` says so once for all figures, tables, tooltips and downloads. A call names only what
is special about its own columns. The ends of an interval need no entry: ``x_low`` and ``x_high``
belong to ``x``, and plain ``low`` and ``high`` to the column before them.

A tooltip shows the numbers of one mark and has room for more digits than a table: where it writes
them differently, ``columns.csv`` says so too.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from gcbook.files.errors import InputError

if TYPE_CHECKING:
    import altair as alt

_ENDS = {"low": "lower end", "high": "upper end"}


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: in tables.
        heading: what a reader sees, of a meaning of its own.
        unit: that its numbers are in, or nothing.
        format: of its numbers, or nothing for the usual one.
        tooltip: format of its numbers in tooltips, or nothing for the same one.
    """

    name: str
    heading: str
    unit: str = ""
    format: str = ""
    tooltip: str = ""

    @property
    def title(self) -> str:
        """The heading with its unit."""
        return f"{self.heading} ({self.unit})" if self.unit else self.heading


def column(name: str) -> Column:
    """Look a column up.

    >>> column("shape_bias").heading, column("angle").title
    ('Shape bias', 'Turned by (°)')
    """
    known = _vocabulary()
    if name not in known:
        raise InputError(
            f"no column is called {name!r}; add it to gcbook/charts/columns.csv, or give its "
            "heading where it is shown."
        )
    return known[name]


def formats_of(
    names: Sequence[str], special: Mapping[str, str] | None = None, *, tooltip: bool = False
) -> dict[str, str]:
    """Formats of the numbers of columns that are shown together, nothing for the usual one.

    Args:
        names: the columns in their order; the ends of an interval are written like its column, in
            a special format too.
        special: formats that differ from the vocabulary's.
        tooltip: whether a tooltip shows them.

    >>> formats_of(["r", "low"]), formats_of(["accuracy"], {"accuracy": ".1%"})
    ({'r': '.2f', 'low': '.2f'}, {'accuracy': '.1%'})
    """
    special = special or {}
    found: dict[str, str] = {}
    for name, whole in _wholes(names):
        known = _vocabulary().get(whole, Column(whole, ""))
        usual = (tooltip and known.tooltip) or known.format
        found[name] = special.get(name, found.get(whole, usual))
    return found


def headings_of(names: Sequence[str], special: Mapping[str, str] | None = None) -> dict[str, str]:
    """Headings of columns that are shown together.

    Args:
        names: the columns in their order.
        special: headings that differ from the vocabulary's.

    Returns:
        Column → heading, each heading once.

    >>> list(headings_of(["shape_bias", "low", "accuracy_high"]).values())
    ['Shape bias', 'Shape bias, lower end', 'Accuracy, upper end']
    """
    special = special or {}
    found: dict[str, str] = {}
    for name, whole in _wholes(names):
        heading = found.get(whole) or special.get(whole) or column(whole).title
        end = "" if whole == name else f", {_ENDS[name.rpartition('_')[2]]}"
        found[name] = special.get(name, heading + end)
    twice = sorted({h for h in found.values() if list(found.values()).count(h) > 1})
    if twice:
        raise InputError(
            f"headings: expected each once, found {', '.join(map(repr, twice))} of several columns "
            f"among {', '.join(names)}. Name one of them apart."
        )
    return found


def tooltips(
    names: Sequence[str],
    titles: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | None = None,
) -> "list[alt.Tooltip]":
    """What a mark says of its row: some of its columns, in this order.

    Args:
        names: the columns. Those with a format hold numbers; that of counts is ``","``.
        titles: those that differ from the vocabulary's headings.
        formats: those that differ from the vocabulary's; nothing for a column that holds words.
    """
    import altair as alt

    headings = headings_of(names, titles)
    return [
        alt.Tooltip(f"{name}:Q", title=headings[name], format=form)
        if form
        else alt.Tooltip(f"{name}:N", title=headings[name])
        for name, form in formats_of(names, formats, tooltip=True).items()
    ]


def _wholes(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each column with the one whose end it is, or with itself."""
    whole = ""
    for name in names:
        base, _, end = name.rpartition("_")
        whole = base or whole if end in _ENDS and name not in _vocabulary() else name
        yield name, whole


@cache
def _vocabulary() -> dict[str, Column]:
    text = (resources.files("gcbook.charts") / "columns.csv").read_text(encoding="utf-8")
    return {row["name"]: Column(**row) for row in csv.DictReader(text.splitlines())}
