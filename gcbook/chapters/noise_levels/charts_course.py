"""Figure of what the miniatures answer along their training."""

from collections.abc import Iterable
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.miniature_look import COLORS, DASHES, SHAPES
from gcbook.charts.parts import interval_tooltips, nothing, side_by_side
from gcbook.charts.theme import CHANCE_LINE
from gcbook.miniworld.results.course import MEASURES, PAPERS
from gcbook.miniworld.results.shipped import recipe_of

__all__ = ["fig_training_course", "model_look"]

_SIDE, _HEIGHT = 285, 190
_TICKS = [digit * 10**power for power in range(3, 7) for digit in (1, 3)]
_CHANCE = 1 / 16
_WEIGHTINGS = {PAPERS: "exp(−7t)", "uniform": "uniform"}


def model_look(models: Iterable[str]) -> dict[str, Any]:
    """Colour, shape and dash by model; the seeds of a miniature share them.

    Args:
        models: names of shipped models, or of miniatures.
    """
    names = list(dict.fromkeys(models))
    colors, shapes, dashes = (
        [values[recipe_of(name)[0]] for name in names] for values in (COLORS, SHAPES, DASHES)
    )
    legend = alt.Legend(title=None, symbolOpacity=1)
    return {
        "color": alt.Color("model:N", scale=alt.Scale(domain=names, range=colors), legend=legend),
        "shape": alt.Shape("model:N", scale=alt.Scale(domain=names, range=shapes), legend=legend),
        # One legend for the three: where one of them had none, Vega would complain.
        "strokeDash": alt.StrokeDash(
            "model:N", scale=alt.Scale(domain=names, range=dashes), legend=legend
        ),
    }


def fig_training_course(course: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy, shares of the cues and shape bias against the images seen, a line a model.

    Args:
        course: from `gcbook.miniworld.results.course.course_shares`.
    """
    if course.empty:
        return nothing("No model of this version comes with responses along its training.")
    look = model_look(course["model"])
    rows = course[["model", "weighting", "measure", "images", "step", "n", "value", "low", "high"]]
    weighting = alt.param(
        name="course_weighting",
        value=PAPERS,
        bind=alt.binding_radio(
            options=list(_WEIGHTINGS), labels=list(_WEIGHTINGS.values()), name="Weighting: "
        ),
    )
    # Where no model has a weighting there is nothing to choose.
    weighed = set(course["weighting"]) - {""}
    panels = [
        _panel(rows[rows["measure"] == measure], measure, look, bool(weighed))
        for measure in MEASURES.values()
    ]
    return side_by_side(
        panels,
        [weighting] if weighed else [],
        "Four panels over the number of images seen in training, on a logarithmic axis, a line a "
        "model with the band of its interval: accuracy on images like those of the training, the "
        "shares of answers to cue conflicts that name the shape and the texture, and the shape "
        "bias. A dotted line is at chance, 1 in 16, where there is such a thing.",
    ).properties(columns=2)


def _panel(
    rows: pd.DataFrame, measure: str, look: dict[str, Any], weighed: bool
) -> alt.LayerChart | alt.FacetChart:
    x = alt.X("images:Q", scale=alt.Scale(type="log", nice=False), title="Images seen").axis(
        values=_TICKS, format="~s", grid=False, labelOverlap=True
    )
    percent = measure != MEASURES["shape_bias"]
    y = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, 1])).axis(
        format=".0%" if percent else ".1f"
    )
    low = alt.Y("low:Q", title=None)
    form = ".1%" if percent else ".2f"
    tooltip = [
        alt.Tooltip("model:N", title="Model"),
        alt.Tooltip("images:Q", title="Images seen", format=","),
        alt.Tooltip("step:Q", title="Steps", format=","),
        alt.Tooltip("value:Q", title=measure, format=form),
        *interval_tooltips(form),
        alt.Tooltip("n:Q", title="Images asked about"),
    ]
    base = alt.Chart(rows.drop(columns="measure"))
    if weighed:
        base = base.transform_filter(
            "datum.weighting === '' || datum.weighting === course_weighting"
        )
    layers = [
        base.mark_area(opacity=0.14).encode(x=x, y=low, y2="high:Q", color=look["color"]),
        base.mark_line(strokeWidth=2).encode(
            x=x, y=y, color=look["color"], strokeDash=look["strokeDash"]
        ),
        base.mark_point(filled=True, size=45, opacity=1).encode(
            x=x, y=y, color=look["color"], shape=look["shape"], tooltip=tooltip
        ),
    ]
    if percent:
        chance = alt.Chart(pd.DataFrame({"value": [_CHANCE]}))
        layers.insert(0, chance.mark_rule(color=CHANCE_LINE, strokeDash=[2, 3]).encode(y=y))
    return alt.layer(*layers).properties(width=_SIDE, height=_HEIGHT, title=measure)
