"""Figures of the miniatures' accuracies: by strength of a manipulation, by test set.

Tables come from `gcbook.miniworld.results.scores`.
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
    finish,
    left_out,
    small_panels,
)

_UNIT = alt.Scale(domain=[0, 1])
_PERCENT = alt.Axis(values=TENTHS, format=".0%", labelOverlap=True)


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
        [dropdown("mini_highlight", "Intervals of ", [NOBODY, *recipes], NOBODY)],
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
