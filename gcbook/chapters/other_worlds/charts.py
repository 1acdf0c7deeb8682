"""The map over worlds: a square for each, coloured by what a model does there."""

from itertools import product
from typing import Any

import altair as alt
import pandas as pd

from gcbook.chapters.other_worlds.tables import MEASURES
from gcbook.charts.columns import column, tooltips
from gcbook.charts.parts import (
    ON_DARK_CELL,
    ON_LIGHT_CELL,
    cell_ink,
    dropdown,
    sequential,
    sequential_ink,
    side_by_side,
)
from gcbook.charts.theme import DIVERGING, INK
from gcbook.miniworld.results.worlds import POINT
from gcbook.miniworld.training.worlds import CONTRASTS, DIAGNOSTICITIES
from gcbook.miniworld.world import DEFAULT_WORLD
from gcbook.stats.words import number

_SIDE = 175


def fig_world_map(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """A map a model, with the measure to choose; the default world is framed.

    Args:
        rows: from `gcbook.chapters.other_worlds.tables.map_rows`; variants are left out.
    """
    shown = rows[rows["variant"] == ""]
    measure = dropdown("map_measure", "Show ", list(MEASURES.values()), MEASURES["shape_bias"])
    value = sequential("value:Q", None, format=".1f", gradientLength=200)
    tooltip = tooltips(
        ["diagnosticity", "contrast", "measure", "value", "low", "high", "blind", "seeds"],
        formats={"value": ".2f"},
    )
    panels = []
    ink, text = sequential_ink("datum.value"), alt.Text("value:Q", format=".2f")
    for recipe, group in shown.groupby("recipe", sort=False):
        base = alt.Chart(group.drop(columns=["recipe", "variant"])).transform_filter(
            "datum.measure === map_measure"
        )
        panels.append(_panel(base, value, tooltip, str(recipe), ink, text, shown))
    names = ", ".join(dict.fromkeys(shown["recipe"]))
    return side_by_side(
        panels,
        [measure],
        f"A map for each of {names}: squares, one a world, from textures that are wrong more often "
        "at the left to textures that are always the category's own at the right, and from weak "
        "textures below to strong ones above. Each square has a number and a colour, at first the "
        "shape bias. The square of the world of the other chapters is framed.",
    )


def fig_sign(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """By how much the diffusion model is more shape-biased than the ResNet, world by world.

    Args:
        rows: from `gcbook.miniworld.results.worlds.sign_rows`; variants are left out.
    """
    shown = rows[rows["variant"] == ""]
    scale: dict[str, Any] = {"scheme": DIVERGING, "domain": [-1, 1]}
    difference = alt.Color(
        "difference:Q",
        scale=alt.Scale(**scale),
        legend=alt.Legend(title=None, format="+.1f", gradientLength=200),
    )
    tooltip = tooltips(
        ["diagnosticity", "contrast", "generator", "classifier", "difference", "low", "high"],
        formats={"difference": "+.2f"},
    )
    # Of a format alone, what is rounded to 0 would have a sign.
    labels = [number(value, "+.2f") for value in shown["difference"]]
    panel = _panel(
        alt.Chart(shown.drop(columns="variant").assign(label=labels)),
        difference,
        tooltip,
        "Shape bias: diffusion − ResNet",
        cell_ink("abs(datum.difference) >= 0.6"),
        alt.Text("label:N"),
        shown,
    )
    return side_by_side(
        [panel],
        [],
        "A map of nine worlds, from textures that are wrong more often at the left to true ones at "
        "the right, from weak textures below to strong ones above: the shape bias of the diffusion "
        "model minus that of the ResNet, as a number and a colour. The square of the world of the "
        "other chapters is framed.",
    )


def _panel(
    base: alt.Chart,
    color: alt.Color,
    tooltip: list[alt.Tooltip],
    title: str,
    ink: Any,
    text: alt.Text,
    worlds: pd.DataFrame,
) -> alt.LayerChart | alt.FacetChart:
    # A model that was trained in fewer worlds than another leaves squares empty, and moves none.
    across = sorted({*DIAGNOSTICITIES, *worlds["diagnosticity"]})
    upwards = sorted({*CONTRASTS, *worlds["contrast"]}, reverse=True)
    place: dict[str, Any] = {
        "x": alt.X("diagnosticity:O", title=column("diagnosticity").title)
        .axis(format=".2~f", labelAngle=0)
        .scale(domain=across),
        "y": alt.Y("contrast:O", title="Contrast of texture ×").scale(domain=upwards),
    }
    frame = alt.Chart(pd.DataFrame([(DEFAULT_WORLD.diagnosticity, 1.0)], columns=POINT))
    known = set(base.data[POINT].itertuples(index=False, name=None))
    missing = [one for one in product(across, upwards) if one not in known]
    empty = alt.Chart(pd.DataFrame(missing, columns=POINT))
    return alt.layer(
        base.mark_rect().encode(color=color, tooltip=tooltip, **place),
        # Light and dark, so that one of the two is seen on any page and beside any square.
        *(
            frame.mark_rect(filled=False, stroke=stroke, strokeWidth=width, aria=False).encode(
                **place
            )
            for stroke, width in ((ON_DARK_CELL, 7), (ON_LIGHT_CELL, 3))
        ),
        *([empty.mark_text(text="not yet", color=INK).encode(**place)] if missing else []),
        base.mark_text(fontWeight="bold").encode(text=text, color=ink, **place),
    ).properties(width=_SIDE, height=_SIDE, title=title)
