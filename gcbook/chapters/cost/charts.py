"""Figure of what more draws are worth."""

import altair as alt
import pandas as pd

from gcbook.chapters.cost.tables import MEASURES
from gcbook.charts.columns import tooltips
from gcbook.charts.curves import curve_layers
from gcbook.charts.miniature_look import recipe_color, recipe_dash, recipe_shape
from gcbook.charts.parts import radio, side_by_side, title_below

_SIDE, _HEIGHT = 300, 230
_AXES = {"draws": "draws", "evaluations": "network evaluations"}
_TICKS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


def fig_draws_worth(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy and shape bias against the number of draws, or of evaluations, a line a miniature.

    Args:
        rows: from `gcbook.chapters.cost.tables.draw_rows`. Models in which nothing is random are
            dashed lines over the draws, and single marks over the evaluations.
    """
    recipes = list(dict.fromkeys(rows["recipe"]))
    panels = [_panel(rows[rows["measure"] == title], title, recipes) for title in MEASURES.values()]
    return side_by_side(
        panels,
        [radio("draws_axis", "Across: ", _AXES, "draws")],
        "Two panels, accuracy on in-distribution images and shape bias on cue conflicts, against "
        "the number of draws of noise or of masks, from 1 to 32 on a logarithmic axis, or against "
        "the network evaluations of a decision. Each miniature is a line with the band of its "
        "interval; those in which nothing is random are flat.",
    )


def _panel(rows: pd.DataFrame, title: str, recipes: list[str]) -> alt.LayerChart | alt.FacetChart:
    percent = title == MEASURES["accuracy"]
    form = ".1%" if percent else ".2f"
    x = alt.X("x:Q", scale=alt.Scale(type="log", base=2, nice=False), title=None).axis(
        values=_TICKS, format="d", grid=False, labelOverlap=True
    )
    y = alt.Y("value:Q", title=title, scale=alt.Scale(domain=[0, 1])).axis(
        format=".0%" if percent else ".1f"
    )
    base = (
        alt.Chart(rows.drop(columns="measure"))
        .transform_calculate(x="datum[draws_axis]")
        .encode(x=x, color=recipe_color(recipes, symbolSize=80))
    )
    band, line, marks = curve_layers(
        base,
        y,
        dash=recipe_dash(recipes),
        tooltip=tooltips(
            ["recipe", "draws", "evaluations", "value", "low", "high", "n"],
            titles={"value": title, "n": "Answers"},
            formats={"value": form},
        ),
        shape=recipe_shape(recipes),
        size=50,
    )
    # A band needs two points: over the evaluations, a model without draws has one.
    spans = base.transform_filter("!datum.random").mark_rule(opacity=0.5)
    spans = spans.encode(y=alt.Y("low:Q", title=title), y2="high:Q")
    below = title_below("draws_axis === 'draws' ? 'Draws' : 'Evaluations'")
    layers = alt.layer(band, line, spans, marks)
    return layers.properties(width=_SIDE, height=_HEIGHT, title=below)
