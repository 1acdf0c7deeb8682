"""One image in a reader's own scores, drawn: the lead of a prompt by noise, and by draws."""

import altair as alt
import pandas as pd

from gcbook.chapters.step_by_step.own import BY_DRAW, BY_NOISE
from gcbook.charts.columns import tooltips
from gcbook.charts.names import Names
from gcbook.charts.parts import look, side_by_side
from gcbook.charts.theme import CHANCE_LINE, CUES, INK, OWN

_ROLES = {
    "the shape": (CUES["shape"], "circle"),
    "the texture": (CUES["texture"], "square"),
    "neither": (CHANCE_LINE, "triangle-up"),
}
_PANEL = {"width": 290, "height": 240}


def fig_own_image(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """By how much the shape's prompt leads in each draw, and in the mean of the first draws.

    Args:
        rows: from `gcbook.chapters.step_by_step.own.own_draws`.
    """
    names = Names.of(rows["model"])
    colors, shapes = zip(*_ROLES.values(), strict=True)
    marks = look("role", _ROLES, color=colors, shape=shapes, title="Answer names")
    several = rows["model"].nunique() > 1
    panels = []
    for model, own in rows.groupby("model", sort=False):
        against = "texture's" if own["texture"].iloc[0] else "best other"
        y = alt.Y("prompt_lead:Q", title=[f"Error of the {against} prompt", "less the shape's (%)"])
        for way in (BY_NOISE, BY_DRAW):
            title = {BY_NOISE: "One draw decides", BY_DRAW: "The first draws decide"}[way]
            whose = f"{title}, {model}" if several else title
            panels.append(
                _panel(own[own["way"] == way], way, y, marks, names).properties(
                    **_PANEL, title=whose
                )
            )
    said = [
        f"{model}, {group['weighting'].iloc[0]}: after {group['draw'].max()} draws the answer is "
        f"{group['answer'].iloc[-1]}."
        for (model, _), group in rows[rows["way"] == BY_DRAW].groupby(
            ["model", "weighting"], sort=False
        )
    ]
    return side_by_side(
        panels,
        [names.parameter()],
        f"The image {rows['image'].iloc[0]}. Left, a mark a draw over its noise t, right a line a "
        "weighting over the number of draws: by how many percent of the smallest error the "
        "prompt of the shape restores the image better; above 0 it leads. Colour and form of a "
        f"mark say what the answer names. {' '.join(said)}",
        columns=2,
    )


def _panel(
    rows: pd.DataFrame, way: str, y: alt.Y, marks: dict[str, alt.Color], names: Names
) -> alt.LayerChart | alt.FacetChart:
    zero = alt.Chart(pd.DataFrame({"prompt_lead": [0]})).mark_rule(color=INK).encode(y=y)
    shown = ["model", "draw", "t", "answer", "role", "prompt_lead"]
    tooltip = tooltips(
        shown,
        titles={"role": "Answer names", "prompt_lead": "Lead of the shape's prompt (%)"},
        formats={"prompt_lead": ".2f"},
    )
    base = names.chart(rows, "model")
    if way == BY_NOISE:
        x = alt.X("t:Q", title="Noise t, from clean to noise", scale=alt.Scale(domain=[0, 1]))
        x = x.axis(format=".1f", tickCount=6)
        points = base.mark_point(filled=True, size=90, opacity=1)
        return alt.layer(zero, points.encode(x=x, y=y, tooltip=tooltip, **marks))
    x = alt.X("draw:Q", title="Number of draws").axis(format="d", tickMinStep=1)
    lines = base.mark_line(color=OWN, strokeWidth=3).encode(
        x=x,
        y=y,
        detail="weighting:N",
        strokeDash=alt.condition(
            "datum.weighting === 'uniform'", alt.value([4, 4]), alt.value([1, 0])
        ),
    )
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=x, y=y, tooltip=tooltip, **marks
    )
    last = rows[rows["draw"] == rows["draw"].max()]
    words = last["weighting"].map(lambda name: "equal" if name == "uniform" else name)
    said = (
        alt.Chart(last.assign(words=words)[["draw", "prompt_lead", "words"]])
        .mark_text(align="right", dx=-4, dy=-16, color=OWN, fontWeight="bold")
        .encode(x=x, y=y, text="words:N")
    )
    return alt.layer(zero, lines, points, said)
