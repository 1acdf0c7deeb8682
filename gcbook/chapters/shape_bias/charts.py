"""Shape bias over categories and observers (Figs. 1 and 12), and the accuracies behind it."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.names import Names
from gcbook.charts.parts import (
    TENTHS,
    dropdown,
    encode_kind,
    equal_bias_line,
    equal_bias_lines,
    finish,
    pick_observer,
    radio,
)
from gcbook.charts.theme import INK
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.observers import GENERATIVE
from gcbook.stats.shape_tables import CATEGORY_MEAN, POOLED, PUBLISHED

_CATEGORY_ROW, _OBSERVER_ROW = 25, 17
_UNIT = alt.Scale(domain=[0, 1])
_IS_HUMANS = "datum.observer === 'Humans'"
_EQUAL_BIAS = (0.1, 0.25, 0.5, 0.75, 0.9)
_TENTHS = alt.Axis(values=TENTHS, format=".0%")
_TEXTURE = alt.X(
    "texture_accuracy:Q", scale=_UNIT, title="Answers naming the texture", axis=_TENTHS
)
_SHAPE = alt.Y("shape_accuracy:Q", scale=_UNIT, title="Answers naming the shape", axis=_TENTHS)


def fig_shape_bias(table: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 1: one row a shape category, one mark an observer, a line for each average.

    Args:
        table: from `gcbook.stats.shape_tables.bias_by_category`.
    """
    kind = encode_kind(table["kind"])
    names = Names.of(table["observer"])
    pick = pick_observer(
        names, table.loc[table["low"].notna() | (table["category"] == POOLED), "observer"]
    )
    average = radio("average", "Lines: average ", [POOLED, CATEGORY_MEAN], POOLED)
    x = alt.X("texture_share:Q", scale=_UNIT, axis=None)
    # No grid: the vertical lines of this figure are averages.
    bottom = _share("texture_share", "Fraction of texture decisions", grid=False, format=".1f")
    top = _share(
        "texture_share",
        "Fraction of shape decisions",
        orient="top",
        grid=False,
        labelExpr="format(1 - datum.value, '.1f')",
    )
    y = alt.Y("category:N", sort=list(CATEGORIES), title=None).axis(grid=True, gridDash=[1, 3])
    # Room above the first row for the marks at the ends of the lines.
    y = y.scale(domain=list(CATEGORIES), padding=1.5)
    tooltip = tooltips(
        ["observer", "category", "shape_bias", "low", "high", "shape_answers", "texture_answers"]
    )
    base = names.chart(table, "observer").encode(x=x)
    each = base.transform_filter(alt.FieldOneOfPredicate("category", list(CATEGORIES))).encode(y=y)
    lines = base.transform_filter("datum.category === average")
    published = base.transform_filter(alt.FieldEqualPredicate(PUBLISHED, "category"))
    chosen = each.transform_filter(pick)
    points: dict[str, Any] = {"tooltip": tooltip, **kind}
    layers = [
        lines.transform_filter("datum.kind !== 'Humans'")
        .mark_rule(opacity=0.3)
        .encode(x=bottom, color=kind["color"], tooltip=tooltip[:5]),
        lines.transform_filter(_IS_HUMANS)
        .mark_rule(strokeWidth=3)
        .encode(color=kind["color"], tooltip=tooltip),
        published.mark_rule(strokeWidth=2.5, strokeDash=[7, 3]).encode(
            color=kind["color"], tooltip=tooltip[:3]
        ),
        # The published models' marks at the top of their lines, each at its own height.
        *(
            published.transform_filter(alt.FieldEqualPredicate(name, "kind"))
            .mark_point(filled=True, size=100, opacity=1)
            .encode(y=alt.value(8 + 8 * i), tooltip=tooltip[:3], **kind)
            for i, name in enumerate(GENERATIVE.values())
        ),
        each.transform_filter(f"!({_IS_HUMANS})")
        .mark_point(filled=True, size=34)
        # Networks are many and may shine through each other; single humans are few.
        .encode(
            opacity=alt.condition("datum.kind === 'Humans'", alt.value(0.9), alt.value(0.6)),
            **points,
        ),
        each.transform_filter(_IS_HUMANS)
        .mark_point(filled=True, size=130, opacity=1, stroke=INK, strokeWidth=0.8)
        .encode(**points),
        chosen.mark_line(color=INK, strokeWidth=1.5).encode(order=alt.Order("category:O")),
        chosen.mark_point(filled=True, size=110, opacity=1, stroke=INK, strokeWidth=2).encode(
            **points
        ),
        lines.transform_filter(pick).mark_rule(color=INK, strokeWidth=2.5),
        base.transform_filter("false").mark_point().encode(x=top),
    ]
    chart = alt.layer(*layers).add_params(average, pick, names.parameter())
    chart = chart.resolve_axis(x="independent")
    return finish(
        chart,
        height=_CATEGORY_ROW * (len(CATEGORIES) + 1),
        description=(
            "Shape bias by category: one row for each of 16 shape categories; horizontal position "
            "is the fraction of texture decisions, from 0 on the left to 1 on the right, with "
            "a mark for each person and each network. Dashed lines mark the published averages of "
            "Imagen, Stable Diffusion and Parti."
        ),
    )


def fig_category_spread(boxes: pd.DataFrame, outliers: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 12: a box an observer over the 16 shape categories, and a mark for its average.

    Args:
        boxes: from `gcbook.stats.shape_tables.category_spread`.
        outliers: from `gcbook.stats.shape_tables.category_outliers`.
    """
    kind = encode_kind(boxes["kind"], columns=1)
    names = Names.of(boxes["observer"])
    y = _rows(names)
    tooltip = tooltips(["observer", "average", "median", "q1", "q3", "outliers"])
    base = names.chart(boxes, "observer").encode(y=y, color=kind["color"], tooltip=tooltip)
    layers = [
        base.mark_rule(strokeWidth=1.5).encode(x=_bias("whisker_low"), x2="whisker_high:Q"),
        base.mark_bar(size=10, opacity=0.55).encode(x=_bias("q1"), x2="q3:Q"),
        base.mark_tick(thickness=2.5, size=13).encode(x=_bias("median"), color=alt.value(INK)),
        names.chart(outliers, "observer")
        .mark_point(size=18, strokeWidth=1.5, filled=False)
        .encode(
            x=_bias("shape_bias"),
            y=y,
            color=kind["color"],
            tooltip=tooltips(["observer", "category", "shape_bias"], formats={"shape_bias": ".2f"}),
        ),
        base.mark_point(filled=True, size=55, opacity=1, stroke=INK, strokeWidth=0.8).encode(
            x=_bias("average"), shape=kind["shape"]
        ),
    ]
    return finish(
        alt.layer(*layers).add_params(names.parameter()),
        height=_OBSERVER_ROW * len(boxes),
        description=(
            "Boxplots of shape bias over the 16 shape categories, one box an observer, sorted by "
            "median, with a mark for the pooled shape bias. Of "
            "Imagen, Stable Diffusion and Parti only the average is public."
        ),
    )


def fig_shape_bias_ranking(table: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape bias of every observer with its interval, sorted; published values have none.

    Args:
        table: from `gcbook.stats.shape_tables.pooled_bias`.
    """
    kind = encode_kind(table["kind"], columns=1)
    tooltip = tooltips(["observer", "source", "shape_bias", "low", "high", "category_mean"])
    names = Names.of(table["observer"])
    base = names.chart(table, "observer")
    base = base.encode(y=_rows(names), color=kind["color"], tooltip=tooltip)
    layers = [
        base.mark_rule(strokeWidth=2).encode(x=_bias("low"), x2="high:Q"),
        base.mark_tick(thickness=2, size=11).encode(x=_bias("category_mean"), color=alt.value(INK)),
        base.mark_point(filled=True, size=60, opacity=1).encode(
            x=_bias("shape_bias"), shape=kind["shape"]
        ),
    ]
    return finish(
        alt.layer(*layers).add_params(names.parameter()),
        height=_OBSERVER_ROW * len(table),
        description=(
            "Shape bias of all observers with intervals, the highest first, and the published "
            "values of Imagen, Stable Diffusion and Parti, which have none."
        ),
    )


def fig_cue_accuracies(table: pd.DataFrame, published: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape against texture accuracy of every observer, pooled or in one shape category.

    Args:
        table: from `gcbook.stats.shape_tables.cue_accuracies`.
        published: from `gcbook.stats.shape_tables.published_bias`: of these models the ratio alone
            is public, so each is a line and not a point.
    """
    kind = encode_kind([*table["kind"], *published["kind"]])
    categories = {POOLED: "all, pooled"} | {name: name for name in CATEGORIES}
    category = dropdown("category", "Shape category ", categories, POOLED)
    names = Names.of(table["observer"])
    pick = pick_observer(names, table["observer"])
    said = ["shape_accuracy", "texture_accuracy", "other_answers", "shape_bias"]
    points: dict[str, Any] = {"tooltip": tooltips(["observer", "category", *said]), **kind}
    each = names.chart(table, "observer").transform_filter("datum.category === category")
    each = each.encode(x=_TEXTURE, y=_SHAPE)
    layers = [
        *equal_bias_lines(_TEXTURE, _SHAPE, _EQUAL_BIAS),
        *_published_lines(published, kind),
        each.transform_filter(f"!({_IS_HUMANS})")
        .mark_point(filled=True, size=45, opacity=0.75)
        .encode(**points),
        each.transform_filter(_IS_HUMANS)
        .mark_point(filled=True, size=160, opacity=1, stroke=INK, strokeWidth=0.8)
        .encode(**points),
        each.transform_filter(pick)
        .mark_point(filled=True, size=150, opacity=1, stroke=INK, strokeWidth=2)
        .encode(**points),
        each.transform_filter(pick)
        .mark_text(color=INK, dy=-14, fontWeight="bold")
        .encode(text="observer:N"),
    ]
    return finish(
        alt.layer(*layers).add_params(category, pick, names.parameter()),
        height=440,
        description=(
            "Share of conflict images on which each observer named the texture (horizontal) and "
            "the shape (vertical). Lines from the origin join points of equal shape bias and end "
            "on the diagonal where every answer names one of the two. Humans stand at the upper "
            "left, networks at the lower right. The published shape biases of Imagen, Stable "
            "Diffusion and Parti are lines next to the humans."
        ),
    )


def _share(field: str, title: str, **axis: Any) -> alt.X:
    """A channel from 0 to 1 with its tenths, as many of them as the page has room for."""
    axis = {"values": TENTHS, "labelOverlap": True, "labelSeparation": 4, **axis}
    return alt.X(f"{field}:Q", scale=_UNIT, title=title, axis=alt.Axis(**axis))


def _bias(field: str) -> alt.X:
    return _share(field, "Shape bias", format=".1f")


def _rows(names: Names) -> alt.Y:
    y = names.rows("observer", names.ids, grid=True, gridDash=[1, 3])
    return y.scale(domain=[*names.labels])


def _published_lines(published: pd.DataFrame, kind: dict[str, Any]) -> list[alt.Chart]:
    ends = [
        {"kind": name, "texture_accuracy": x, "shape_accuracy": y, "published": bias}
        for name, bias in zip(published["kind"], published["shape_bias"], strict=True)
        for x, y in ((0.0, 0.0), equal_bias_line(bias))
    ]
    titles = {"kind": "Observer", "published": "Shape bias, published"}
    tooltip = tooltips(["kind", "published"], titles, {"published": ".2f"})
    # By category they are not public.
    drawn = alt.Chart(pd.DataFrame(ends)).transform_filter("category === 'pooled'")
    drawn = drawn.encode(x=_TEXTURE, y=_SHAPE, color=kind["color"], tooltip=tooltip)
    return [
        drawn.mark_line(strokeWidth=2, strokeDash=[7, 3]).encode(detail="kind:N"),
        drawn.transform_filter("datum.texture_accuracy > 0")
        .mark_point(filled=True, size=80, opacity=1)
        .encode(shape=kind["shape"]),
    ]
