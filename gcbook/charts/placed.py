"""Pictures and words at places in pixels: for figures that are sheets of pictures, not charts."""

from typing import Any

import altair as alt

FONT = 13


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
    """Frame squares with corners ``px, py, px2, py2``; ``mark`` says how the frame is drawn."""
    frame = grid.mark_rect(fillOpacity=0, aria=False, **mark)
    return frame.encode(x=at("px"), y=at("py"), x2=alt.X2("px2:Q"), y2=alt.Y2("py2:Q"))


def below(grid: alt.Chart, field: str, dy: int, *, spoken: bool = False, **mark: Any) -> alt.Chart:
    """Write a line of words below squares.

    Args:
        grid: of squares with ``middle`` and ``py2``, their lower edge.
        field: that holds the words.
        dy: how far below, in pixels.
        spoken: whether a screen reader says the field ``spoken`` there, or nothing.
        mark: how the words are written.
    """
    drawn: dict[str, Any] = {"baseline": "top", "dy": dy, "fontSize": FONT, "aria": spoken}
    words = grid.mark_text(**drawn | mark)
    placed = words.encode(x=at("middle"), y=at("py2"), text=f"{field}:N")
    return placed.encode(description="spoken:N") if spoken else placed
