"""Figures of the method chapter: what was shown to whom, and how wide intervals have to be."""

from collections.abc import Callable
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.gallery import Gallery, Picture, Strip
from gcbook.charts.parts import TENTHS, encode_kind, finish
from gcbook.charts.theme import INK
from gcbook.stimuli.pictures import picture_bytes

__all__ = [
    "fig_conditions",
    "fig_conflicts",
    "fig_distortions",
    "fig_five",
    "fig_interval_widths",
    "fig_outlines",
]

# These two stay as they are on the dark page: they stand on coloured ground.
_DARK_TEXT, _LIGHT_TEXT = "#111418", "#f7f9fb"
_COUNTED = "datum.status === 'counted'"
# On a phone a cell holds four letters: "0.55" loses its zero there.
_NARROW = "width < 300"
_SIZE = alt.ExprRef(f"{_NARROW} ? 9 : 10")
_CONDITION = rf"{_NARROW} ? replace(datum.condition, /^0\.(?=.*[1-9])/, '.') : datum.condition"


def fig_conflicts(conflicts: pd.DataFrame) -> Gallery:
    """Cue conflicts with their two categories and who named which.

    Args:
        conflicts: from `gcbook.chapters.method.pictures.conflict_rows`.
    """
    return _one_strip(
        conflicts,
        lambda row: (
            f"{row['shape']} / {row['texture']}",
            f"people {row['by_shape']} / {row['by_texture']}",
            f"ResNet-50: {row['resnet50']}",
        ),
        lambda row: f"Shape: {row['shape']}. Texture: {row['texture']}.",
    )


def fig_five(five: pd.DataFrame) -> Gallery:
    """The five images with both answers.

    Args:
        five: from `gcbook.chapters.method.pictures.five_images`.
    """
    named = five.assign(file=five["image_id"].str.removesuffix(".png") + ".jpg")
    return _one_strip(
        named,
        lambda row: (
            row["image_id"].removesuffix(".png"),
            f"person: {row['person']}",
            f"network: {row['network']}",
        ),
        lambda row: row["image_id"],
    )


def fig_outlines(outlines: pd.DataFrame) -> Gallery:
    """Objects as cue conflict, silhouette and edges.

    Args:
        outlines: from `gcbook.chapters.method.pictures.outline_rows`.
    """
    titles = {"cue-conflict": "cue conflict", "silhouette": "silhouette", "edge": "edges"}
    shown = outlines.assign(title=outlines["set"].map(titles))
    strips = [
        _strip(
            rows.assign(data=rows["file"].map(picture_bytes)),
            lambda row: (row["title"],),
            lambda row: f"{row['shape']}, {row['title']}",
            title=str(shape),
            columns=3,
        )
        for shape, rows in shown.groupby("shape", sort=False)
    ]
    return Gallery(tuple(strips))


def fig_distortions(pictures: pd.DataFrame) -> Gallery:
    """One photograph under twelve distortions, from mild to hard.

    Args:
        pictures: from `gcbook.chapters.method.pictures.distorted_rows`.
    """
    strips = [
        _strip(
            rows.rename(columns={"picture": "data"}),
            lambda row: (row["label"] if row["counted"] else f"({row['label']})",),
            lambda row: f"A cat: {row['dataset']}, {row['label']}",
            title=str(dataset),
            columns=4,
        )
        for dataset, rows in pictures.groupby("dataset", sort=False)
    ]
    return Gallery(tuple(strips))


def _one_strip(
    rows: pd.DataFrame,
    words: Callable[["pd.Series[Any]"], tuple[str, ...]],
    alt_text: Callable[["pd.Series[Any]"], str],
) -> Gallery:
    return Gallery((_strip(rows.assign(data=rows["file"].map(picture_bytes)), words, alt_text),))


def _strip(
    rows: pd.DataFrame,
    words: Callable[["pd.Series[Any]"], tuple[str, ...]],
    alt_text: Callable[["pd.Series[Any]"], str],
    title: str = "",
    columns: int = 0,
) -> Strip:
    pictures = [Picture(row["data"], alt_text(row), words(row)) for _, row in rows.iterrows()]
    return Strip(tuple(pictures), title, columns)


def fig_conditions(ladder: pd.DataFrame) -> alt.TopLevelMixin:
    """The conditions of the parametric datasets, from easy to hard, and which are left out.

    Args:
        ladder: from `gcbook.chapters.method.tables.condition_ladder`.
    """
    order = list(dict.fromkeys(ladder["dataset"]))
    gap = alt.Scale(paddingInner=0.08)
    x = alt.X("step:O", title="Condition, from easy to hard", scale=gap)
    x = x.axis(labels=False, ticks=False, domain=False)
    y = alt.Y("dataset:N", sort=order, title=None, scale=gap).axis(ticks=False, domain=False)
    tooltip = tooltips(["dataset", "condition", "status", "human_accuracy"])
    viridis = alt.Scale(scheme="viridis", domain=[0, 1])
    accuracy = alt.Color(
        "human_accuracy:Q", scale=viridis, title=column("human_accuracy").title
    ).legend(type="gradient", format=".0%", gradientLength=200, direction="horizontal")
    base = alt.Chart(ladder).encode(x=x, y=y, tooltip=tooltip)
    legible = alt.condition(
        "datum.human_accuracy > 0.5", alt.value(_DARK_TEXT), alt.value(_LIGHT_TEXT)
    )
    layers = [
        base.transform_filter(_COUNTED).mark_rect(cornerRadius=3).encode(color=accuracy),
        # Left out: a weak fill, a dashed border, and the text in brackets.
        base.transform_filter(f"!({_COUNTED})")
        .mark_rect(
            cornerRadius=3,
            fillOpacity=0.35,
            stroke=INK,
            strokeOpacity=0.6,
            strokeWidth=1,
            strokeDash=[3, 2],
        )
        .encode(color=accuracy),
        base.transform_filter(_COUNTED)
        .transform_calculate(label=_CONDITION)
        .mark_text(fontSize=_SIZE)
        .encode(text="label:N", color=legible),
        base.transform_filter(f"!({_COUNTED})")
        .transform_calculate(bracketed=f"'(' + ({_CONDITION}) + ')'")
        .mark_text(fontSize=_SIZE, color=INK)
        .encode(text="bracketed:N"),
    ]
    return finish(
        alt.layer(*layers),
        height=28 * len(order),
        description=(
            "The conditions of the twelve parametric datasets, one row a dataset, from the easiest "
            "on the left to the hardest on the right, coloured by human accuracy, which falls from "
            "left to right. Dashed cells with the condition in brackets are left out of the "
            "benchmark: the unchanged images at the left end, and those too hard for humans at the "
            "right end."
        ),
    )


def fig_interval_widths(widths: pd.DataFrame) -> alt.TopLevelMixin:
    """Two intervals of each observer's shape bias, one below the other.

    Args:
        widths: from `gcbook.chapters.method.tables.interval_widths`.
    """
    order = list(dict.fromkeys(widths["observer"]))
    methods = ["independent images", "resampled exemplars"]
    kind = encode_kind(widths["kind"])
    x = alt.X("low:Q", title=column("shape_bias").title, scale=alt.Scale(domain=[0, 1]))
    x = x.axis(values=TENTHS, format=".1f")
    tooltip = tooltips(
        ["observer", "method", "shape_bias", "low", "high", "ratio"],
        titles={"ratio": "Width of the second over the first"},
        formats={"ratio": ".2f"},
    )
    base = alt.Chart(widths).encode(
        y=alt.Y("observer:N", sort=order, title=None),
        yOffset=alt.YOffset("method:N", sort=methods),
        color=kind["color"],
        tooltip=tooltip,
    )
    dash = alt.StrokeDash(
        "method:N",
        scale=alt.Scale(domain=methods, range=[[2, 2], [1, 0]]),
        # Two entries side by side have to fit a phone.
        legend=alt.Legend(
            title="Interval from",
            columns=1,
            labelExpr=f"{_NARROW} ? split(datum.label, ' ')[1] : datum.label",
        ),
    )
    layers = [
        base.mark_rule(strokeWidth=3.5).encode(x=x, x2="high:Q", strokeDash=dash),
        base.mark_point(filled=True, size=40, opacity=1).encode(
            x=alt.X("shape_bias:Q"), shape=kind["shape"]
        ),
    ]
    return finish(
        alt.layer(*layers),
        height=26 * len(order),
        description=(
            "Two intervals for the shape bias of each observer. The dotted one treats images as "
            "independent; the solid one below it resamples the shape and texture exemplars that "
            "the images are made of, and is much wider."
        ),
    )
