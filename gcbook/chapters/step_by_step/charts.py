"""One image on its way to an answer: its pictures, and the race of all classes."""

from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.curves import line_look
from gcbook.charts.parts import dropdown, finish, literal, positions, radio, slider
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
from gcbook.charts.theme import CHANCE_LINE, CUES, INK, SERIES
from gcbook.miniworld.results.steps import ROLES

ROLE_COLORS = (SERIES[3], CUES["shape"], CUES["texture"], CHANCE_LINE)
"""Of `gcbook.miniworld.results.steps.ROLES`."""

_ROLE_SCALE = alt.Scale(domain=list(ROLES), range=list(ROLE_COLORS))
_NAMES = "The prompt names the image's"
SHOWN = ("restored", "restored minus clean")
_RESTORED = f"steps_shown === {literal(SHOWN[0])}"

# Below a restored picture stand three lines.
_GRID = Grid(columns=4, words=44, side=112, narrow=79, large=170)

_TICKS = (0, -0.1, -0.3, -1, -3, -10, -30, -100, -300)
_DASHES = ([8, 2, 2, 2], [1, 0], [6, 3], [1, 0])


def fig_pictures(pictures: pd.DataFrame) -> alt.TopLevelMixin:
    """The paper's Fig. 2: an image, noised, and restored under every class.

    Args:
        pictures: from `gcbook.miniworld.results.steps_pictures.picture_table`.
    """
    images = list(dict.fromkeys(pictures["image"]))
    image = dropdown("steps_image", "Image ", images, images[0])
    times = sorted(set(pictures["t"]))
    # Times need not be evenly spaced, so the slider runs over their number. It starts where noise
    # has begun to hide things.
    noise = slider("steps_noise", "Noise ", len(times) // 3 + 1, 1, len(times))
    shown = radio("steps_shown", "Pictures ", SHOWN, SHOWN[0])
    base = alt.Chart(pictures).transform_filter(
        f"datum.image === steps_image && datum.t === {literal(times)}[steps_noise - 1]"
    )
    index = f"indexof({literal(list(dict.fromkeys(pictures['label'].iloc[0])))}, datum.label)"
    grid = _GRID.place(
        base.transform_flatten(["label", "role", "error", "place", "restored", "difference"]),
        index,
        url=f"{_RESTORED} ? {data_url('restored')} : {data_url('difference')}",
        words="(datum.place === 1 ? '✓ ' : '') + format(1000 * datum.error, '.2f')",
        cue="datum.role === 'neither' ? '' : replace(datum.role, ' and ', ' + ')",
        # What a screen reader says of the three lines of words.
        spoken=(
            "datum.label + ', ' + format(1000 * datum.error, '.2f')"
            " + (datum.place === 1 ? ', smallest' : '')"
            " + (datum.role === 'neither' ? '' : ', ' + datum.role)"
        ),
    )
    best, cue = "datum.place === 1", "datum.role !== 'neither'"
    noised = "'Noised, t = ' + format(datum.t, '.3~')"
    above = f"({_RESTORED} ? 'Restored' : 'Restored minus clean') + ', prompt by prompt'"
    said = tooltips(
        ["label", "error", "place"], titles={"label": "Prompt names"}, formats={"error": ".5f"}
    )
    layers = [
        *large_picture(base, "'Clean'", "clean", "0", str(_GRID.top), _GRID.picture),
        *large_picture(base, noised, "noised", *_GRID.second, _GRID.picture),
        heading(base, above, _GRID.left, _GRID.upper),
        image_mark(grid, _GRID.square).encode(x=at("px"), y=at("py"), url="url:N", tooltip=said),
        framed(
            grid.transform_filter(f"{cue} && !({best})"), strokeWidth=3, strokeDash=[5, 3]
        ).encode(stroke=alt.Stroke("role:N", scale=_ROLE_SCALE, title=_NAMES, legend=None)),
        framed(grid.transform_filter(best), strokeWidth=4, stroke=INK),
        *(
            below(grid.transform_filter(rule), field, dy, spoken=spoken, fontWeight=weight)
            for rule, weight in ((best, "bold"), (f"!({best})", "normal"))
            for field, dy, spoken in (("label", 5, True), ("words", 18, False))
        ),
        below(grid.transform_filter(cue), "cue", 31, fontSize=FONT - 1, fontWeight="bold"),
    ]
    chart = alt.layer(*layers).add_params(image, noise, shown)
    beside = positions({"steps_noise": [f"t = {t:.3g}" for t in times]})
    return finish(
        chart.properties(view=alt.ViewBackground(stroke=None), usermeta=beside),
        height=660,
        description=(
            "Pictures of one image: clean, with noise, and sixteen restorations of the noised "
            "image in a grid of four by four, one for each category that the prompt may name, in "
            "alphabetical order. Below each stand the category and the error times 1,000. A solid "
            "frame and a check mark show the smallest error; dashed frames and a word below show "
            "the prompts that name the image's shape and its texture. The same numbers are in the "
            "data table."
        ),
    )


def fig_step_race(race: pd.DataFrame, leaders: pd.DataFrame) -> alt.TopLevelMixin:
    """How far every class is behind the leader, up to a number of draws that the reader sets.

    Args:
        race: from `gcbook.chapters.step_by_step.tables.race_table`.
        leaders: from `gcbook.chapters.step_by_step.tables.leaders_table`.
    """
    images = list(dict.fromkeys(race["image"]))
    last = int(race["draw"].max())
    image = dropdown("race_image", "Image ", images, images[0])
    draws = slider("race_draws", "Draws ", min(4, last), 1, last)
    # One entry a line: names are written once, and so are the numbers of the draws.
    lines = race.round({"behind": 3}).groupby(["image", "label", "role"], sort=False)
    base = (
        alt.Chart(lines["behind"].agg(list).reset_index())
        .transform_filter("datum.image === race_image")
        .transform_flatten(["behind"])
        .transform_window(draw="row_number()", groupby=["label"])
        .transform_calculate(score="-datum.behind")
    )
    x = alt.X("draw:Q", title="Draws so far", scale=alt.Scale(domain=[1, last], nice=False))
    x = x.axis(format="d", grid=False, tickMinStep=1)
    # Near the leader the axis is linear, far below logarithmic: single draws can be far apart.
    scale = alt.Scale(type="symlog", constant=0.1, domainMax=0, nice=False)
    y = alt.Y("score:Q", title="Score behind the leader's (%)", scale=scale)
    y = y.axis(values=list(_TICKS), labelExpr="format(datum.value, '~')")
    said = tooltips(
        ["label", "role", "draw", "behind"],
        titles={"role": "Names", "draw": "Draws so far", "behind": "Behind the leader (%)"},
        formats={"behind": ".2f"},
    )
    looks = dict(zip(ROLES, zip(ROLE_COLORS, _DASHES, strict=True), strict=True))
    look = line_look("role", looks, _NAMES, columns=4, symbolType="stroke", symbolStrokeWidth=3)
    dash = look["strokeDash"]
    named = "datum.role !== 'neither'"
    far = base.encode(x=x, y=y, color=look["color"], detail="label:N")
    so_far = far.transform_filter("datum.draw <= race_draws")
    now = alt.Chart(leaders.round({"margin": 3}))
    now = now.transform_filter(
        "datum.image === race_image && datum.draw === race_draws"
    ).transform_calculate(
        after="'After ' + datum.draw + (datum.draw === 1 ? ' draw: ' : ' draws: ') + datum.leader"
        " + ' (' + datum.role + ')'",
        before="format(datum.margin, '.2f') + ' % before ' + datum.second + '; this draw: t = '"
        " + format(datum.t, '.2f')",
    )
    words = now.encode(x=alt.value(0))
    above: dict[str, Any] = {"align": "left", "baseline": "bottom", "fontSize": 13}
    ends = so_far.transform_filter("datum.draw === race_draws")
    layers = [
        far.mark_line(strokeWidth=1, opacity=0.25, aria=False).encode(strokeDash=dash),
        so_far.transform_filter(f"!({named})")
        .mark_line(strokeWidth=1.2, opacity=0.8, aria=False)
        .encode(strokeDash=dash),
        so_far.transform_filter(named).mark_line(strokeWidth=3, aria=False).encode(strokeDash=dash),
        ends.mark_point(filled=True, size=45, opacity=1).encode(tooltip=said),
        now.mark_rule(color=INK, strokeDash=[3, 3], aria=False).encode(x=x),
        # Above the lines, wherever these run.
        words.mark_text(fontWeight="bold", **above).encode(
            y=alt.value(-27), text="after:N", description="after:N"
        ),
        words.mark_text(**above).encode(y=alt.value(-10), text="before:N", description="before:N"),
    ]
    return finish(
        alt.layer(*layers).add_params(image, draws),
        height=340,
        description=(
            "Lines of the sixteen categories over the number of draws, for one image. The leader's "
            "line is at 0 at the top; each other category lies below it by as many percent as its "
            "mean weighted error exceeds the leader's. Lines are faint beyond the chosen number of "
            "draws, where words name the leader and the second. The lines of the image's shape and "
            "texture are thick, solid for the shape and dashed for the texture."
        ),
    )
