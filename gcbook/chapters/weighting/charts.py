"""Figures of what weightings do to decisions, from all images and draws."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from gcbook.chapters.weighting.charts_live import NO_MODEL
from gcbook.charts.miniature_look import COLORS, DASHES, SHAPES
from gcbook.charts.parts import nothing, start_with
from gcbook.charts.theme import CHANCE_LINE, INK
from gcbook.miniworld.results.weighting import PAPER

__all__ = ["fig_shares", "fig_sweep"]

_COLORS = ("#b5459b", "#7a7a7a", "#0077bb", "#8a5bd6")
_SHAPES = ("circle", "diamond", "cross", "triangle-right")
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
_WIDTH, _STEP = 600, 3
_SHORT = {"eps": ["SNR"], "snr:5": ["SNR", "up to 5"], "elbo": ["bound"]}
_PARTS = {"weight": CHANCE_LINE, "variance": "#0077bb"}


def fig_sweep(sweep: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy and shape bias against k, and under other weightings to the right.

    Args:
        sweep: from `gcbook.miniworld.results.weighting.sweep_table`.
    """
    if not len(sweep):
        return nothing(NO_MODEL)
    last = sweep["k"].max()
    others = list(dict.fromkeys(sweep.loc[sweep["k"].isna(), "weighting"]))
    places = {name: last + _STEP * (i + 1) for i, name in enumerate(others)}
    at = sweep["k"].fillna(sweep["weighting"].map(places))
    panels = [
        _sweep_panel(sweep.assign(place=at), name, title, places, chance)
        for name, title, chance in (
            ("accuracy", "Accuracy, in-distribution", 1 / 16),
            ("shape_bias", "Shape bias, cue conflict", None),
        )
    ]
    return (
        alt.vconcat(*panels, spacing=12)
        .properties(
            description=(
                "Two panels over k from 0 to 20, with a line and a band a model: the share of "
                "in-distribution images answered rightly, and the shape bias on cue conflicts. To "
                "the right, the same under other weightings as points with intervals. A dashed "
                "line marks the paper's k."
            )
        )
        .configure_legend(orient="bottom", columns=3, labelLimit=240)
        .configure_axis(titleFontWeight="normal")
        .configure_title(fontSize=13, anchor="start", frame="group")
    )


def fig_shares(
    shares: pd.DataFrame, titles: Mapping[str, str], start: str = f"exp:{PAPER}"
) -> alt.TopLevelMixin:
    """What each tenth of t has of the weight and of the score's variance, a panel a model.

    Args:
        shares: from `gcbook.miniworld.results.weighting.share_table`.
        titles: what the reader is shown for a weighting's name.
        start: the weighting at first.
    """
    if not len(shares):
        return nothing(NO_MODEL)
    names = list(dict.fromkeys(shares["weighting"]))
    weighting = alt.param(
        name="shares_weighting",
        value=start_with(start, names),
        bind=alt.binding_select(
            options=names, labels=[titles.get(name, name) for name in names], name="Weighting "
        ),
    )
    parts = list(_PARTS)
    tooltip = [
        alt.Tooltip("part:N", title="Share of the"),
        alt.Tooltip("tenth:O", title="Tenth of t"),
        alt.Tooltip("share:Q", title="Share", format=".1%"),
    ]
    color = alt.Color(
        "part:N",
        scale=alt.Scale(domain=parts, range=list(_PARTS.values())),
        legend=alt.Legend(title="Share of the"),
    )
    panels = [
        alt.Chart(shares[shares["model"] == model].drop(columns="model"))
        .transform_filter("datum.weighting===shares_weighting")
        .mark_bar()
        .encode(
            x=alt.X("tenth:O", title="Tenth of t, from clean to noise").axis(labelAngle=0),
            xOffset=alt.XOffset("part:N", sort=parts),
            y=alt.Y("share:Q", title="Share", scale=alt.Scale(domain=[0, 1])).axis(
                format=".0%", tickCount=5
            ),
            color=color,
            tooltip=tooltip,
        )
        .properties(width=_WIDTH, height=150, title=str(model))
        for model in dict.fromkeys(shares["model"])
    ]
    return (
        alt.vconcat(*panels, spacing=14)
        .add_params(weighting)
        .properties(
            description=(
                "Bars for each tenth of t, from clean to noise: its share of the weight, and its "
                "share of the variance of the weighted errors between classes. Under the paper's "
                "weighting the shares of the weight fall from left to right; those of the variance "
                "need not follow them."
            )
        )
        .configure_legend(orient="bottom", columns=2)
        .configure_axis(titleFontWeight="normal")
        .configure_title(fontSize=13, anchor="start", frame="group")
    )


def _sweep_panel(
    rows: pd.DataFrame, name: str, title: str, places: Mapping[str, float], chance: float | None
) -> alt.LayerChart | alt.FacetChart:
    models = list(dict.fromkeys(rows["model"]))
    # Points of several models under one weighting stand beside each other.
    beside = rows["model"].map(models.index) - (len(models) - 1) / 2
    shown = rows[["model", "title", "k"]].assign(
        place=rows["place"] + (0.5 * beside).where(rows["k"].isna(), 0),
        value=rows[name],
        low=rows[f"{name}_low"],
        high=rows[f"{name}_high"],
    )
    last = float(rows["k"].max())
    ticks = [*_ticks(last), *places.values()]
    x = alt.X(
        "place:Q",
        scale=alt.Scale(domain=[0, last + _STEP * len(places) + 1.5], nice=False),
        title="k in exp(−kt); to the right: other weightings" if places else "k in exp(−kt)",
    ).axis(values=ticks, grid=False, labelOverlap=False, labelExpr=_names(places))
    y = alt.Y("value:Q", title="Share", scale=alt.Scale(domain=[0, 1])).axis(
        format=".1f", tickCount=5
    )
    low = alt.Y("low:Q", title="Share", scale=alt.Scale(domain=[0, 1]))
    color = alt.Color(
        "model:N", scale=alt.Scale(domain=models, range=_look(COLORS, _COLORS, models)), title=None
    ).legend(symbolOpacity=1)
    dash = alt.StrokeDash(
        "model:N", scale=alt.Scale(domain=models, range=_look(DASHES, _DASHES, models)), title=None
    )
    shape = alt.Shape(
        "model:N", scale=alt.Scale(domain=models, range=_look(SHAPES, _SHAPES, models)), title=None
    )
    tooltip = [
        alt.Tooltip("model:N", title="Model"),
        alt.Tooltip("title:N", title="Weighting"),
        alt.Tooltip("value:Q", title=title, format=".3f"),
        alt.Tooltip("low:Q", title="Interval from", format=".3f"),
        alt.Tooltip("high:Q", title="to", format=".3f"),
    ]
    data = alt.Chart(shown)
    curve = data.transform_filter("isValid(datum.k)")
    rest = data.transform_filter("!isValid(datum.k)")
    paper = alt.Chart(pd.DataFrame({"place": [PAPER], "says": ["the paper's"]}))
    layers: list[alt.Chart] = []
    if chance is not None:
        line = alt.Chart(pd.DataFrame({"value": [chance], "says": ["chance"]}))
        layers += [
            line.mark_rule(color=CHANCE_LINE, strokeDash=[2, 2]).encode(y=y),
            line.mark_text(align="right", dy=-7, dx=-3, fontSize=11, color=CHANCE_LINE).encode(
                x=alt.value("width"), y=y, text="says:N"
            ),
        ]
    layers += [
        paper.mark_rule(color=INK, strokeDash=[5, 4]).encode(x=x),
        paper.mark_text(align="left", dx=4, fontSize=11).encode(x=x, y=alt.value(8), text="says:N"),
        curve.mark_area(opacity=0.16).encode(x=x, y=low.stack(None), y2="high:Q", color=color),
        curve.mark_line(strokeWidth=2).encode(x=x, y=y, color=color, strokeDash=dash),
        curve.mark_point(filled=True, size=30, opacity=1).encode(
            x=x, y=y, color=color, shape=shape, tooltip=tooltip
        ),
        rest.mark_rule(strokeWidth=1.8).encode(x=x, y=low, y2="high:Q", color=color),
        rest.mark_point(filled=True, size=60, opacity=1).encode(
            x=x, y=y, color=color, shape=shape, tooltip=tooltip
        ),
    ]
    return alt.layer(*layers).properties(width=_WIDTH, height=170, title=title)


def _look(known: Mapping[str, Any], others: Sequence[Any], names: Sequence[str]) -> list[Any]:
    """Miniatures look as they do everywhere; a reader's own models take what is left."""
    own = [name for name in names if name not in known]
    return [
        known[name] if name in known else others[own.index(name) % len(others)] for name in names
    ]


def _ticks(last: float) -> list[float]:
    return [k for k in (0, 5, 10, 15, 20) if k <= last]


def _names(places: Mapping[str, float]) -> str:
    """What stands at a tick: k, or the name of another weighting."""
    label = "datum.label"
    for name, place in places.items():
        words = str(_SHORT.get(name, [name]))
        label = f"datum.value==={place:g}?{words}:{label}"
    return label
