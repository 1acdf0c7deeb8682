"""Matrices of error consistency: the paper's Figs. 6 and 14 to 17, and which networks differ.

Tables come from `gcbook.chapters.error_consistency.tables` and `gcbook.stats.differences`. Colour
runs both ways from 0, the agreement of independent errors. Humans are marked with a diamond as well
as by colour.
"""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.parts import (
    by_column,
    cell_ink,
    dropdown,
    literal,
    nothing,
    per_mille,
    start_with,
)
from gcbook.charts.theme import BAND, DIVERGING, HUMAN, INK

__all__ = ["consistency_matrix", "difference_matrix"]

_HUMANS = "Humans"
_DIAMOND = "◆ "
_ORDERS = ("agreement with humans", "name, humans first")
_LARGEST = 0.8
"""Error consistency at which the colours end: hardly a pair lies above."""


def consistency_matrix(pairs: pd.DataFrame) -> alt.TopLevelMixin:
    """Figs. 6 and 14 to 17: every observer against every other, one dataset at a time.

    Args:
        pairs: from `gcbook.chapters.error_consistency.tables.consistency_pairs`.
    """
    datasets = list(dict.fromkeys(pairs["dataset"]))
    start = start_with("Cue conflict", datasets)
    ceiling = pairs[pairs["a"] == _HUMANS].set_index("dataset")
    pairs = pairs[pairs["a"] != _HUMANS]
    names, places = _orders(pairs, datasets)
    cells = _compact(pairs, datasets, names)
    dataset = dropdown("dataset", "Dataset ", datasets, start)
    order = dropdown("order", "Order by ", list(_ORDERS), _ORDERS[0])
    # A pair is one row of the data and two cells of the matrix.
    base = (
        alt.Chart(by_column(cells, "d"))
        .transform_filter(f"{literal(datasets)}[datum.d] == dataset")
        .transform_flatten(["i", "j", "k", "l", "h", "m", "n"])
        .transform_calculate(side="datum.i == datum.j ? [0] : [0, 1]")
        .transform_flatten(["side"])
        .transform_calculate(
            row="places[order][datum.d][datum.side ? datum.j : datum.i]",
            column="places[order][datum.d][datum.side ? datum.i : datum.j]",
            kappa="datum.k / 1000",
            most="datum.m / 1000",
            one="names[order][datum.d][datum.row]",
            other="names[order][datum.d][datum.column]",
            interval="datum.l == null ? 'not computed' : "
            "format(datum.l / 1000, '.3f') + ' to ' + format(datum.h / 1000, '.3f')",
        )
    )
    label = f"names[order][indexof({literal(datasets)}, dataset)][datum.value]"
    look: dict[str, Any] = {
        "labelExpr": label,
        "labelColor": {
            "condition": {"test": f"{label}[0] == '{_DIAMOND[0]}'", "value": HUMAN},
            "value": INK,
        },
        "labelFontWeight": {
            "condition": {"test": f"{label}[0] == '{_DIAMOND[0]}'", "value": "bold"},
            "value": "normal",
        },
        "domain": False,
        "ticks": False,
    }
    base = base.encode(
        x=alt.X(
            "column:O",
            title=None,
            # Whole pixels leave no seams between the cells.
            scale=alt.Scale(round=True),
            axis=alt.Axis(**look, labelAngle=-90, labelOverlap=True, labelFontSize=9),
        ),
        y=alt.Y("row:O", title=None, axis=alt.Axis(**look, labelOverlap=False)),
    )
    squares = (
        base.transform_filter("datum.i != datum.j")
        .mark_rect()
        .encode(
            color=_diverging("kappa:Q", "Error consistency", _LARGEST),
            tooltip=[
                alt.Tooltip("one:N", title="Observer"),
                alt.Tooltip("other:N", title="and"),
                alt.Tooltip("kappa:Q", title="Error consistency", format=".3f"),
                alt.Tooltip("interval:N", title="Interval"),
                alt.Tooltip("most:Q", title="Most that the accuracies allow", format=".3f"),
                alt.Tooltip("n:Q", title="Shared images", format=","),
            ],
        )
    )
    few = f"length(names[order][indexof({literal(datasets)}, dataset)]) <= 16"
    values = (
        base.transform_filter(f"datum.i != datum.j && {few}")
        .transform_calculate(short="replace(format(datum.kappa, '.2f'), '0.', '.')")
        .mark_text(fontSize=9)
        .encode(text="short:N", color=cell_ink("abs(datum.kappa) > 0.6"))
    )
    diagonal = base.transform_filter("datum.i == datum.j").mark_rect(color=BAND, opacity=0.45)
    ceilings = {name: _ceiling(ceiling, name) for name in datasets}
    return (
        alt.layer(diagonal, squares, values)
        .add_params(
            dataset,
            order,
            alt.param(name="names", value=names),
            alt.param(name="places", value=places),
        )
        .properties(
            width="container",
            height=alt.Step(15),
            title=alt.TitleParams(
                text=alt.ExprRef(f"{literal(ceilings)}[dataset]"), anchor="start", fontSize=13
            ),
            description=(
                "Matrix of error consistency between every two observers on one dataset at a time, "
                f"at first {start}: rows and columns are single humans (with a diamond) and "
                "models, colours diverge around 0, the diagonal is grey. Ordered by agreement with "
                "humans, the humans form a block, and so do the models, which agree more with "
                f"each other than with humans. {ceilings[start]}."
            ),
        )
    )


def difference_matrix(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Which networks differ: rows are the more consistent, columns the less consistent of a pair.

    Args:
        rows: from `gcbook.stats.differences.model_differences`.
    """
    if rows.empty:
        return nothing("Fewer than two networks to compare, or no bootstrap draws to do it with.")
    ranked = rows.sort_values(["higher_rank", "lower_rank"])
    order = list(dict.fromkeys([*ranked["higher"], *ranked["lower"]]))
    shown = rows.drop(columns=["higher_rank", "lower_rank"]).assign(
        verdict=rows["differs"].map({True: "differ", False: "not shown to differ"})
    )
    base = alt.Chart(shown).encode(
        x=alt.X("lower:N", sort=order[1:], title=None, axis=alt.Axis(labelAngle=-90)),
        y=alt.Y("higher:N", sort=order, title=None),
    )
    tooltip = [
        alt.Tooltip("higher:N", title="Network"),
        alt.Tooltip("lower:N", title="minus"),
        alt.Tooltip("difference:Q", title="Difference", format=".3f"),
        alt.Tooltip("low:Q", title="Interval from", format=".3f"),
        alt.Tooltip("high:Q", title="to", format=".3f"),
        alt.Tooltip("p_holm:Q", title="p (Holm)", format=".3f"),
        alt.Tooltip("verdict:N", title="The two"),
    ]
    color = alt.Color(
        "difference:Q",
        title="Difference, where significant",
        scale=alt.Scale(scheme="greens", domain=[0, 0.1], clamp=True),
        legend=alt.Legend(orient="bottom", direction="horizontal", gradientLength=180),
    )
    written = base.transform_calculate(short="replace(format(datum.difference, '.3f'), '0.', '.')")
    return alt.layer(
        base.transform_filter("datum.differs").mark_rect().encode(color=color, tooltip=tooltip),
        base.transform_filter("!datum.differs")
        .mark_rect(filled=False, stroke=BAND, strokeDash=[2, 2], strokeWidth=1)
        .encode(tooltip=tooltip),
        written.transform_filter("datum.differs")
        .mark_text(fontSize=10, fontWeight="bold")
        .encode(text="short:N", color=cell_ink("datum.difference > 0.075"), tooltip=tooltip),
        written.transform_filter("!datum.differs")
        .mark_text(fontSize=10)
        .encode(text="short:N", tooltip=tooltip),
    ).properties(
        width="container",
        height=alt.Step(24),
        description=(
            f"Triangular matrix of {len(rows)} differences in error consistency between "
            f"networks. {int(rows['differs'].sum())} are significant and shown in bold on a "
            "filled cell; the others stand in cells with a dashed outline, most of them near "
            "the diagonal, where networks of like rank meet."
        ),
    )


def _orders(
    pairs: pd.DataFrame, datasets: list[str]
) -> tuple[dict[str, list[list[str]]], dict[str, list[list[int]]]]:
    """Per order and dataset: names in that order, and each one's place in it.

    Observers are numbered in the first order, by agreement with humans.
    """
    sides = [
        pairs[["dataset", s, f"{s}_kind", f"{s}_humans"]].set_axis(
            ["dataset", "name", "kind", "humans"], axis=1
        )
        for s in ("a", "b")
    ]
    everyone = pd.concat(sides).drop_duplicates(["dataset", "name"])
    everyone = everyone.sort_values("humans", ascending=False, kind="stable")
    human = everyone["kind"] == _HUMANS
    everyone["name"] = everyone["name"].where(~human, _DIAMOND + everyone["name"])
    names: dict[str, list[list[str]]] = {order: [] for order in _ORDERS}
    places: dict[str, list[list[int]]] = {order: [] for order in _ORDERS}
    for dataset in datasets:
        there = everyone[everyone["dataset"] == dataset].reset_index(drop=True)
        # Numbers in names are padded, so that Human 10 follows Human 9.
        key = there["name"].str.lower().str.replace(r"\d+", lambda m: m[0].zfill(4), regex=True)
        by_kind = there.assign(model=there["kind"] != _HUMANS, key=key)
        by_kind = by_kind.sort_values(["model", "key"])
        for order, rows in zip(_ORDERS, (there, by_kind), strict=True):
            names[order].append(list(rows["name"]))
            place = pd.Series(range(len(rows)), index=rows.index)
            places[order].append([int(place[i]) for i in range(len(rows))])
    return names, places


def _compact(
    pairs: pd.DataFrame, datasets: list[str], names: dict[str, list[list[str]]]
) -> pd.DataFrame:
    """Cells as small whole numbers: dataset, the two observers, per mille; the page stays light."""
    numbers = {
        (dataset, name.removeprefix(_DIAMOND)): i
        for dataset, there in zip(datasets, names[_ORDERS[0]], strict=True)
        for i, name in enumerate(there)
    }
    cells = pd.DataFrame(
        {
            "d": pairs["dataset"].map(datasets.index),
            "i": [numbers[who] for who in zip(pairs["dataset"], pairs["a"], strict=True)],
            "j": [numbers[who] for who in zip(pairs["dataset"], pairs["b"], strict=True)],
            "k": per_mille(pairs["value"]),
            "l": per_mille(pairs["low"]),
            "h": per_mille(pairs["high"]),
            "m": per_mille(pairs["most"]),
            "n": pairs["n"],
        }
    )
    themselves = [
        {"d": d, "i": i, "j": i}
        for d, there in enumerate(names[_ORDERS[0]])
        for i in range(len(there))
    ]
    return pd.concat([cells, pd.DataFrame(themselves)], ignore_index=True)


def _ceiling(rows: pd.DataFrame, dataset: str) -> str:
    if dataset not in rows.index:
        return "No humans to compare among themselves"
    row = rows.loc[dataset]
    known = pd.notna(row["low"])
    span = f" ({row['low']:.2f} to {row['high']:.2f})" if known else ""
    return f"Humans among themselves: {row['value']:.2f}{span}"


def _diverging(field: str, title: str, largest: float) -> alt.Color:
    scale: dict[str, Any] = {"scheme": DIVERGING, "domain": [-largest, largest], "clamp": True}
    return alt.Color(
        field,
        title=title,
        scale=alt.Scale(**scale),
        legend=alt.Legend(
            orient="bottom",
            direction="horizontal",
            gradientLength=180,
            format=".1f",
            values=[-largest, -largest / 2, 0, largest / 2, largest],
        ),
    )
