"""Pictures from the miniature world: samples of the test sets, textures, a self-test.

Pictures are PNG data URIs in the specification, enlarged without smoothing, so that a reader sees
the pixels that the models see.
"""

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.parts import dropdown, literal
from gcbook.paper.categories import CATEGORIES

__all__ = ["fig_manipulations", "fig_quiz", "fig_samples", "fig_textures"]

_ROW = 84
_LABELS = 68
_MOST = 62
"""Pixels a side of a picture where there is room."""


def fig_samples(samples: pd.DataFrame) -> alt.TopLevelMixin:
    """A few images of each category, one test set at a time.

    Args:
        samples: from `gcbook.chapters.miniature_world.tables.sample_table`.
    """
    sets = list(dict.fromkeys(samples["set"]))
    each = int(samples["place"].max()) + 1
    shown = dropdown("sample_set", "Test set ", sets, sets[0])
    # Two categories share a line: one would leave a wide page empty.
    half = (len(CATEGORIES) + 1) // 2
    rank = samples["category"].map(list(CATEGORIES).index)
    placed = samples.assign(
        row=rank % half, column=samples["place"] + each * (rank // half), key=samples["category"]
    )
    base = (
        alt.Chart(placed[["set", "category", "texture", "row", "column", "picture", "place"]])
        .transform_filter("datum.set === sample_set")
        .transform_calculate(wears="datum.texture || 'none'")
    )
    x = _places("column:O", 2 * each, gap_after=each)
    y = alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0))
    tooltip = tooltips(["category", "wears"], titles={"wears": "Texture of"})
    side = f"min({_MOST}, width / {2 * each} - 3)"
    pictures = _pictures(base, side).encode(x=x, y=y, url="picture:N", tooltip=tooltip)
    words = (
        base.transform_filter("datum.place === 0")
        .mark_text(
            align="left",
            fontSize=12,
            dx=alt.ExprRef(f"-({side}) / 2"),
            dy=alt.ExprRef(f"-({side}) / 2 - 8"),
        )
        .encode(x=x, y=y, text="category:N")
    )
    return _finish(
        alt.layer(pictures, words).add_params(shown),
        height=_ROW * half,
        description=(
            f"{each} small grey pictures of each of the 16 categories, of one test set at a time: "
            f"{', '.join(sets).lower()}. In the first an object wears a texture on a blurred "
            f"background, at first {sets[0].lower()}; the data table says what each picture shows."
        ),
    )


def fig_manipulations(samples: pd.DataFrame) -> alt.TopLevelMixin:
    """The same images under one manipulation at a time, a line a strength.

    Args:
        samples: from `gcbook.chapters.miniature_world.tables.manipulated_samples`.
    """
    sets = list(dict.fromkeys(samples["set"]))
    shown = dropdown("manipulation", "Manipulation ", sets, sets[0])
    categories = [name for name in CATEGORIES if name in set(samples["category"])]
    strengths = samples.drop_duplicates("set").set_index("set")["strength"].to_dict()
    labels = (
        samples.drop_duplicates(["set", "step"]).groupby("set", sort=False)["condition"].agg(list)
    ).to_dict()
    steps = int(samples["step"].max()) + 1
    base = alt.Chart(
        samples[["set", "step", "condition", "category", "texture", "picture"]]
    ).transform_filter("datum.set === manipulation")
    x = alt.X(
        "category:O",
        sort=categories,
        title=None,
        scale=alt.Scale(paddingInner=0),
        axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False, labelOverlap=False),
    )
    # An ordinal axis with all steps, so that the picture of a step stays where it is.
    y = alt.Y(
        "step:O",
        title=None,
        scale=alt.Scale(domain=list(range(steps)), paddingInner=0),
        axis=alt.Axis(
            ticks=False,
            domain=False,
            labelExpr=f"{literal(labels)}[manipulation][datum.value] || ''",
            # Room for the longest label, whichever is shown first.
            minExtent=_LABELS,
        ),
    )
    tooltip = tooltips(["category", "texture", "condition"], formats={"texture": ""})
    side = f"min({_MOST}, width / {len(categories)} - 3)"
    pictures = _pictures(base, side).encode(x=x, y=y, url="picture:N", tooltip=tooltip)
    return _finish(
        alt.layer(pictures).add_params(shown),
        height=68 * steps,
        title=alt.TitleParams(
            text=alt.ExprRef(f"'Down: ' + {literal(strengths)}[manipulation]"),
            anchor="start",
            frame="group",
            fontSize=13,
        ),
        description=(
            f"The same {len(categories)} objects ({', '.join(categories)}) in every condition of "
            f"one manipulation at a time, the unchanged pictures at the top: {', '.join(sets)}."
        ),
    )


def fig_textures(textures: pd.DataFrame) -> alt.TopLevelMixin:
    """A piece of every category's texture, with both names.

    Args:
        textures: from `gcbook.chapters.miniature_world.tables.texture_samples`.
    """
    columns = 4
    placed = textures.assign(
        row=[i // columns for i in range(len(textures))],
        column=[i % columns for i in range(len(textures))],
    )
    base = alt.Chart(placed)
    x = _places("column:O", columns)
    y = alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0))
    side = f"min(96, width / {columns} - 6)"
    tooltip = tooltips(["category", "texture"], formats={"texture": ""})
    pictures = _pictures(base, side).encode(x=x, y=y, url="picture:N", tooltip=tooltip)
    words = base.transform_calculate(says="[datum.category, datum.texture]").mark_text(
        fontSize=12, lineHeight=14, dy=alt.ExprRef(f"({side}) / 2 + 11")
    )
    rows = (len(textures) + columns - 1) // columns
    return _finish(
        alt.layer(pictures, words.encode(x=x, y=y, text="says:N")),
        height=144 * rows,
        description=(
            "A square piece of texture for each of the 16 categories, with the name of the "
            "category and of its texture: "
            + ", ".join(f"{row.category} {row.texture}" for row in textures.itertuples())
            + "."
        ),
    )


def fig_quiz(quiz: pd.DataFrame) -> alt.TopLevelMixin:
    """Numbered cue-conflict images, without what they show.

    Args:
        quiz: from `gcbook.chapters.miniature_world.tables.quiz_table`.
    """
    columns = 4
    placed = quiz[["number", "picture"]].assign(
        row=[i // columns for i in range(len(quiz))],
        column=[i % columns for i in range(len(quiz))],
    )
    base = alt.Chart(placed)
    x = _places("column:O", columns)
    y = alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0))
    side = f"min(96, width / {columns} - 4)"
    pictures = _pictures(base, side).encode(x=x, y=y, url="picture:N", tooltip=tooltips(["number"]))
    words = base.mark_text(fontSize=13, fontWeight="bold", dy=alt.ExprRef(f"-({side}) / 2 - 9"))
    rows = (len(quiz) + columns - 1) // columns
    return _finish(
        alt.layer(pictures, words.encode(x=x, y=y, text="number:N")),
        height=124 * rows,
        description=(
            f"{len(quiz)} numbered pictures in which an object wears the texture of another "
            "category; what they show stands in the solution below."
        ),
    )


def _places(field: str, number: int, gap_after: int = 0) -> alt.X:
    """Columns side by side, optionally with an empty one of no name for a gap."""
    places: list[int | float] = list(range(number))
    if gap_after:
        places = [*places[:gap_after], gap_after - 0.5, *places[gap_after:]]
    return alt.X(field, axis=None, scale=alt.Scale(domain=places, paddingInner=0))


def _pictures(base: alt.Chart, side: str) -> alt.Chart:
    return base.mark_image(width=alt.ExprRef(side), height=alt.ExprRef(side), smooth=False)


def _finish(
    chart: alt.LayerChart | alt.FacetChart,
    *,
    height: int,
    description: str,
    **more: alt.TitleParams,
) -> alt.TopLevelMixin:
    sized = chart.properties(
        width="container",
        height=height,
        description=description,
        # Of the view itself, for the page's dark theme frames whatever says nothing of its own.
        view=alt.ViewBackground(stroke=None),
        **more,
    )
    return sized.configure_axis(grid=False)
