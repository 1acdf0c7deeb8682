"""A row a model, the best first: what is recomputed, what the paper prints, and people's level."""

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.names import Names
from gcbook.charts.own_marks import IS_OWN, own_axis, own_names, own_points
from gcbook.charts.parts import chance_line, finish, kind_marks
from gcbook.charts.theme import BAND, HUMAN
from gcbook.paper.observers import HUMANS_TITLE

_ROW = 21
_LONG = ("ResNet-50, diffusion noise", "RN-50, noise")


def fig_ladder(
    rows: pd.DataFrame, x: alt.X, *, chance: bool = False, description: str
) -> alt.TopLevelMixin:
    """Filled marks with intervals are recomputed, hollow ones printed; a dashed line is people's.

    A reader's own observers have large marks, and bold names on the axis.

    Args:
        rows: from `gcbook.stats.benchmark_tables.standing_rows`.
        x: channel of ``value``, with title, scale and axis.
        chance: with a line at guessing.
        description: for those who cannot see it; where the marks stand is added to it.
    """
    names = Names.of(rows["model"])
    shown = rows[["model", "kind", "origin", "value", "low", "high", "paper"]].round(3)
    tooltip = tooltips(
        ["model", "value", "low", "high", "paper"],
        titles={"model": "Observer", "value": str(x["title"])},
        formats={"value": ".3f"},
    )
    own = own_names(rows, "model")
    axis = own_axis(names, own)
    y = names.rows("model", rows["model"], **axis)
    mark = names.chart(shown, "model").encode(y=y, tooltip=tooltip)
    # On the axis long names are shorter, in tooltips whole.
    short = {key: name.replace(*_LONG) for key, name in names.labels.items()}
    look = kind_marks(rows["kind"], legend=None)
    level = alt.Chart(shown[shown["kind"] == HUMANS_TITLE])
    layers = [
        *([chance_line(alt.X("value:Q"))] if chance else []),
        level.mark_rect(color=HUMAN, opacity=0.14).encode(x="low:Q", x2="high:Q"),
        level.mark_rule(color=HUMAN, strokeDash=[5, 4]).encode(x="value:Q"),
        mark.mark_rule(color=BAND, opacity=0.35).encode(x=x, x2=alt.datum(0)),
        mark.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", color=look["color"]),
        mark.transform_filter(f"datum.origin == 'recomputed' && !({IS_OWN})")
        .mark_point(filled=True, size=65, opacity=1)
        .encode(x=x, **look),
        # Larger than the filled marks: a ring around them where a network has both values.
        mark.transform_filter("isValid(datum.paper)")
        .mark_point(filled=False, size=95, strokeWidth=1.8, opacity=1)
        .encode(x="paper:Q", **look),
        *own_points(mark.encode(x=x), look, names, own, column="model"),
    ]
    said = ", ".join(f"{row.model} {row.value:.2f}" for row in shown.itertuples())
    return finish(
        alt.layer(*layers).add_params(names.parameter(short)),
        height=_ROW * len(rows),
        description=f"{description} From the top: {said}.",
    )
