"""Figures of illusions: drawings and reconstructions, the two criteria, and preferences."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.curves import curve_layers, line_look
from gcbook.charts.parts import dropdown, finish, positions, side_by_side
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
from gcbook.charts.theme import CHANCE_LINE, INK
from gcbook.illusions.drawings import (
    DRAWINGS,
    FIGURE,
    GROUND,
    Drawing,
    Points,
    smooth_curve,
)

__all__ = [
    "fig_drawings",
    "fig_fetched",
    "fig_flips",
    "fig_gallery",
    "fig_overlap",
    "fig_placement",
    "fig_poses",
    "fig_preferences",
    "fig_resemblance",
]

_LOOKS: dict[str, tuple[str, list[int]]] = {
    "Under the prompt": ("#0077bb", [1, 0]),
    "Untouched picture": ("#7a7a7a", [2, 2]),
    "No prompt": ("#00916e", [8, 3]),
    "Wrong prompts": ("#b86e00", [8, 3, 2, 3]),
    "Where the drawing has it": ("#0077bb", [1, 0]),
    "Mirrored": ("#8a5bd6", [8, 3]),
    "Wrong prompts at most": ("#b86e00", [8, 3, 2, 3]),
    "Between wrong prompts": ("#b86e00", [8, 3, 2, 3]),
    "Other reading": ("#d0273c", [1, 3]),
    "Becomes what is named": ("#0077bb", [1, 0]),
    "Becomes the opposite": ("#b86e00", [8, 3, 2, 3]),
    "Between the readings": ("#0077bb", [1, 0]),
}
_DRAWN = ["#0077bb", "#b86e00", "#d0273c"]
_SIZE = {"width": 200, "height": 170}
_X = alt.X("strength:Q", title="Strength", scale=alt.Scale(domain=[0.2, 1], nice=False)).axis(
    values=[0.2, 0.4, 0.6, 0.8, 1], labelFlush=False, labelOverlap="greedy"
)

_SIDE = 130
_ACROSS = alt.X("x:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
_DOWN = alt.Y("y:Q", scale=alt.Scale(domain=[1, 0]), axis=None)
_EVERY = 4
_FOUR_SQUARES = {"columns": 4, "usermeta": {"square": True}}
"""Four panels a row, which the page keeps square when it fits their width to the screen."""
_PARTS = (
    ("#d0273c", [1, 0]),
    ("#8a5bd6", [5, 3]),
    ("#b86e00", [2, 2]),
    ("#0077bb", [8, 3, 2, 3]),
)
_HEIGHT = 490
# Below a reconstruction stand three lines: names are long, and phones narrow.
_GRID = Grid(columns=3, words=54, side=150, narrow=150, gap=10)
_SCALE = "'white: ' + format(datum.full, '.2~f')"


def fig_fetched(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """The paper's pictures, as they are or with their reconstructions.

    Args:
        rows: from `gcbook.chapters.illusions.gallery.fetched_rows`.
    """
    images = list(dict.fromkeys(rows["image"]))
    ranked = rows.assign(step=rows.groupby("image").cumcount() + 1)
    steps = int(ranked["step"].max())
    parameters = [dropdown("fetched_image", "Picture ", images, images[0])]
    said: dict[str, Any] = {}
    if steps > 1:
        strengths = sorted(rows["strength"].unique())
        said = positions({"fetched_step": [f"{strength:.2f}" for strength in strengths]})
        bind = alt.binding_range(min=1, max=steps, step=1, name="Strength ")
        parameters.append(alt.param(name="fetched_step", value=1, bind=bind))
    step = "fetched_step" if steps > 1 else "1"
    # Two beside each other, as large as the page allows.
    pitch = "(width / 2)"
    side = f"min({pitch} - {_GRID.gap}, 224)"
    base = (
        alt.Chart(ranked)
        .transform_filter(f"datum.image === fetched_image && datum.step === {step}")
        .transform_flatten(["title", "picture"])
        .transform_window(place="row_number()")
        .transform_calculate(
            px=f"((datum.place - 1) % 2) * {pitch}",
            py=f"{_GRID.top} + floor((datum.place - 1) / 2) * ({side} + {_GRID.top} + 6)",
            url="'data:image/jpeg;base64,' + datum.picture",
            heading="datum.title + (datum.title === 'The picture' && isValid(datum.strength) ? "
            "', strength ' + format(datum.strength, '.2f') : '')",
            spoken="datum.title + ', by ' + datum.credit",
        )
    )
    words = base.mark_text(align="left", baseline="bottom", dy=-4, fontSize=FONT)
    layers = [
        image_mark(base, side).encode(
            x=at("px"), y=at("py"), url="url:N", tooltip=alt.Tooltip("credit:N", title="By")
        ),
        words.encode(x=at("px"), y=at("py"), text="heading:N", description="spoken:N"),
    ]
    chart = alt.layer(*layers).add_params(*parameters)
    height = 270 if rows["picture"].str.len().max() == 1 else 520
    return finish(
        chart.properties(view=alt.ViewBackground(stroke=None), usermeta=said),
        height=height,
        description=(
            f"The paper's pictures ({', '.join(images)}), one at a time; where a model was named, "
            "with its reconstructions under two prompts and a map of where these differ, red where "
            "the first is lighter and blue where the second is."
        ),
    )


def fig_drawings() -> alt.TopLevelMixin:
    """All drawings, their parts outlined in the colour of the reading to which they belong."""
    readings = list(dict.fromkeys(name for each in DRAWINGS.values() for name, _ in each.parts))
    look = line_look("reading", dict(zip(readings, _PARTS, strict=False)), "Part of the")
    panels = []
    for drawing in DRAWINGS.values():
        layers = _filled_curves(drawing)
        corners = [
            {"x": px, "y": py, "reading": reading, "part": part, "order": number}
            for (reading, part), points in drawing.parts.items()
            for number, (px, py) in enumerate((*points, points[0]))
        ]
        if corners:
            outline = alt.Chart(pd.DataFrame(corners)).mark_line(strokeWidth=2)
            layers.append(
                outline.encode(
                    x=_ACROSS,
                    y=_DOWN,
                    order="order:Q",
                    detail="part:N",
                    tooltip=tooltips(["reading", "part"]),
                    **look,
                )
            )
        panels.append(alt.layer(*layers).properties(width=_SIDE, height=_SIDE, title=drawing.name))
    names = "; ".join(
        f"{each.name}: {' or '.join(each.readings) or 'nothing in particular'}"
        for each in DRAWINGS.values()
    )
    return side_by_side(
        panels,
        [],
        "Small dark drawings on a light ground, each with outlines around the parts that make a "
        f"reading, in the colour of that reading. What can be seen in them: {names}.",
        **_FOUR_SQUARES,
    )


def fig_gallery(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """A picture, its reconstructions under all prompts, and where two prompts differ.

    Args:
        rows: from `gcbook.chapters.illusions.gallery.gallery_rows`.
    """
    images, models = list(dict.fromkeys(rows["image"])), list(dict.fromkeys(rows["model"]))
    steps = int(rows.groupby("image")["strength"].nunique().max())
    parameters = [
        dropdown("gallery_model", "Model ", models, models[0]),
        dropdown("gallery_image", "Picture ", images, images[0]),
        alt.param(
            name="gallery_step",
            value=min(3, steps),
            bind=alt.binding_range(min=1, max=steps, step=1, name="Strength "),
        ),
    ]
    longest = rows.groupby("image")["strength"].nunique().idxmax()
    strengths = sorted(set(rows.loc[rows["image"] == longest, "strength"]))
    beside = positions({"gallery_step": [f"{strength:.2f}" for strength in strengths]})
    chosen = "datum.image === gallery_image && datum.model === gallery_model"
    ranked = rows.assign(
        step=rows.groupby(["model", "image"])["strength"].rank().astype(int),
        steps=rows.groupby(["model", "image"])["strength"].transform("size"),
    )
    # Where a picture has fewer strengths, the end of the slider shows its largest.
    base = alt.Chart(ranked).transform_filter(
        f"{chosen} && datum.step === min(gallery_step, datum.steps)"
    )
    flat = base.transform_flatten(["prompt", "seen", "picture", "says"])
    grid = _GRID.place(
        flat.transform_window(place="row_number()"),
        "(datum.place - 1)",
        url=data_url("picture"),
        asked="datum.prompt === 'no prompt' ? 'no prompt' : '“' + datum.prompt + '”'",
        answer="'→ ' + split(datum.says, ', ')[0]",
        sure="split(datum.says, ', ')[1]",
        spoken=(
            "'under ' + (datum.prompt === 'no prompt' ? '' : 'the prompt ') + datum.prompt"
            " + (datum.seen ? ', which is seen in the picture' : '')"
            " + ': classified as ' + datum.says"
        ),
    )
    said = tooltips(["asked", "says"], titles={"asked": "Prompt"})
    strength = "'Strength ' + format(datum.strength, '.2f')"
    layers = [
        *large_picture(base, "'Untouched'", "original", "0", str(_GRID.top), _GRID.picture),
        *large_picture(base, "datum.compared", "difference", *_GRID.second, _GRID.picture),
        base.transform_calculate(
            px=_GRID.second[0], py=f"{_GRID.second[1]} + {_GRID.picture}", scale=_SCALE
        )
        .mark_text(align="left", baseline="top", dy=5, fontSize=FONT)
        .encode(x=at("px"), y=at("py"), text="scale:N", description="scale:N"),
        heading(base, strength, _GRID.left, _GRID.upper),
        image_mark(grid, _GRID.square).encode(x=at("px"), y=at("py"), url="url:N", tooltip=said),
        framed(grid.transform_filter("datum.seen"), strokeWidth=3, stroke=INK),
        *(
            below(grid.transform_filter(rule), "asked", 5, spoken=True, fontWeight=weight)
            for rule, weight in (("datum.seen", "bold"), ("!datum.seen", "normal"))
        ),
        below(grid, "answer", 20),
        below(grid, "sure", 35),
    ]
    chart = alt.layer(*layers).add_params(*parameters)
    return finish(
        chart.properties(view=alt.ViewBackground(stroke=None), usermeta=beside),
        height=_HEIGHT,
        description=(
            "A picture as it is, or as the model's autoencoder alone gives it back; beside or "
            "below it, a map of where its reconstructions under two prompts differ; and the "
            "reconstructions under all prompts and without one. Below each stand the prompt and "
            "what a classifier takes the reconstruction for. Frames mark prompts that name what "
            "people see in the picture."
        ),
    )


def fig_resemblance(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Probability that a classifier names what was prompted, a panel a drawing and prompt.

    Args:
        rows: long: ``model, panel, line`` (of `_LOOKS`), ``strength, value, low, high, n``.
    """
    return _panels(
        rows,
        "resemblance_model",
        "Probability",
        alt.Scale(domain=[0, 1]),
        ".0%",
        "A panel for each drawing and each prompt that names something seen in it, and two for the "
        "blends. Over the strength from low to full: the probability that a classifier gives to "
        "what the prompt names, with the band of its interval, for reconstructions under that "
        "prompt, without one, under wrong ones and under that of the other reading; a dotted line "
        "for the untouched picture.",
    )


def fig_flips(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """How often a picture becomes what is named, under both prompts.

    Args:
        rows: as those of `fig_resemblance`.
    """
    return _panels(
        rows,
        "flips_model",
        "Share",
        alt.Scale(domain=[0, 1]),
        ".0%",
        "A panel for each drawing that has two readings and one for the blends. Over the strength: "
        "the share of pictures that a classifier takes for what was prompted under both prompts, "
        "and the share that it takes for the other reading under both, with bands of intervals.",
    )


def fig_placement(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """How far prompts move reconstructions towards what is seen, in its place and mirrored.

    Args:
        rows: as those of `fig_resemblance`.
    """
    return _panels(
        rows,
        "placement_model",
        "Moved by the prompt",
        alt.Scale(),
        ".2f",
        "A panel for each axis, the mean of both of its ends, and one for the blends. Over the "
        "strength: how far the prompt moves reconstructions towards what it names, where the "
        "drawing has it and on the mirror image, with the bands of their intervals, and the "
        "largest movement between two wrong prompts. A line at 0, no movement.",
        baseline=0,
        shared=True,
    )


def fig_overlap(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """How densely differences between prompts lie in the annotated parts.

    Args:
        rows: as those of `fig_resemblance`.
    """
    return _panels(
        rows,
        "overlap_model",
        "Density within the parts",
        alt.Scale(zero=True),
        ".1f",
        "A panel for each drawing with annotated parts. Over the strength: how densely the squared "
        "difference between two prompts lies within the parts, 1 if no denser than on average, "
        "between the prompts that name what is seen, there and in the mirrored parts, and between "
        "wrong ones. A line at 1.",
        baseline=1,
    )


def fig_poses(drawings: Sequence[Drawing]) -> alt.TopLevelMixin:
    """Drawings without their parts, four a row.

    Args:
        drawings: of which each name says the pose.
    """
    panels = [
        alt.layer(*_filled_curves(drawing)).properties(
            width=_SIDE, height=_SIDE, title=drawing.name.split(", ")
        )
        for drawing in drawings
    ]
    return side_by_side(
        panels,
        [],
        f"Small dark drawings on a light ground: {'; '.join(each.name for each in drawings)}.",
        **_FOUR_SQUARES,
    )


def fig_preferences(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Which of two labels each model prefers for each drawing, a panel a model.

    Args:
        rows: from `gcbook.chapters.illusions.preferences.preference_rows`.
    """
    drawings, poses = (list(dict.fromkeys(rows[name])) for name in ("drawing", "pose"))
    scale = alt.Scale(domain=drawings, range=_DRAWN[: len(drawings)])
    legend = alt.Legend(title=None, symbolOpacity=1)
    color = alt.Color("drawing:N", scale=scale, legend=legend)
    shape = alt.Shape("drawing:N", scale=alt.Scale(domain=drawings), legend=legend)
    panels = []
    for model, group in rows.groupby("model", sort=False):
        unit = group["unit"].iloc[0]
        title = f"← duck · rabbit → ({unit})"
        x = alt.X("preference:Q", title=title).axis(titleFontSize=11, tickCount=5)
        y = alt.Y("pose:N", sort=poses, title=None).axis(grid=True, gridDash=[1, 3])
        shown = group[["drawing", "pose", "draws", "preference", "low", "high"]]
        beside = alt.YOffset("drawing:N", sort=drawings)
        base = alt.Chart(shown).encode(y=y, yOffset=beside, color=color)
        said = tooltips(
            ["drawing", "pose", "preference", "low", "high", "draws"],
            titles={"preference": f"Preference for rabbit ({unit})"},
            formats={"preference": ".2f"},
        )
        zero = alt.Chart(pd.DataFrame({"preference": [0.0]})).mark_rule(color=CHANCE_LINE)
        layers = [
            zero.encode(x=x),
            base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=title), x2="high:Q"),
            base.mark_point(filled=True, size=55, opacity=1).encode(x=x, shape=shape, tooltip=said),
        ]
        panels.append(alt.layer(*layers).properties(width=210, height=190, title=str(model)))
    return side_by_side(
        panels,
        [],
        "A panel a model, a row a pose: upright, mirrored and turned by one, two and three "
        "quarters of a turn; in each a mark for the duck–rabbit, an unambiguous duck and an "
        "unambiguous rabbit. A mark to the left of the line at 0 means that the model answers "
        "duck, to the right rabbit; rules are intervals.",
        columns=2,
    )


def _panels(
    rows: pd.DataFrame,
    name: str,
    title: str,
    scale: alt.Scale,
    form: str,
    description: str,
    baseline: float | None = None,
    shared: bool = False,
) -> alt.TopLevelMixin:
    models, shown = (list(dict.fromkeys(rows[field])) for field in ("model", "line"))
    look = line_look("line", {line: _LOOKS[line] for line in shown}, None)
    said = tooltips(
        ["line", "strength", "value", "low", "high", "n"],
        titles={"line": " ", "value": title, "n": "Reconstructions"},
        formats={"value": form},
    )
    y = alt.Y("value:Q", title=title, scale=scale).axis(format=form, titleFontSize=11, tickCount=5)
    panels = []
    for panel, group in rows.groupby("panel", sort=False):
        base = (
            alt.Chart(group.drop(columns="panel"))
            .transform_filter(f"datum.model === {name}")
            .encode(x=_X, color=look["color"])
        )
        layers = curve_layers(base, y, dash=look["strokeDash"], tooltip=said)
        if baseline is not None:
            level = pd.DataFrame({"value": [baseline]})
            layers.insert(0, alt.Chart(level).mark_rule(color=CHANCE_LINE).encode(y=y))
        panels.append(alt.layer(*layers).properties(title=str(panel), **_SIZE))
    # Three panels a row, two where they share an axis.
    placed: dict[str, Any] = {"columns": 3}
    if shared:
        placed = {"columns": 2, "resolve": alt.Resolve(scale=alt.ScaleResolveMap(y="shared"))}
    parameters = [dropdown(name, "Model ", models, models[0])]
    return side_by_side(panels, parameters, description, **placed)


def _filled_curves(drawing: Drawing) -> list[alt.Chart]:
    """The figure on its ground, as curves, so that outlines of parts fit it at any width."""
    ground = pd.DataFrame({"x": [0, 1, 1, 0], "y": [0, 0, 1, 1], "order": range(4)})
    layers = [_filled(ground, GROUND)]
    for curves, luma in ((drawing.outlines, FIGURE), (drawing.holes, GROUND)):
        layers += [_filled(_curve(points), luma) for points in curves]
    return layers


def _curve(points: Points) -> pd.DataFrame:
    smooth = np.round(smooth_curve(points)[::_EVERY], 3)
    return pd.DataFrame({"x": smooth[:, 0], "y": smooth[:, 1], "order": range(len(smooth))})


def _filled(curve: pd.DataFrame, luma: float) -> alt.Chart:
    grey = "#" + 3 * f"{round(255 * luma):02x}"
    mark = alt.Chart(curve).mark_line(filled=True, fill=grey, stroke=None, clip=True, aria=False)
    return mark.encode(x=_ACROSS, y=_DOWN, order="order:Q")
