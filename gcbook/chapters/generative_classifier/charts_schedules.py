"""Figures of the scorer's conventions: schedules and clipping."""

import altair as alt
import pandas as pd

from gcbook.charts.parts import finish
from gcbook.charts.theme import CHANCE_LINE

__all__ = ["fig_log_snr", "fig_variance_shares"]

_COLORS = ("#0077bb", "#00916e", "#b86e00")
_DASHES = ([1, 0], [7, 3], [2, 2])


def fig_log_snr(schedules: pd.DataFrame) -> alt.TopLevelMixin:
    """The signal-to-noise ratio at each t, by family of models.

    Args:
        schedules: from `gcbook.chapters.generative_classifier.schedules.schedule_table`.
    """
    names = list(dict.fromkeys(schedules["schedule"]))
    tooltip = [
        alt.Tooltip("schedule:N", title="Schedule"),
        alt.Tooltip("t:Q", format=".2f"),
        alt.Tooltip("log_snr:Q", title="log-SNR", format=".2f"),
    ]
    color = alt.Color("schedule:N", scale=alt.Scale(domain=names, range=list(_COLORS)), title=None)
    dash = alt.StrokeDash(
        "schedule:N", scale=alt.Scale(domain=names, range=list(_DASHES)), title=None
    )
    line = (
        alt.Chart(schedules)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("t:Q", title="t", scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("log_snr:Q", title="log-SNR (natural logarithm)"),
            color=color,
            strokeDash=dash,
            tooltip=tooltip,
        )
    )
    zero = alt.Chart(pd.DataFrame({"level": [0]})).mark_rule(color=CHANCE_LINE, strokeWidth=1)
    return finish(
        alt.layer(zero.encode(y="level:Q"), line),
        height=260,
        description=(
            "Log-SNR against t for three schedules. All fall steeply near t = 0, those of IF and "
            "SD3 near t = 1 as well. Stable Diffusion's lies below the others up to t = 0.8, so "
            "that the same t means more noise there."
        ),
    )


def fig_variance_shares(shares: pd.DataFrame) -> alt.TopLevelMixin:
    """Which tenth of t the variance of a score comes from, with and without clipping.

    Args:
        shares: from `gcbook.chapters.generative_classifier.schedules.variance_shares`.
    """
    networks = list(dict.fromkeys(shares["network"]))
    clips = list(dict.fromkeys(shares["clip"]))
    titles = {"none": "not clipped", "static": "clipped to [−1, 1]"}
    color = alt.Color(
        "network:N", scale=alt.Scale(domain=networks, range=["#0077bb", "#b86e00"]), title="Network"
    )
    panels = [
        alt.Chart(shares[shares["clip"] == clip])
        .mark_bar()
        .encode(
            x=alt.X("tenth:O", title="Tenth of t, from clean to noise").axis(labelAngle=0),
            xOffset=alt.XOffset("network:N", sort=networks),
            y=alt.Y("share:Q", title="Share of the variance", scale=alt.Scale(domain=[0, 1])).axis(
                format=".0%"
            ),
            color=color,
            tooltip=[
                alt.Tooltip("network:N", title="Network"),
                alt.Tooltip("tenth:O", title="Tenth of t"),
                alt.Tooltip("share:Q", title="Share of the variance", format=".1%"),
            ],
        )
        .properties(width=285, height=210, title=f"x̂ {titles[clip]}")
        for clip in clips
    ]
    return (
        alt.concat(*panels, columns=2, spacing={"row": 22, "column": 24})
        .configure_legend(orient="bottom", columns=2)
        .configure_axis(titleFontWeight="normal")
        .configure_title(fontSize=13, anchor="start")
        .properties(
            description=(
                "Two bar charts of the share of a score's variance by tenth of t. Without "
                "clipping, nearly all variance of the slightly wrong network comes from the last "
                "tenth; of the perfect network most comes from the lower half of t. With clipping "
                "the two networks look the same."
            )
        )
    )
