"""Drawings that can be seen in two ways, made for this book.

They are silhouettes with holes, as the miniature world's objects are, so that its models can be
asked about them, and were made before any model had seen one. Controls are drawings that can be
seen in one way only, or in none, and differ from an ambiguous one in little else.

Coordinates are shares of the picture's side: x to the right, y down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline

Points = tuple[tuple[float, float], ...]

SUPERSAMPLING = 8
CURVE_POINTS = 400
FIGURE, GROUND = 0.25, 0.7
"""Luma of what is drawn and of what is not."""


@dataclass(frozen=True)
class Drawing:
    """A picture of one or more closed curves.

    Attributes:
        name: of the drawing.
        readings: categories that people see in it, none for what shows nothing in particular.
        outlines: smooth closed curves that are filled.
        holes: curves within them that are not.
        control_of: the ambiguous drawing that it is compared with, "" for that itself.
    """

    name: str
    readings: tuple[str, ...]
    outlines: tuple[Points, ...]
    holes: tuple[Points, ...] = ()
    control_of: str = ""


def draw(drawing: Drawing, side: int) -> npt.NDArray[np.float32]:
    """Draw a figure of luma `FIGURE` on a ground, and with holes, of `GROUND`.

    Returns:
        float32 (side, side, 3) in [0, 1], grey.
    """
    large = Image.new("L", (side * SUPERSAMPLING,) * 2, 0)
    pen = ImageDraw.Draw(large)
    for curves, value in ((drawing.outlines, 255), (drawing.holes, 0)):
        for points in curves:
            curve = side * SUPERSAMPLING * smooth_curve(points)
            pen.polygon(curve.ravel().tolist(), fill=value)
    share = np.asarray(large.reduce(SUPERSAMPLING), np.float32) / np.float32(255)
    grey = GROUND + (FIGURE - GROUND) * share
    return np.repeat(grey[..., None], 3, axis=-1).astype(np.float32)


def mirrored(drawing: Drawing) -> Drawing:
    """Return a drawing with left and right exchanged."""

    def each(curves: tuple[Points, ...]) -> tuple[Points, ...]:
        return tuple(tuple((1 - x, y) for x, y in points) for points in curves)

    return replace(
        drawing,
        name=f"{drawing.name}, mirrored",
        outlines=each(drawing.outlines),
        holes=each(drawing.holes),
    )


def smooth_curve(points: Points) -> npt.NDArray[np.float64]:
    """Return a closed curve through points, a periodic cubic spline, (`CURVE_POINTS`, 2)."""
    through = np.array([*points, points[0]])
    along = np.append(0, np.linalg.norm(np.diff(through, axis=0), axis=1).cumsum())
    curve = CubicSpline(along, through, bc_type="periodic")
    return np.asarray(curve(np.linspace(0, along[-1], CURVE_POINTS, endpoint=False)))


def _circle(x: float, y: float, radius: float) -> Points:
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    return tuple(
        (x + radius * float(np.cos(angle)), y + radius * float(np.sin(angle))) for angle in angles
    )


_NECK: Points = ((0.46, 0.63), (0.47, 0.76), (0.44, 0.94), (0.8, 0.94), (0.76, 0.76), (0.77, 0.65))
_CROWN: Points = ((0.83, 0.33), (0.74, 0.23), (0.62, 0.19), (0.5, 0.22))
_NOTCH: Points = ((0.86, 0.58), (0.8, 0.515), (0.87, 0.45))
_ROUND: Points = ((0.84, 0.58), (0.865, 0.51), (0.865, 0.43))
_EARS: Points = (
    (0.42, 0.27), (0.28, 0.21), (0.14, 0.19), (0.06, 0.235), (0.13, 0.285), (0.27, 0.31),
    (0.4, 0.365), (0.27, 0.385), (0.13, 0.39), (0.06, 0.44), (0.13, 0.49), (0.28, 0.5),
    (0.41, 0.53),
)  # fmt: skip
_BILL: Points = (
    (0.42, 0.32), (0.28, 0.315), (0.14, 0.33), (0.06, 0.385), (0.14, 0.435), (0.28, 0.455),
    (0.41, 0.5),
)  # fmt: skip
_EYE = _circle(0.6, 0.37, 0.04)
_RABBIT: Points = (
    (0.45, 0.36), (0.42, 0.22), (0.43, 0.09), (0.48, 0.05), (0.53, 0.1), (0.55, 0.22),
    (0.58, 0.31), (0.61, 0.22), (0.64, 0.1), (0.69, 0.05), (0.74, 0.09), (0.74, 0.22), (0.7, 0.36),
    (0.8, 0.42), (0.87, 0.49), (0.8, 0.52), (0.86, 0.58), (0.77, 0.66), (0.76, 0.78), (0.8, 0.94),
    (0.36, 0.94), (0.4, 0.78), (0.37, 0.64), (0.36, 0.5),
)  # fmt: skip

_PROFILE: Points = (
    (0.24, 0.06), (0.27, 0.14), (0.325, 0.2), (0.36, 0.27), (0.345, 0.33), (0.395, 0.4),
    (0.445, 0.455), (0.385, 0.485), (0.412, 0.52), (0.39, 0.545), (0.415, 0.575), (0.38, 0.61),
    (0.405, 0.66), (0.37, 0.71), (0.28, 0.76), (0.25, 0.86), (0.2, 0.94),
)  # fmt: skip
"""Left edge of the vase: forehead, nose, lips, chin and neck of a face that looks to the right."""

_FOOT: Points = ((0.4, 0.95), (0.6, 0.95))
_BRIM: Points = ((0.6, 0.05), (0.4, 0.05))
_VASE: Points = (*_PROFILE, *_FOOT, *((1 - x, y) for x, y in reversed(_PROFILE)), *_BRIM)
_GOBLET: Points = (
    (0.24, 0.06), (0.28, 0.2), (0.34, 0.34), (0.4, 0.45), (0.41, 0.58), (0.38, 0.7), (0.28, 0.8),
    (0.25, 0.87), (0.2, 0.94),
)  # fmt: skip

_PLAIN_VASE: Points = (*_GOBLET, *_FOOT, *((1 - x, y) for x, y in reversed(_GOBLET)), *_BRIM)

_ROCK: Points = (
    (0.2, 0.3), (0.33, 0.14), (0.52, 0.1), (0.7, 0.15), (0.84, 0.3), (0.88, 0.5), (0.8, 0.7),
    (0.68, 0.87), (0.47, 0.91), (0.28, 0.82), (0.15, 0.62), (0.14, 0.44),
)  # fmt: skip
_MOUTH: Points = ((0.36, 0.68), (0.5, 0.66), (0.65, 0.69), (0.62, 0.74), (0.5, 0.76), (0.39, 0.74))

DRAWINGS: Mapping[str, Drawing] = {
    drawing.name: drawing
    for drawing in (
        Drawing("duck–rabbit", ("duck", "rabbit"), ((*_EARS, *_NECK, *_NOTCH, *_CROWN),), (_EYE,)),
        Drawing(
            "duck",
            ("duck",),
            ((*_BILL, *_NECK, *_ROUND, *_CROWN),),
            (_EYE,),
            control_of="duck–rabbit",
        ),
        Drawing(
            "rabbit",
            ("rabbit",),
            (_RABBIT,),
            (_circle(0.68, 0.47, 0.035),),
            control_of="duck–rabbit",
        ),
        Drawing(
            "face in a rock",
            ("face",),
            (_ROCK,),
            (_circle(0.38, 0.4, 0.06), _circle(0.62, 0.4, 0.06), _MOUTH),
        ),
        Drawing(
            "rock",
            (),
            (_ROCK,),
            (
                _circle(0.64, 0.28, 0.06),
                _circle(0.66, 0.7, 0.06),
                tuple((y - 0.38, x + 0.02) for x, y in _MOUTH),
            ),
            control_of="face in a rock",
        ),
        Drawing("vase and faces", ("bottle", "face"), (_VASE,)),
        Drawing("vase", ("bottle",), (_PLAIN_VASE,), control_of="vase and faces"),
    )
}
"""By name."""
