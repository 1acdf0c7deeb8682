"""Who of the miniatures errs with whom: a matrix in the order of a clustering."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.parts import cell_ink, dropdown, literal, nothing
from gcbook.charts.theme import BAND, DIVERGING
from gcbook.miniworld.results.kinds import GENERATIVE

__all__ = ["fig_miniature_consistency"]

_LARGEST = 0.8
_MARK = "◆ "
"""Before the names of generative miniatures."""


def fig_miniature_consistency(
    pairs: pd.DataFrame, orders: Mapping[str, Sequence[str]]
) -> alt.TopLevelMixin:
    """Error consistency of every two miniatures, one group of images at a time.

    Args:
        pairs: from `gcbook.miniworld.results.consistency.pair_kappas`, with ``group``.
        orders: of the models, by group.
    """
    if pairs.empty:
        return nothing("Fewer than two miniatures have all these scores.")
    groups = list(dict.fromkeys(pairs["group"]))
    shown = dropdown("mini_group", "Images ", groups, groups[-1])
    names = {
        group: [_MARK + name if name.startswith(GENERATIVE) else name for name in orders[group]]
        for group in groups
    }
    cells = _cells(pairs, orders)
    label = f"{literal(names)}[mini_group][datum.value]"
    axis: dict[str, Any] = {"labelExpr": label, "domain": False, "ticks": False}
    base = (
        alt.Chart(cells)
        .transform_filter("datum.group === mini_group")
        .transform_calculate(
            one=f"{literal(names)}[mini_group][datum.row]",
            other=f"{literal(names)}[mini_group][datum.column]",
        )
        .encode(
            x=alt.X("column:O", title=None, axis=alt.Axis(**axis, labelAngle=-90)),
            y=alt.Y("row:O", title=None, axis=alt.Axis(**axis, labelOverlap=False)),
        )
    )
    scale: dict[str, Any] = {"scheme": DIVERGING, "domain": [-_LARGEST, _LARGEST], "clamp": True}
    color = alt.Color(
        "kappa:Q",
        title="Error consistency",
        scale=alt.Scale(**scale),
        legend=alt.Legend(
            orient="bottom",
            direction="horizontal",
            gradientLength=180,
            format=".1f",
            values=[-_LARGEST, -_LARGEST / 2, 0, _LARGEST / 2, _LARGEST],
        ),
    )
    pair = base.transform_filter("datum.row !== datum.column")
    tooltip = [
        alt.Tooltip("one:N", title="Miniature"),
        alt.Tooltip("other:N", title="and"),
        alt.Tooltip("kappa:Q", title="Error consistency", format=".3f"),
        alt.Tooltip("low:Q", title="Interval from", format=".3f"),
        alt.Tooltip("high:Q", title="to", format=".3f"),
        alt.Tooltip("most:Q", title="Most that the accuracies allow", format=".3f"),
    ]
    ink = cell_ink("abs(datum.kappa) > 0.6")
    written = pair.transform_calculate(short="replace(format(datum.kappa, '.2f'), '0.', '.')")
    size = max(len(order) for order in orders.values())
    # Where cells are too narrow for a number, colour and the data table have to do.
    letters = alt.ExprRef(f"width / {size} < 16 ? 0 : width / {size} < 22 ? 8 : 10")
    return (
        alt.layer(
            base.transform_filter("datum.row === datum.column").mark_rect(color=BAND, opacity=0.45),
            pair.mark_rect().encode(color=color, tooltip=tooltip),
            written.mark_text(fontSize=letters).encode(text="short:N", color=ink, tooltip=tooltip),
        )
        .add_params(shown)
        .properties(
            width="container",
            height=30 * size,
            description=(
                "Matrix of error consistency between every two miniatures, over one group of "
                f"images at a time ({', '.join(groups)}). Names with a diamond are generative; "
                "neighbours err alike. "
                + " ".join(
                    f"{row.group}, {row.a} and {row.b}: {row.kappa:.2f}."
                    for row in pairs.head(12).itertuples()
                )
            ),
        )
        .configure_axis(labelLimit=150)
    )


def _cells(pairs: pd.DataFrame, orders: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Both halves of the matrix and its diagonal, by place in the order of each group."""
    place = {(group, name): i for group, order in orders.items() for i, name in enumerate(order)}
    values = ["kappa", "low", "high", "most"]
    halves = [
        pairs[["group", *values]].assign(
            row=[place[key] for key in zip(pairs["group"], pairs[one], strict=True)],
            column=[place[key] for key in zip(pairs["group"], pairs[other], strict=True)],
        )
        for one, other in (("a", "b"), ("b", "a"))
    ]
    diagonal = pd.DataFrame(
        [
            {"group": group, "row": i, "column": i}
            for group, order in orders.items()
            for i in range(len(order))
        ]
    )
    return pd.concat([*halves, diagonal], ignore_index=True)
