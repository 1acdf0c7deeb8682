"""Figures of the two criteria: what reconstructions resemble, and where things are drawn."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.parts import dropdown, interval_tooltips, literal, nothing, side_by_side
from gcbook.charts.theme import CHANCE_LINE

__all__ = ["fig_flips", "fig_overlap", "fig_placement", "fig_preferences", "fig_resemblance"]

_LOOKS: dict[str, tuple[str, list[int]]] = {
    "Under the prompt": ("#0077bb", [1, 0]),
    "Untouched picture": ("#7a7a7a", [2, 2]),
    "No prompt": ("#00916e", [8, 3]),
    "Wrong prompts": ("#b86e00", [8, 3, 2, 3]),
    "Where the drawing has it": ("#0077bb", [1, 0]),
    "Mirrored": ("#8a5bd6", [8, 3]),
    "Wrong prompts at most": ("#b86e00", [8, 3, 2, 3]),
    "Between wrong prompts": ("#b86e00", [8, 3, 2, 3]),
    "Other reading": ("#d0273c", [1, 3]),
    "Becomes what is named": ("#0077bb", [1, 0]),
    "Becomes the opposite": ("#b86e00", [8, 3, 2, 3]),
    "Between the readings": ("#0077bb", [1, 0]),
}
_DRAWN = ["#0077bb", "#b86e00", "#d0273c"]
_SIZE = {"width": 200, "height": 170}
_X = alt.X("strength:Q", title="Strength", scale=alt.Scale(domain=[0.2, 1], nice=False)).axis(
    values=[0.2, 0.4, 0.6, 0.8, 1], labelFlush=False, labelOverlap="greedy"
)


def fig_resemblance(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Probability that a classifier names what was prompted, a panel a drawing and prompt.

    Args:
        rows: long: ``model, panel, line`` (of `_LOOKS`), ``strength, value, low, high, n``.
    """
    return _panels(
        rows,
        "resemblance_model",
        "Probability",
        alt.Scale(domain=[0, 1]),
        ".0%",
        "A panel for each drawing and each prompt that names something seen in it, and two for the "
        "blends. Over the strength from low to full: the probability that a classifier gives to "
        "what the prompt names, with the band of its interval, for reconstructions under that "
        "prompt, without one, under wrong ones and under that of the other reading; a dotted line "
        "for the untouched picture.",
    )


def fig_flips(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """How often a picture becomes what is named, under both prompts.

    Args:
        rows: as those of `fig_resemblance`.
    """
    return _panels(
        rows,
        "flips_model",
        "Share",
        alt.Scale(domain=[0, 1]),
        ".0%",
        "A panel for each drawing that has two readings and one for the blends. Over the strength: "
        "the share of pictures that a classifier takes for what was prompted under both prompts, "
        "and the share that it takes for the other reading under both, with bands of intervals.",
    )


def fig_placement(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """How far prompts move reconstructions towards what is seen, in its place and mirrored.

    Args:
        rows: as those of `fig_resemblance`.
    """
    return _panels(
        rows,
        "placement_model",
        "Moved by the prompt",
        alt.Scale(),
        ".2f",
        "A panel for each axis, the mean of both of its ends, and one for the blends. Over the "
        "strength: how far the prompt moves reconstructions towards what it names, where the "
        "drawing has it and on the mirror image, with the bands of their intervals, and the "
        "largest movement between two wrong prompts. A line at 0, no movement.",
        baseline=0,
        shared=True,
    )


def fig_overlap(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """How densely differences between prompts lie in the annotated parts.

    Args:
        rows: as those of `fig_resemblance`.
    """
    return _panels(
        rows,
        "overlap_model",
        "Density within the parts",
        alt.Scale(zero=True),
        ".1f",
        "A panel for each drawing with annotated parts. Over the strength: how densely the squared "
        "difference between two prompts lies within the parts, 1 if no denser than on average, "
        "between the prompts that name what is seen, there and in the mirrored parts, and between "
        "wrong ones. A line at 1.",
        baseline=1,
    )


def _panels(
    rows: pd.DataFrame,
    name: str,
    title: str,
    scale: alt.Scale,
    form: str,
    description: str,
    baseline: float | None = None,
    shared: bool = False,
) -> alt.TopLevelMixin:
    if rows.empty:
        return nothing("No reconstructions come with this version.")
    models, shown = (list(dict.fromkeys(rows[field])) for field in ("model", "line"))
    parameters, chosen = [], f"datum.model === {literal(models[0])}"
    if len(models) > 1:
        parameters = [dropdown(name, "Model ", models, models[0])]
        chosen = f"datum.model === {name}"
    legend = alt.Legend(title=None, symbolOpacity=1)
    colors, dashes = ([_LOOKS[line][place] for line in shown] for place in (0, 1))
    color = alt.Color("line:N", scale=alt.Scale(domain=shown, range=colors), legend=legend)
    dash = alt.StrokeDash("line:N", scale=alt.Scale(domain=shown, range=dashes), legend=legend)
    tooltip: list[Any] = [
        alt.Tooltip("line:N", title=" "),
        alt.Tooltip("strength:Q", format=".2f"),
        alt.Tooltip("value:Q", title=title, format=form),
        *interval_tooltips(form),
        alt.Tooltip("n:Q", title="Reconstructions"),
    ]
    y = alt.Y("value:Q", title=title, scale=scale).axis(format=form, titleFontSize=11, tickCount=5)
    panels = []
    for panel, group in rows.groupby("panel", sort=False):
        base = (
            alt.Chart(group.drop(columns="panel"))
            .transform_filter(chosen)
            .encode(x=_X, color=color)
        )
        layers: list[alt.Chart] = [
            base.mark_area(opacity=0.14).encode(
                y=alt.Y("low:Q", title=title, scale=scale), y2="high:Q"
            ),
            base.mark_line(strokeWidth=2).encode(y=y, strokeDash=dash),
            base.mark_point(filled=True, size=25, opacity=1).encode(y=y, tooltip=tooltip),
        ]
        if baseline is not None:
            level = pd.DataFrame({"value": [baseline]})
            layers.insert(0, alt.Chart(level).mark_rule(color=CHANCE_LINE).encode(y=y))
        panels.append(alt.layer(*layers).properties(title=str(panel), **_SIZE))
    beside = side_by_side(panels, parameters, description)
    if shared:
        return beside.properties(columns=2).resolve_scale(y="shared")
    return beside.properties(columns=3)


def fig_preferences(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Which of two labels each model prefers for each drawing, a panel a model.

    Args:
        rows: from `gcbook.chapters.illusions.preferences.preference_rows`.
    """
    if rows.empty:
        return nothing("No model that knows ducks comes with this version.")
    drawings, poses = (list(dict.fromkeys(rows[name])) for name in ("drawing", "pose"))
    scale = alt.Scale(domain=drawings, range=_DRAWN[: len(drawings)])
    legend = alt.Legend(title=None, symbolOpacity=1)
    color = alt.Color("drawing:N", scale=scale, legend=legend)
    shape = alt.Shape("drawing:N", scale=alt.Scale(domain=drawings), legend=legend)
    panels = []
    for model, group in rows.groupby("model", sort=False):
        unit = group["unit"].iloc[0]
        title = f"← duck · rabbit → ({unit})"
        x = alt.X("preference:Q", title=title).axis(titleFontSize=11, tickCount=5)
        y = alt.Y("pose:N", sort=poses, title=None).axis(grid=True, gridDash=[1, 3])
        shown = group[["drawing", "pose", "draws", "preference", "low", "high"]]
        beside = alt.YOffset("drawing:N", sort=drawings)
        base = alt.Chart(shown).encode(y=y, yOffset=beside, color=color)
        tooltip = [
            alt.Tooltip("drawing:N", title="Drawing"),
            alt.Tooltip("pose:N", title="Pose"),
            alt.Tooltip("preference:Q", title=f"Preference for rabbit ({unit})", format=".2f"),
            *interval_tooltips(".2f"),
            alt.Tooltip("draws:Q", title="Draws"),
        ]
        zero = alt.Chart(pd.DataFrame({"preference": [0.0]})).mark_rule(color=CHANCE_LINE)
        layers = [
            zero.encode(x=x),
            base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=title), x2="high:Q"),
            base.mark_point(filled=True, size=55, opacity=1).encode(
                x=x, shape=shape, tooltip=tooltip
            ),
        ]
        panels.append(alt.layer(*layers).properties(width=210, height=190, title=str(model)))
    return side_by_side(
        panels,
        [],
        "A panel a model, a row a pose: upright, mirrored and turned by one, two and three "
        "quarters of a turn; in each a mark for the duck–rabbit, an unambiguous duck and an "
        "unambiguous rabbit. A mark to the left of the line at 0 means that the model answers "
        "duck, to the right rabbit; rules are intervals.",
    ).properties(columns=2)
