"""The paper's Fig. 1 in short, for the introduction."""

import altair as alt
import pandas as pd

from gcbook.charts.averages import average_lines
from gcbook.charts.columns import tooltips
from gcbook.charts.parts import TENTHS, finish, kind_marks
from gcbook.charts.theme import HUES, INK
from gcbook.paper.categories import CATEGORIES


def fig_overview(overview: pd.DataFrame, published: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape bias by category: humans, the range of the networks, and the published averages.

    As in the paper's Fig. 1, shape is on the left.

    Args:
        overview: from `gcbook.stats.shape_tables.fig1_overview`.
        published: from `gcbook.stats.shape_tables.published_bias`.
    """
    below = int((overview["models_median"] < 0.5).sum())
    lines = published.assign(
        label=published["observer"] + " " + published["shape_bias"].map("{:.2f}".format),
        color=published["kind"].map(HUES),
        dashed=True,
    )
    rows = overview.assign(human="Humans", model="Discriminative model")
    kind = kind_marks(["Humans", "Discriminative model"], title=None)
    scale = alt.Scale(domain=[0, 1], reverse=True)

    def x(field: str) -> alt.X:
        axis = alt.Axis(values=TENTHS, format=".1f", grid=False)
        return alt.X(f"{field}:Q", scale=scale, title="Shape bias", axis=axis)

    def of(field: str) -> dict[str, alt.Color | alt.Shape]:
        # The columns `human` and `model` hold kinds; one legend serves both.
        color, shape = kind["color"].copy(), kind["shape"].copy()
        color.shorthand = shape.shorthand = f"{field}:N"
        return {"color": color, "shape": shape}

    y = alt.Y("category:N", sort=list(CATEGORIES), title=None)
    y = y.axis(grid=True, gridDash=[1, 3])
    tooltip = tooltips(
        ["category", "humans", "models_median", "least", "models_low", "most", "models_high"],
        titles={"least": "Least shape-biased", "most": "Most shape-biased"},
        formats={"most": ""},
    )
    base = alt.Chart(rows).encode(y=y, tooltip=tooltip)
    layers = [
        *average_lines(lines[["label", "color", "dashed", "shape_bias"]], x("shape_bias")),
        base.mark_rule(strokeWidth=9, opacity=0.3).encode(
            x=x("models_low"), x2="models_high:Q", color=of("model")["color"]
        ),
        base.mark_point(filled=True, size=70, opacity=1).encode(
            x=x("models_median"), **of("model")
        ),
        base.mark_rule(strokeWidth=3).encode(
            x=x("humans_low"), x2="humans_high:Q", color=of("human")["color"]
        ),
        base.mark_point(filled=True, size=120, opacity=1, stroke=INK, strokeWidth=0.8).encode(
            x=x("humans"), **of("human")
        ),
    ]
    return finish(
        alt.layer(*layers),
        height=22 * len(CATEGORIES),
        description=(
            f"Shape bias in each of {len(CATEGORIES)} categories. The humans lie between "
            f"{overview['humans'].min():.2f} and {overview['humans'].max():.2f}; the networks "
            f"are spread over grey bands whose middle lies below 0.5 in {below} categories. "
            f"Dashed lines mark the published averages: {', '.join(lines['label'])}."
        ),
    )
