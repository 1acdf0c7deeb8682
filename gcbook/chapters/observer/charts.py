"""People and networks on the images of the experiment."""

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.parts import TENTHS, encode_kind, finish
from gcbook.paper.observers import HUMANS_TITLE

_LEVELS = 5


def fig_observers(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape bias of every observer: a mark each, people above networks.

    Args:
        rows: from `gcbook.chapters.observer.tables.observer_rows`.
    """
    kind = encode_kind(rows["kind"])
    named = ["observer", "shape_bias", "low", "high", "shape_accuracy", "texture_accuracy", "n"]
    # Marks of one kind stand at different heights, or near-equal ones would hide each other.
    place = rows.groupby("kind").cumcount() % _LEVELS
    marks = alt.Chart(rows.assign(place=place)).mark_point(filled=True, size=70, opacity=0.8)
    strip = marks.encode(
        x=alt.X("shape_bias:Q", title="Shape bias", scale=alt.Scale(domain=[0, 1])).axis(
            values=TENTHS, format=".1f"
        ),
        y=alt.Y("kind:N", title=None, axis=None, sort=[HUMANS_TITLE]),
        yOffset=alt.YOffset("place:O"),
        tooltip=tooltips(named),
        **kind,
    )
    return finish(
        alt.layer(strip),
        height=150,
        description=(
            "Shape bias on the cue conflicts of the experiment, a mark an observer, people above "
            "networks."
        ),
    )
