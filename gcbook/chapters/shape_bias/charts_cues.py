"""The two accuracies that shape bias is a ratio of, as a map with lines of equal shape bias."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.parts import TENTHS, encode_kind, equal_bias_line, finish, pick_observer
from gcbook.charts.theme import CHANCE_LINE, INK
from gcbook.paper.categories import CATEGORIES

__all__ = ["fig_cue_accuracies"]

_GRID = (0.1, 0.25, 0.5, 0.75, 0.9)
_UNIT = alt.Scale(domain=[0, 1])
_AXIS = alt.Axis(values=TENTHS, format=".0%")
_X = alt.X("texture_accuracy:Q", scale=_UNIT, title="Answers naming the texture", axis=_AXIS)
_Y = alt.Y("shape_accuracy:Q", scale=_UNIT, title="Answers naming the shape", axis=_AXIS)


def fig_cue_accuracies(table: pd.DataFrame, published: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape against texture accuracy of every observer, pooled or in one shape category.

    Args:
        table: from `gcbook.stats.shape_tables.cue_accuracies`.
        published: from `gcbook.stats.shape_tables.published_bias`: of these models the ratio alone
            is public, so each is a line and not a point.
    """
    kind = encode_kind([*table["kind"], *published["kind"]])
    category = alt.param(
        name="category",
        value="pooled",
        bind=alt.binding_select(
            options=["pooled", *CATEGORIES],
            labels=["all, pooled", *CATEGORIES],
            name="Shape category ",
        ),
    )
    pick = pick_observer(table["observer"])
    tooltip = [
        alt.Tooltip("observer:N", title="Observer"),
        alt.Tooltip("category:N", title="Shape category"),
        alt.Tooltip("shape_accuracy:Q", title="Named the shape", format=".1%"),
        alt.Tooltip("texture_accuracy:Q", title="Named the texture", format=".1%"),
        alt.Tooltip("other_answers:Q", title="Named neither", format=".1%"),
        alt.Tooltip("shape_bias:Q", title="Shape bias", format=".3f"),
    ]
    each = alt.Chart(table).transform_filter("datum.category === category")
    points = {"x": _X, "y": _Y, "tooltip": tooltip, **kind}
    layers = [
        *_grid(),
        *_published(published, kind),
        each.transform_filter("datum.observer !== 'Humans'")
        .mark_point(filled=True, size=45, opacity=0.75)
        .encode(**points),
        each.transform_filter("datum.observer === 'Humans'")
        .mark_point(filled=True, size=160, opacity=1, stroke=INK, strokeWidth=0.8)
        .encode(**points),
        each.transform_filter(pick)
        .mark_point(filled=True, size=150, opacity=1, stroke=INK, strokeWidth=2)
        .encode(**points),
        each.transform_filter(pick)
        .mark_text(color=INK, dy=-14, fontWeight="bold")
        .encode(x=_X, y=_Y, text="observer:N"),
    ]
    return finish(
        alt.layer(*layers).add_params(category, pick),
        height=440,
        description=(
            "Share of conflict images on which each observer named the texture (horizontal) and "
            "the shape (vertical). Lines from the origin join points of equal shape bias and end "
            "on the diagonal where every answer names one of the two. Humans stand at the upper "
            "left, networks at the lower right. The published shape biases of Imagen, Stable "
            "Diffusion and Parti are lines next to the humans."
        ),
    )


def _line(ends: Sequence[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(pd.DataFrame(ends)).encode(x=_X, y=_Y)


def _grid() -> list[alt.Chart]:
    """Lines of equal shape bias with their values, and the diagonal that bounds the map."""
    ends = [(bias, *equal_bias_line(bias)) for bias in _GRID]
    lines = [
        {"line": str(bias), "texture_accuracy": x, "shape_accuracy": y, "label": label}
        for bias, end_x, end_y in ends
        for x, y, label in ((0.0, 0.0, ""), (end_x, end_y, f"{bias:g}"))
    ]
    bound = [
        {"line": "bound", "texture_accuracy": x, "shape_accuracy": 1 - x, "label": ""}
        for x in (0.0, 1.0)
    ]
    drawn = _line([*lines, *bound])
    return [
        drawn.mark_line(strokeWidth=1, color=CHANCE_LINE, strokeDash=[3, 3]).encode(
            detail="line:N"
        ),
        drawn.mark_text(align="left", dx=5, dy=-5, fontWeight="bold").encode(text="label:N"),
    ]


def _published(published: pd.DataFrame, kind: dict[str, Any]) -> list[alt.Chart]:
    ends = [
        {"kind": name, "texture_accuracy": x, "shape_accuracy": y, "published": bias}
        for name, bias in zip(published["kind"], published["shape_bias"], strict=True)
        for x, y in ((0.0, 0.0), equal_bias_line(bias))
    ]
    tooltip = [
        alt.Tooltip("kind:N", title="Observer"),
        alt.Tooltip("published:Q", title="Shape bias, published", format=".2f"),
    ]
    # By category they are not public.
    drawn = _line(ends).transform_filter("category === 'pooled'")
    drawn = drawn.encode(color=kind["color"], tooltip=tooltip)
    return [
        drawn.mark_line(strokeWidth=2, strokeDash=[7, 3]).encode(detail="kind:N"),
        drawn.transform_filter("datum.texture_accuracy > 0")
        .mark_point(filled=True, size=80, opacity=1)
        .encode(shape=kind["shape"]),
    ]
