"""Figures of illusions: pictures, their reconstructions, and both criteria on blends."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.miniature_look import COLORS, SHAPES
from gcbook.charts.parts import dropdown, finish, look, positions, side_by_side, slider
from gcbook.charts.placed import FONT, at, below, data_url, framed, image_mark
from gcbook.charts.theme import CHANCE_LINE, INK

_LEFT, _TOP, _WORDS, _CELL = 36, 22, 18, 110
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
    small: dict[str, Any] = {"fontSize": FONT, "aria": False}
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
            below(placed.transform_filter(rule), "says", 3, spoken=True, **weight)
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
            "without a prompt, a row for each strength, from low noise at the top to pure noise "
            "at the bottom. Below each stands what a classifier takes it for; framed where that is "
            "what the prompt names."
        ),
    )


def fig_blends(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Both criteria on blends: how many become what is named, and how far in its place.

    Args:
        rows: of `criteria.blend_rows`.
    """
    models = list(dict.fromkeys(rows["model"]))
    colors, shapes = ([of[name] for name in models] for of in (COLORS, SHAPES))
    legend = alt.Legend(title=None, symbolOpacity=1)
    looks = look("model", models, color=colors, shape=shapes, legend=legend)
    panels = []
    for name, title, scale in (
        ("becomes", "Blends that become what is named", alt.Scale(domain=[0, 1])),
        ("in_place", "Movement beyond the mirror image", _movements(rows)),
    ):
        said = ["model", "strength", name, f"{name}_low", f"{name}_high", "n"]
        y = alt.Y(f"{name}:Q", title=None, scale=scale).axis(format=".0%", tickCount=5)
        base = alt.Chart(rows[said]).encode(
            x=alt.X("strength:O", title="Strength").axis(labelAngle=0, format=".2~f"),
            xOffset=alt.XOffset("model:N", sort=models),
            color=looks["color"],
        )
        zero = alt.Chart(pd.DataFrame({name: [0.0]})).mark_rule(color=CHANCE_LINE).encode(y=y)
        layers = [
            zero,
            base.mark_rule(strokeWidth=2).encode(
                y=alt.Y(f"{name}_low:Q", title=None), y2=f"{name}_high:Q"
            ),
            base.mark_point(filled=True, size=60, opacity=1).encode(
                y=y, shape=looks["shape"], tooltip=tooltips(said, titles={"n": "Blends"})
            ),
        ]
        panels.append(alt.layer(*layers).properties(width=300, height=200, title=title))
    return side_by_side(
        panels,
        [],
        "Two panels over the strength, a mark a model with its interval. Left: the "
        "share of blends that become whichever of their two categories is named. Right: how much "
        "further a blend moves towards the silhouette that is named than towards its mirror image, "
        "as a share of a full redrawing.",
    )


def _movements(rows: pd.DataFrame) -> alt.Scale:
    """From the lowest to the highest end of an interval, in whole percents."""
    ends = rows[["in_place", "in_place_low", "in_place_high"]].to_numpy(float)
    low, high = (np.nanmin(ends), np.nanmax(ends)) if np.isfinite(ends).any() else (0.0, 0.01)
    return alt.Scale(domain=[np.floor(100 * low) / 100, np.ceil(100 * high) / 100])
