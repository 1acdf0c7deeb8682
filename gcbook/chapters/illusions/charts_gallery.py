"""The gallery of reconstructions, Fig. 7: a picture, and what a model makes of it when told."""

from typing import Any, Literal

import altair as alt
import pandas as pd

from gcbook.charts.parts import dropdown, finish, nothing, positions
from gcbook.charts.placed import FONT, Grid, at, data_url, heading, image_mark, large_picture
from gcbook.charts.theme import INK

__all__ = ["fig_fetched", "fig_gallery"]

_HEIGHT = 490
# Below a reconstruction stand three lines: names are long, and phones narrow.
_GRID = Grid(columns=3, words=54, side=150, narrow=150, gap=10)
_SCALE = "'white: ' + format(datum.full, '.2~f')"
_BOLD: Literal["bold"] = "bold"
_NORMAL: Literal["normal"] = "normal"


def fig_gallery(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """A picture, its reconstructions under all prompts, and where two prompts differ.

    Args:
        rows: from `gcbook.chapters.illusions.gallery.gallery_rows`.
    """
    if rows.empty:
        return nothing("No reconstructions come with this version.")
    images, models = list(dict.fromkeys(rows["image"])), list(dict.fromkeys(rows["model"]))
    steps = int(rows.groupby("image")["strength"].nunique().max())
    parameters = [
        dropdown("gallery_image", "Picture ", images, images[0]),
        alt.param(
            name="gallery_step",
            value=min(3, steps),
            bind=alt.binding_range(min=1, max=steps, step=1, name="Strength "),
        ),
    ]
    longest = rows.groupby("image")["strength"].nunique().idxmax()
    strengths = sorted(set(rows.loc[rows["image"] == longest, "strength"]))
    said = positions({"gallery_step": [f"{strength:.2f}" for strength in strengths]})
    chosen = "datum.image === gallery_image"
    if len(models) > 1:
        parameters.insert(0, dropdown("gallery_model", "Model ", models, models[0]))
        chosen += " && datum.model === gallery_model"
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
    tooltip = [
        alt.Tooltip("asked:N", title="Prompt"),
        alt.Tooltip("says:N", title="Classified as"),
    ]
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
        image_mark(grid, _GRID.square).encode(x=at("px"), y=at("py"), url="url:N", tooltip=tooltip),
        grid.transform_filter("datum.seen")
        .mark_rect(fillOpacity=0, strokeWidth=3, stroke=INK, aria=False)
        .encode(x=at("px"), y=at("py"), x2=alt.X2("px2:Q"), y2=alt.Y2("py2:Q")),
        *(
            words.mark_text(baseline="top", dy=5, fontSize=FONT, fontWeight=weight).encode(
                x=at("middle"), y=at("py2"), text="asked:N", description="spoken:N"
            )
            for words, weight in (
                (grid.transform_filter("datum.seen"), _BOLD),
                (grid.transform_filter("!datum.seen"), _NORMAL),
            )
        ),
        *(
            grid.mark_text(baseline="top", dy=dy, fontSize=FONT, aria=False).encode(
                x=at("middle"), y=at("py2"), text=text
            )
            for text, dy in (("answer:N", 20), ("sure:N", 35))
        ),
    ]
    chart = alt.layer(*layers).add_params(*parameters)
    return finish(
        chart.properties(view=alt.ViewBackground(stroke=None), usermeta=said),
        height=_HEIGHT,
        description=(
            "A picture as it is, or as the model's autoencoder alone gives it back; beside or "
            "below it, a map of where its reconstructions under two prompts differ; and the "
            "reconstructions under all prompts and without one. Below each stand the prompt and "
            "what a classifier takes the reconstruction for. Frames mark prompts that name what "
            "people see in the picture."
        ),
    )


def fig_fetched(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """The paper's pictures, as they are or with their reconstructions.

    Args:
        rows: from `gcbook.chapters.illusions.commons.fetched_rows`.
    """
    if rows.empty:
        return nothing("The paper's pictures are not on this machine.")
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
