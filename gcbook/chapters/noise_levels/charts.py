"""Figures of what is answered at one level of noise, and of which cue is learned first.

A level stands at the middle of its times, or at the log-SNR there, with clean images on the left
either way. Tables come from `gcbook.chapters.noise_levels.tables`, each from the function that the
figure names.
"""

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.curves import curve_layers
from gcbook.charts.forest import fig_forest
from gcbook.charts.parts import chance_line, dropdown, look, radio, side_by_side, title_below
from gcbook.charts.theme import CUES, INK, SERIES

_LINES = pd.DataFrame(
    [
        ("cue-conflict", "shape", "names the shape", CUES["shape"], "circle"),
        ("cue-conflict", "texture", "names the texture", CUES["texture"], "square"),
        ("cue-conflict", "neither", "names neither", SERIES[2], "triangle-up"),
        ("in-distribution", "right", "right, both cues", INK, "diamond"),
        ("silhouette", "right", "right, shape alone", CUES["shape"], "triangle-down"),
        ("texture", "right", "right, texture alone", CUES["texture"], "cross"),
    ],
    columns=["test_set", "answer", "line", "color", "shape"],
)
"""What the line of a test set and an answer is called, its colour and marks; a cue has one hue."""

_CENTRES = {"shape": (CUES["shape"], "circle"), "texture": (CUES["texture"], "square")}
_COPIES = {"first": (SERIES[3], "circle"), "last": (SERIES[0], "square")}
_AXES = ("t", "log-SNR")
_MASKED = "test(/masked/, levels_model)"


def fig_levels(shares: pd.DataFrame, whole: pd.DataFrame) -> alt.TopLevelMixin:
    """What is answered at each level: on cue conflicts, and where one answer is right.

    Args:
        shares: from `level_shares`.
        whole: from `whole_shares`; models without levels are dashed lines to compare with.
    """
    models = list(dict.fromkeys(shares["model"]))
    rows, others = (
        table.rename(columns={"share": "value"}).merge(_LINES, on=["test_set", "answer"])
        for table in (shares, whole[~whole["levels"]])
    )
    beside = ["none", *dict.fromkeys(others["model"])]
    panels = []
    for conflicts, title in ((True, "Answers to cue conflicts"), (False, "Right answers")):
        of_lines, of_others = (
            table[(table["test_set"] == "cue-conflict") == conflicts] for table in (rows, others)
        )
        panels.append(_panel(of_lines, of_others, title))
    return side_by_side(
        panels,
        [
            dropdown("levels_model", "Model ", models, models[0]),
            radio("levels_axis", "Across: ", _AXES, _AXES[0]),
            dropdown("levels_beside", "Dashed: a model without t ", beside, beside[-1]),
        ],
        "Two panels over the strength of noise, from clean images on the left to noise alone on "
        "the right, for a model that can be chosen. Left: shares of the answers to cue conflicts "
        "that name the shape, the texture, and neither. Right: accuracy on images with both cues, "
        "with the shape alone and with the texture alone. Bands are intervals, a dotted line is "
        "at chance, 1 in 16, and dashed lines are a model that has no noise level.",
    )


def fig_cue_centres(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Around which t each cue is named: the rows of `cue_centres` that are of a cue."""
    return fig_forest(
        rows,
        row="model",
        value="t",
        x=alt.X(
            "t:Q", title="Mean t of the answers that name it", scale=alt.Scale(domain=[0, 1])
        ).axis(format=".1f", tickCount=6),
        tooltip=tooltips(["model", "cue", "t", "low", "high"], formats={"t": ".2f"}),
        series="cue",
        marks=_CENTRES,
        reference=None,
        description=(
            "Forest plot with a row a model and a mark for each cue: the mean t of the answers "
            "that name it, clean images on the left. "
            + " ".join(
                f"{row['model']}, {row['cue']}: {row['t']:.2f}." for row in rows.to_dict("records")
            )
        ),
    )


def fig_first_and_last(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Which cue leads at the first and at the last copy of a training, of `lead_rows`."""
    return fig_forest(
        rows,
        row="model",
        value="difference",
        x=alt.X("difference:Q", title="Answers naming the shape minus the texture").axis(
            format="+.0%", tickCount=6, labelFlush=False
        ),
        tooltip=tooltips(
            ["model", "copy", "images", "difference", "low", "high"],
            titles={"images": "Images seen"},
            formats={"difference": "+.2f"},
        ),
        series="copy",
        marks=_COPIES,
        description=(
            "Forest plot with a row a model and a mark for its first and its last copy: share of "
            "answers to cue conflicts that name the shape minus share that name the texture; a "
            "line at zero. "
            + " ".join(
                f"{row['model']}, {row['copy']}: {row['difference']:+.2f}."
                for row in rows.to_dict("records")
            )
        ),
    )


def _base(rows: pd.DataFrame) -> alt.Chart:
    label = "levels_axis === 't' ? format(datum.value, '.1~f') : format(-datum.value, '~g')"
    x = alt.X("x:Q", scale=alt.Scale(zero=False, padding=12), title=None)
    return (
        alt.Chart(rows)
        .transform_filter("datum.model === levels_model")
        .transform_filter("levels_axis === 't' || isValid(datum.log_snr)")
        # The log-SNR falls with noise: drawn with the other sign, clean images stay on the left.
        .transform_calculate(x="levels_axis === 't' ? datum.t : -datum.log_snr")
        .encode(x=x.axis(labelExpr=label, grid=False, tickCount=6))
    )


def _no_ratio() -> alt.Chart:
    """What stands there where a model has no signal-to-noise ratio."""
    says = "This model hides tokens: it has no log-SNR."
    return (
        alt.Chart(pd.DataFrame({"says": [says]}))
        .transform_filter(f"levels_axis !== 't' && {_MASKED}")
        .mark_text(fontSize=12)
        .encode(text="says:N")
    )


def _panel(rows: pd.DataFrame, others: pd.DataFrame, title: str) -> alt.LayerChart | alt.FacetChart:
    y = alt.Y("value:Q", title=title, scale=alt.Scale(domain=[0, 1])).axis(format=".0%")
    marks = look(
        "line",
        _LINES["line"],
        color=_LINES["color"],
        shape=_LINES["shape"],
        legend=alt.Legend(title=None, symbolOpacity=1),
    )
    what = ["value", "low", "high", "n"]
    said = {"line": "Answers", "value": column("share").title}
    percent = {"value": ".1%"}
    dashed = (
        alt.Chart(others[["model", "line", *what]])
        .transform_filter("datum.model === levels_beside")
        .mark_rule(strokeWidth=1.8, strokeDash=[6, 4])
        .encode(
            y=y,
            color=marks["color"],
            tooltip=tooltips(["model", "line", *what], titles=said, formats=percent),
        )
    )
    lines = curve_layers(
        _base(rows[["model", "line", "t_low", "t_high", "t", "log_snr", *what]]).encode(
            color=marks["color"]
        ),
        y,
        tooltip=tooltips(
            ["line", "t_low", "t_high", "log_snr", *what], titles=said, formats=percent
        ),
        shape=marks["shape"],
        size=60,
        opacity=0.16,
    )
    across = (
        "levels_axis !== 't' ? 'log-SNR, falling from clean images to noise'"
        f" : {_MASKED} ? 'Share of tokens hidden, t'"
        " : 'Noise t, from clean (0) to noise alone (1)'"
    )
    return alt.layer(chance_line(y), dashed, *lines, _no_ratio()).properties(
        width=300, height=250, title=title_below(across)
    )
