"""What an experiment of another size would find: its table, its figure, its facts."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.parts import finish, look
from gcbook.charts.theme import SERIES
from gcbook.claims import Number, margins
from gcbook.paper.experiments import DATASETS
from gcbook.stats.power import COMPARED, Plan, Power, power

PAIRS = 36
"""Of the nine published networks that saw all datasets."""

_TIMES = (0.25, 0.5, 1, 2, 4)
_PAIR = COMPARED["networks"]
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
        ``varied`` (one of `VARIED`), ``times`` (the published number), ``number`` itself, and of the
        difference of two networks, as medians over the published pairs, ``standard_error``,
        ``alone`` and ``in_family``; see `gcbook.stats.power.Power`.
    """
    rows = []
    for name, (plan, number) in VARIED.items():
        published = getattr(power(plan).plan, number)
        for times in _TIMES:
            planned = round(published * times)
            if number == "textures" and planned < published:
                continue
            found = _pair(power(_changed(plan, number, planned)))
            numbers = {each: found[each] for each in ("standard_error", "alone", "in_family")}
            rows.append({"varied": name, "times": times, "number": planned, **numbers})
    return pd.DataFrame(rows)


def _changed(plan: Plan, number: str, value: int) -> Plan:
    from dataclasses import replace

    numbers: dict[str, Any] = {number: value}
    return replace(plan, **numbers)


def _pair(found: Power) -> pd.Series:
    return found.table.set_index("compared").loc[_PAIR]


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
    """The section's numbers, by name: of the median pair of published networks."""
    matters = margins()["shape_bias"].margin
    kappa, bias = _pair(power(_KAPPA)), power(_SHAPE_BIAS, difference=matters)
    every = round(16 * 10 * 15 * 3)
    of_pair = bias.shares[_PAIR]
    return {
        "kappa_error": Number(kappa["standard_error"], ".3f"),
        "kappa_alone": Number(kappa["alone"], ".3f"),
        "kappa_family": Number(kappa["in_family"], ".3f"),
        "pairs": PAIRS,
        "bias_alone": Number(_pair(bias)["alone"], ".3f"),
        "bias_matters": Number(matters, ".2f"),
        "every_image": every,
        "bias_every_image": Number(_pair(power(Plan("shape-bias", images=every)))["alone"], ".3f"),
        "texture_share": Number(of_pair["texture"], ".0%"),
    }
