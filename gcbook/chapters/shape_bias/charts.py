"""Shape bias over categories and observers (Figs. 1 and 12), and the accuracies behind it."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.averages import average_lines
from gcbook.charts.columns import tooltips
from gcbook.charts.names import Names
from gcbook.charts.own_marks import (
    IS_OWN,
    own_axis,
    own_labels,
    own_lines,
    own_names,
    own_points,
)
from gcbook.charts.parts import (
    TENTHS,
    dropdown,
    equal_bias_line,
    equal_bias_lines,
    finish,
    kind_marks,
    pick_observer,
)
from gcbook.charts.theme import HUES, INK
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.stats.shape_tables import POOLED, PUBLISHED

_CATEGORY_ROW, _OBSERVER_ROW = 25, 21
_UNIT = alt.Scale(domain=[0, 1])
_IS_HUMANS = "datum.observer === 'Humans'"
_EQUAL_BIAS = (0.1, 0.25, 0.5, 0.75)
_NAMED = ("ResNet-50 (SIN)", "Inception v3", "SWAG ViT-L/16")
"""Networks that the text names, labelled where both cues are shown."""
_TENTHS = alt.Axis(values=TENTHS, format=".0%")
_TEXTURE = alt.X(
    "texture_accuracy:Q", scale=_UNIT, title="Answers naming the texture", axis=_TENTHS
)
_SHAPE = alt.Y("shape_accuracy:Q", scale=_UNIT, title="Answers naming the shape", axis=_TENTHS)


def fig_shape_bias(table: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 1: a row a shape category and one for all, a mark an observer, averages as lines.

    Args:
        table: from `gcbook.stats.shape_tables.bias_by_category`.
    """
    kind = kind_marks(table.loc[table["category"] != PUBLISHED, "kind"], title=None)
    names = Names.of(table["observer"])
    pick = pick_observer(names, table.loc[table["category"] == POOLED, "observer"])
    # No grid: the vertical lines of this figure are averages.
    x = _bias("shape_bias", grid=False).scale(domain=[0, 1], reverse=True)
    rows = [*CATEGORIES, POOLED]
    y = alt.Y("category:N", sort=rows, title=None).axis(
        grid=True,
        gridDash=[1, 3],
        labelExpr=f"datum.value == '{POOLED}' ? 'all, {POOLED}' : datum.value",
    )
    tooltip = tooltips(
        ["observer", "category", "shape_bias", "low", "high", "shape_answers", "texture_answers"]
    )
    base = names.chart(table[table["category"].isin(rows)], "observer").encode(x=x, y=y)
    chosen = base.transform_filter(pick)
    points: dict[str, Any] = {"tooltip": tooltip, **kind}
    pooled = table[(table["observer"] == HUMANS_TITLE) & (table["category"] == POOLED)]
    printed = table[table["category"] == PUBLISHED]
    lines = pd.concat([pooled, printed])
    lines = lines.assign(
        label=lines["observer"] + " " + lines["shape_bias"].map("{:.2f}".format),
        color=lines["kind"].map(HUES),
        dashed=lines["category"] == PUBLISHED,
    )
    layers = [
        *average_lines(lines[["label", "color", "dashed", "shape_bias"]], x),
        base.transform_filter(f"!({_IS_HUMANS}) && !({IS_OWN})")
        .mark_point(filled=True, size=34)
        # Networks are many and may shine through each other; single humans are few.
        .encode(
            opacity=alt.condition("datum.kind === 'Humans'", alt.value(0.9), alt.value(0.6)),
            **points,
        ),
        base.transform_filter(_IS_HUMANS)
        .mark_point(filled=True, size=130, opacity=1, stroke=INK, strokeWidth=0.8)
        .encode(**points),
        chosen.transform_filter(f"datum.category !== '{POOLED}'")
        .mark_line(color=INK, strokeWidth=1.5)
        .encode(order=alt.Order("category:O")),
        chosen.mark_point(filled=True, size=110, opacity=1, stroke=INK, strokeWidth=2).encode(
            **points
        ),
    ]
    own = own_names(table)
    pooled_row = f"datum.category === '{POOLED}'"
    layers += [
        *own_lines(
            base.transform_filter(f"!({pooled_row})").encode(order=alt.Order("category:O")),
            names,
            own,
        ),
        *own_points(base.encode(tooltip=tooltip), kind, names, own, size=170),
        *own_labels(base, names, own, where=pooled_row, left="datum.shape_bias > 0.5"),
    ]
    return finish(
        alt.layer(*layers).add_params(pick, names.parameter()),
        height=_CATEGORY_ROW * len(rows),
        description=(
            "Shape bias by category: one row for each of 16 shape categories and one for all; "
            "horizontal position is the shape bias, from 1 on the left to 0 on the right, with a "
            "mark for each person and each network. Vertical lines: "
            f"{', '.join(lines['label'])}."
        ),
    )


def fig_category_spread(boxes: pd.DataFrame, outliers: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 12: a box an observer over the 16 shape categories, and a mark for its average.

    Args:
        boxes: from `gcbook.chapters.shape_bias.tables.few_boxes`.
        outliers: from `gcbook.stats.shape_tables.category_outliers`.
    """
    kind = kind_marks(boxes["kind"], legend=None)
    outliers = outliers[outliers["observer"].isin(boxes["observer"])]
    names = Names.of(boxes["observer"])
    own = own_names(boxes)
    axis = own_axis(names, own)
    y = names.rows("observer", names.ids, grid=True, gridDash=[1, 3], **axis)
    y = y.scale(domain=[*names.labels])
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
        *own_points(base.encode(x=_bias("average")), kind, names, own),
    ]
    return finish(
        alt.layer(*layers).add_params(names.parameter()),
        height=_OBSERVER_ROW * len(boxes),
        description=(
            "Boxplots of shape bias over the 16 shape categories, one box an observer, sorted by "
            f"median, with a mark for the pooled shape bias: {', '.join(boxes['observer'])}. Of "
            "Imagen, Stable Diffusion and Parti only the average is public."
        ),
    )


def fig_cue_accuracies(table: pd.DataFrame, published: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape against texture accuracy of every observer, pooled or in one shape category.

    Args:
        table: from `gcbook.stats.shape_tables.cue_accuracies`.
        published: from `gcbook.stats.shape_tables.published_bias`: of these models the ratio alone
            is public, so each is a line and not a point.
    """
    kind = kind_marks(table["kind"], title=None)
    categories = {POOLED: "all, pooled"} | {name: name for name in CATEGORIES}
    category = dropdown("category", "Shape category ", categories, POOLED)
    names = Names.of(table["observer"])
    pick = pick_observer(names, table["observer"])
    known = [name for name in _NAMED if name in names.ids]
    said = ["shape_accuracy", "texture_accuracy", "other_answers", "shape_bias"]
    points: dict[str, Any] = {"tooltip": tooltips(["observer", "category", *said]), **kind}
    each = names.chart(table, "observer").transform_filter("datum.category === category")
    each = each.encode(x=_TEXTURE, y=_SHAPE)
    layers = [
        *equal_bias_lines(_TEXTURE, _SHAPE, _EQUAL_BIAS),
        *_published_lines(published),
        each.transform_filter(f"!({_IS_HUMANS}) && !({IS_OWN})")
        .mark_point(filled=True, size=45, opacity=0.75)
        .encode(**points),
        each.transform_filter(_IS_HUMANS)
        .mark_point(filled=True, size=160, opacity=1, stroke=INK, strokeWidth=0.8)
        .encode(**points),
        each.transform_filter(pick)
        .mark_point(filled=True, size=150, opacity=1, stroke=INK, strokeWidth=2)
        .encode(**points),
        *(
            each.transform_filter(labelled)
            .mark_text(color=INK, align="left", dx=5, dy=-9)
            .encode(text="observer:N")
            for labelled in (
                alt.FieldOneOfPredicate("observer_id", names.of_names(known)),
                pick,
            )
        ),
    ]
    own = own_names(table)
    layers += [
        *own_points(each.encode(tooltip=points["tooltip"]), kind, names, own),
        *own_labels(each, names, own, left="datum.texture_accuracy < 0.6", dy=(-14, 22)),
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


def _bias(field: str, **axis: Any) -> alt.X:
    """A channel of shape biases with its tenths, as many of them as the page has room for."""
    axis = {"values": TENTHS, "format": ".1f", "labelOverlap": True, "labelSeparation": 4, **axis}
    return alt.X(f"{field}:Q", scale=_UNIT, title="Shape bias", axis=alt.Axis(**axis))


def _published_lines(published: pd.DataFrame) -> list[alt.Chart]:
    # By category they are not public.
    shown = f"category === '{POOLED}'"
    layers = []
    columns = (published[name] for name in ("observer", "kind", "shape_bias"))
    for i, (name, kind, bias) in enumerate(zip(*columns, strict=True)):
        x, y = equal_bias_line(bias)
        ends = pd.DataFrame({"texture_accuracy": [0.0, x], "shape_accuracy": [0.0, y]})
        line = alt.Chart(ends.assign(label=["", f"{name} {bias:.2f}"])).transform_filter(shown)
        line = line.encode(x=_TEXTURE, y=_SHAPE)
        # The ends lie close together; the labels stand one below the other.
        label = line.mark_text(align="left", dx=12, dy=14 * i - 6, color=INK).encode(text="label:N")
        layers += [line.mark_line(strokeWidth=2, strokeDash=[7, 3], color=HUES[kind]), label]
    return layers
