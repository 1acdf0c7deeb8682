"""Figures of turned objects: how often they are recognised, and whether they can be made."""

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.miniature_look import recipe_color, recipe_shape
from gcbook.charts.parts import chance_line, dropdown, finish, literal, look, side_by_side

__all__ = ["fig_kept", "fig_recognised"]

_UNIT = alt.Scale(domain=[0, 1])
_COLORS = {"0": "#7a7a7a", "90": "#0077bb", "180": "#b86e00", "270": "#00916e"}
_DASHES = {"0": [1, 0], "90": [8, 3], "180": [2, 2], "270": [8, 3, 2, 3]}


def fig_recognised(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy by the angle of the image, a line a miniature.

    Args:
        rows: from `gcbook.chapters.turned.tables.recognised_rows`.
    """
    recipes = list(dict.fromkeys(rows["recipe"]))
    x = alt.X("angle:O", title=column("angle").title).axis(labelAngle=0)
    y = alt.Y("accuracy:Q", title=column("accuracy").title, scale=_UNIT).axis(format=".0%")
    tooltip = tooltips(["recipe", "angle", "accuracy", "low", "high", "n"])
    # Beside each other, not on top.
    offset = alt.XOffset("recipe:N", sort=recipes)
    base = alt.Chart(rows).encode(x=x, color=recipe_color(recipes), xOffset=offset)
    layers = [
        chance_line(y),
        base.mark_rule(strokeWidth=2).encode(
            y=alt.Y("low:Q", title=column("accuracy").title, scale=_UNIT), y2="high:Q"
        ),
        base.mark_point(filled=True, size=70, opacity=1).encode(
            y=y, shape=recipe_shape(recipes), tooltip=tooltip
        ),
    ]
    return finish(
        alt.layer(*layers),
        height=260,
        description=(
            "Accuracy of each miniature on images that are upright and turned by 90, 180 and 270 "
            f"degrees, with intervals: {', '.join(recipes)}. A dotted line is at chance."
        ),
    )


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
    y = alt.Y("value:Q", title=title, scale=_UNIT).axis(format=".0%")
    tooltip = tooltips(
        ["angle", "strength", "value", "low", "high", "n"],
        titles={"value": title},
        formats={"value": ".1%"},
    )
    panels = []
    for line, group in shown.groupby("line", sort=False):
        base = (
            alt.Chart(group.drop(columns="line"))
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
        panels.append(alt.layer(*layers).properties(width=270, height=220, title=str(line)))
    return side_by_side(
        panels,
        parameters,
        "Two panels over the strength: the probability that a classifier gives to the object after "
        "the image was taken apart and put together again, under its own prompt or another's, once "
        "turned back and once as it lies, a line for each angle with the band of its interval.",
    )
