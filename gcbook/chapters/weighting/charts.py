"""Figures of what weightings do to decisions, and why.

Tables come from the other modules of this room, each from the function that the figure names.
"""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from gcbook.chapters.weighting.own_charts import own_layers
from gcbook.charts.columns import tooltips
from gcbook.charts.curves import curve_layers, line_look
from gcbook.charts.miniature_look import COLORS, SHAPES
from gcbook.charts.names import Names
from gcbook.charts.parts import look, radio, side_by_side
from gcbook.charts.theme import (
    CHANCE_LINE,
    CUES,
    DISCRIMINATIVE,
    GENERATIVE,
    INK,
    ORDERED,
    SERIES,
)
from gcbook.miniworld.results.weighting import PAPER

_UNIT = alt.Scale(domain=[0, 1])
_PANEL = {"width": 290, "height": 200}
_DASHES: tuple[list[int], ...] = ([1, 0], [8, 3], [2, 2], [8, 3, 2, 3])
_WEIGHTINGS = {
    "uniform": ("equal weights", SERIES[1], [2, 2]),
    f"exp:{PAPER}": (f"the paper's exp(−{PAPER}t)", INK, [1, 0]),
    "elbo": ("likelihood bound", SERIES[3], [8, 3]),
}


def fig_start(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What the live figure says of each model at a few k: the picture where no script runs.

    Args:
        rows: from `gcbook.chapters.weighting.page.LiveFigure.table`.
    """
    shown = rows.melt(["model", "k"], ["accuracy", "shape_bias"], var_name="measure")
    shown["measure"] = shown["measure"].map({"accuracy": "Accuracy", "shape_bias": "Shape bias"})
    marks = look(
        "measure",
        ["Accuracy", "Shape bias"],
        color=[DISCRIMINATIVE, INK],
        shape=["diamond", "circle"],
        title=None,
    )
    return (
        alt.Chart(shown)
        .mark_point(filled=True, size=80, opacity=1)
        .encode(
            x=alt.X("value:Q", title="Share of answers", scale=_UNIT).axis(
                format=".1f", tickCount=5
            ),
            y=alt.Y("k:O", title="k"),
            row=alt.Row(
                "model:N", title=None, sort=list(dict.fromkeys(rows["model"])), spacing=14
            ).header(labelAngle=0, labelAnchor="start", labelOrient="top", labelFontWeight="bold"),
            **marks,
        )
        .properties(
            width=600,
            height=70,
            description="Accuracy and shape bias of each model on the images of this page for a "
            "few k of exp(−kt). "
            + " ".join(
                f"{row['model']}, k = {row['k']:g}: accuracy {row['accuracy']:.2f}, shape bias "
                f"{row['shape_bias']:.2f}."
                for row in rows.to_dict("records")
            ),
        )
        .configure_legend(orient="bottom")
    )


def fig_sweep(sweep: pd.DataFrame, resnets: pd.DataFrame) -> alt.TopLevelMixin:
    """Shape bias and accuracy against k, a column a world; large points where accuracy is held.

    Args:
        sweep, resnets: from `gcbook.miniworld.results.sweep`.
    """
    panels = []
    for measure, title in (("shape_bias", "Shape bias"), ("accuracy", "Accuracy")):
        for world, rows in sweep.groupby("world", sort=False):
            resnet = resnets.loc[resnets["world"] == world, measure]
            panels.append(_sweep_panel(rows, resnet, measure, title, str(world)))
    return side_by_side(
        panels,
        [],
        "Four panels over k of exp(−kt), from 0 to 20: above the shape bias, below the accuracy, "
        "left in the default world, right in the calibrated one. A line with the band of its "
        "interval for pixel and for latent diffusion, with large points where the accuracy equals "
        "that under the paper's weighting, which a vertical line marks. A "
        "level dashed line is the ResNet's.",
        columns=2,
    )


def _sweep_panel(
    rows: pd.DataFrame, resnet: pd.Series, measure: str, title: str, world: str
) -> alt.LayerChart | alt.FacetChart:
    models = list(dict.fromkeys(rows["model"]))
    columns = {measure: "value", f"{measure}_low": "low", f"{measure}_high": "high"}
    shown = rows[["model", "k", "held", *columns]].rename(columns=columns)
    x = alt.X("k:Q", title="k in exp(−kt)", scale=alt.Scale(domain=[0, 20])).axis(
        values=[0, 5, PAPER, 10, 15, 20], grid=False
    )
    above = measure == "shape_bias"
    scale = _UNIT if above else alt.Scale(domain=[0.5, 1])
    y = alt.Y("value:Q", title=title, scale=scale).axis(format=".1f", tickCount=5)
    marks = look(
        "model",
        models,
        color=[COLORS[name] for name in models],
        shape=[SHAPES[name] for name in models],
        title=None,
    )
    base = alt.Chart(shown).encode(x=x, color=marks["color"])
    tooltip = tooltips(
        ["model", "k", "value", "low", "high"], titles={"value": title}, formats={"value": ".3f"}
    )
    level = alt.Chart(pd.DataFrame({"value": resnet, "says": "the ResNet"})).encode(y=y)
    paper = alt.Chart(pd.DataFrame({"k": [PAPER]})).encode(x=x)
    layers = [
        paper.mark_rule(color=CHANCE_LINE, strokeDash=[2, 2]),
        level.mark_rule(color=DISCRIMINATIVE, strokeWidth=2, strokeDash=[6, 4]),
        *curve_layers(base, y, tooltip=tooltip, size=0, opacity=0.16),
        base.transform_filter("datum.held")
        .mark_point(filled=True, size=45, opacity=1)
        .encode(y=y, shape=marks["shape"], tooltip=tooltip),
    ]
    if above:
        words = level.mark_text(align="right", dx=-4, dy=-9, color=DISCRIMINATIVE)
        layers.append(words.encode(x=alt.value("width"), text="says:N"))
    return alt.layer(*layers).properties(**_PANEL, title=f"{title}, {world.lower()}")


def fig_levels(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """What answers to cue conflicts name at each level of noise, a panel a model.

    Args:
        rows: from `gcbook.chapters.weighting.levels.level_shares`; or of own models, which have no
            ``world`` to choose, from `gcbook.miniworld.results.own_curves.own_levels`.
    """
    answers = list(dict.fromkeys(rows["answer"]))
    worlds = list(dict.fromkeys(rows.get("world", ())))
    marks = look(
        "answer",
        answers,
        color=[CUES["shape"], CUES["texture"], CHANCE_LINE],
        shape=["circle", "square", "triangle-up"],
        dash=_DASHES[: len(answers)],
        title="Answers name",
    )
    y = alt.Y("share:Q", title="Share of answers", scale=_UNIT).axis(format=".0%", tickCount=5)
    x = alt.X("t:Q", title="Noise t, from clean to noise", scale=_UNIT).axis(
        format=".1f", tickCount=6
    )
    tooltip = tooltips(
        ["answer", "t_low", "t_high", "share", "low", "high", "n"],
        titles={"answer": "Answers name"},
        formats={"share": ".1%"},
    )
    columns = ["answer", "t", "t_low", "t_high", "n", "share", "low", "high"]
    panels = []
    for model, group in rows.groupby("model", sort=False):
        base = alt.Chart(group[["world", *columns] if worlds else columns])
        if worlds:
            base = base.transform_filter("datum.world === levels_world")
        base = base.encode(x=x, color=marks["color"])
        layers = curve_layers(
            base, y, dash=marks["strokeDash"], tooltip=tooltip, shape=marks["shape"], size=60
        )
        panels.append(alt.layer(*layers).properties(**_PANEL, title=str(model)))
    return side_by_side(
        panels,
        [radio("levels_world", "World: ", worlds, worlds[0])] if worlds else [],
        f"A panel for each of {', '.join(dict.fromkeys(rows['model']))} over the noise, from clean "
        "images to noise alone: the shares of answers to cue conflicts that name the shape, the "
        "texture, and neither, where the draws of one level of noise decide alone."
        + " A switch chooses the world."
        * bool(worlds),
        columns=2,
    )


def fig_shares(shares: pd.DataFrame) -> alt.TopLevelMixin:
    """What each tenth of t has of the weight and of the influence, under three weightings.

    Args:
        shares: from `gcbook.miniworld.results.weighting.share_table`; of several models each gets a
            row of panels with its name.
    """
    titles = {name: title for name, (title, _, _) in _WEIGHTINGS.items()}
    named = shares.assign(name=shares["weighting"].map(titles))
    looks = {title: (color, dash) for title, color, dash in _WEIGHTINGS.values()}
    encoding = line_look("name", looks, None)
    x = alt.X("tenth:Q", title="Tenth of t, from clean to noise").axis(
        values=[1, 2, 4, 6, 8, 10], format="d", grid=False
    )
    y = alt.Y("share:Q", title="Share", scale=_UNIT).axis(format=".0%", tickCount=5)
    several = shares["model"].nunique() > 1
    panels = []
    for model, rows in named.groupby("model", sort=False):
        for part, title in (("weight", "Weight"), ("variance", "Influence")):
            layers = curve_layers(
                alt.Chart(rows[rows["part"] == part].assign(low=None, high=None)).encode(
                    x=x, color=encoding["color"]
                ),
                y,
                dash=encoding["strokeDash"],
                tooltip=tooltips(
                    ["name", "tenth", "share"],
                    titles={"name": "Weighting"},
                    formats={"share": ".1%"},
                ),
                size=45,
            )[1:]
            whose = f"{title}, {model}" if several else title
            panels.append(alt.layer(*layers).properties(**_PANEL, title=whose))
    return side_by_side(
        panels,
        [],
        "Two panels over the tenths of t, from clean to noise, a line for each of equal weights, "
        "the paper's weight and that of the likelihood bound. Left: the tenth's share of the sum "
        "of weights. Right: its share of the variance of the weighted errors between classes.",
        columns=2,
    )


def fig_axis(rows: pd.DataFrame, own: pd.DataFrame) -> alt.TopLevelMixin:
    """Which share of each weighting lies at noise that hides detail, by the detail.

    Args:
        rows: from `gcbook.chapters.weighting.detail.axis_rows`.
        own: of own models, from `gcbook.chapters.weighting.own.own_axis`; may be empty.
    """
    names = list(dict.fromkeys(rows["weighting"]))
    ends = rows.sort_values("frequency").groupby("weighting").tail(1)
    mine, imagen = COLORS["mini-pixel"], GENERATIVE["parti"]
    looks: dict[str, Any] = {
        name: (imagen if name.startswith("Imagen") else mine, dash)
        for name, dash in zip(names, ([2, 2], [1, 0], [8, 3], [1, 0]), strict=True)
    }
    # Each line has its name at its end.
    encoding = line_look("weighting", looks, None)
    for channel in encoding.values():
        channel.legend = None
    finest = max([32, *own["frequency"]])
    octaves = [2**octave for octave in range(int(np.log2(finest)) + 1)]
    x = alt.X(
        "frequency:Q",
        title="Detail, in cycles per image",
        scale=alt.Scale(type="log", base=2, domain=[1, finest]),
    ).axis(values=octaves, format="d")
    y = alt.Y("share:Q", title="Weight where it is hidden", scale=_UNIT).axis(
        format=".0%", tickCount=5
    )
    layers = curve_layers(
        alt.Chart(rows).encode(x=x, color=encoding["color"]),
        y,
        dash=encoding["strokeDash"],
        tooltip=tooltips(
            ["weighting", "frequency", "share", "low", "high"],
            titles={"frequency": "Cycles per image", "share": "Share of the weight"},
            formats={"frequency": ".1f", "share": ".1%"},
        ),
        size=0,
        opacity=0.25,
    )
    # A name stands above its line, or below a band.
    at = (ends["low"] + 0.01).where(ends["low"].eq(ends["high"]), 0.04)
    said = (
        alt.Chart(ends.assign(share=at))
        .mark_text(align="right", dx=-14, fontWeight="bold")
        .encode(x=x, y=y, color=encoding["color"], text="weighting:N")
    )
    own_names = Names.of(own["weighting"])
    mine_too = own_layers(
        own.rename(columns={"weighting": "model", "share": "value"}),
        x,
        y,
        own_names,
        tooltips(
            ["model", "frequency", "value", "low", "high"],
            titles={"frequency": "Cycles per image", "value": "Share of the weight"},
            formats={"frequency": ".1f", "value": ".1%"},
        ),
    )
    return side_by_side(
        [alt.layer(*layers, said, *mine_too).properties(width=600, height=260)],
        [own_names.parameter()] if mine_too else [],
        "Lines that rise with the fineness of detail, from 1 to 32 cycles per image: the share of "
        "a weighting that lies at noise which hides such detail. Highest is pixel diffusion at 32 "
        "pixels with equal weights, then the same under exp(−7t), then at 64 pixels under "
        "exp(−7t), within the band that Imagen's exp(−7t) has.",
    )


def fig_restored(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Which share of each band's power a denoiser misses, and where the axis says it is hidden.

    Args:
        rows: from `gcbook.chapters.weighting.restored.detail_rows`.
    """
    looks = dict(zip(rows["band"].unique(), zip(ORDERED, _DASHES, strict=True), strict=True))
    encoding = line_look("band", looks, "Cycles per image")
    x = alt.X("t:Q", title="Noise t, from clean to noise", scale=_UNIT).axis(
        format=".1f", tickCount=6
    )
    y = alt.Y("missed:Q", title="Missed, of the power").axis(format=".0%", tickCount=5)
    layers = curve_layers(
        alt.Chart(rows).encode(x=x, color=encoding["color"]),
        y,
        dash=encoding["strokeDash"],
        tooltip=tooltips(
            ["band", "t", "missed", "low", "high", "images"],
            formats={"t": ".2f", "missed": ".1%"},
        ),
    )
    hidden = rows.drop_duplicates("band").assign(missed=0.5)
    points = (
        alt.Chart(hidden[["band", "hidden_at", "missed"]])
        .mark_point(shape="diamond", filled=True, size=130, opacity=1)
        .encode(
            x=alt.X("hidden_at:Q"),
            y=y,
            color=encoding["color"],
            tooltip=tooltips(
                ["band", "hidden_at"],
                titles={"hidden_at": "Hidden from t"},
                formats={"hidden_at": ".2f"},
            ),
        )
    )
    return side_by_side(
        [alt.layer(*layers, points).properties(width=600, height=260)],
        [],
        "A line for each band of spatial frequency over the noise: the power of the error of the "
        "restored images as a share of the clean images', 0 where all is restored. The finer the "
        "band, the earlier it rises. A diamond on each line's level of one half marks where the "
        "noise has as much power in the band's middle as the image.",
    )
