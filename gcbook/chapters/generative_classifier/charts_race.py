"""Figures of the race between the toy's classes, and of what sharing noise is worth."""

from typing import Literal

import altair as alt
import pandas as pd

from gcbook.chapters.generative_classifier.charts import class_color
from gcbook.chapters.generative_classifier.race import SHARINGS
from gcbook.charts.parts import dropdown, finish, interval_tooltips
from gcbook.classifiers.toy import TOY_LABELS

__all__ = ["fig_draws", "fig_race"]

_HEIGHT = 300
# Words stand to the right of a mark while there is room.
_SIDES: tuple[tuple[str, Literal["left", "right"]], ...] = (("<= 200", "left"), ("> 200", "right"))
_SHOWN = ["behind the leader", "score of each"]
_NOISE_COLORS = ("#7a7a7a", "#0077bb", "#b86e00", "#00916e")
_DASHES = {"A": [1, 0], "B": [6, 3], "C": [2, 2], "D": [8, 3, 2, 3]}


def fig_race(race: pd.DataFrame) -> alt.TopLevelMixin:
    """The race of one image: every class's score with its interval as draws come in.

    Args:
        race: from `gcbook.chapters.generative_classifier.race.race_table`.
    """
    images = list(dict.fromkeys(race["image"]))
    chosen = dropdown("race_image", "Image ", images, images[1])
    shown = dropdown("race_shown", "Show ", _SHOWN, _SHOWN[0])
    scored = f"race_shown === '{_SHOWN[1]}'"
    base = (
        alt.Chart(race)
        .transform_filter("datum.image === race_image")
        .transform_calculate(
            value=f"{scored} ? datum.score : datum.behind",
            low=f"{scored} ? datum.score_low : datum.behind_low",
            high=f"{scored} ? datum.score_high : datum.behind_high",
        )
    )
    # The same for all images, so that they compare, and words beside marks find room.
    domain = [int(race["draw"].min()), int(race["draw"].max())]
    scale = alt.Scale(type="log", nice=False, domain=domain)
    x = alt.X("draw:Q", scale=scale, title="Draws so far")
    x = x.axis(values=[5, 10, 20, 50, 100, 200, 500, 1000, 2000], format="d", grid=False)
    y = alt.Y("value:Q", title="Score × 1,000")
    color = class_color().legend(symbolOpacity=1, symbolType="stroke", symbolStrokeWidth=2.5)
    dash = alt.StrokeDash(
        "label:N",
        scale=alt.Scale(domain=list(TOY_LABELS), range=[_DASHES[c] for c in TOY_LABELS]),
        title="Class",
    )
    tooltip = [
        alt.Tooltip("label:N", title="Class"),
        alt.Tooltip("draw:Q", title="Draws so far"),
        alt.Tooltip("value:Q", title="Score × 1,000", format=".2f"),
        *interval_tooltips(".2f"),
    ]
    out = base.transform_filter("datum.dropped > 0 && datum.draw === datum.dropped")
    layers = [
        base.mark_area(opacity=0.16, clip=True).encode(
            x=x, y=alt.Y("low:Q", title="Score × 1,000"), y2="high:Q", color=color
        ),
        base.mark_line(strokeWidth=2, clip=True).encode(
            x=x, y=y, color=color, strokeDash=dash, tooltip=tooltip
        ),
        out.mark_point(shape="cross", angle=45, filled=True, size=130, opacity=1).encode(
            x=x, y=y, color=color, tooltip=tooltip
        ),
        *_drop_labels(out, x),
    ]
    return finish(
        alt.layer(*layers).add_params(chosen, shown),
        height=_HEIGHT,
        description=(
            "Lines of the four classes over the number of draws on a logarithmic axis, each in the "
            "band of its 95 % interval. The bands shrink as draws come in. A cross marks the draw "
            "at which a class is dropped; clear cases end at the earliest draw allowed, 20, and "
            "close ones take hundreds of draws or never end."
        ),
    )


def fig_draws(draws: pd.DataFrame) -> alt.TopLevelMixin:
    """How soon decisions settle under each way of drawing noise.

    Args:
        draws: from `gcbook.chapters.generative_classifier.race.draws_table`.
    """
    names = {"settled": "decisions that more draws would not change", "accuracy": "accuracy"}
    measure = alt.param(
        name="draws_measure",
        value="settled",
        bind=alt.binding_select(
            options=list(names), labels=[name.capitalize() for name in names.values()], name="Show "
        ),
    )
    tooltip = [
        alt.Tooltip("noise:N", title="Noise"),
        alt.Tooltip("draws:Q", title="Draws"),
        alt.Tooltip("settled:Q", title="Settled", format=".1%"),
        alt.Tooltip("accuracy:Q", title="Accuracy", format=".1%"),
    ]
    x = alt.X("draws:Q", scale=alt.Scale(type="log", base=2), title="Draws for each class")
    scale = alt.Scale(domain=list(SHARINGS), range=list(_NOISE_COLORS))
    lines = (
        alt.Chart(draws)
        .transform_calculate(share="datum[draws_measure]")
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=60, filled=True))
        .encode(
            x=x.axis(values=sorted(set(draws["draws"])), format="d"),
            y=alt.Y("share:Q", title="Share of images", scale=alt.Scale(zero=False)).axis(
                format=".0%"
            ),
            color=alt.Color("noise:N", scale=scale, title=None),
            shape=alt.Shape("noise:N", scale=alt.Scale(domain=list(SHARINGS)), title=None),
            tooltip=tooltip,
        )
    )
    return finish(
        alt.layer(lines).add_params(measure),
        height=280,
        description=(
            "Share of decisions that are settled against the number of draws, from 2 upwards, for "
            "four ways of drawing noise. The line for noise of its own for each class lies below "
            "the three with shared noise; it needs more draws to get as far."
        ),
    )


def _drop_labels(out: alt.Chart, x: alt.X) -> list[alt.Chart]:
    """Words below the crosses, each class on a line of its own, so that none covers another."""
    says = out.transform_calculate(says="datum.label + ' out at ' + datum.draw")
    return [
        says.transform_filter(f"datum.label === '{label}' && datum.draw {side}")
        .mark_text(align=align, fontSize=12)
        .encode(x=x, y=alt.value(_HEIGHT - 56 + 14 * place), text="says:N")
        for place, label in enumerate(TOY_LABELS)
        for side, align in _SIDES
    ]
