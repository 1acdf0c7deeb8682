"""The miniatures' shape bias by category, and the accuracies behind it."""

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.miniature_look import recipe_color, recipe_shape
from gcbook.charts.parts import NOBODY, TENTHS, dropdown, equal_bias_lines, finish
from gcbook.charts.theme import CHANCE_LINE, INK
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.metrics import CUE_METRICS, by_accident

_EQUAL = (0.25, 0.5, 0.75, 0.9)
_UNIT = alt.Scale(domain=[0, 1])
_PERCENT = alt.Axis(values=TENTHS, format=".0%", labelOverlap=True)


def fig_miniature_bias(table: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 1 in miniature: a row a shape category, a mark a miniature, a line for its average.

    Args:
        table: from `gcbook.miniworld.results.scores.bias_by_shape`.
    """
    recipes = list(dict.fromkeys(table["recipe"]))
    x = alt.X("texture_share:Q", scale=_UNIT, title="Fraction of texture decisions")
    x = x.axis(grid=False, values=TENTHS, format=".1f", labelOverlap=True)
    y = alt.Y("category:N", sort=list(CATEGORIES), title=None)
    y = y.axis(grid=True, gridDash=[1, 3]).scale(domain=list(CATEGORIES), padding=1.2)
    color = recipe_color(recipes)
    tooltip = tooltips(
        ["recipe", "category", "shape_bias", "low", "high", "shape_answers", "texture_answers"]
    )
    picked = dropdown("bias_of", "Intervals of ", [NOBODY, *recipes], NOBODY)
    shown = table.assign(left=1 - table["high"], right=1 - table["low"])
    base = alt.Chart(shown)
    average = base.transform_filter("datum.category === 'pooled'").encode(
        x=x, color=color, tooltip=tooltip
    )
    each = base.transform_filter("datum.category !== 'pooled' && isValid(datum.shape_bias)")
    layers = [
        average.mark_rule(strokeWidth=2.5),
        # Every line ends in its mark, neighbours at two heights.
        *[
            average.transform_filter(alt.FieldEqualPredicate(recipe, "recipe"))
            .mark_point(filled=True, size=75, opacity=1)
            .encode(y=alt.value(7 + 10 * (i % 2)), shape=recipe_shape(recipes))
            for i, recipe in enumerate(recipes)
        ],
        each.transform_filter("datum.recipe === bias_of")
        .mark_rule(strokeWidth=2)
        .encode(x="left:Q", x2="right:Q", y=y, color=color),
        each.mark_point(filled=True, size=75, opacity=0.9).encode(
            x=x, y=y, color=color, shape=recipe_shape(recipes), tooltip=tooltip
        ),
    ]
    pooled = table[table["category"] == "pooled"]
    return finish(
        alt.layer(*layers).add_params(picked),
        height=25 * (len(CATEGORIES) + 1),
        description=(
            "Shape bias of the miniatures by category: one row for each of 16 shape categories, "
            "further left means more decisions for the shape. Averages over all conflicts: "
            + ", ".join(pooled["recipe"] + pooled["shape_bias"].map(" {:.2f}".format))
            + "."
        ),
    )


def fig_miniature_cues(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape against texture accuracy of every trained network on cue-conflict images.

    Args:
        rows: from `gcbook.chapters.miniature_shape_bias.tables.cue_rows`.
    """
    recipes = list(dict.fromkeys(rows["recipe"]))
    base = alt.Chart(rows)
    x = alt.X("texture_accuracy:Q", scale=_UNIT, title="Answers naming the texture", axis=_PERCENT)
    y = alt.Y("shape_accuracy:Q", scale=_UNIT, title="Answers naming the shape", axis=_PERCENT)
    color = recipe_color(recipes)
    tooltip = tooltips(["network", *CUE_METRICS, "shape_bias_low", "shape_bias_high"])
    lines, labels = equal_bias_lines(x, y, _EQUAL)
    blind = pd.DataFrame(
        {"texture_accuracy": [by_accident(0), by_accident(1)], "shape_accuracy": [0, 1]}
    )
    layers = [
        lines,
        alt.Chart(blind)
        .mark_line(strokeWidth=2, color=CHANCE_LINE, strokeDash=[1, 4], strokeCap="round")
        .encode(x=x, y=y),
        labels,
        base.mark_rule(strokeWidth=1.5).encode(
            x=x, y="shape_accuracy_low:Q", y2="shape_accuracy_high:Q", color=color
        ),
        base.mark_rule(strokeWidth=1.5).encode(
            x="texture_accuracy_low:Q", x2="texture_accuracy_high:Q", y=y, color=color
        ),
        base.mark_point(filled=True, size=110, opacity=1, stroke=INK, strokeWidth=0.8).encode(
            x=x, y=y, color=color, shape=recipe_shape(recipes), tooltip=tooltip
        ),
    ]
    return finish(
        alt.layer(*layers),
        height=420,
        description=(
            "Share of the miniature world's conflict images on which each network named the "
            "texture (horizontal) and the shape (vertical), with intervals. Lines from the origin "
            "join points of equal shape bias; a dotted line near the vertical axis is that of "
            "observers who are blind to texture. "
            + " ".join(
                f"{name}: shape {shape:.0%}, texture {texture:.0%}."
                for name, shape, texture in zip(
                    rows["network"], rows["shape_accuracy"], rows["texture_accuracy"], strict=True
                )
            )
        ),
    )
