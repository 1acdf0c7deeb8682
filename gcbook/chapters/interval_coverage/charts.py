"""Coverage of the intervals: a row a kind of statistic, a mark a procedure."""

import altair as alt
import pandas as pd

from gcbook.chapters.interval_coverage.tables import BAND, KLEIN, OURS, PERCENTILE
from gcbook.charts.columns import tooltips
from gcbook.charts.parts import finish, look
from gcbook.charts.theme import BAND as SHADE
from gcbook.charts.theme import SERIES

_LEAST = 0.7
_ROW = 30


def fig_coverage(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Mean coverage of each procedure, with where most of its designs lie.

    Args:
        rows: from `gcbook.chapters.interval_coverage.tables.kind_rows`.
    """
    kinds = list(dict.fromkeys(rows["kind"]))
    scale = alt.Scale(domain=[_LEAST, 1], nice=False, zero=False, clamp=True)
    title = "Intervals that contain the truth"
    x = alt.X("coverage:Q", title=title, scale=scale).axis(
        format=".0%", values=[0.7, 0.8, 0.9, 0.95, 1], grid=False
    )
    y = alt.Y("kind:N", sort=kinds, title=None).axis(grid=True, tickBand="extent")
    lane = alt.YOffset("procedure:N", sort=[OURS, PERCENTILE, KLEIN])
    marks = look(
        "procedure",
        [OURS, PERCENTILE, KLEIN],
        color=list(SERIES[:3]),
        shape=["circle", "square", "triangle-up"],
        legend=alt.Legend(title=None, symbolOpacity=1),
    )
    base = alt.Chart(rows).encode(y=y, yOffset=lane)
    band = alt.Chart(pd.DataFrame({"from": [BAND[0]], "to": [BAND[1]]})).mark_rect(
        color=SHADE, opacity=0.18
    )
    layers = [
        band.encode(x=alt.X("from:Q", title=title, scale=scale), x2="to:Q"),
        base.mark_rule(strokeWidth=1.5, opacity=0.6).encode(
            x=alt.X("low:Q", title=title, scale=scale), x2="high:Q", color=marks["color"]
        ),
        base.mark_point(filled=True, size=70, opacity=1).encode(
            x=x,
            tooltip=tooltips(["kind", "procedure", "coverage", "low", "high", "designs"]),
            **marks,
        ),
    ]
    return finish(
        alt.layer(*layers),
        height=_ROW * len(kinds),
        description=(
            "A row for each kind of statistic; horizontal position is the share of simulated "
            "experiments whose interval contains the truth, with 93 to 97% shaded. A mark for this "
            "book's intervals, one for the percentile bootstrap and, of kappa, one for the "
            "percentiles of Klein et al., each with a line over four of five designs."
        ),
    )
