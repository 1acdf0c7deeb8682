"""Fig. 9: three comparisons with people, each against accuracy; and the specification curve."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.chapters.tables.tables import WORDS
from gcbook.charts.columns import column, tooltips
from gcbook.charts.names import Names
from gcbook.charts.parts import highlight, kind_marks, side_by_side
from gcbook.charts.theme import CHANCE_LINE, DISCRIMINATIVE, INK
from gcbook.stats.agreement import PAIR_METRICS

_VALUES, _GAP, _ROW = 130, 16, 20
"""Heights in pixels: of the values, of the space below them, and of a convention's row of dots."""

_DEPARTURES = {
    "conditions": "all conditions",
    "zero_division": "0/0 is 1",
    "resample_observers": "people sampled",
    "within_categories": "all categories",
    "of_ceiling": "κ over ceiling",
}
"""Convention → what its dot says."""


def benchmark_panels(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Each comparison with people against accuracy, a mark a model.

    Args:
        rows: from `gcbook.chapters.tables.tables.metric_rows`.
    """
    metrics = [name for name in PAIR_METRICS if rows[name].notna().any()]
    kind, names = kind_marks(rows["kind"], title=None), Names.of(rows["observer"])
    return side_by_side(
        [_metric_panel(rows.dropna(subset=metric), metric, kind, names) for metric in metrics],
        [highlight(rows, names, "follow", "Highlight a model "), names.parameter()],
        f"{len(metrics)} panels, a mark for each of {len(rows) - 1} models and the humans: "
        "accuracy difference, observed consistency and error consistency with humans, each "
        "against accuracy out of distribution.",
        columns=3,
    )


def _metric_panel(
    rows: pd.DataFrame, metric: str, kind: dict[str, Any], names: Names
) -> alt.LayerChart | alt.FacetChart:
    axes = ["ood_accuracy", metric]
    scale = alt.Scale(zero=False)
    x = alt.X("ood_accuracy:Q", title=column("ood_accuracy").title, scale=scale)
    y = alt.Y(f"{metric}:Q", title=None, scale=scale)
    tooltip = tooltips(["observer", *axes], formats=dict.fromkeys(axes, ".3f"))
    base = names.chart(rows[["observer", "kind", *axes]], "observer")
    base = base.encode(x=x, y=y, tooltip=tooltip)
    many, special = (
        base.transform_filter(f"datum.kind {test} 'Discriminative model'") for test in ("==", "!=")
    )
    return alt.layer(
        many.mark_point(filled=True, size=28, opacity=0.55).encode(**kind),
        special.mark_point(filled=True, size=95, opacity=1).encode(**kind),
        base.transform_filter("datum.observer_id === follow").mark_point(
            filled=False, size=110, strokeWidth=2, color=INK, opacity=1
        ),
    ).properties(width=165, height=190, title=column(metric).title)


def specification_curve(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Four panels: each specification's value with its interval, and dots where it departs.

    Args:
        rows: from `gcbook.chapters.tables.tables.specification_rows`.
    """
    panels = [
        _curve(group.reset_index(drop=True), *str(name).split(": "))
        for name, group in rows.groupby("comparison", sort=False)
    ]
    return side_by_side(
        panels,
        [],
        f"{len(panels)} panels, one a comparison. In each, the difference under every combination "
        "of conventions with its interval, from the lowest to the highest, the book's own larger. "
        "Below, a row a convention, with a dot where a combination departs from the book's choice.",
        columns=2,
    )


def _curve(rows: pd.DataFrame, title: str, subtitle: str) -> alt.LayerChart | alt.FacetChart:
    place = alt.X("place:Q", axis=None, scale=alt.Scale(domain=[-0.6, len(rows) - 0.4]))
    varied = [name for name in WORDS if rows[name].nunique() > 1]
    height = _VALUES + _GAP + _ROW * len(varied)
    values = alt.Scale(range=[_VALUES, 0], zero=True, padding=8)
    signed = "datum.value ? format(datum.value, '+.2f') : '0'"
    y = alt.Y("difference:Q", title=None, scale=values).axis(
        labelExpr=signed, labelFlush=True, tickCount=5
    )
    says = tooltips(["model", "difference", "low", "high", *varied])
    drawn = rows.assign(place=rows.index)
    base = alt.Chart(drawn).encode(x=place, y=y, tooltip=says)
    ours, others = (base.transform_filter(f"datum.main == '{each}'") for each in ("yes", "no"))
    ends = {"y": alt.Y("low:Q", scale=values), "y2": "high:Q"}
    above = alt.layer(
        alt.Chart(pd.DataFrame({"difference": [0]})).mark_rule(color=CHANCE_LINE).encode(y=y),
        others.mark_rule(strokeWidth=1.5, color=DISCRIMINATIVE).encode(**ends),
        others.mark_point(filled=True, size=22, color=DISCRIMINATIVE, opacity=1),
        ours.mark_rule(strokeWidth=3, color=INK).encode(**ends),
        ours.mark_point(filled=True, size=90, color=INK, opacity=1),
    )
    dots = drawn.melt(["place", "main"], varied, var_name="convention", value_name="choice")
    dots["departs"] = [
        choice == WORDS[name][1] for name, choice in dots[["convention", "choice"]].values
    ]
    dots["convention"] = dots["convention"].map(_DEPARTURES)
    scale = alt.Scale(range=[_VALUES + _GAP, height])
    order = [_DEPARTURES[name] for name in varied]
    row = alt.Y("convention:N", title=None, sort=order, scale=scale).axis(
        ticks=False, domain=False, grid=False
    )
    grid = alt.Chart(dots).encode(x=place, y=row)
    below = alt.layer(
        grid.transform_filter("!datum.departs").mark_point(
            filled=True, size=6, color=CHANCE_LINE, opacity=0.5
        ),
        grid.transform_filter("datum.departs").mark_point(
            filled=True, size=26, color=INK, opacity=1
        ),
    )
    return (
        alt.layer(above, below)
        .resolve_scale(y="independent")
        .properties(
            width=210,
            height=height,
            view=alt.ViewBackground(stroke=None),
            title=alt.TitleParams(title, subtitle=subtitle, anchor="start"),
        )
    )
