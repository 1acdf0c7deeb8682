"""The dial of the landing page: one slider, and which cue the same errors then speak for."""

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.gallery import Gallery, Picture, Strip
from gcbook.charts.miniature_look import recipe_color, recipe_shape
from gcbook.charts.parts import finish, slider
from gcbook.charts.theme import CHANCE_LINE, INK
from gcbook.miniworld.results.weighting import PAPER
from gcbook.stimuli.pictures import picture_bytes

_ENDS = pd.DataFrame(
    {
        "shape_bias": [0.0, 1.0],
        "end": ["always the texture", "always the shape"],
        "anchor": ["left", "right"],
    }
)


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


def fig_dial(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape bias as a place between texture and shape, which a slider of k moves.

    Args:
        rows: from `gcbook.chapters.home.tables.dial_rows`.
    """
    recipes = list(dict.fromkeys(rows["recipe"]))
    decay = slider("k", "Weight of noise levels: exp(−kt), k = ", PAPER, 0, int(rows["k"].max()))
    x = alt.X("shape_bias:Q", scale=alt.Scale(domain=[0, 1]), title="Shape bias").axis(
        values=[0, 0.25, 0.5, 0.75, 1], format=".2f", grid=False
    )
    middle = alt.value(34)
    now = alt.Chart(rows).transform_filter("datum.k === k")
    tooltip = tooltips(["recipe", "k", "shape_bias", "shape_accuracy", "texture_accuracy"])
    layers = [
        alt.Chart(_ENDS)
        .mark_line(strokeWidth=10, color=CHANCE_LINE, opacity=0.25)
        .encode(x=x, y=middle),
        *(
            alt.Chart(_ENDS[_ENDS["anchor"] == anchor])
            .mark_text(align=anchor, baseline="bottom", color=INK)
            .encode(x=x, y=alt.value(14), text="end:N")
            for anchor in _ENDS["anchor"]
        ),
        now.mark_point(filled=True, size=260, opacity=1, stroke=INK, strokeWidth=1).encode(
            x=x,
            y=middle,
            color=recipe_color(recipes),
            shape=recipe_shape(recipes),
            tooltip=tooltip,
        ),
    ]
    return finish(
        alt.layer(*layers).add_params(decay),
        height=68,
        description=(
            "A dial from always the texture, on the left, to always the shape, on the right, with "
            "a mark for each of two miniature diffusion models. Moving the slider changes how the "
            "stored errors are weighted over noise levels, and moves the marks."
        ),
    )
