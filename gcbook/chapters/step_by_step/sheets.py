"""Sheets of one image, restored by diffusion under sixteen prompts."""

from dataclasses import dataclass

import altair as alt
import pandas as pd

from gcbook.charts.columns import tooltips
from gcbook.charts.parts import (
    FONT,
    at,
    below,
    data_url,
    dropdown,
    finish,
    framed,
    image_mark,
    literal,
    radio,
    slider,
)
from gcbook.charts.theme import CHANCE_LINE, CUES, INK, SERIES
from gcbook.miniworld.results.steps import ROLES

ROLE_COLORS = (SERIES[3], CUES["shape"], CUES["texture"], CHANCE_LINE)
"""Of `gcbook.miniworld.results.steps.ROLES`."""

_ROLE_SCALE = alt.Scale(domain=list(ROLES), range=list(ROLE_COLORS))
_NAMES = "The prompt names the image's"
SHOWN = ("restored", "restored minus clean")
_RESTORED = f"steps_shown === {literal(SHOWN[0])}"

_WIDE = "width >= 430"  # whether the page is no phone's
_LEFT = f"({_WIDE} ? width * 0.3 : 0)"
_PITCH = f"((width - {_LEFT}) / 4)"
_TOP, _WORDS = 22, 44
"""Room for a heading, and for three lines of words below a square."""


@dataclass(frozen=True)
class _Grid:
    """Squares, four a row, right of large pictures, on a narrow page below; sizes in pixels."""

    side: int
    large: int
    pictures: int

    @property
    def square(self) -> str:
        return f"min({_PITCH} - 8, {_WIDE} ? {self.side} : 79)"

    @property
    def picture(self) -> str:
        narrow = f"min(width / {self.pictures} - 20, 118)"
        return f"({_WIDE} ? min(width * 0.3 - 28, {self.large}) : {narrow})"

    @property
    def upper(self) -> str:
        """Upper edge of the squares."""
        return f"({_WIDE} ? {_TOP} : 2 * {_TOP} + {self.picture})"

    def large_place(self, number: int) -> tuple[str, str]:
        """Upper left corner of a large picture."""
        return (
            f"({_WIDE} ? 0 : {number} * width / {self.pictures})",
            f"({_TOP} + ({_WIDE} ? {number} * ({_TOP} + {self.picture} + 12) : 0))",
        )

    def place(self, squares: alt.Chart, number: str, **more: str) -> alt.Chart:
        """Corners ``px, py, px2, py2`` and ``middle`` of squares, by an expression from 0."""
        row = f"floor({number} / 4)"
        placed = squares.transform_calculate(
            px=f"{_LEFT} + ({number} % 4) * {_PITCH}",
            py=f"{self.upper} + {row} * ({self.square} + {_WORDS})",
            **more,
        )
        return placed.transform_calculate(
            px2=f"datum.px + {self.square}",
            py2=f"datum.py + {self.square}",
            middle=f"datum.px + {self.square} / 2",
        )


_PICTURES = _Grid(side=112, large=170, pictures=3)


def fig_pictures(pictures: pd.DataFrame) -> alt.TopLevelMixin:
    """The paper's Fig. 2: an image, noised, and restored under every class.

    Args:
        pictures: from `gcbook.miniworld.results.steps.picture_table`.
    """
    images = list(dict.fromkeys(pictures["image"]))
    image = dropdown("steps_image", "Image ", images, images[0])
    times = sorted(set(pictures["t"]))
    # Times need not be evenly spaced, so the slider runs over their number. It starts at the most
    # noise, where the prompts matter most.
    noise = slider("steps_noise", "Noise ", len(times), 1, len(times))
    shown = radio("steps_shown", "Pictures ", SHOWN, SHOWN[0])
    base = alt.Chart(pictures).transform_filter(
        f"datum.image === steps_image && datum.t === {literal(times)}[steps_noise - 1]"
    )
    index = f"indexof({literal(list(dict.fromkeys(pictures['label'].iloc[0])))}, datum.label)"
    grid = _PICTURES.place(
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
        *(
            layer
            for number, (words, field) in enumerate(
                (("'Clean'", "clean"), (noised, "noised"), ("'Averaged'", "averaged"))
            )
            for layer in _large_picture(
                base, words, field, *_PICTURES.large_place(number), _PICTURES.picture
            )
        ),
        _heading(base, above, _LEFT, _PICTURES.upper),
        image_mark(grid, _PICTURES.square).encode(
            x=at("px"), y=at("py"), url="url:N", tooltip=said
        ),
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
    # What the page shows for the positions of the slider.
    said_there = {"positions": {"steps_noise": [f"t = {t:.3g}" for t in times]}}
    return finish(
        chart.properties(view=alt.ViewBackground(stroke=None), usermeta=said_there),
        height=660,
        description=(
            "Pictures of one image: clean, with noise in each colour channel, and with the noised "
            "channels averaged; and sixteen restorations of the noised image in a grid of four by "
            "four, one for each category that the prompt may name, in alphabetical order. Below "
            "each stand the category and the error times 1,000. A solid frame and a check mark "
            "show the smallest error; dashed frames and a word below show the prompts that name "
            "the image's shape and its texture. The same numbers are in the data table."
        ),
    )


def _heading(base: alt.Chart, words: str, x: str, y: str) -> alt.Chart:
    """Words above a place; all are expressions, in pixels."""
    placed = base.transform_calculate(px=x, py=y, heading=words)
    mark = placed.mark_text(align="left", baseline="bottom", dy=-4, fontSize=FONT + 1)
    return mark.encode(x=at("px"), y=at("py"), text="heading:N", description="heading:N")


def _large_picture(
    base: alt.Chart, words: str, field: str, x: str, y: str, side: str
) -> tuple[alt.Chart, alt.Chart]:
    """The picture that a field of a row holds, with words above it."""
    placed = base.transform_calculate(px=x, py=y, url=data_url(field))
    picture = image_mark(placed, side).encode(x=at("px"), y=at("py"), url="url:N")
    return picture, _heading(base, words, x, y)
