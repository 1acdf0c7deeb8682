"""Pictures and words at places in pixels: for figures that are sheets of pictures, not charts."""

from typing import Any

import altair as alt

__all__ = ["FONT", "at", "data_url", "heading", "image_mark", "large_picture"]

FONT = 12


def at(field: str) -> Any:
    """Where a mark stands: a field of pixels, down if its name starts with ``py``, else across."""
    channel = alt.Y if field.startswith("py") else alt.X
    return channel(f"{field}:Q", scale=None, axis=None)


def data_url(field: str) -> str:
    """An expression for the address of a picture that a field holds in base 64."""
    # Said once here instead of a thousand times in the data.
    return f"'data:image/png;base64,' + datum.{field}"


def image_mark(chart: alt.Chart, side: str) -> alt.Chart:
    """Mark a chart's rows with square pictures, pixel by pixel.

    Args:
        chart: of the rows.
        side: expression for their height and width.
    """
    return chart.mark_image(
        width=alt.ExprRef(side),
        height=alt.ExprRef(side),
        align="left",
        baseline="top",
        smooth=False,
        aria=False,
    )


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
