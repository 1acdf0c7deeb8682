"""What an experiment of another size would find: its table, its figure, its facts."""

from dataclasses import replace
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.parts import finish, look
from gcbook.charts.theme import SERIES
from gcbook.claims import Number, margins
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import DATASETS
from gcbook.stats.power import COMPARED, Plan, Power, power

PAIRS = 36
"""Of the nine published networks that saw all datasets."""

_TIMES = (0.25, 0.5, 1, 2, 4)
_KAPPA = Plan("kappa", DATASETS, comparisons=PAIRS)
_ACCURACY = Plan("accuracy", DATASETS, comparisons=PAIRS)
_SHAPE_BIAS = Plan("shape-bias", comparisons=PAIRS)

VARIED = {
    "Shape bias, by images": (_SHAPE_BIAS, "images"),
    "Shape bias, by textures": (_SHAPE_BIAS, "textures"),
    "Mean κ, by images": (_KAPPA, "images"),
    "Accuracy, by images": (_ACCURACY, "images"),
}
"""What the figure has a line for: a plan, and the number in it that varies."""


def planning_rows() -> pd.DataFrame:
    """What a quarter to four times of the published numbers would find.

    Returns:
        ``varied`` (one of `VARIED`), ``times`` (the published number), ``number`` itself, and of
        the difference of two networks ``standard_error, alone, in_family``, as `Power.table`.
        There are no rows of fewer textures than the published ones.
    """
    rows = []
    for name, (plan, number) in VARIED.items():
        published = getattr(power(plan).plan, number)
        for times in _TIMES if number == "images" else (1, 2, 4):
            numbers: dict[str, Any] = {number: round(published * times)}
            found = _pair(power(replace(plan, **numbers)))
            errors = found[["standard_error", "alone", "in_family"]].to_dict()
            rows.append({"varied": name, "times": times, "number": numbers[number], **errors})
    return pd.DataFrame(rows)


def _pair(found: Power) -> pd.Series:
    return found.table[found.table["compared"] == COMPARED["networks"]].iloc[0]


def fig_planning(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """The smallest difference found against the size of an experiment.

    Args:
        rows: from `planning_rows`.
    """
    marks = look(
        "varied",
        list(VARIED),
        color=list(SERIES[:4]),
        shape=["circle", "square", "triangle-up", "diamond"],
        legend=alt.Legend(title=None, symbolOpacity=1, columns=2),
    )
    x = alt.X("times:Q", title="Times the published number").scale(type="log", base=2)
    base = alt.Chart(rows).encode(
        x=x.axis(values=list(_TIMES), grid=False),
        y=alt.Y("alone:Q", title="Smallest difference found").axis(format=".2f"),
        color=marks["color"],
    )
    columns = ["varied", "number", "standard_error", "alone", "in_family"]
    return finish(
        alt.layer(
            base.mark_line(strokeWidth=2),
            base.mark_point(filled=True, size=70, opacity=1).encode(
                shape=marks["shape"], tooltip=tooltips(columns)
            ),
        ),
        height=240,
        description=(
            "Horizontal position is the size of an experiment, from a quarter to four times of the "
            "published one; height is the smallest difference of two networks that it finds four "
            "times in five. Lines of mean kappa and accuracy, by images, fall to a half at four "
            "times; that of shape bias falls little with images, more with textures."
        ),
    )


def planning_facts() -> dict[str, Any]:
    """The section's numbers by name: of the median pair of published networks."""
    kappa = _pair(power(_KAPPA))
    matters = margins()["shape_bias"].margin
    found = power(Plan("shape-bias"), difference=matters)
    bias, plan = _pair(found), found.plan
    n_categories = len(CATEGORIES)
    every = n_categories * (plan.shapes or 0) * (n_categories - 1) * (plan.textures or 0)
    most = _pair(power(Plan("shape-bias", images=every)))
    return {
        "planned_pairs": PAIRS,
        "planned_kappa_error": Number(kappa["standard_error"], ".3f"),
        "planned_kappa": Number(kappa["alone"], ".3f"),
        "planned_kappa_among": Number(kappa["in_family"], ".3f"),
        "planned_bias": Number(bias["alone"], ".3f"),
        "planned_bias_least": Number(bias["low"], ".3f"),
        "planned_bias_most": Number(bias["high"], ".3f"),
        "planned_textures": plan.textures,
        "planned_texture_share": Number(found.shares[COMPARED["networks"]]["texture"], ".0%"),
        "planned_every": Number(every, ",.0f"),
        "planned_bias_every": Number(most["alone"], ".3f"),
        "planned_margin": Number(matters, ".2f"),
        "planned_textures_needed": Number(bias["textures_needed"], ".0f"),
    }
