"""People and networks on the images of the experiment."""

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.parts import encode_kind, finish

__all__ = ["fig_observers"]


def fig_observers(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """How often each observer names shape and texture; a mark an observer.

    Args:
        rows: from `gcbook.chapters.observer.tables.observer_rows`.
    """
    kind = encode_kind(rows["kind"])
    named = ["observer", "shape_bias", "low", "high", "shape_accuracy", "texture_accuracy", "n"]
    x = alt.X("shape_bias:Q", title="Shape bias", scale=alt.Scale(domain=[0, 1]))
    marks = alt.Chart(rows).mark_point(filled=True, size=70, opacity=0.8)
    strip = marks.encode(
        x=x,
        y=alt.Y("kind:N", title=None, axis=None),
        yOffset=alt.YOffset("place:N"),
        tooltip=tooltips(named),
        **kind,
    )
    placed = strip.transform_window(
        place="row_number()", groupby=["kind"], sort=[alt.SortField("shape_bias")]
    ).transform_calculate(place="datum.place % 5")
    return finish(
        alt.layer(placed),
        height=150,
        description=(
            "Shape bias on the cue conflicts of the experiment, a mark an observer, people above "
            "networks."
        ),
    )
