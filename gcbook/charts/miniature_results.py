"""Figures of the miniatures' answers: cues, strengths, test sets, shape bias by category.

Tables come from `gcbook.chapters.miniature_world.tables` and `gcbook.miniworld.results.scores`.
"""

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.miniature_look import recipe_color, recipe_dash, recipe_shape
from gcbook.charts.parts import (
    NOBODY,
    TENTHS,
    chance_line,
    condition_x,
    dropdown,
    equal_bias_lines,
    finish,
    left_out,
    small_panels,
)
from gcbook.charts.theme import CHANCE_LINE, INK
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.metrics import by_accident

__all__ = [
    "fig_miniature_bias",
    "fig_miniature_cues",
    "fig_miniature_sets",
    "fig_miniature_strength",
]

_EQUAL = (0.25, 0.5, 0.75, 0.9)
_UNIT = alt.Scale(domain=[0, 1])
_PERCENT = alt.Axis(values=TENTHS, format=".0%", labelOverlap=True)


def fig_miniature_cues(results: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape against texture accuracy of every trained network on cue-conflict images.

    Args:
        results: from `gcbook.chapters.miniature_world.tables.miniature_results`; lines of several
            seeds together are left out.
    """
    shown = results[(results["model"] != "") & results["shape_accuracy"].notna()]
    recipes = list(dict.fromkeys(shown["recipe"]))
    measures = ["shape_accuracy", "texture_accuracy", "shape_bias"]
    ends = [f"{name}_{end}" for name in measures for end in ("low", "high")]
    base = alt.Chart(shown[["name", "recipe", *measures, *ends]])
    x = alt.X("texture_accuracy:Q", scale=_UNIT, title="Answers naming the texture", axis=_PERCENT)
    y = alt.Y("shape_accuracy:Q", scale=_UNIT, title="Answers naming the shape", axis=_PERCENT)
    color = recipe_color(recipes)
    tooltip = tooltips(
        [
            "name",
            "shape_accuracy",
            "texture_accuracy",
            "shape_bias",
            "shape_bias_low",
            "shape_bias_high",
        ],
        titles={"name": "Network"},
    )
    layers = [
        *_equal_lines(),
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
                f"{row.name}: shape {row.shape_accuracy:.0%}, texture {row.texture_accuracy:.0%}."
                for row in shown.itertuples(index=False)
            )
        ),
    )


def fig_miniature_strength(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy against the strength of each manipulation, one panel a manipulation.

    Args:
        rows: from `gcbook.miniworld.results.scores.accuracy_by_strength`.
    """
    recipes = list(dict.fromkeys(rows["recipe"]))
    groups = rows.groupby("dataset", sort=False)
    panels = [_panel(group, str(title), recipes) for title, group in groups]
    return small_panels(
        panels,
        dropdown("mini_highlight", "Intervals of ", [NOBODY, *recipes], NOBODY),
        f"One panel a manipulation ({', '.join(map(str, groups.groups))}): accuracy of the "
        f"miniatures ({', '.join(recipes)}) against its strength, from the weakest to the "
        "strongest, with a line at chance. Shaded: conditions that the benchmark would "
        "leave out.",
        shared=["color", "strokeDash"],
    )


def fig_miniature_sets(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy of every miniature on every test set, with intervals.

    Args:
        rows: from `gcbook.miniworld.results.scores.accuracy_by_set`.
    """
    recipes = list(dict.fromkeys(rows["recipe"]))
    sets = list(dict.fromkeys(rows["dataset"]))
    x = alt.X("value:Q", scale=_UNIT, title=column("accuracy").title, axis=_PERCENT)
    y = alt.Y("dataset:N", sort=sets, title=None).axis(grid=True, gridDash=[1, 3])
    base = alt.Chart(rows).encode(
        y=y,
        yOffset=alt.YOffset("recipe:N", sort=recipes, scale=alt.Scale(domain=recipes)),
        color=recipe_color(recipes),
        tooltip=tooltips(
            ["dataset", "recipe", "value", "low", "high", "seeds"],
            titles={"dataset": "Test set", "value": "Accuracy"},
            formats={"value": ".1%"},
        ),
    )
    return finish(
        alt.layer(
            chance_line(x),
            base.mark_rule(strokeWidth=2).encode(
                x=alt.X("low:Q", title=column("accuracy").title), x2="high:Q"
            ),
            base.mark_point(filled=True, size=60, opacity=1).encode(
                x=x, shape=recipe_shape(recipes)
            ),
        ),
        height=len(sets) * (16 + 9 * len(recipes)),
        description=(
            f"Accuracy of the miniatures {', '.join(recipes)} on {len(sets)} test sets "
            f"({', '.join(sets)}), each a mark with its interval; a dotted line at guessing."
        ),
    )


def fig_miniature_bias(table: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 1 in miniature: a row a shape category, a mark a miniature, a line for its average.

    Args:
        table: from `gcbook.miniworld.results.scores.bias_by_shape`.
    """
    recipes = list(dict.fromkeys(table["recipe"]))
    x = alt.X("texture_share:Q", scale=_UNIT, title="Fraction of texture decisions")
    x = x.axis(grid=False, values=TENTHS, format=".1f", labelOverlap=True)
    y = alt.Y("category:N", sort=list(CATEGORIES), title=None)
    y = y.axis(grid=True, gridDash=[1, 3]).scale(domain=list(CATEGORIES), padding=0.8)
    color = recipe_color(recipes)
    tooltip = tooltips(
        ["recipe", "category", "shape_bias", "low", "high", "shape_answers", "texture_answers"]
    )
    picked = dropdown("bias_of", "Intervals of ", [NOBODY, *recipes], NOBODY)
    shown = table.assign(left=1 - table["high"], right=1 - table["low"])
    base = alt.Chart(shown)
    each = base.transform_filter("datum.category !== 'pooled' && isValid(datum.shape_bias)")
    layers = [
        base.transform_filter("datum.category === 'pooled'")
        .mark_rule(strokeWidth=2.5)
        .encode(x=x, color=color, strokeDash=recipe_dash(recipes), tooltip=tooltip),
        each.transform_filter("datum.recipe === bias_of")
        .mark_rule(strokeWidth=2)
        .encode(x=alt.X("left:Q"), x2="right:Q", y=y, color=color),
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
            + ", ".join(
                f"{recipe} {bias:.2f}"
                for recipe, bias in zip(pooled["recipe"], pooled["shape_bias"], strict=True)
            )
            + "."
        ),
    )


def _panel(rows: pd.DataFrame, title: str, recipes: list[str]) -> alt.LayerChart | alt.FacetChart:
    order = list(rows.sort_values("step")["condition"].drop_duplicates())
    x = condition_x(order, str(rows["strength"].iloc[0]))
    y = alt.Y("value:Q", scale=_UNIT, title=None)
    y = y.axis(values=[0, 0.25, 0.5, 0.75, 1], format=".0%")
    columns = ["condition", "recipe", "value", "low", "high", "seeds"]
    base = alt.Chart(rows[columns])
    color, dash, shape = recipe_color(recipes), recipe_dash(recipes), recipe_shape(recipes)
    tooltip = tooltips(
        ["recipe", "condition", "value", "low", "high"],
        titles={"value": "Accuracy"},
        formats={"value": ".1%"},
    )
    shaded = rows[rows["counted"] != "yes"].drop_duplicates("condition")
    return alt.layer(
        left_out(shaded[["condition", "counted"]], x).encode(tooltip=tooltips(["counted"])),
        chance_line(alt.Y("value:Q")),
        base.transform_filter("datum.recipe === mini_highlight")
        .mark_rule(strokeWidth=2.5)
        .encode(x=x, y="low:Q", y2="high:Q", color=color),
        base.mark_line(strokeWidth=1.8).encode(x=x, y=y, color=color, strokeDash=dash),
        base.mark_point(filled=True, size=36, opacity=1).encode(
            x=x, y=y, color=color, shape=shape, tooltip=tooltip
        ),
        title=title,
        width=165,
        height=130,
    )


def _equal_lines() -> list[alt.Chart]:
    """Lines of equal shape bias, and who is blind to texture."""
    x, y = alt.X("texture_accuracy:Q", scale=_UNIT), alt.Y("shape_accuracy:Q", scale=_UNIT)
    lines, labels = equal_bias_lines(x, y, _EQUAL)
    blind = pd.DataFrame(
        {"texture_accuracy": [by_accident(0), by_accident(1)], "shape_accuracy": [0, 1]}
    )
    dots = alt.Chart(blind).mark_line(
        strokeWidth=2, color=CHANCE_LINE, strokeDash=[1, 4], strokeCap="round"
    )
    return [lines, dots.encode(x=x, y=y), labels]
