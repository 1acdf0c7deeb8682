"""Figures of both worlds, of the answers in them, and of what became of the predictions."""

from collections.abc import Hashable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import column, tooltips
from gcbook.charts.forest import fig_forest
from gcbook.charts.gallery import Gallery, Picture, Strip
from gcbook.charts.names import NAME_OF_TICK, Names
from gcbook.charts.parts import finish, look
from gcbook.charts.theme import CHANCE_LINE, CUES, DISCRIMINATIVE, GENERATIVE, OWN, PAGE, SERIES
from gcbook.miniworld.results.calibrated import CALIBRATED, RESNET50, UNCALIBRATED

_PAPER = "The paper's model"
_WORLDS = {CALIBRATED: (SERIES[0], "square"), UNCALIBRATED: (SERIES[1], "triangle-up")}
_PREDICTED, _OUTCOME = "Predicted", "Outcome"
_ANSWERS = {
    "shape_accuracy": ("Shape", CUES["shape"]),
    "texture_accuracy": ("Texture", CUES["texture"]),
    "neither": ("Neither", CHANCE_LINE),
}
_WRITTEN = 26
"""Pixels that a bar must have across for its number."""


def fig_images(rows: pd.DataFrame) -> Gallery:
    """Images of both worlds and cue conflicts.

    Args:
        rows: from `gcbook.chapters.calibrated_world.tables.image_rows`.
    """
    return Gallery(
        tuple(
            Strip(tuple(map(_image, images.to_dict("records"))), str(shown), columns=4)
            for shown, images in rows.groupby("shown", sort=False)
        )
    )


def _image(row: Mapping[Hashable, Any]) -> Picture:
    words = [row["category"]]
    if row["outline"] != row["category"]:
        words.append(f"outline: {row['outline']}")
    if row["texture"] != row["category"]:
        words.append(f"texture: {row['texture']}")
    return Picture(row["picture"], ", ".join(words), tuple(words))


def fig_kinds(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Fig. 1 over all categories: shape bias of every kind of miniature in both worlds.

    Args:
        rows: from `gcbook.chapters.calibrated_world.tables.kind_rows`.
    """
    first = rows[rows["world"] == CALIBRATED]
    printed = first[["model", "paper"]].dropna().rename(columns={"paper": "shape_bias"})
    return fig_forest(
        pd.concat([rows, printed.assign(world=_PAPER)], ignore_index=True),
        row="model",
        value="shape_bias",
        x=alt.X(
            "shape_bias:Q", title=column("shape_bias").title, scale=alt.Scale(domain=[0, 1])
        ).axis(tickCount=6),
        tooltip=tooltips(
            [
                *("world", "model", "shape_bias", "low", "high"),
                *("shape_accuracy", "texture_accuracy", "accuracy"),
                *("seeds", "seed_least", "seed_most"),
            ]
        ),
        series="world",
        marks={**_WORLDS, _PAPER: (CHANCE_LINE, "diamond")},
        reference=None,
        two_lines=True,
        description=(
            "Shape bias of each kind of miniature, diffusion under two weightings, one mark with "
            "its interval for each of two worlds, and a diamond at what the paper prints for the "
            "model of this kind. "
            + " ".join(
                f"{row['model']}, {row['world'].lower()}: {row['shape_bias']:.2f}."
                for row in rows.to_dict("records")
            )
        ),
    )


def fig_answers(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What each kind of miniature answers to the calibrated world's cue conflicts.

    Args:
        rows: from `gcbook.chapters.calibrated_world.tables.kind_rows`.
    """
    shown = rows[rows["world"] == CALIBRATED]
    # Two lines that fit a phone: the kind, and below it what else there is to say.
    kind, _, rest = zip(*shown["model"].str.partition(": ").to_numpy(), strict=True)
    right = shown["accuracy"].map("{:.0%} right".format)
    shown = shown.assign(
        label=[
            f"{name}: {how.removeprefix('trained ')}, {share}" if how else f"{name}: {share}"
            for name, how, share in zip(kind, rest, right, strict=True)
        ]
    )
    names = list(shown["label"])
    keyed = Names.of(names)
    parts = []
    for place, (measure, (title, _)) in enumerate(_ANSWERS.items()):
        before = sum((shown[each] for each in list(_ANSWERS)[:place]), start=0 * shown["neither"])
        parts.append(
            shown[["model", "label", "shape_bias", "accuracy"]].assign(
                answer=title, share=shown[measure], start=before, end=before + shown[measure]
            )
        )
    bars = pd.concat(parts, ignore_index=True)
    bars["middle"] = (bars["start"] + bars["end"]) / 2
    titles, colors = zip(*_ANSWERS.values(), strict=True)
    y = keyed.rows("label", names, labelLimit=180, labelExpr=f"split({NAME_OF_TICK}, ': ')")
    x = alt.X("start:Q", title="Answers to cue conflicts", scale=alt.Scale(domain=[0, 1]))
    base = keyed.chart(bars, "label").encode(y=y)
    return finish(
        alt.layer(
            base.mark_bar(height=24).encode(
                x=x.axis(format="%", tickCount=5, grid=False),
                x2="end:Q",
                tooltip=tooltips(["model", "answer", "share", "shape_bias", "accuracy"]),
                **look("answer", titles, color=colors, legend=alt.Legend(title="Names the")),
            ),
            base.transform_filter(f"datum.share * width >= {_WRITTEN}")
            .mark_text(color=PAGE, fontWeight="bold")
            .encode(x="middle:Q", text=alt.Text("share:Q", format=".0%")),
        ).add_params(keyed.parameter()),
        height=44 * len(names),
        description=(
            "A bar for each kind of miniature, divided into answers that name the shape, the "
            "texture and neither. "
            + " ".join(
                f"{row['model']}: {row['shape_accuracy']:.0%}, {row['texture_accuracy']:.0%}, "
                f"{row['neither']:.0%}."
                for row in shown.to_dict("records")
            )
        ),
    )


def fig_nine(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape bias of the ResNet and of pixel diffusion in nine worlds.

    Args:
        rows: from `gcbook.chapters.calibrated_world.tables.nine_rows`.
    """
    # The legend of a phone has room for no more.
    rows = rows.assign(model=rows["model"].str.replace("Pixel diffusion", "Pixel"))
    models = list(dict.fromkeys(rows["model"]))
    blue = GENERATIVE["imagen"]
    looks = ((DISCRIMINATIVE, "circle"), (blue, "square"), (blue, "triangle-up"))
    return fig_forest(
        rows,
        row="world",
        value="shape_bias",
        x=alt.X(
            "shape_bias:Q", title=column("shape_bias").title, scale=alt.Scale(domain=[0, 1])
        ).axis(tickCount=6),
        tooltip=tooltips(["world", "model", "shape_bias", "low", "high", "accuracy"]),
        series="model",
        marks=dict(zip(models, looks, strict=False)),
        reference=0.5,
        two_lines=True,
        description=(
            f"Shape bias of {', '.join(models)} in {rows['world'].nunique()} worlds, with "
            "intervals and a line at one half: above it more answers name the shape than the "
            "texture. "
            + " ".join(
                f"{row['world']}, {row['model']}: {row['shape_bias']:.2f}."
                for row in rows.to_dict("records")
            )
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
        x=alt.X("value:Q", title="Shape bias, or relative accuracy").axis(tickCount=6),
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


def fig_predictions(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What shape biases were predicted, and what came out.

    Args:
        rows: from `gcbook.chapters.calibrated_world.tables.prediction_rows`.
    """
    ends = {"outcome": "value", "outcome_low": "low", "outcome_high": "high"}
    expected = rows[["prediction", "predicted", "low", "high"]]
    series = [
        expected.rename(columns={"predicted": "value"}).assign(part=_PREDICTED),
        rows[["prediction", *ends]].rename(columns=ends).assign(part=_OUTCOME),
    ]
    return fig_forest(
        pd.concat(series, ignore_index=True),
        row="prediction",
        value="value",
        x=alt.X("value:Q", title=column("shape_bias").title, scale=alt.Scale(domain=[0, 1])).axis(
            tickCount=6
        ),
        tooltip=tooltips(
            ["prediction", "part", "value", "low", "high"],
            titles={"part": "Shape bias", "value": "Value"},
        ),
        series="part",
        marks={_PREDICTED: (CHANCE_LINE, "circle"), _OUTCOME: (OWN, "diamond")},
        reference=None,
        two_lines=True,
        description=(
            f"For each of {len(rows)} models and ways to test them: the shape bias that was "
            "predicted before it was trained, with an interval, and what came out."
        ),
    )
