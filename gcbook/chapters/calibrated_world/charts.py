"""Figures of the search, of the world that it chose, and of what came of the predictions."""

from collections.abc import Hashable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from gcbook.chapters.calibrated_world.tables import NOISE
from gcbook.charts.category_bias import fig_category_bias
from gcbook.charts.columns import column, tooltips
from gcbook.charts.curves import curve_layers
from gcbook.charts.forest import fig_forest
from gcbook.charts.gallery import Gallery, Picture, Strip
from gcbook.charts.miniature_look import COLORS, SHAPES, recipe_color
from gcbook.charts.parts import dropdown, finish, look, side_by_side
from gcbook.charts.theme import BAND, CHANCE_LINE, DISCRIMINATIVE, INK, OWN, SERIES
from gcbook.miniworld.results.calibrated import CALIBRATED, RESNET50, UNCALIBRATED
from gcbook.miniworld.results.weighting import PAPER

_WORLDS = {CALIBRATED: (SERIES[0], "square"), UNCALIBRATED: (SERIES[1], "triangle-up")}
_DASHES = {CALIBRATED: [1, 0], UNCALIBRATED: [2, 3]}
_PREDICTED, _OUTCOME = "Predicted", "Outcome"


def fig_search(rows: pd.DataFrame, target: tuple[float, float, float]) -> alt.TopLevelMixin:
    """Shape bias of the small ResNet in every world that was looked at, a dot a training.

    Args:
        rows: from `gcbook.miniworld.results.calibrated.search_rows`.
        target: shape bias of ResNet-50 and the ends of its interval.
    """
    value, low, high = target
    axis: dict[str, Any] = {
        "title": column("shape_bias").title,
        "scale": alt.Scale(domain=[0, 1]),
    }
    wanted = alt.Chart(pd.DataFrame({"value": [value], "low": [low], "high": [high]}))
    y = alt.Y("world:N", sort=list(dict.fromkeys(rows["world"])), title=None)
    y = y.axis(grid=True, labelExpr="split(datum.label, ': ')")
    return finish(
        alt.layer(
            wanted.mark_rect(color=BAND, opacity=0.25).encode(
                x=alt.X("low:Q", **axis), x2="high:Q"
            ),
            wanted.mark_rule(color=CHANCE_LINE).encode(x=alt.X("value:Q", **axis)),
            alt.Chart(rows)
            .mark_point(filled=True, size=70, color=INK, opacity=0.8)
            .encode(
                x=alt.X("shape_bias:Q", **axis),
                y=y,
                tooltip=tooltips(["world", "seed", "shape_bias", "accuracy", "minutes"]),
            ),
        ),
        height=alt.Step(34),
        description=(
            f"Dot plot with a row for each of {rows['world'].nunique()} worlds and a dot for each "
            "training: the shape bias of the small ResNet on validation silhouettes, from 0 to 1. "
            "A band shows the interval of ResNet-50, a line its value."
        ),
    )


def fig_matched(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What the chosen world's ResNet has in common with ResNet-50, a row a measure.

    Args:
        rows: from `gcbook.miniworld.results.calibrated.matched_rows`.
    """
    return fig_forest(
        rows,
        row="measure",
        value="value",
        x=alt.X("value:Q", title="Shape bias, or relative accuracy"),
        tooltip=tooltips(["measure", "observer", "value", "low", "high"]),
        series="observer",
        marks={RESNET50: (DISCRIMINATIVE, "circle"), **_WORLDS},
        reference=None,
        description=(
            f"For each of {rows['measure'].nunique()} measures three marks: ResNet-50 with its "
            "interval, the small ResNet of the calibrated world with the range of its seeds, and "
            "that of the default world. Where the second mark is within the first one's interval, "
            "the measure is matched."
        ),
    )


def fig_predictions(
    rows: pd.DataFrame, *, marked: str = "paper", mark: str = "what the paper prints, if anything"
) -> alt.TopLevelMixin:
    """What shape biases were expected, what came out, and another number to compare with.

    Args:
        rows: from `gcbook.miniworld.results.calibrated.outcome_rows`, or its `larger_rows`.
        marked: the column of that number.
        mark: what it is, for those who cannot see the mark.
    """
    ends = {"outcome": "value", "outcome_low": "low", "outcome_high": "high"}
    expected = rows[["prediction", "predicted", "low", "high", marked]]
    found = rows[["prediction", *ends]]
    series = [
        expected.rename(columns={"predicted": "value"}).assign(part=_PREDICTED),
        found.rename(columns=ends).assign(part=_OUTCOME),
    ]
    return fig_forest(
        pd.concat(series, ignore_index=True),
        row="prediction",
        value="value",
        x=alt.X("value:Q", title=column("shape_bias").title, scale=alt.Scale(domain=[0, 1])).axis(
            tickCount=6
        ),
        tooltip=tooltips(
            ["prediction", "part", "value", "low", "high", marked],
            titles={"part": "Shape bias", "value": "Value"},
        ),
        series="part",
        marks={_PREDICTED: (CHANCE_LINE, "circle"), _OUTCOME: (OWN, "diamond")},
        reference=None,
        ticks=marked,
        two_lines=True,
        description=(
            f"For each of {len(rows)} models and ways to test them: the shape bias that was "
            "expected before it was trained, with an interval, what came out, and an upright "
            f"mark at {mark}."
        ),
    )


def fig_losses(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Validation losses along trainings at two resolutions, a panel a model.

    Args:
        rows: from `gcbook.miniworld.results.calibrated.loss_rows`.
    """
    rows = rows.assign(size=rows["pixels"].map("{0} × {0} pixels".format))
    sizes = dict.fromkeys(rows["size"])
    legend = alt.Legend(title=None)
    series = look("size", sizes, color=SERIES[:2], dash=[[1, 0], [5, 3]], legend=legend)
    panels = [
        alt.Chart(of_recipe, title=str(recipe), width=300, height=220)
        .mark_line(point=True)
        .encode(
            x=alt.X("images:Q", title=column("images_seen").title).axis(format="~s", tickCount=5),
            y=alt.Y("loss:Q", title=column("loss").title, scale=alt.Scale(zero=False)),
            tooltip=tooltips(["recipe", "size", "images", "loss"], titles={"size": "Resolution"}),
            **series,
        )
        for recipe, of_recipe in rows.groupby("recipe", sort=False)
    ]
    return side_by_side(
        panels,
        [],
        "A panel a model: validation loss against the images seen in training, a line each for "
        f"{' and '.join(sizes)}. "
        + " ".join(
            f"{recipe}, {size}: {of_one['loss'].iloc[-1]:.3f} at the end."
            for (recipe, size), of_one in rows.groupby(["recipe", "size"], sort=False)
        ),
    )


def fig_kinds(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 1 over all categories: shape bias of every kind of miniature in both worlds.

    Args:
        rows: from `gcbook.chapters.calibrated_world.tables.kind_rows`.
    """
    return fig_forest(
        rows,
        row="recipe",
        value="shape_bias",
        x=alt.X(
            "shape_bias:Q", title=column("shape_bias").title, scale=alt.Scale(domain=[0, 1])
        ).axis(tickCount=6),
        tooltip=tooltips(
            [
                *("world", "recipe", "shape_bias", "low", "high"),
                *("shape_accuracy", "texture_accuracy", "accuracy"),
                *("seeds", "seed_least", "seed_most", "minutes", "paper"),
            ]
        ),
        series="world",
        marks=_WORLDS,
        reference=None,
        ticks="paper",
        description=(
            "Shape bias of each kind of miniature, one mark with its interval for each of two "
            "worlds, and an upright mark at what the paper prints for the model that it stands "
            "for. "
            + " ".join(
                f"{row['recipe']}, {row['world'].lower()}: {row['shape_bias']:.2f}."
                for row in rows.to_dict("records")
            )
        ),
    )


def fig_weighting(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape bias against k, in both worlds.

    Args:
        rows: from `gcbook.miniworld.results.two_worlds.weighting_rows`.
    """
    x = alt.X("k:Q", title="k in exp(−kt)", scale=alt.Scale(nice=False)).axis(grid=False)
    y = alt.Y("shape_bias:Q", title=column("shape_bias").title, scale=alt.Scale(domain=[0, 1]))
    recipes = list(dict.fromkeys(rows["recipe"]))
    dashes = look("world", _DASHES, dash=_DASHES.values(), legend=alt.Legend(title="World"))
    lines = alt.Chart(rows).encode(x=x, detail="world:N", color=recipe_color(recipes))
    rule = alt.Chart(pd.DataFrame({"k": [PAPER]})).mark_rule(color=CHANCE_LINE)
    return finish(
        alt.layer(
            rule.encode(x=x),
            *curve_layers(
                lines,
                y,
                dash=dashes["strokeDash"],
                tooltip=tooltips(
                    [
                        *("world", "recipe", "k", "shape_bias", "low", "high"),
                        *("shape_accuracy", "texture_accuracy"),
                    ]
                ),
            ),
        ),
        height=280,
        description=(
            f"Shape bias of {', '.join(recipes)} in two worlds, a line and a band each, against k "
            "from 0, where all noise counts alike, to 20; an upright line marks the paper's k. The "
            "ResNet does not depend on k. "
            + " ".join(
                f"{row['recipe']}, {row['world'].lower()}, k = {row['k']:.0f}: "
                f"{row['shape_bias']:.2f}."
                for row in rows[rows["k"].isin([0, PAPER])].to_dict("records")
            )
        ),
    )


def fig_claims(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """The differences that the paper's claims suggest, in both worlds.

    Args:
        rows: from `gcbook.miniworld.results.two_worlds.claims_in_both`.
    """
    return fig_forest(
        rows,
        row="compared",
        value="difference",
        x=alt.X("difference:Q", title="Difference, first minus second").axis(
            format="+.1f", labelFlush=False, tickCount=6
        ),
        tooltip=tooltips(["world", "compared", "difference", "low", "high", "a", "b", "verdict"]),
        series="world",
        marks=_WORLDS,
        two_lines=True,
        description=(
            "Differences between miniatures with their intervals, in two worlds, and a line at "
            "zero; right of it a difference has the sign that the paper's claim gives it. "
            + " ".join(
                f"{row['compared']}, {row['world'].lower()}: {row['difference']:.2f}."
                for row in rows.to_dict("records")
            )
        ),
    )


def fig_noise(rows: pd.DataFrame, printed: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 13 in miniature, one world at a time, with the paper's averages as lines.

    Args:
        rows: from `gcbook.chapters.calibrated_world.tables.noise_rows`.
        printed: from `gcbook.stats.shape_tables.noised_resnets`.
    """
    worlds = list(dict.fromkeys(rows["world"]))
    looks = (
        (COLORS["mini-cnn"], SHAPES["mini-cnn"]),
        (COLORS["mini-cnn-noise"], SHAPES["mini-cnn-noise"]),
        (SERIES[1], "square"),
    )
    return fig_category_bias(
        rows,
        printed,
        series="noise",
        marks=dict(zip(NOISE, looks, strict=True)),
        choice=dropdown("noise_world", "World ", worlds, CALIBRATED),
        shown="datum.world === noise_world",
        description=(
            "One row for each of 16 shape categories; horizontal position is the fraction of "
            "texture decisions. Three marks with intervals for small classifiers without noise, "
            "with noise in training, and with noise in training and testing, with a line at the "
            "mean over categories of each. Dashed lines are the averages that the paper prints "
            "for its ResNet-50. A menu chooses the world."
        ),
    )


def fig_images(rows: pd.DataFrame) -> Gallery:
    """An image of each category in both worlds.

    Args:
        rows: from `gcbook.chapters.calibrated_world.tables.image_rows`.
    """
    return Gallery(
        tuple(
            Strip(tuple(map(_image, images.to_dict("records"))), str(world), columns=4)
            for world, images in rows.groupby("world", sort=False)
        )
    )


def _image(row: Mapping[Hashable, Any]) -> Picture:
    other = row["outline"] != row["category"]
    words = (row["category"], f"(outline: {row['outline']})" if other else "")
    return Picture(row["picture"], " ".join(words).strip(), words)
