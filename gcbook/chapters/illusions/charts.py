"""Figures of illusions: pictures, their reconstructions, and the paper's two criteria.

Rows come from `gallery` and `criteria` in this room, from the function that a figure names.
"""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.curves import curve_layers
from gcbook.charts.miniature_look import COLORS
from gcbook.charts.parts import dropdown, finish, look, positions, side_by_side, slider
from gcbook.charts.placed import FONT, at, below, data_url, framed, image_mark
from gcbook.charts.theme import DIVERGING, INK
from gcbook.illusions.drawings import DRAWINGS, FIGURE, GROUND, Drawing, smooth_curve

_SIDE = 130
_ACROSS = alt.X("x:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
_DOWN = alt.Y("y:Q", scale=alt.Scale(domain=[1, 0]), axis=None)
_EVERY = 8

_LEFT, _TOP, _WORDS, _CELL = 36, 22, 18, 84
_PITCH = f"min((width - {_LEFT}) / 6, {_CELL})"


def fig_fetched(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """The paper's pictures of `gallery.fetched_rows`, as they are or with reconstructions."""
    images = list(dict.fromkeys(rows["image"]))
    ranked = rows.assign(step=rows.groupby("image").cumcount() + 1)
    steps = int(ranked["step"].max())
    parameters = [dropdown("fetched_image", "Picture ", images, images[0])]
    said: dict[str, Any] = {}
    if steps > 1:
        strengths = sorted(rows["strength"].unique())
        said = positions({"fetched_step": [f"{strength:.2f}" for strength in strengths]})
        parameters.append(slider("fetched_step", "Strength ", 1, 1, steps))
    step = "fetched_step" if steps > 1 else "1"
    # Two beside each other, as large as the page allows.
    pitch = "(width / 2)"
    side = f"min({pitch} - 10, 224)"
    base = (
        alt.Chart(ranked)
        .transform_filter(f"datum.image === fetched_image && datum.step === {step}")
        .transform_flatten(["title", "picture"])
        .transform_window(place="row_number()")
        .transform_calculate(
            px=f"((datum.place - 1) % 2) * {pitch}",
            py=f"{_TOP} + floor((datum.place - 1) / 2) * ({side} + {_TOP} + 6)",
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
    """All drawings, four a row."""
    panels = [
        alt.layer(*_filled_curves(drawing)).properties(
            width=_SIDE, height=_SIDE, title=drawing.name
        )
        for drawing in DRAWINGS.values()
    ]
    names = "; ".join(
        f"{each.name}: {' or '.join(each.readings) or 'nothing in particular'}"
        for each in DRAWINGS.values()
    )
    return side_by_side(
        panels,
        [],
        f"Small dark drawings on a light ground. What can be seen in them: {names}.",
        columns=4,
        # The page keeps the panels square when it fits their width to the screen.
        usermeta={"square": True},
    )


def fig_gallery(rows: pd.DataFrame, model: str) -> alt.TopLevelMixin:
    """A picture and its reconstructions: a column a prompt, a row a strength.

    Args:
        rows: of `gallery.gallery_rows`.
        model: that is shown at first.
    """
    images, models = list(dict.fromkeys(rows["image"])), list(dict.fromkeys(rows["model"]))
    parameters = [
        dropdown("gallery_model", "Model ", models, model),
        dropdown("gallery_image", "Picture ", images, images[0]),
    ]
    base = alt.Chart(rows).transform_filter(
        "datum.image === gallery_image && datum.model === gallery_model"
    )
    lists: list[str | alt.FieldName] = [
        str(name) for name in rows if isinstance(rows[name].iloc[0], list)
    ]
    grid = base.transform_flatten(lists).transform_calculate(
        px=f"{_LEFT} + (datum.column + 1) * {_PITCH}",
        py=f"{_TOP} + datum.row * ({_PITCH} - 8 + {_WORDS})",
        url=data_url("picture"),
        spoken=(
            "datum.prompt + ', strength ' + format(datum.strength, '.2f') + ': classified as '"
            " + datum.says"
        ),
    )
    side = f"({_PITCH} - 8)"
    placed = grid.transform_calculate(
        px2=f"datum.px + {side}", py2=f"datum.py + {side}", middle=f"datum.px + {side} / 2"
    )
    shown = base.transform_calculate(
        px=str(_LEFT), py=str(_TOP), url=data_url("original"), words="'shown'"
    )
    strengths = grid.transform_filter("datum.column === 0").transform_calculate(
        px="0", py_middle=f"datum.py + {side} / 2", said="format(datum.strength, '.2f')"
    )
    small: dict[str, Any] = {"fontSize": 10.5, "aria": False}
    says = tooltips(["prompt", "strength", "says", "sure"], formats={"sure": ".0%"})
    layers = [
        image_mark(shown, side).encode(x=at("px"), y=at("py"), url="url:N"),
        shown.mark_text(align="left", baseline="bottom", dy=-4, **small).encode(
            x=at("px"), y=at("py"), text="words:N"
        ),
        placed.transform_filter("datum.row === 0")
        .mark_text(baseline="bottom", dy=-4, **small)
        .encode(x=at("middle"), y=at("py"), text="prompt:N"),
        strengths.mark_text(align="left", baseline="middle", **small).encode(
            x=at("px"), y=at("py_middle"), text="said:N"
        ),
        image_mark(placed, side).encode(x=at("px"), y=at("py"), url="url:N", tooltip=says),
        framed(placed.transform_filter("datum.named"), strokeWidth=3, stroke=INK),
        *(
            below(placed.transform_filter(rule), "says", 3, spoken=True, fontSize=10.5, **weight)
            for rule, weight in (("datum.named", {"fontWeight": "bold"}), ("!datum.named", {}))
        ),
    ]
    chart = alt.layer(*layers).add_params(*parameters)
    steps = max(len(set(each)) for each in rows["row"])
    return finish(
        chart.properties(view=alt.ViewBackground(stroke=None), usermeta={"square": True}),
        height=_TOP + steps * (_CELL - 8 + _WORDS),
        description=(
            "A picture, and to its right its reconstructions: a column for each prompt and one "
            "without a prompt, a row for each strength, from little noise at the top to pure noise "
            "at the bottom. Below each stands what a classifier takes it for; framed where that is "
            "what the prompt names."
        ),
    )


def fig_resemblance(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """How far a prompted reconstruction is ahead of its nearest baseline in `resemblance`."""
    unsure = dict.fromkeys(
        rows.loc[~rows["knows"].astype(bool), "picture"], "the judge cannot tell"
    )
    return _heat_maps(
        rows,
        unsure,
        0.3,
        tooltips(["model", "strength", "prompted", "margin", "against", "n"]),
        "the judge's probability of what was prompted is above that of the nearest of all "
        "comparisons",
    )


def fig_placement(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """How far the prompt moves a picture beyond all controls in `placement`."""
    return _heat_maps(
        rows,
        {},
        0.1,
        tooltips(["model", "strength", "moved", "moved_low", "moved_high", "margin", "n"]),
        "the prompt moves the picture towards what it names, beyond wrong prompts and the mirror "
        "image",
    )


def fig_flips(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """How often a blend becomes what is named under both prompts, and the opposite, in `flips`."""
    models, becomes = (list(dict.fromkeys(rows[name])) for name in ("model", "becomes"))
    legend = alt.Legend(title=None, symbolOpacity=1)
    color = look("model", models, color=[COLORS[name] for name in models], legend=legend)["color"]
    dash = look("becomes", becomes, dash=[[1, 0], [4, 3]], legend=legend)["strokeDash"]
    y = alt.Y("share:Q", title="Blends", scale=alt.Scale(domain=[0, 1])).axis(format=".0%")
    base = alt.Chart(rows).encode(
        x=alt.X("strength:Q", title="Strength")
        .scale(domain=[0.28, 1.02], nice=False)
        .axis(values=sorted(rows["strength"].unique()), format=".2~f"),
        color=color,
        detail="becomes:N",
    )
    said = tooltips(
        ["model", "becomes", "strength", "share", "low", "high", "n"],
        titles={"n": "Blends"},
        formats={"share": ".0%"},
    )
    return finish(
        alt.layer(*curve_layers(base, y, dash=dash, tooltip=said)),
        height=230,
        description=(
            "Over the strength, a line a model with the band of its interval: the share of blends "
            "that become what is named under both prompts; and dashed, the share that become "
            "the opposite under both."
        ),
    )


def _heat_maps(
    rows: pd.DataFrame,
    notes: Mapping[str, str],
    full: float,
    tooltip: list[alt.Tooltip],
    what: str,
) -> alt.TopLevelMixin:
    """A panel a picture, a row a model, a column a strength; dots where the criterion is met.

    The colour is full from a margin of ``full`` on.
    """
    below = rows[rows["strength"] < 1]
    models = list(dict.fromkeys(rows["model"]))
    scheme: Any = DIVERGING
    scale = alt.Scale(scheme=scheme, domain=[-full, full], clamp=True)
    legend = alt.Legend(title="Margin", gradientLength=140, gradientOpacity=1)
    panels = []
    for picture, group in below.groupby("picture", sort=False):
        base = alt.Chart(group.drop(columns="picture")).encode(
            x=alt.X("strength:O", title="Strength").axis(
                labelAngle=0, labelOverlap=True, format=".2~f"
            ),
            y=alt.Y("model:N", sort=models, title=None),
        )
        opacity = 0.45 if picture in notes else 1
        cells = base.mark_rect(stroke="white", opacity=opacity).encode(
            color=alt.Color("margin:Q", scale=scale, legend=legend), tooltip=tooltip
        )
        dots = base.transform_filter("datum.met").mark_point(
            filled=True, size=60, color="#111111", opacity=opacity
        )
        title = alt.TitleParams(str(picture), subtitle=notes.get(str(picture), " "))
        panels.append(alt.layer(cells, dots).properties(width=150, height=78, title=title))
    return side_by_side(
        panels,
        [],
        f"Heat maps, one for each picture, with a row for each model and a column for each "
        f"strength below 1. Green: {what}; purple: it is below. A dot where the criterion is met.",
        columns=3,
    )


def _filled_curves(drawing: Drawing) -> list[alt.Chart]:
    """The figure on its ground, as curves, so that they are sharp at any width."""
    curves = [([(0, 0), (1, 0), (1, 1), (0, 1)], GROUND)]
    for outlines, luma in ((drawing.outlines, FIGURE), (drawing.holes, GROUND)):
        smooth = (np.round(smooth_curve(points)[::_EVERY], 3) for points in outlines)
        curves += [(each.tolist(), luma) for each in smooth]
    layers = []
    for points, luma in curves:
        grey = "#" + 3 * f"{round(255 * luma):02x}"
        rows = pd.DataFrame(points, columns=["x", "y"]).assign(order=range(len(points)))
        mark = alt.Chart(rows).mark_line(filled=True, fill=grey, stroke=None, clip=True, aria=False)
        layers.append(mark.encode(x=_ACROSS, y=_DOWN, order="order:Q"))
    return layers
