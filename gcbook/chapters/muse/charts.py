"""Figures of Muse as a classifier: sixteen reconstructions, rules, and what stays close."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.parts import chance_line, dropdown, finish, positions, side_by_side, slider
from gcbook.charts.placed import (
    FONT,
    Grid,
    at,
    below,
    data_url,
    framed,
    heading,
    image_mark,
    large_picture,
)
from gcbook.charts.theme import CHANCE_LINE, DISCRIMINATIVE, GENERATIVE, INK

_GRID = Grid(columns=4, words=44, side=108, narrow=79)
_HIDDEN = "format(datum.hidden, '.0%') + ' of the tokens hidden'"


def fig_sixteen(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 8: sixteen reconstructions of one image with their distances, the smallest framed.

    Args:
        rows: from `gcbook.chapters.muse.tables.sixteen_rows`.
    """
    images, shares = list(dict.fromkeys(rows["image"])), sorted(set(rows["hidden"]))
    chosen = dropdown("muse_image", "Image ", images, images[0])
    hidden = slider("muse_hidden", "Hidden ", (len(shares) + 1) // 2, 1, len(shares))
    said = positions({"muse_hidden": [f"{share:.0%}" for share in shares]})
    ranked = rows.assign(step=rows["hidden"].map(lambda share: shares.index(share) + 1))
    base = alt.Chart(ranked).transform_filter(
        "datum.image === muse_image && datum.step === muse_hidden"
    )
    flat = base.transform_flatten(["label", "role", "distance", "place", "picture"])
    grid = _GRID.place(
        flat.transform_window(number="row_number()"),
        "(datum.number - 1)",
        url=data_url("picture"),
        words="(datum.place === 1 ? 'nearest ' : '') + format(100 * datum.distance, '.2f')",
        spoken=(
            "datum.label + ', distance ' + format(100 * datum.distance, '.2f')"
            " + (datum.place === 1 ? ', smallest' : '')"
            " + (datum.role ? ', ' + datum.role : '')"
        ),
    )
    tooltip = tooltips(["label", "distance", "place"], titles={"label": "Prompt names"})
    color = alt.condition("datum.place === 1", alt.value(INK), alt.value(DISCRIMINATIVE))
    layers = [
        *large_picture(base, "'The image'", "original", "0", str(_GRID.top), _GRID.picture),
        heading(base, _HIDDEN, _GRID.left, _GRID.upper),
        image_mark(grid, _GRID.square).encode(x=at("px"), y=at("py"), url="url:N", tooltip=tooltip),
        framed(grid.transform_filter("datum.place === 1"), strokeWidth=4, stroke=INK),
        framed(
            grid.transform_filter("datum.role !== ''"), strokeWidth=2, stroke=INK, strokeDash=[5, 3]
        ),
        below(grid, "label", 5, spoken=True),
        below(grid, "words", 18, fontWeight="bold").encode(color=color),
        below(grid, "role", 31, fontSize=FONT - 1),
    ]
    return finish(
        alt.layer(*layers)
        .add_params(chosen, hidden)
        .properties(view=alt.ViewBackground(stroke=None), usermeta=said),
        height=640,
        description=(
            "An image and sixteen reconstructions of it in a grid of four by four, one for each "
            "category that the prompt names. Below each stand the category and its distance times "
            "100; the smallest is framed and called nearest. Dashed frames mark the prompts that "
            "name the image's shape and texture."
        ),
    )


def fig_rules(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Accuracy of each rule by the share of tokens that is hidden.

    Args:
        rows: from `gcbook.chapters.muse.tables.rule_rows`.
    """
    order = list(dict.fromkeys(rows["how"]))
    x = alt.X("accuracy:Q", title=column("accuracy").title, scale=alt.Scale(domain=[0, 1])).axis(
        format=".0%"
    )
    y = alt.Y("how:N", sort=order, title=None).axis(grid=True, gridDash=[1, 3])
    tooltip = tooltips(
        ["rule", "how", "evaluations", "accuracy", "low", "high", "n"],
        titles={"how": "With", "evaluations": "Network evaluations a prompt"},
    )
    panels = []
    for rule, group in rows.groupby("rule", sort=False):
        base = alt.Chart(group).encode(y=y)
        ends = base.mark_rule(strokeWidth=2, color=GENERATIVE["muse"]).encode(
            x=alt.X("low:Q", title=column("accuracy").title), x2="high:Q"
        )
        marks = base.mark_point(filled=True, size=70, opacity=1, color=GENERATIVE["muse"])
        height = 40 + 24 * len(group)
        panels.append(
            alt.layer(chance_line(x), ends, marks.encode(x=x, tooltip=tooltip)).properties(
                width=220, height=height, title=str(rule)
            )
        )
    return side_by_side(
        panels,
        [],
        "A panel a rule: accuracy with intervals, a row for each share of tokens that is hidden or "
        "for each number of draws of the bound. A dotted line is at chance.",
        columns=3,
    )


_PLOT = (260, 300)
"""Width on a phone and height of `fig_stick`, in pixels."""
_ROOM = 1.2
"""How far its axis goes, of the largest value: there is room for the names."""
_GAP, _LETTER, _LINE = 7, 6, 13
"""From a point to its name, and the size of the name, in pixels."""


def fig_stick(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """How close each prompt stays to other categories' images, over how well it is drawn.

    Args:
        rows: from `gcbook.chapters.muse.tables.sticking_by_ratio`, of one share.
    """
    tooltip = tooltips(
        ["category", "distance", "named", "drawn"],
        titles={
            "category": "Prompt",
            "distance": "Distance, less the image's mean",
            "named": "Named for other images",
        },
    )
    base = alt.Chart(rows.assign(at_left=_at_left(rows))).encode(
        x=alt.X("drawn:Q", title="How well it is drawn: the judge's probability")
        .scale(domain=[0, _ROOM * float(rows["drawn"].max())], nice=False)
        .axis(format=".0%", tickCount=5),
        y=alt.Y("distance:Q", title=["Distance, less the", "image's mean"])
        .scale(zero=False)
        .axis(tickCount=5),
    )
    sides: Any = (("!", "left", _GAP), ("", "right", -_GAP))
    zero = alt.Chart(pd.DataFrame({"distance": [0.0]})).mark_rule(
        color=CHANCE_LINE, strokeDash=[2, 3]
    )
    layers = [
        zero.encode(y="distance:Q"),
        base.mark_point(filled=True, size=55, opacity=1, color=GENERATIVE["muse"]).encode(
            tooltip=tooltip
        ),
        *(
            base.transform_filter(f"{said}datum.at_left")
            .mark_text(align=side, dx=dx, fontSize=11, aria=False)
            .encode(text="category:N")
            for said, side, dx in sides
        ),
    ]
    return finish(
        alt.layer(*layers),
        height=_PLOT[1],
        description=(
            "One point per prompt: how well the model draws what it names, from that prompt alone, "
            "and the mean distance to which it leads from images of other categories, less the "
            "image's mean."
        ),
    )


def _at_left(rows: pd.DataFrame) -> list[bool]:
    """Whether a name stands left of its point: where on the right it would touch another."""
    width, height = _PLOT
    spread = rows["distance"].max() - rows["distance"].min()
    across = rows["drawn"] * width / (_ROOM * rows["drawn"].max())
    down = rows["distance"] * height / spread if spread else rows["distance"]
    taken = [(x - _GAP / 2, x + _GAP / 2, y) for x, y in zip(across, down, strict=True)]

    def free(start: float, end: float, y: float) -> bool:
        return not any(
            start < other_end and other_start < end and abs(y - other_y) < _LINE
            for other_start, other_end, other_y in taken
        )

    at_left = []
    for x, y, name in zip(across, down, rows["category"], strict=True):
        reach = _LETTER * len(name)
        right, left = (x + _GAP, x + _GAP + reach, y), (x - _GAP - reach, x - _GAP, y)
        at_left.append(not free(*right) and left[0] > 0 and free(*left))
        taken.append(left if at_left[-1] else right)
    return at_left
