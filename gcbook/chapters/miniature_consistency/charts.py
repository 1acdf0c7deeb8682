"""Figures of the miniatures' error consistency: every two of them, and means by kind."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.chapters.miniature_consistency.tables import Consistency
from gcbook.charts.columns import column, tooltips
from gcbook.charts.forest import fig_forest
from gcbook.charts.parts import cell_ink, diverging, dropdown, finish, literal
from gcbook.charts.theme import BAND, SERIES
from gcbook.miniworld.results.kinds import side_of


def fig_miniature_consistency(found: tuple[Consistency, ...]) -> alt.TopLevelMixin:
    """Error consistency of every two miniatures, one group of images at a time.

    Args:
        found: from `gcbook.chapters.miniature_consistency.tables.consistency_of`.
    """
    groups = [each.group for each in found]
    shown = dropdown("mini_group", "Images ", groups, groups[-1])
    names = {each.group: list(each.order) for each in found}
    generative = [name for name in found[0].order if side_of(name) == "generative"]
    label = f"{literal(names)}[mini_group][datum.value]"
    bold = {"test": f"indexof({literal(generative)}, {label}) >= 0", "value": "bold"}
    axis: dict[str, Any] = {
        "labelExpr": label,
        "labelFontWeight": {"condition": bold, "value": "normal"},
        "domain": False,
        "ticks": False,
    }
    base = (
        alt.Chart(_cells(found))
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
    pair = base.transform_filter("datum.row !== datum.column")
    tooltip = tooltips(["one", "other", "kappa", "low", "high", "most"])
    written = pair.transform_calculate(short="replace(format(datum.kappa, '.2f'), '0.', '.')")
    size = max(len(each.order) for each in found)
    # Where cells are too narrow for a number, colour and the data table have to do.
    letters = alt.ExprRef(f"width / {size} < 16 ? 0 : width / {size} < 22 ? 8 : 10")
    return finish(
        alt.layer(
            base.transform_filter("datum.row === datum.column").mark_rect(color=BAND, opacity=0.45),
            pair.mark_rect().encode(color=diverging(), tooltip=tooltip),
            written.mark_text(fontSize=letters).encode(
                text="short:N", color=cell_ink("abs(datum.kappa) > 0.6"), tooltip=tooltip
            ),
        ).add_params(shown),
        height=26 * size,
        description=(
            f"Matrix of error consistency between every two of {size} miniatures, over one group "
            f"of images at a time ({', '.join(groups)}), ordered by clustering, so that "
            "neighbours err alike. Names of generators are bold. On cue conflicts the generators "
            "form one block and the classifiers another."
        ),
    )


def fig_kinds(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Mean error consistency by kind of pair, with its interval and the most that is possible.

    Args:
        rows: from `gcbook.chapters.miniature_consistency.tables.kind_rows`.
    """
    groups = list(dict.fromkeys(rows["group"]))
    return fig_forest(
        rows,
        row="kind",
        value="kappa",
        x=alt.X("kappa:Q", title=column("kappa").title, scale=alt.Scale(domain=[0, 1])),
        tooltip=tooltips(["group", "kind", "kappa", "low", "high", "most", "share", "pairs"]),
        series="group",
        marks=dict(zip(groups, zip(SERIES, ("circle", "square"), strict=False), strict=False)),
        reference=None,
        ticks="most",
        description=(
            "Mean error consistency of two seeds of one miniature, of two classifiers, of two "
            "generators and of one of either, on two groups of images, with intervals, and a tick "
            "at the most that their accuracies allow. On cue conflicts that tick is lowest for one "
            "of either, as is the mean."
        ),
    )


def _cells(found: tuple[Consistency, ...]) -> pd.DataFrame:
    """Both halves of the matrix and its diagonal, by place in the order of each group."""
    tables = []
    for each in found:
        place = {name: i for i, name in enumerate(each.order)}
        values = each.pairs[["kappa", "low", "high", "most"]].round(3)
        a, b = (each.pairs[side].map(place) for side in ("a", "b"))
        tables += [
            values.assign(group=each.group, row=a, column=b),
            values.assign(group=each.group, row=b, column=a),
            pd.DataFrame(
                {"group": each.group, "row": range(len(place)), "column": range(len(place))}
            ),
        ]
    return pd.concat(tables, ignore_index=True)
