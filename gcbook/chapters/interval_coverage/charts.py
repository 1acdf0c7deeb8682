"""Coverage and width of the intervals: a row a kind of statistic, a mark a design."""

import altair as alt
import pandas as pd

from gcbook.chapters.interval_coverage.tables import ACROSS, BAND, KLEIN, OURS, SURVEY
from gcbook.charts.columns import tooltips
from gcbook.charts.parts import look, side_by_side
from gcbook.charts.theme import BAND as SHADE
from gcbook.charts.theme import SERIES

_ROW = 36
_SHOWN = [OURS, ACROSS, KLEIN, SURVEY]


def fig_coverage(rows: pd.DataFrame, kinds: pd.DataFrame) -> alt.TopLevelMixin:
    """Coverage of each design, and how wide its intervals are.

    Args:
        rows: from `gcbook.chapters.interval_coverage.tables.design_rows`.
        kinds: from ``kind_rows`` of the same module; its order is that of the rows.
    """
    columns = ["kind", "procedure", "coverage", "relative", "hard", "statistic", "design"]
    shown = rows.loc[rows["procedure"].isin(_SHOWN), columns]
    order = list(dict.fromkeys(kinds["kind"]))
    panels = [
        _panel(shown, order, "coverage", "Intervals that contain the truth", (0.7, 1), BAND),
        _panel(shown, order, "relative", "Width, ideal = 1", (0.6, 2.2), (0.995, 1.005)),
    ]
    return side_by_side(
        panels,
        [],
        "A row for each kind of statistic, the one with the worst design on top. On the left, the "
        "share of simulated experiments whose interval contains the truth, with 93 to 97% shaded; "
        "on the right, the intervals' width, 1 the ideal one. A mark a design and procedure: this "
        "book's intervals, the same with images and exemplars drawn across categories, and methods "
        "of others. Designs unlike the published trials are hollow.",
        columns=2,
    )


def _panel(
    rows: pd.DataFrame,
    order: list[str],
    field: str,
    title: str,
    domain: tuple[float, float],
    band: tuple[float, float],
) -> alt.LayerChart | alt.FacetChart:
    scale = alt.Scale(domain=list(domain), nice=False, zero=False, clamp=True)
    axis = alt.Axis(format=".0%" if field == "coverage" else ".1f", tickCount=4, grid=False)
    marks = look(
        "procedure",
        _SHOWN,
        color=list(SERIES),
        shape=["circle", "square", "triangle-up", "diamond"],
        legend=alt.Legend(title=None, symbolOpacity=1),
    )
    base = alt.Chart(rows).encode(
        x=alt.X(f"{field}:Q", title=title, scale=scale, axis=axis),
        y=alt.Y("kind:N", sort=order, title=None).axis(grid=True, tickBand="extent"),
        yOffset=alt.YOffset("procedure:N", sort=_SHOWN, scale=alt.Scale(domain=_SHOWN)),
        tooltip=tooltips(["kind", "statistic", "procedure", "coverage", "relative", "design"]),
        **marks,
    )
    ends = pd.DataFrame({"from": [band[0]], "to": [band[1]]})
    shade = alt.Chart(ends).mark_rect(color=SHADE, opacity=0.25)
    return alt.layer(
        shade.encode(x=alt.X("from:Q", title=title, scale=scale, axis=axis), x2="to:Q"),
        base.transform_filter("!datum.hard").mark_point(filled=True, size=30, opacity=0.7),
        base.transform_filter("datum.hard").mark_point(filled=False, size=30, opacity=0.9),
    ).properties(height=_ROW * len(order), width=230)
