"""Pictures and words at places in pixels: for figures that are sheets of pictures, not charts."""

from dataclasses import dataclass
from typing import Any, ClassVar

import altair as alt

FONT = 13
WIDE = "width >= 430"
"""Expression: whether the page is no phone's."""
_GAP = 8
"""Between squares."""


@dataclass(frozen=True)
class Grid:
    """Squares in rows, with words below: right of a large picture, on a narrow page below it.

    All attributes but the numbers are expressions, in pixels.

    Args:
        columns: squares a row.
        words: room for words below a square.
        side: most that a square is wide, on a wide page.
        narrow: the same on a narrow one.
        large: most that a large picture is wide, on a wide page.
        pictures: large pictures: below each other, on a narrow page side by side.

    Attributes:
        top: room for a heading.
    """

    columns: int
    words: int
    side: int
    narrow: int
    large: int = 150
    pictures: int = 2
    top: ClassVar[int] = 22

    @property
    def left(self) -> str:
        """Left edge of the squares."""
        return f"({WIDE} ? width * 0.3 : 0)"

    @property
    def square(self) -> str:
        """Side of a square."""
        return f"min({self._pitch} - {_GAP}, {WIDE} ? {self.side} : {self.narrow})"

    @property
    def picture(self) -> str:
        """Side of a large picture."""
        narrow = f"min(width / {self.pictures} - 20, 118)"
        return f"({WIDE} ? min(width * 0.3 - 28, {self.large}) : {narrow})"

    @property
    def upper(self) -> str:
        """Upper edge of the squares."""
        return f"({WIDE} ? {self.top} : 2 * {self.top} + {self.picture})"

    def large_place(self, number: int) -> tuple[str, str]:
        """Upper left corner of a large picture, counted from 0."""
        return (
            f"({WIDE} ? 0 : {number} * width / {self.pictures})",
            f"({self.top} + ({WIDE} ? {number} * ({self.top} + {self.picture} + 12) : 0))",
        )

    @property
    def _pitch(self) -> str:
        return f"((width - {self.left}) / {self.columns})"

    def place(self, squares: alt.Chart, number: str, **more: str) -> alt.Chart:
        """Give squares their corners ``px, py, px2, py2`` and their ``middle``.

        Args:
            squares: a row each.
            number: expression for a square's place, from 0.
            more: further fields to be calculated.
        """
        row = f"floor({number} / {self.columns})"
        placed = squares.transform_calculate(
            px=f"{self.left} + ({number} % {self.columns}) * {self._pitch}",
            py=f"{self.upper} + {row} * ({self.square} + {self.words})",
            **more,
        )
        return placed.transform_calculate(
            px2=f"datum.px + {self.square}",
            py2=f"datum.py + {self.square}",
            middle=f"datum.px + {self.square} / 2",
        )


def at(field: str) -> Any:
    """Where a mark stands: a field of pixels, down if its name starts with ``py``, else across."""
    channel = alt.Y if field.startswith("py") else alt.X
    return channel(f"{field}:Q", scale=None, axis=None)


def data_url(field: str) -> str:
    """An expression for the address of a picture that a field holds in base 64."""
    # Said once here instead of a thousand times in the data.
    return f"'data:image/png;base64,' + datum.{field}"


def image_mark(chart: alt.Chart, side: str) -> alt.Chart:
    """Mark a chart's rows with square pictures, unsmoothed; ``side`` is an expression."""
    return chart.mark_image(
        width=alt.ExprRef(side),
        height=alt.ExprRef(side),
        align="left",
        baseline="top",
        smooth=False,
        aria=False,
    )


def framed(grid: alt.Chart, **mark: Any) -> alt.Chart:
    """Frame squares that `Grid.place` placed; ``mark`` says how the frame is drawn."""
    frame = grid.mark_rect(fillOpacity=0, aria=False, **mark)
    return frame.encode(x=at("px"), y=at("py"), x2=alt.X2("px2:Q"), y2=alt.Y2("py2:Q"))


def below(grid: alt.Chart, field: str, dy: int, *, spoken: bool = False, **mark: Any) -> alt.Chart:
    """Write a line of words below squares.

    Args:
        grid: of squares, from `Grid.place`.
        field: that holds the words.
        dy: how far below, in pixels.
        spoken: whether a screen reader says the field ``spoken`` there, or nothing.
        mark: how the words are written.
    """
    drawn: dict[str, Any] = {"baseline": "top", "dy": dy, "fontSize": FONT, "aria": spoken}
    words = grid.mark_text(**drawn | mark)
    placed = words.encode(x=at("middle"), y=at("py2"), text=f"{field}:N")
    return placed.encode(description="spoken:N") if spoken else placed


def heading(base: alt.Chart, words: str, x: str, y: str) -> alt.Chart:
    """Write words above a place.

    Args:
        base: a row.
        words: expression.
        x: expression for the left end, in pixels.
        y: expression for what they stand above.
    """
    placed = base.transform_calculate(px=x, py=y, heading=words)
    mark = placed.mark_text(align="left", baseline="bottom", dy=-4, fontSize=FONT + 1)
    return mark.encode(x=at("px"), y=at("py"), text="heading:N", description="heading:N")


def large_picture(
    base: alt.Chart, words: str, field: str, x: str, y: str, side: str
) -> tuple[alt.Chart, alt.Chart]:
    """Show a row's picture with words above it.

    Args:
        base: a row.
        words: expression.
        field: that holds the picture.
        x: expression for its left edge, in pixels.
        y: for its upper edge.
        side: for its height and width.
    """
    placed = base.transform_calculate(px=x, py=y, url=data_url(field))
    picture = image_mark(placed, side).encode(x=at("px"), y=at("py"), url="url:N")
    return picture, heading(base, words, x, y)
