"""The race of the classes for one image, as draws accumulate."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.chapters.step_by_step.charts import role_color
from gcbook.charts.parts import by_column, dropdown, finish
from gcbook.charts.theme import INK
from gcbook.miniworld.results.steps import ROLES

__all__ = ["fig_step_race"]

_HEIGHT = 340
_TICKS = (0, -0.1, -0.3, -1, -3, -10, -30, -100, -300)
_DASHES = ([8, 2, 2, 2], [1, 0], [6, 3], [1, 0])
_NOT_YET = 0.25


def fig_step_race(race: pd.DataFrame, leaders: pd.DataFrame) -> alt.TopLevelMixin:
    """How far every class is behind the leader, up to a number of draws that the reader sets.

    Args:
        race: from `gcbook.chapters.step_by_step.race.race_table`.
        leaders: from `gcbook.chapters.step_by_step.race.leaders_table`.
    """
    images = list(dict.fromkeys(race["image"]))
    last = int(race["draw"].max())
    image = dropdown("race_image", "Image ", images, images[0])
    draws = alt.param(
        name="race_draws",
        value=min(4, last),
        bind=alt.binding_range(min=1, max=last, step=1, name="Draws "),
    )
    # One entry a line: names are written once, and so are the numbers of the draws.
    lines = race.assign(behind=race["behind"].round(3), line=race["image"] + "/" + race["label"])
    packed = by_column(lines[["line", "behind"]], "line").merge(
        lines[["line", "image", "label", "role"]].drop_duplicates("line"), on="line"
    )
    base = (
        alt.Chart(packed[["image", "label", "role", "behind"]])
        .transform_filter("datum.image === race_image")
        .transform_flatten(["behind"], as_=["behind"])
        .transform_window(draw="row_number()", groupby=["label"])
        .transform_calculate(score="-datum.behind")
    )
    x = alt.X("draw:Q", title="Draws so far", scale=alt.Scale(domain=[1, last], nice=False))
    x = x.axis(format="d", grid=False, tickMinStep=1)
    # Near the leader the axis is linear, far below logarithmic: single draws can be far apart.
    scale = alt.Scale(type="symlog", constant=0.1, domainMax=0, nice=False)
    y = alt.Y("score:Q", title="Score behind the leader's (%)", scale=scale)
    y = y.axis(values=list(_TICKS), labelExpr="format(datum.value, '~')")
    tooltip = [
        alt.Tooltip("label:N", title="Class"),
        alt.Tooltip("role:N", title="Names"),
        alt.Tooltip("draw:Q", title="Draws so far"),
        alt.Tooltip("behind:Q", title="Behind the leader (%)", format=".2f"),
    ]
    # Both channels have the same legend, so that they share it.
    legend = alt.Legend(columns=4, symbolType="stroke", symbolStrokeWidth=3, symbolOpacity=1)
    color = role_color(legend)
    dash = alt.StrokeDash(
        "role:N",
        scale=alt.Scale(domain=list(ROLES), range=[list(each) for each in _DASHES]),
        title=color["title"],
        legend=legend,
    )
    named = "datum.role !== 'neither'"
    far = base.encode(x=x, y=y, color=color, detail="label:N")
    so_far = far.transform_filter("datum.draw <= race_draws")
    now = alt.Chart(leaders.drop(columns="margin").assign(margin=leaders["margin"].round(3)))
    now = now.transform_filter(
        "datum.image === race_image && datum.draw === race_draws"
    ).transform_calculate(
        after="'After ' + datum.draw + (datum.draw === 1 ? ' draw: ' : ' draws: ') + datum.leader"
        " + ' (' + datum.role + ')'",
        before="format(datum.margin, '.2f') + ' % before ' + datum.second + '; this draw: t = '"
        " + format(datum.t, '.2f')",
    )
    words = now.encode(x=alt.value(0))
    above: dict[str, Any] = {"align": "left", "baseline": "bottom", "fontSize": 13}
    ends = so_far.transform_filter("datum.draw === race_draws")
    layers = [
        far.mark_line(strokeWidth=1, opacity=_NOT_YET, aria=False).encode(strokeDash=dash),
        so_far.transform_filter(f"!({named})")
        .mark_line(strokeWidth=1.2, opacity=0.8, aria=False)
        .encode(strokeDash=dash),
        so_far.transform_filter(named).mark_line(strokeWidth=3, aria=False).encode(strokeDash=dash),
        ends.mark_point(filled=True, size=45, opacity=1).encode(tooltip=tooltip),
        now.mark_rule(color=INK, strokeDash=[3, 3], aria=False).encode(x=x),
        # Above the lines, wherever these run.
        words.mark_text(fontWeight="bold", **above).encode(
            y=alt.value(-27), text="after:N", description="after:N"
        ),
        words.mark_text(**above).encode(y=alt.value(-10), text="before:N", description="before:N"),
    ]
    return finish(
        alt.layer(*layers).add_params(image, draws),
        height=_HEIGHT,
        description=(
            "Lines of the sixteen categories over the number of draws, for one image. The leader's "
            "line is at 0 at the top; each other category lies below it by as many percent as its "
            "mean weighted error exceeds the leader's. Lines are faint beyond the chosen number of "
            "draws, where words name the leader and the second. The lines of the image's shape and "
            "texture are thick, solid for the shape and dashed for the texture."
        ),
    )
