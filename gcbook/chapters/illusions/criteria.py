r"""What the paper's two criteria for understanding an illusion (Section 3.4) are measured by.

**Resemblance.** Does a reconstruction resemble what the prompt names? A classifier that sees no
prompt judges: its probability of what is named is compared with that for the untouched picture,
without a prompt, under a wrong prompt, and under the prompt of the other reading.

**Placement.** Is it drawn where people see it? The place of a reconstruction R of a blend is its
overlap with the silhouette that is named less that with the other one. The place on the way from a
control C, which lacks one reading, to an ambiguous drawing D is

.. math:: \frac{\langle R - C, D - C \rangle}{\lVert D - C \rVert^2},

1 for a copy of D and 0 for C. Prompts share their noise, so a difference in place between two
prompts is the prompts' doing. The same difference on the mirror image shows whether the parts are
drawn there rather than anywhere, and between two wrong prompts how far any two may differ.
"""

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.illusions.drawings import DRAWINGS, FIGURE, GROUND, draw, mirrored
from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.results.ambiguous import (
    SIDE,
    Picture,
    ambiguous_pictures,
    judge_pictures,
    read_sheet,
    reconstructed_models,
)
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.stats.clustered import clustered_columns
from gcbook.stats.resampling import Resampling

COMPARISONS = ("untouched", "empty", "wrong", "other")
"""What a reconstruction under a prompt is compared with: the untouched picture, and those without a
prompt, under a wrong one and under the other reading's."""
DRAWING, CONTROL = "duck–rabbit", "duck"
"""The one drawing that differs enough from its mirror image to test a place, and the control that
lacks its rabbit."""

Grey = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]


@cache
def judged_model(model: str) -> pd.DataFrame:
    """Judge a model's reconstructions of all blends.

    Args:
        model: one of `gcbook.miniworld.results.ambiguous.reconstructed_models`.

    Returns:
        A row a blend, strength and prompt that names a category: ``picture, strength, prompt,
        seen`` (whether it is one of the blend's two); the judge's probability of that category,
        ``prompted``, and the same of `COMPARISONS`, NaN where there is none; and ``right``, whether
        the judge names it.
    """
    tables = []
    for picture in ambiguous_pictures():
        if picture.blend is None:
            continue
        sheet = read_sheet(model, picture)
        made = sheet.images[:, 0]
        said = judge_pictures(np.concatenate([sheet.untouched[None], made.reshape(-1, SIDE, SIDE)]))
        untouched, under = said[0], said[1:].reshape(*made.shape[:2], -1)
        seen = picture.blend.categories
        for name in filter(None, picture.prompts):
            category = ALL_CATEGORIES.index(name)
            compared = {
                "prompted": [name],
                "empty": [EMPTY],
                "wrong": [each for each in picture.prompts if each not in {EMPTY, name, *seen}],
                "other": [each for each in seen if each != name and name in seen],
            }
            measured = {
                kind: _under(under[..., category], picture, prompts)
                for kind, prompts in compared.items()
            }
            right = under[:, picture.prompts.index(name)].argmax(axis=1) == category
            tables.append(
                pd.DataFrame({"strength": picture.strengths, "right": right, **measured}).assign(
                    picture=picture.name,
                    prompt=name,
                    seen=name in seen,
                    untouched=untouched[category],
                )
            )
    return pd.concat(tables, ignore_index=True)


def plainly_seen() -> dict[tuple[str, str], float]:
    """Return the judge's probability of each drawing's readings, by drawing and reading.

    That is the larger of its values for the drawing itself and for its control, in which the
    reading is the only one. Both are means over the mirror images.
    """
    drawn = [(each, shown) for each in DRAWINGS.values() for shown in (each, mirrored(each))]
    said = judge_pictures(np.stack([draw(shown, SIDE)[..., 0] for _, shown in drawn]))
    rows = [
        (drawing.control_of or drawing.name, reading, drawing.name, one[place])
        for (drawing, _), one in zip(drawn, said, strict=True)
        for reading in drawing.readings
        for place in [ALL_CATEGORIES.index(reading)]
    ]
    seen = pd.DataFrame(rows, columns=["about", "reading", "drawing", "probability"])
    means = seen.groupby(["about", "reading", "drawing"])["probability"].mean()
    best: dict[Any, float] = means.groupby(["about", "reading"]).max().to_dict()
    return best


def drawing_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Measure how far "rabbit" instead of "duck" moves the duck–rabbit towards its rabbit.

    The mean over both ends of the way, the drawing and its control: each is reconstructed.

    Args:
        resampling: how the intervals are made, over draws of noise.

    Returns:
        ``model, strength, n``, the movement as a share of the way, ``moved`` with ``moved_low,
        moved_high``, and the smallest movement whose intervals, by itself and less that on the
        mirror image and less that between wrong prompts, would all exclude zero, ``seen_from``;
        and whether they do, ``placed``, None at full strength and without intervals.
    """
    tables = []
    for model in reconstructed_models():
        moved = pd.concat(
            [
                _moved(model, picture)
                for picture in ambiguous_pictures()
                if picture.subject in (DRAWING, CONTROL)
            ]
        )
        names = [str(name) for name in moved if name not in ("strength", "picture", "draw")]
        units = moved.assign(silhouette=moved["draw"], category=moved["picture"])
        summed = clustered_columns(units, ["strength"], names, resampling=resampling)
        lowest = summed[[f"{name}_low" for name in names]].min(axis=1)
        decided = lowest.notna() & (summed["strength"] < 1)
        tables.append(
            summed[["strength", "n", "moved", "moved_low", "moved_high"]].assign(
                model=model,
                seen_from=summed["moved"] - lowest,
                placed=(lowest > 0).astype(object).where(decided, None),
            )
        )
    return pd.concat(tables, ignore_index=True)


def _full_overlap() -> float:
    """The movement of blends that are redrawn in full, each as the silhouette that is named."""
    masks = [picture.blend.masks for picture in ambiguous_pictures() if picture.blend is not None]
    return float(np.mean([1 - _overlap(one, other) for one, other in masks]))


def place_between(images: Grey, control: Grey, drawing: Grey) -> Values:
    """Return where images (…, H, W) lie between a control at 0 and a drawing at 1, (…)."""
    axis = (drawing - control).astype(np.float64)
    along: Values = ((images - control) * axis).sum((-2, -1)) / (axis**2).sum()
    return along


def overlap_rows(model: str) -> pd.DataFrame:
    """Measure how far each blend is moved to the named silhouette, and to its mirror image.

    An overlap is the sum of the smaller of two soft masks over the sum of the larger (Jaccard's
    index); a reconstruction's figure is read off the drawing's greys. The mean over both prompts,
    as a share of a full redrawing.

    Returns:
        A row a blend and strength: ``picture, strength, moved, elsewhere`` (to the mirror image)
        and ``in_place``, the difference.
    """
    tables = []
    full = _full_overlap()
    for picture in ambiguous_pictures():
        if picture.blend is None:
            continue
        images = read_sheet(model, picture).images[:, 0]
        shape = ((GROUND - images) / (GROUND - FIGURE)).clip(0, 1)
        masks = picture.blend.masks
        moved, elsewhere = (
            np.mean([one[:, 0] - two[:, 0], two[:, 1] - one[:, 1]], axis=0) / full
            for one, two in (
                [_overlap(shape, mask[:, ::step]) for mask in masks] for step in (1, -1)
            )
        )
        measured = {"moved": moved, "elsewhere": elsewhere, "in_place": moved - elsewhere}
        tables.append(
            pd.DataFrame({"strength": picture.strengths, **measured}).assign(picture=picture.name)
        )
    return pd.concat(tables, ignore_index=True)


def _moved(model: str, picture: Picture) -> pd.DataFrame:
    """The movement of one end of the way, a row a strength and draw, and less each control."""
    flipped = picture.name.endswith("-mirrored")
    here, there = (
        [
            draw(mirrored(each) if turn else each, SIDE)[..., 0]
            for each in (DRAWINGS[CONTROL], DRAWINGS[DRAWING])
        ]
        for turn in (flipped, not flipped)
    )
    images = read_sheet(model, picture).images

    def difference(ends: Sequence[Grey], first: str, second: str) -> Values:
        place = place_between(images, *ends)
        return _under(place, picture, [first]) - _under(place, picture, [second])

    moved = difference(here, "rabbit", "duck")
    wrong = [each for each in picture.prompts if each not in {EMPTY, "rabbit", "duck"}]
    measured = {"moved": moved, "beyond mirror": moved - difference(there, "rabbit", "duck")}
    for one, other in combinations(wrong, 2):
        swung = difference(here, one, other)
        measured |= {f"beyond {one}": moved - swung, f"beyond {other}": moved + swung}
    return pd.DataFrame(
        {
            "strength": np.repeat(picture.strengths, picture.draws),
            "picture": picture.name,
            "draw": [f"{picture.name}-{n}" for n in range(picture.draws)] * len(picture.strengths),
            **{name: values.ravel() for name, values in measured.items()},
        }
    )


def _under(values: Values, picture: Picture, prompts: Sequence[str]) -> Values:
    """The mean over some of the picture's prompts, which are the last axis; NaN over none."""
    if not prompts:
        return np.full(values.shape[:-1], np.nan)
    places = [picture.prompts.index(each) for each in prompts]
    return np.asarray(values[..., places].mean(-1))


def _overlap(shape: Grey, mask: Grey) -> Values:
    smaller = np.minimum(shape, mask).sum((-2, -1), dtype=np.float64)
    return np.asarray(smaller / np.maximum(shape, mask).sum((-2, -1), dtype=np.float64))
