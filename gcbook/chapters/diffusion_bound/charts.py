"""Figures of Appendix A: the forward process, the bound in parts, and weights over time.

Tables come from `gcbook.chapters.diffusion_bound.tables`, each from the function that the figure
names.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from gcbook.chapters.diffusion_bound.tables import PARTS
from gcbook.charts.columns import column, tooltips
from gcbook.charts.curves import line_look
from gcbook.charts.parts import CLASS_COLORS, dropdown, look, side_by_side, slider
from gcbook.charts.theme import INK, SERIES
from gcbook.noise.mixture import Mixture

_NAMES = {
    "exact": "likelihoods",
    "bound": "the bound",
    "elbo": "the bound",
    "exp:7": "exp(−7t)",
    "uniform": "equal weights",
}
_LOOKS: Mapping[str, tuple[str, Sequence[int]]] = {
    "likelihoods": (INK, [1, 0]),
    "the bound": (SERIES[3], [2, 2]),
    "exp(−7t)": (SERIES[1], [8, 3]),
    "equal weights": (SERIES[2], [8, 3, 2, 3]),
}


def fig_forward(pair: Mapping[str, Mixture], grid: pd.DataFrame) -> alt.TopLevelMixin:
    """Densities of both classes after noise whose strength the reader chooses.

    Args:
        pair: two classes; the page computes their densities.
        grid: from `density_grid`.
    """
    t = slider("bound_t", "Noise t ", 0.1, 0, 1, 0.01)
    labels: list[Any] = list(pair)
    marks = look(
        "label",
        labels,
        color=CLASS_COLORS[:2],
        dash=[[1, 0], [6, 3]],
        title=column("label").title,
    )
    base = alt.Chart(grid).transform_calculate(
        **{label: _density(model) for label, model in pair.items()}
    )
    folded = base.transform_fold(labels, as_=["label", "density"])
    x = alt.X("x:Q", title="x, noised", scale=alt.Scale(domain=[-5, 5], nice=False))
    # One scale for all t, so that the peaks are seen to melt.
    most = max(float(np.exp(model.log_density(grid["x"])).max()) for model in pair.values())
    y = alt.Y("density:Q", title="Density", scale=alt.Scale(domain=[0, 1.05 * most], nice=True))
    title = alt.TitleParams(
        alt.ExprRef(
            "'t = ' + format(bound_t, '.2f') + ': signal-to-noise ratio ' + "
            "(bound_t === 0 ? '∞' : bound_t === 1 ? '0' : "
            "format(pow(tan(PI / 2 * bound_t), -2), '.3~g'))"
        ),
        anchor="start",
        fontSize=13,
    )
    chart = folded.mark_line(strokeWidth=2).encode(x=x, y=y, **marks)
    return (
        chart.add_params(t)
        .properties(
            width="container",
            height=260,
            title=title,
            description=(
                "Densities of two classes of numbers from −5 to 5, each a row of narrow peaks that "
                "alternate with those of the other class, with A more on the left and B more on "
                "the right. A slider adds noise of strength t."
            ),
        )
        .configure_legend(orient="bottom")
        .configure_axis(titleFontWeight="normal")
    )


def fig_bound_parts(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """The parts of `bound_rows` stacked, and how far they lie above the likelihood, by steps."""
    spacing = dropdown("bound_spacing", "Steps evenly spaced in ", ["log-SNR", "t"], "log-SNR")
    shown = rows.rename(columns=PARTS)
    long = shown.melt(
        ["spacing", "steps", "exact"], list(PARTS.values()), "part", value_name="nats"
    )
    bars = (
        alt.Chart(long)
        .transform_filter("datum.spacing === bound_spacing")
        .transform_calculate(order="indexof(['Diffusion', 'Reconstruction', 'Prior'], datum.part)")
    )
    steps = alt.X("steps:O", title="Steps T").axis(labelAngle=0, labelOverlap="greedy")
    stacked = alt.layer(
        bars.mark_bar().encode(
            x=steps,
            y=alt.Y("nats:Q", title="Nats per number", stack="zero"),
            **look("part", PARTS.values(), color=SERIES[:3], title="Part of the bound"),
            order=alt.Order("order:Q"),
            tooltip=tooltips(
                ["steps", "part", "nats"], titles={"nats": "Nats"}, formats={"nats": ".4f"}
            ),
        ),
        bars.mark_rule(color=INK, strokeWidth=2, strokeDash=[5, 3]).encode(
            y=alt.Y("max(exact):Q", title="Nats per number")
        ),
    ).properties(width=290, height=260, title="The bound; dashed: the truth")
    gap = (
        alt.Chart(shown[["spacing", "steps", "gap"]])
        .mark_line(strokeWidth=2, color=INK, point=alt.OverlayMarkDef(color=INK))
        .encode(
            x=alt.X("steps:Q", title="Steps T", scale=alt.Scale(type="log", base=2)).axis(
                values=sorted(set(shown["steps"])), labelOverlap="greedy", labelFlush=False
            ),
            y=alt.Y("gap:Q", title="Bound minus truth, nats", scale=alt.Scale(type="log")).axis(
                values=[0.01, 0.1, 1, 10, 100]
            ),
            strokeDash=alt.StrokeDash("spacing:N", title=column("spacing").title),
            tooltip=tooltips(["spacing", "steps", "gap"], titles={"gap": "Gap in nats"}),
        )
        .properties(width=250, height=260, title="The gap")
    )
    return side_by_side(
        [stacked, gap],
        [spacing],
        "Left: bars for more and more steps, each stacked from the diffusion, reconstruction and "
        "prior parts of the bound, with a dashed line at the true value. Right: the gap between "
        "the two against the number of steps, both on logarithmic axes, with a line for steps "
        "evenly spaced in log-SNR and one for steps evenly spaced in t.",
    )


def fig_weights(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """From which times a weighted difference comes: density and running share of `weight_rows`."""
    table = rows.assign(name=rows["weighting"].map(_NAMES))
    shown: dict[str, Any] = {
        "x": alt.X("t:Q", title="Time t", scale=alt.Scale(domain=[0, 1])),
        **_marks(table["name"]),
        "tooltip": tooltips(["name", "t", "below"], titles={"name": "Weights"}),
    }
    base = alt.Chart(table[["name", "t", "density", "below"]])
    density = alt.Y("density:Q", title=column("density").title, scale=alt.Scale(domain=[0, 6]))
    below = alt.Y("below:Q", title=column("below").title).axis(format=".0%")
    panels = [
        base.mark_line(strokeWidth=2, clip=True)
        .encode(y=y, **shown)
        .properties(width=270, height=240, title=title)
        for y, title in ((density, "Where the sum comes from"), (below, "Added up"))
    ]
    return side_by_side(
        panels,
        [],
        "Two panels over time t, for the weighted difference in error between the classes, with a "
        "line each for the weights of the bound, for exp(−7t) and for equal weights. Left: the "
        "density of the sum. Right: the same added up from t = 0.",
    )


def fig_ratio(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """How much each number speaks for class A by each score of `ratio_rows`."""
    table = rows.assign(name=rows["score"].map(_NAMES))
    chart = (
        alt.Chart(table[["x", "name", "value"]])
        .mark_line(strokeWidth=2, clip=True)
        .encode(
            x=alt.X("x:Q", title="x", scale=alt.Scale(domain=[-4, 4])),
            y=alt.Y("value:Q", title="For A (above 0) or B", scale=alt.Scale(domain=[-20, 20])),
            **_marks(table["name"]),
            tooltip=tooltips(
                ["name", "x", "value"],
                titles={"name": "Score", "x": "x", "value": "For A"},
                formats={"x": ".2f", "value": ".2f"},
            ),
        )
    )
    zero = alt.Chart(pd.DataFrame({"value": [0]})).mark_rule(color=INK).encode(y="value:Q")
    return (
        alt.layer(zero, chart)
        .properties(
            width="container",
            height=280,
            description=(
                "By how much each number from −4 to 4 speaks for class A, four lines: by the "
                "likelihoods, by the bound, by the errors weighted with exp(−7t), and by the "
                "errors with equal weights. A horizontal line marks 0."
            ),
        )
        .configure_legend(orient="bottom", columns=4)
        .configure_axis(titleFontWeight="normal")
    )


def _marks(names: Iterable[str]) -> dict[str, Any]:
    """The lines' colours and dashes, by the names of the scores."""
    looks = {name: _LOOKS[name] for name in dict.fromkeys(names)}
    # Long enough for a dash to be told from another.
    return line_look("name", looks, None, symbolType="stroke", symbolSize=900, symbolStrokeWidth=2)


def _density(model: Mixture) -> str:
    """The density of a noised class as a Vega expression of ``datum.x`` and ``bound_t``."""
    total = f"(pow(cos(PI / 2 * bound_t) * {model.sd}, 2) + pow(sin(PI / 2 * bound_t), 2))"
    peaks = " + ".join(
        f"{weight:.6g} * exp(-pow(datum.x - cos(PI / 2 * bound_t) * {mean:.6g}, 2) / (2 * {total}))"
        for mean, weight in zip(model.means, model.weights, strict=True)
    )
    return f"({peaks}) / sqrt(2 * PI * {total})"
