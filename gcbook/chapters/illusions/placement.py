r"""Do reconstructions put what the prompt names where people see it?

The paper's second criterion (Section 3.4). For an ambiguous drawing D and a control C that
resembles it but for the parts that make a reading, a reconstruction R has a place between them,

.. math:: \frac{\langle R - C, D - C \rangle}{\lVert D - C \rVert^2},

1 for a copy of D and 0 for C. Prompts share their noise, so their difference in place is the
prompt's doing: above 0 if the prompt that goes with D draws the parts where the drawing has them. A
prompt that merely changes more leads away from both ends, down from D and up from C; so what counts
is the mean over both. Measured on the mirror image of both drawings, the same difference says
whether it is drawn there rather than anywhere; measured between two prompts that are wrong, how far
any two prompts may differ.

Where prompts differ is measured, too: how much of the squared difference between two of them lies
within the drawing's annotated parts, over the share of the picture that the parts take up; and the
same of the mirrored parts.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.chapters.illusions.resemblance import readings_of
from gcbook.illusions.drawings import DRAWINGS, FIGURE, GROUND, draw, mask_of, mirrored
from gcbook.miniworld.results.ambiguous import SIDE, Picture, ambiguous_pictures
from gcbook.miniworld.results.sheets import read_sheet
from gcbook.stats.clustered import clustered_columns
from gcbook.stats.resampling import Resampling

__all__ = [
    "AXES",
    "BOTH_ENDS",
    "Axis",
    "blend_overlap",
    "overlap_rows",
    "place_between",
    "placement_rows",
]

Grey = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """From a control to an ambiguous drawing.

    Attributes:
        drawing: the ambiguous one.
        control: that lacks what makes the reading.
        towards: the prompt that goes with the drawing.
        away: the prompt that goes with the control, "" for all wrong ones.
    """

    drawing: str
    control: str
    towards: str
    away: str = ""


AXES = (
    Axis("duck–rabbit", "duck", "rabbit", "duck"),
    Axis("face in a rock", "rock", "face"),
    Axis("vase and faces", "vase", "face", "bottle"),
)
"""Every ambiguous drawing has one."""


BOTH_ENDS = "both ends"
NULL = "null: "
MOST_ALIKE = 0.4
"""Cosine, or overlap, beyond which a thing and its mirror image cannot tell two places apart."""
MOST_OF_IT = 0.75
"""Share of a picture beyond which its parts say nothing of where."""


def place_between(images: Grey, control: Grey, drawing: Grey) -> Values:
    """Return where images (…, H, W) lie between a control at 0 and a drawing at 1, (…)."""
    axis = (drawing - control).astype(np.float64)
    along: Values = ((images - control) * axis).sum((-2, -1)) / (axis**2).sum()
    return along


def placement_rows(model: str, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Measure how far prompts move reconstructions along their drawing's axis.

    Both ends of an axis are reconstructed: the drawing, and its control.

    Args:
        model: whose reconstructions come with this package.
        resampling: how the intervals are made.

    Returns:
        ``drawing`` (of the axis), ``shown`` (it, its control, or `BOTH_ENDS`), ``strength, n`` and
        means with ``…_low, …_high``: ``moved``, the difference in place between the prompt that
        goes with the drawing and the one that goes with its control; ``elsewhere``, the same on
        the mirrored axis, and ``more_here``, the one less the other, both NaN where the axes are
        much alike; ``null``, the largest mean difference between two wrong prompts, as a size; and
        ``beyond_low``, the lowest end of the intervals of ``moved`` less the difference between two
        wrong prompts, whichever two, in either order.
    """
    found = []
    for axis in AXES:
        for picture in ambiguous_pictures():
            if picture.drawing is None:
                continue
            shown = picture.drawing.name.removesuffix(", mirrored")
            if shown in (axis.drawing, axis.control):
                found.append(_moved(model, axis, picture).assign(shown=shown))
    table = pd.concat(found, ignore_index=True)
    table = pd.concat([table, table.assign(shown=BOTH_ENDS)], ignore_index=True)
    by = ["drawing", "shown", "strength"]
    pairs = [str(name) for name in table if str(name).startswith(NULL)]
    beyond = {
        f"{sign:+} {pair}": table["moved"] - sign * table[pair]
        for pair in pairs
        for sign in (1, -1)
    }
    summed = clustered_columns(
        pd.concat([table, pd.DataFrame(beyond)], axis=1),
        by,
        ["moved", "elsewhere", "more_here", *beyond],
        resampling=resampling,
    )
    lowest = summed[[f"{name}_low" for name in beyond]].min(axis=1)
    null = table.groupby(by)[pairs].mean().abs().max(axis=1).rename("null").reset_index()
    kept = [name for name in summed if not str(name).startswith(tuple(beyond))]
    return summed[kept].assign(beyond_low=lowest).merge(null, on=by)


def _moved(model: str, axis: Axis, picture: Picture) -> pd.DataFrame:
    assert picture.drawing is not None
    flipped = picture.drawing.name.endswith(", mirrored")
    ends = [DRAWINGS[axis.control], DRAWINGS[axis.drawing]]
    here, there = (
        [draw(mirrored(each) if turn else each, SIDE)[..., 0] for each in ends]
        for turn in (flipped, not flipped)
    )
    sheet = read_sheet(model, picture)
    seen = DRAWINGS[axis.drawing].readings
    wrong = sorted(name for name in picture.prompts if name and name not in seen)
    away = [axis.away] if axis.away else wrong

    def difference(ends: list[Grey], first: list[str], second: list[str]) -> Values:
        place = place_between(sheet.images, *ends)
        one, other = (
            place[..., [picture.prompts.index(name) for name in names]].mean(-1)
            for names in (first, second)
        )
        return np.asarray(one - other)

    measured = {
        "moved": difference(here, [axis.towards], away),
        "elsewhere": difference(there, [axis.towards], away),
        **{f"{NULL}{a}, {b}": difference(here, [a], [b]) for a, b in combinations(wrong, 2)},
    }
    if abs(_cosine(here[1] - here[0], there[1] - there[0])) > MOST_ALIKE:
        measured["elsewhere"] = np.full_like(measured["moved"], np.nan)
    measured["more_here"] = measured["moved"] - measured["elsewhere"]
    return _long(measured, picture).assign(drawing=axis.drawing)


def _cosine(first: Grey, second: Grey) -> float:
    return float((first * second).sum() / np.sqrt((first**2).sum() * (second**2).sum()))


def overlap_rows(model: str, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Measure whether prompts differ where the drawing has its parts.

    Args:
        model: whose reconstructions come with this package.
        resampling: how the intervals are made.

    Returns:
        ``drawing, strength, n`` of the ambiguous drawings whose parts do not make up nearly the
        whole picture; and means with ``…_low, …_high``: ``readings``, the density of squared
        differences within the parts over that of the whole picture, between the prompts of the
        axis; ``elsewhere``, the same in the mirrored parts, NaN where these are much the same;
        ``null``, the same as ``readings`` between wrong prompts; ``more``, ``readings`` less
        ``null``, and ``more_here``, ``readings`` less ``elsewhere``.
    """
    found = []
    axes = {axis.drawing: axis for axis in AXES}
    for picture in ambiguous_pictures():
        drawing = picture.drawing
        if drawing is None or drawing.name.removesuffix(", mirrored") not in axes:
            continue
        axis = axes[drawing.name.removesuffix(", mirrored")]
        parts = np.max([mask_of(points, SIDE) for points in drawing.parts.values()], axis=0)
        if parts.mean() > MOST_OF_IT:
            continue
        images = read_sheet(model, picture).images
        wrong = [name for name in picture.prompts if name and name not in readings_of(picture)]
        pairs = [(axis.towards, name) for name in ([axis.away] if axis.away else wrong)]
        measured = {
            "readings": _density(images, picture.prompts, pairs, parts),
            "elsewhere": _density(images, picture.prompts, pairs, parts[:, ::-1]),
            "null": _density(images, picture.prompts, list(combinations(wrong, 2)), parts),
        }
        if _overlap(parts, parts[:, ::-1]) > MOST_ALIKE:
            measured["elsewhere"] = np.full_like(measured["readings"], np.nan)
        measured["more"] = measured["readings"] - measured["null"]
        measured["more_here"] = measured["readings"] - measured["elsewhere"]
        found.append(_long(measured, picture).assign(drawing=axis.drawing))
    return clustered_columns(
        pd.concat(found, ignore_index=True),
        ["drawing", "strength"],
        ["readings", "elsewhere", "null", "more", "more_here"],
        resampling=resampling,
    )


def _density(
    images: Grey, prompts: tuple[str, ...], pairs: list[tuple[str, str]], parts: Grey
) -> Values:
    within, whole = 0.0, 0.0
    for one, other in pairs:
        squared = np.square(
            images[..., prompts.index(one), :, :] - images[..., prompts.index(other), :, :],
            dtype=np.float64,
        )
        within = within + (squared * parts).sum((-2, -1))
        whole = whole + squared.sum((-2, -1))
    with np.errstate(invalid="ignore"):  # prompts that make no difference differ nowhere: NaN
        return np.asarray(within / whole / parts.mean(dtype=np.float64))


def blend_overlap(model: str, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Measure whether a blend turns into the silhouette that its prompt names, where it stands.

    A reconstruction's overlap with a silhouette is the sum of the smaller of both over the sum of
    the larger (Jaccard's index of soft masks), its figure read off the drawing's greys. What counts
    is the overlap with the named silhouette less that with the other of the two, the mean of both
    prompts; for a picture that no prompt changes, that is 0. Nothing would change if the untouched
    picture's were taken off before, or that without a prompt or under a wrong one: each is taken
    off once as it is and once with the other sign.

    Args:
        model: whose reconstructions come with this package.
        resampling: how the intervals are made.

    Returns:
        ``strength, n`` and means with ``…_low, …_high``: ``named``; ``elsewhere``, the same with
        both silhouettes mirrored, which what is drawn in any place would fit as well;
        ``more_here``, the one less the other.
    """
    found = []
    for picture in ambiguous_pictures():
        if picture.blend is None:
            continue
        sheet = read_sheet(model, picture)
        shape = ((GROUND - sheet.images) / (GROUND - FIGURE)).clip(0, 1)
        here = [_overlap(shape, mask) for mask in picture.blend.masks]
        there = [_overlap(shape, mask[:, ::-1]) for mask in picture.blend.masks]
        named = [
            np.mean([each[0][..., 0] - each[1][..., 0], each[1][..., 1] - each[0][..., 1]], axis=0)
            for each in (here, there)
        ]
        measured = {
            "named": named[0],
            "elsewhere": named[1],
            "more_here": named[0] - named[1],
        }
        found.append(_long(measured, picture).assign(blend=picture.name))
    return clustered_columns(
        pd.concat(found, ignore_index=True),
        ["strength"],
        ["named", "elsewhere", "more_here"],
        resampling=resampling,
    )


def _overlap(shape: Grey, mask: Grey) -> Values:
    smaller = np.minimum(shape, mask).sum((-2, -1), dtype=np.float64)
    return np.asarray(smaller / np.maximum(shape, mask).sum((-2, -1), dtype=np.float64))


def _long(measured: dict[str, Values], picture: Picture) -> pd.DataFrame:
    """A row a strength and draw of what was measured for each, (strengths, draws)."""
    blend = picture.blend is not None
    rows = [
        {
            "strength": strength,
            "category": "blend" if blend else picture.name,
            "silhouette": picture.name if blend else f"{picture.name}-{draw}",
            **{name: values[s, draw] for name, values in measured.items()},
        }
        for s, strength in enumerate(picture.strengths)
        for draw in range(picture.draws)
    ]
    return pd.DataFrame(rows)
