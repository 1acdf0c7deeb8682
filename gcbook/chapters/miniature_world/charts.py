"""Pictures from the miniature world, and the paper's claims put to it.

Pictures are enlarged without smoothing, so that a reader sees the pixels that the models see.
"""

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.forest import fig_forest
from gcbook.charts.gallery import Gallery, Picture, Strip
from gcbook.charts.parts import dropdown, literal
from gcbook.miniworld.results.findings import AGREES
from gcbook.paper.categories import CATEGORIES

_ROW = 84
_LABELS = 68
_MOST = 62
"""Pixels a side of a picture where there is room."""


def fig_samples(samples: pd.DataFrame) -> alt.TopLevelMixin:
    """A few images of each category, one test set at a time.

    Args:
        samples: from `gcbook.chapters.miniature_world.pictures.sample_table`.
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
    # Between the two stands an empty column of no name.
    places = [*range(each), each - 0.5, *range(each, 2 * each)]
    x = alt.X("column:O", axis=None, scale=alt.Scale(domain=places, paddingInner=0))
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
        samples: from `gcbook.chapters.miniature_world.pictures.manipulated_samples`.
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


def fig_textures(textures: pd.DataFrame) -> Gallery:
    """A piece of every category's texture, with both names.

    Args:
        textures: from `gcbook.chapters.miniature_world.pictures.texture_samples`.
    """
    pictures = [
        Picture(row["picture"], f"{row['category']}: {row['texture']}", (row["category"],))
        for row in textures.to_dict("records")
    ]
    return Gallery((Strip(tuple(pictures), columns=8),))


def fig_quiz(quiz: pd.DataFrame) -> Gallery:
    """Numbered cue-conflict images, without what they show.

    Args:
        quiz: from `gcbook.chapters.miniature_world.pictures.quiz_table`.
    """
    pictures = [
        Picture(row["picture"], f"Picture {row['number']}", (str(row["number"]),))
        for row in quiz.to_dict("records")
    ]
    return Gallery((Strip(tuple(pictures), columns=6),))


def fig_claims(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Every difference that the paper's claims suggest, with its interval.

    Args:
        rows: from `gcbook.miniworld.results.findings.claim_differences`.
    """
    agree = rows.loc[rows["verdict"] == AGREES, "compared"]
    return fig_forest(
        rows,
        row="compared",
        value="difference",
        x=alt.X("difference:Q", title="Difference, first minus second").axis(
            format="+.1f", labelFlush=False
        ),
        tooltip=tooltips(["compared", "difference", "low", "high", "a", "b", "verdict"]),
        marked=list(agree),
        two_lines=True,
        description=(
            f"{len(rows)} differences between miniatures with their intervals, and a line at zero; "
            "right of it a difference has the sign that the paper's claim gives it. "
            + " ".join(
                f"{name}: {difference:.2f}."
                for name, difference in zip(rows["compared"], rows["difference"], strict=True)
            )
        ),
    )


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
