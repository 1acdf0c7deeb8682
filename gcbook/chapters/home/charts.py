"""The dial of the landing page: one slider, and what the same errors then say."""

import altair as alt
import pandas as pd

from gcbook.chapters.home.tables import (
    DIFFUSION,
    LANES,
    NETWORK,
    PEOPLE,
    PRINTED,
    SMALL_NETWORK,
)
from gcbook.charts.columns import tooltips
from gcbook.charts.gallery import Gallery, Picture, Strip
from gcbook.charts.names import Names
from gcbook.charts.parts import finish, look, slider
from gcbook.charts.theme import CHANCE_LINE, DISCRIMINATIVE, GENERATIVE, HUMAN, INK, OWN, PAGE
from gcbook.miniworld.results.weighting import PAPER
from gcbook.stimuli.pictures import picture_bytes

_TOP, _LANE, _TITLE, _LINE = 24, 84, 10, 46
"""Pixels: above the lanes, a lane's height, and from its upper edge to its title and its line."""
_WORDS = 15
"""Pixels from a lane's line to what is written above or below it."""
_OWN_LINE = 18
"""Pixels for the name of an own model."""
_NEXT_TO = (SMALL_NETWORK, PRINTED)
"""Who is named below the line, so that two names never meet."""
_LOOKS = {
    PEOPLE: (HUMAN, "diamond"),
    NETWORK: (DISCRIMINATIVE, "circle"),
    PRINTED: (GENERATIVE["imagen"], "square"),
    DIFFUSION: (GENERATIVE["imagen"], "square"),
    SMALL_NETWORK: (DISCRIMINATIVE, "circle"),
}


def example_picture(example: pd.DataFrame) -> Gallery:
    """A cue conflict to look at, with its makers' names.

    Args:
        example: one row of `gcbook.stimuli.pictures.pictures_of`.
    """
    (row,) = example.to_dict("records")
    picture = Picture(
        picture_bytes(str(row["file"])),
        f"The outline of one object ({row['shape']}) in the texture of another ({row['texture']}).",
        ("Geirhos et al. (2019), CC BY 4.0",),
    )
    return Gallery((Strip((picture,), columns=1),))


def fig_dial(rows: pd.DataFrame, own: pd.DataFrame) -> alt.TopLevelMixin:
    """Three lanes from 0 to 1, and on two of them one model, which a slider of k moves.

    Args:
        rows: from `gcbook.chapters.home.tables.dial_rows`.
        own: from `gcbook.chapters.home.tables.own_dial_rows`; may be empty.
    """
    # Names of own models stand below the others', a line each.
    order = {name: number for number, name in enumerate(dict.fromkeys(own["model"]))}
    lane_height = _LANE + _OWN_LINE * len(order)
    decay = slider("k", "Weight of noise level t: exp(−kt), k = ", PAPER, 0, int(rows["k"].max()))
    height = _TOP + lane_height * len(LANES)
    line = {lane: _TOP + i * lane_height + _LINE for i, lane in enumerate(LANES)}
    placed = rows.assign(
        line=rows["lane"].map(line),
        words=rows["lane"].map(line)
        + rows["model"].isin(_NEXT_TO).map({True: 1, False: -1}) * _WORDS,
    )
    down = alt.Scale(domain=[height, 0], nice=False)
    x = alt.X("value:Q", scale=alt.Scale(domain=[0, 1])).axis(
        values=[0, 0.25, 0.5, 0.75, 1], format=".2f", grid=False, title=None
    )

    def at(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=down, axis=None)

    ends = pd.DataFrame([{"line": y, "value": v} for y in line.values() for v in (0.0, 1.0)])
    titles = pd.DataFrame(
        [{"value": 0.0, "line": y - _LINE + _TITLE, "words": lane} for lane, y in line.items()]
    )
    sides = pd.DataFrame(
        {"value": [0.0, 1.0], "line": 8, "words": ["← always the texture", "always the shape →"]}
    )
    now = alt.Chart(placed).transform_filter("!isValid(datum.k) || datum.k === k")
    colors, shapes = zip(*_LOOKS.values(), strict=True)
    kinds = look("model", _LOOKS, color=colors, shape=shapes, legend=None)
    marks = now.encode(
        x=x, y=at("line"), shape=kinds["shape"], tooltip=tooltips(["lane", "model", "value", "k"])
    )
    side = "datum.value > 0.8 ? 'right' : datum.value < 0.15 ? 'left' : 'center'"
    layers = [
        alt.Chart(ends)
        .mark_line(strokeWidth=8, color=CHANCE_LINE, opacity=0.25)
        .encode(x=x, y=at("line"), detail="line:N"),
        alt.Chart(titles)
        .mark_text(align="left", baseline="middle", color=INK, fontWeight="bold")
        .encode(x=x, y=at("line"), text="words:N"),
        alt.Chart(sides)
        .mark_text(align=alt.ExprRef(side), baseline="middle", color=INK)
        .encode(x=x, y=at("line"), text="words:N"),
        marks.transform_filter(alt.datum.model != PRINTED)
        .mark_point(filled=True, size=200, opacity=1, stroke=PAGE)
        .encode(color=kinds["color"]),
        # What is printed alone is hollow, as a line is dashed elsewhere.
        marks.transform_filter(alt.datum.model == PRINTED)
        .mark_point(filled=False, size=160, opacity=1, strokeWidth=2)
        .encode(color=kinds["color"]),
        now.mark_text(align=alt.ExprRef(side), baseline="middle", color=INK)
        .encode(x=x, y=at("words"), text=alt.Text("said:N"))
        .transform_calculate(said="datum.model + ' ' + format(datum.value, '.2f')"),
    ]
    names = Names.of(order)
    if order:
        below = own["lane"].map(line) + _WORDS + (1 + own["model"].map(order)) * _OWN_LINE
        mine = names.chart(
            own.assign(line=own["lane"].map(line), words=below), "model"
        ).transform_filter("datum.k === k")
        tooltip = tooltips(["lane", "model", "value", "k"])
        layers += [
            mine.mark_point(
                shape="triangle-right", filled=True, size=320, opacity=1, color=OWN, stroke=PAGE
            ).encode(x=x, y=at("line"), tooltip=tooltip),
            mine.transform_calculate(said="datum.model + ' ' + format(datum.value, '.2f')")
            .mark_text(align=alt.ExprRef(side), baseline="middle", color=OWN, fontWeight="bold")
            .encode(x=x, y=at("words"), text="said:N"),
        ]
    return finish(
        alt.layer(*layers).add_params(decay, *([names.parameter()] if order else [])),
        height=height,
        description=(
            "Three scales from 0 to 1. Shape bias on photographs: ResNet-50 near the texture, "
            "people near the shape, beside the value that the paper prints for Imagen. Shape bias "
            "on the miniatures’ images: a diffusion model, which the slider moves, and a ResNet "
            "trained on the same images. Below, the accuracy of both."
        ),
    )
