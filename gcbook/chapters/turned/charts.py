"""Figures of turned objects: how often they are recognised, and whether they can be made."""

import altair as alt
import pandas as pd

from gcbook.chapters.turned.tables import CLASSIFIER
from gcbook.charts.columns import column, tooltips
from gcbook.charts.forest import fig_forest
from gcbook.charts.parts import dropdown, literal, look, side_by_side
from gcbook.charts.theme import SERIES

__all__ = ["fig_kept", "fig_losses", "fig_together"]

_UNIT = alt.Scale(domain=[0, 1])
_COLORS = dict(zip(("0", "90", "180", "270"), SERIES, strict=True))
_DRAWN = ["angle", "strength", "drawn", "low", "high", "n"]
_DASHES = {"0": [1, 0], "90": [8, 3], "180": [2, 2], "270": [8, 3, 2, 3]}


def fig_kept(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What the judge gives to turned objects after reconstruction, a line an angle.

    Args:
        rows: from `gcbook.chapters.turned.tables.kept_rows`.
    """
    models = list(dict.fromkeys(rows["model"]))
    shown = rows.assign(angle=rows["angle"].astype(str))
    prompts = list(dict.fromkeys(rows["prompt"]))
    parameters, chosen = [], []
    for field, label, values in (("model", "Model ", models), ("prompt", "Prompt ", prompts)):
        if len(values) > 1:
            parameters.append(dropdown(f"kept_{field}", label, values, values[0]))
            chosen.append(f"datum.{field} === kept_{field}")
        else:
            chosen.append(f"datum.{field} === {literal(values[0])}")
    legend = alt.Legend(title=column("angle").title, symbolOpacity=1)
    marks = look("angle", _COLORS, color=_COLORS.values(), dash=_DASHES.values(), legend=legend)
    color, dash = marks["color"], marks["strokeDash"]
    x = alt.X("strength:Q", title=column("strength").title).axis(tickCount=3, labelFlush=False)
    title = "Probability of the object"
    y = alt.Y("drawn:Q", title=title, scale=_UNIT).axis(format=".0%")
    tooltip = tooltips(
        ["angle", "strength", "drawn", "low", "high", "n"],
        titles={"drawn": title},
    )
    panels = []
    for judged, group in shown.groupby("judged", sort=False):
        base = (
            alt.Chart(group[["model", "prompt", *_DRAWN]])
            .transform_filter(" && ".join(chosen))
            .encode(x=x, color=color)
        )
        layers = [
            base.mark_area(opacity=0.13).encode(
                y=alt.Y("low:Q", title=title, scale=_UNIT), y2="high:Q"
            ),
            base.mark_line(strokeWidth=2).encode(y=y, strokeDash=dash),
            base.mark_point(filled=True, size=30, opacity=1).encode(y=y, tooltip=tooltip),
        ]
        panels.append(alt.layer(*layers).properties(width=270, height=220, title=str(judged)))
    return side_by_side(
        panels,
        parameters,
        "Two panels over the strength: the probability that a classifier gives to the object after "
        "the image was taken apart and put together again, under its own prompt or another's, once "
        "turned back and once as it lies, a line for each angle with the band of its interval.",
    )


def fig_losses(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What each miniature keeps of its accuracy on turned images, beyond what the ResNet keeps.

    Args:
        rows: from `gcbook.chapters.turned.tables.loss_rows`.
    """
    return fig_forest(
        rows[rows["recipe"] != CLASSIFIER],
        row="recipe",
        value="difference",
        x=alt.X("difference:Q", title="Share kept, less the ResNet's").axis(
            format="+.2~f", tickCount=7
        ),
        tooltip=tooltips(["recipe", "upright", "turned", "share", "difference", "low", "high"]),
        description=(
            "A row a miniature: the share of its accuracy above chance that is left on turned "
            "images, less the share that is left to the ResNet, with intervals and a line at 0."
        ),
    )


def fig_together(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy on turned objects that a model kept and lost, with the ResNet's as ticks.

    Args:
        rows: from `gcbook.chapters.turned.tables.together_rows`.
    """
    case = rows["model"] + ", " + rows["strength"].map("{:g}".format)
    return fig_forest(
        rows.assign(case=case),
        row="case",
        value="accuracy",
        x=alt.X("accuracy:Q", title=column("accuracy").title, scale=_UNIT).axis(format=".0%"),
        tooltip=tooltips(
            ["model", "strength", "object", "accuracy", "low", "high", "control", "n"]
        ),
        series="object",
        marks={"kept": (SERIES[0], "circle"), "lost": (SERIES[1], "square")},
        reference=None,
        ticks="control",
        grouped=True,
        description=(
            "A row a model and strength: accuracy on turned objects that the model kept when it "
            "made them anew, and on those that it lost, with intervals, and a tick at the "
            "ResNet's accuracy on the same images."
        ),
    )
