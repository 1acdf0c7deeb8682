"""Figures of turned objects: how often they are recognised, and whether they can be made."""

import altair as alt
import pandas as pd

from gcbook.chapters.turned.tables import CLASSIFIER
from gcbook.charts.columns import column, tooltips
from gcbook.charts.curves import curve_layers, line_look
from gcbook.charts.forest import fig_forest
from gcbook.charts.parts import dropdown, side_by_side
from gcbook.charts.theme import SERIES

_UNIT = alt.Scale(domain=[0, 1])
_DRAWN = ["angle", "strength", "drawn", "low", "high", "n"]
_DASHES = {"0": [1, 0], "90": [8, 3], "180": [2, 2], "270": [8, 3, 2, 3]}
_LOOKS = dict(zip(_DASHES, zip(SERIES, _DASHES.values(), strict=True), strict=True))


def fig_kept(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What the judge gives to turned objects after reconstruction, a line an angle.

    Args:
        rows: from `gcbook.chapters.turned.tables.kept_rows`.
    """
    shown = rows.assign(angle=rows["angle"].astype(str))
    models, prompts = (list(dict.fromkeys(rows[field])) for field in ("model", "prompt"))
    look = line_look("angle", _LOOKS, column("angle").title)
    x = alt.X("strength:Q", title=column("strength").title).axis(tickCount=3, labelFlush=False)
    title = "Probability of the object"
    y = alt.Y("drawn:Q", title=title, scale=_UNIT).axis(format=".0%")
    tooltip = tooltips(_DRAWN, titles={"drawn": title})
    panels = []
    for judged, group in shown.groupby("judged", sort=False):
        base = (
            alt.Chart(group[["model", "prompt", *_DRAWN]])
            .transform_filter("datum.model === kept_model && datum.prompt === kept_prompt")
            .encode(x=x, color=look["color"])
        )
        layers = curve_layers(base, y, dash=look["strokeDash"], tooltip=tooltip, size=30)
        panels.append(alt.layer(*layers).properties(width=270, height=220, title=str(judged)))
    return side_by_side(
        panels,
        [
            dropdown("kept_model", "Model ", models, models[0]),
            dropdown("kept_prompt", "Prompt ", prompts, prompts[0]),
        ],
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
