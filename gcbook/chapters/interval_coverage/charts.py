"""Coverage of the intervals: a row a statistic, a dot a design."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.chapters.interval_coverage.tables import BAND, KLEIN, OURS, PERCENTILE, STATISTICS
from gcbook.charts.columns import tooltips
from gcbook.charts.parts import by_column, finish, look
from gcbook.charts.theme import BAND as SHADE
from gcbook.charts.theme import INK, SERIES

_LEAST = 0.5
_SHOWN = ["name", "procedure", "design", "truth", "coverage", "width", "replications"]


def fig_coverage(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Ours above, the procedure it is held against below, with the nearest designs ringed.

    Args:
        rows: from `gcbook.chapters.interval_coverage.tables.mark_nearest`.
    """
    drawn = rows[[*_SHOWN, "hard", "nearest"]].assign(
        lane=(rows["procedure"] != OURS).astype(int),
        shown=rows["coverage"].clip(lower=_LEAST),
    )
    names = [name for name in STATISTICS.values() if name in set(rows["name"])]
    y = alt.Y("name:N", sort=names, title=None).axis(grid=True, tickBand="extent")
    across: dict[str, Any] = {
        "title": "Intervals that contain the truth",
        "scale": alt.Scale(domain=[_LEAST, 1], nice=False, zero=False),
        "axis": alt.Axis(
            format=".0%", values=[0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1], labelOverlap=True
        ),
    }
    lane = alt.YOffset("lane:O")
    marks = look(
        "procedure",
        [OURS, PERCENTILE, KLEIN],
        color=list(SERIES[:3]),
        shape=["circle", "square", "triangle-up"],
        legend=alt.Legend(title=None, symbolOpacity=1),
    )
    base = (
        alt.Chart(by_column(drawn, "name"))
        .transform_flatten([str(name) for name in drawn if name != "name"])
        .encode(x=alt.X("shown:Q", **across), y=y, yOffset=lane)
    )
    says = tooltips(_SHOWN, titles={"name": "Statistic"})
    edges = pd.DataFrame({"low": [BAND[0]], "high": [BAND[1]], "middle": [0.95]})
    layers = [
        alt.Chart(edges)
        .mark_rect(color=SHADE, opacity=0.18)
        .encode(x=alt.X("low:Q", **across), x2="high:Q"),
        alt.Chart(edges)
        .mark_rule(color=SHADE, strokeDash=[4, 3])
        .encode(x=alt.X("middle:Q", **across)),
        base.transform_filter("datum.hard")
        .mark_point(filled=False, size=24, strokeWidth=1, opacity=0.7)
        .encode(tooltip=says, **marks),
        base.transform_filter("!datum.hard")
        .mark_point(filled=True, size=24, opacity=0.55)
        .encode(tooltip=says, **marks),
        base.transform_filter("datum.nearest !== ''")
        .mark_point(filled=False, size=75, strokeWidth=1.4, color=INK, opacity=1)
        .encode(tooltip=[*tooltips(["nearest"]), *says]),
    ]
    return finish(
        alt.layer(*layers),
        height=alt.Step(17),
        description=(
            f"Dot plot with a row for each of {len(names)} statistics and a dot for each design: "
            "the share of simulated experiments whose interval contains the truth, from 50% to "
            "100%, of this book's intervals above and of the percentile bootstrap below. 93 to 97% "
            "is shaded. Rings mark the designs nearest to numbers that the paper prints."
        ),
    )
