r"""The paper's two criteria for understanding an illusion (Section 3.4), measured.

**Resemblance.** Do reconstructions resemble what the prompt names? A classifier that knows no
prompt judges. At low strength a reconstruction is a copy of the picture, and at full strength it is
made of the prompt alone. So its probability of what the prompt names is compared with that for the
untouched picture, for the reconstruction without a prompt, for those under prompts that name
nothing that is seen in the picture, and, where two things are seen in it, for the one under the
other prompt.

**Placement.** Is it drawn where people see it? For an ambiguous drawing D and a control C that
lacks only the parts that make a reading, a reconstruction R has a place between the two,

.. math:: \frac{\langle R - C, D - C \rangle}{\lVert D - C \rVert^2},

1 for a copy of D and 0 for C. Prompts share their noise, so a difference in place between two of
them is the prompts' doing: above 0 if the prompt that goes with D draws the parts where the drawing
has them. A prompt that merely changes more leads away from both ends, down from D and up from C; so
what counts is the mean over both. The same difference on the mirror image of both drawings says
whether the parts are drawn there rather than anywhere; between two wrong prompts, it says how far
any two prompts may differ. For a blend of two silhouettes, the place is the overlap with the one
that is named less that with the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.chapters.illusions.judge import ABLE, plainly_seen
from gcbook.illusions.drawings import DRAWINGS, FIGURE, GROUND, draw, mirrored
from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.results.ambiguous import BLENDS, SIDE, Picture, ambiguous_pictures
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.sheets import read_sheet, reconstructed_models
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.stats.clustered import clustered_columns
from gcbook.stats.resampling import Resampling

__all__ = [
    "AXES",
    "BASELINES",
    "BLEND",
    "LEAST",
    "Axis",
    "blend_overlap",
    "flip_rows",
    "flips",
    "full_overlap",
    "judged_model",
    "place_between",
    "placement",
    "placement_rows",
    "readings_of",
    "resemblance",
    "resemblance_rows",
]

BASELINES = {
    "untouched": "the untouched picture",
    "empty": "no prompt",
    "wrong": "wrong prompts",
    "other": "the other reading's prompt",
}
"""What a reconstruction under a prompt is compared with."""

Grey = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]
NULL = "null: "
MOST_ALIKE = 0.4
"""Cosine, or overlap, beyond which a thing and its mirror image cannot tell two places apart."""
BLEND = f"{BLENDS} blends"
LEAST = 0.05
"""Of a difference in probability that counts, beside an interval above 0."""


def readings_of(picture: Picture) -> tuple[str, ...]:
    """Return the categories that are seen in a picture."""
    if picture.drawing is not None:
        return picture.drawing.readings
    return picture.blend.categories if picture.blend is not None else ()


@cache
def judged_model(model: str) -> pd.DataFrame:
    """Judge all reconstructions of a model.

    Args:
        model: one of `gcbook.miniworld.results.sheets.reconstructed_models`.

    Returns:
        A row a picture, strength, draw and named prompt: ``picture, drawing`` (its name, mirrored
        or not; "blend" for all blends), ``strength, draw, prompt, seen`` (whether what the prompt
        names is seen in the picture), ``prompted``, the judge's probability of what the prompt
        names, and the same of `BASELINES`, NaN where there is none of that kind.

    Raises:
        DataNotFoundError: the reconstructions do not come with this package.
    """
    return pd.concat(
        [_judged(model, picture) for picture in ambiguous_pictures()], ignore_index=True
    )


def resemblance_rows(
    judged: pd.DataFrame, *, resampling: Resampling = Resampling()
) -> pd.DataFrame:
    """Sum up the judgements of each drawing and prompt, and of all blends.

    Intervals of a drawing resample draws of noise, those of the blends resample blends.

    Args:
        judged: from `judged_model`.
        resampling: how the intervals are made.

    Returns:
        ``drawing, prompt`` ("one of the two" or "a third" for blends), ``seen, strength, n``, the
        mean ``prompted`` with ``low, high``, and for each of `BASELINES` its mean and
        ``over_…``, how far the prompted one exceeds it, with ``over_…_low, over_…_high``.
    """
    table = judged.copy()
    blend = table["drawing"] == "blend"
    table.loc[blend, "prompt"] = np.where(table.loc[blend, "seen"], "one of the two", "a third")
    for name in BASELINES:
        table[f"over_{name}"] = table["prompted"] - table[name]
    return clustered_columns(
        _with_units(table),
        ["drawing", "prompt", "seen", "strength"],
        ["prompted", *BASELINES, *(f"over_{name}" for name in BASELINES)],
        resampling=resampling,
    ).rename(columns={"prompted_low": "low", "prompted_high": "high"})


def flip_rows(judged: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """How often one and the same blend becomes whichever of its two categories is named.

    It does where the judge, of the two, gives more to what was prompted, under both prompts.
    Prompts whose effect has nothing to do with what they name would make the opposite of it just as
    often, so that is counted, too.

    Args:
        judged: from `judged_model`.
        resampling: of blends.

    Returns:
        ``strength, n`` and shares of blends with ``…_low, …_high``: ``flipped``, and ``opposite``,
        under both prompts the other category.
    """
    both = judged[(judged["drawing"] == "blend") & judged["seen"]]
    keys = ["drawing", "picture", "strength", "draw"]
    table = both.sort_values([*keys, "prompt"]).groupby(keys, sort=True)
    first, second = table.first().reset_index(), table.last().reset_index()
    # What the first prompt's reconstruction gets of the second category is the second row's other.
    by_first, by_second = (
        np.sign(one["prompted"].to_numpy() - two["other"].to_numpy())
        for one, two in ((first, second), (second, first))
    )
    flipped, opposite = (
        ((by_first == sign) & (by_second == sign)).astype(float) for sign in (1, -1)
    )
    return clustered_columns(
        _with_units(first.assign(flipped=flipped, opposite=opposite)),
        ["strength"],
        ["flipped", "opposite"],
        shares=["flipped", "opposite"],
        resampling=resampling,
    )


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


def place_between(images: Grey, control: Grey, drawing: Grey) -> Values:
    """Return where images (…, H, W) lie between a control at 0 and a drawing at 1, (…)."""
    axis = (drawing - control).astype(np.float64)
    along: Values = ((images - control) * axis).sum((-2, -1)) / (axis**2).sum()
    return along


def placement_rows(model: str, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Measure how far prompts move reconstructions along their drawing's axis.

    The mean over both ends of an axis, the drawing and its control: each is reconstructed.

    Args:
        model: whose reconstructions come with this package.
        resampling: how the intervals are made.

    Returns:
        ``drawing`` (of the axis), ``strength, n`` and means with ``…_low, …_high``: ``moved``, the
        difference in place between the prompt that goes with the drawing and the one that goes with
        its control; ``elsewhere``, the same on the mirrored axis, and ``more_here``, the one less
        the other, both NaN where the axes are much alike; ``null``, the largest mean difference
        between two wrong prompts, as a size; and ``beyond_low``, the lowest end of the intervals of
        ``moved`` less the difference between two wrong prompts, whichever two, in either order.
    """
    table = pd.concat(
        [
            _moved(model, axis, picture)
            for axis in AXES
            for picture in ambiguous_pictures()
            if picture.drawing is not None
            and picture.drawing.name.removesuffix(", mirrored") in (axis.drawing, axis.control)
        ],
        ignore_index=True,
    )
    by = ["drawing", "strength"]
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


def full_overlap() -> float:
    """What `blend_overlap` would find for blends redrawn in full, each as the named silhouette."""
    masks = [picture.blend.masks for picture in ambiguous_pictures() if picture.blend is not None]
    return float(np.mean([1 - _overlap(one, other) for one, other in masks]))


def resemblance(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """The first criterion, for every model, picture and prompt that names what is seen in it.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``model, picture`` (with what is named), ``strength, n, prompted``, its ``margin`` over the
        nearest of the `BASELINES` and which one that is (``against``), whether the judge ``knows``
        what is named in a plain drawing, and whether the criterion is ``met``: by a margin of at
        least `LEAST`, with an interval above 0 over every baseline, below full strength, where
        nothing of the picture is left. Without intervals the last is None.
    """
    rows = _of_all(lambda name: resemblance_rows(judged_model(name), resampling=resampling))
    drawings = [axis.drawing for axis in AXES]
    rows = rows[rows["seen"] & rows["drawing"].isin([*drawings, "blend"])]
    over = rows[[f"over_{name}" for name in BASELINES]].rename(columns=lambda n: n[5:])
    lows = rows[[f"over_{name}_low" for name in BASELINES]]
    margin = over.min(axis=1)
    met = (margin >= LEAST) & (lows.min(axis=1) > 0) & (rows["strength"] < 1)
    plain = plainly_seen()
    blend = rows["drawing"] == "blend"
    known = [
        one == "blend" or plain[one, prompt] >= ABLE
        for one, prompt in zip(rows["drawing"], rows["prompt"], strict=True)
    ]
    return _in_order(
        rows.assign(
            picture=(rows["drawing"] + " as " + rows["prompt"]).mask(blend, BLEND),
            margin=margin,
            against=over.idxmin(axis=1).map(BASELINES),
            knows=known,
            met=_decided(met, lows.notna().any(axis=1)),
        ),
        ["prompted", "margin", "against", "knows", "met"],
    )


def placement(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """The second criterion, for every model and drawing, and for the blends.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``model, picture, strength, n``, ``moved`` with ``moved_low, moved_high`` (for blends in
        overlap), ``elsewhere`` and ``null`` as in `placement_rows`, the ``margin`` over both, and
        whether the criterion is ``met``: above 0, beyond what any two wrong prompts do, and more
        than on the mirror image where that is another place; all with intervals above 0, below full
        strength. Without intervals the last is None.
    """
    drawn = _of_all(lambda name: placement_rows(name, resampling=resampling))
    mixed = _of_all(lambda name: blend_overlap(name, resampling=resampling))
    mixed = mixed.rename(columns=lambda name: name.replace("named", "moved"))
    rows = pd.concat([drawn, mixed.assign(drawing="blend")], ignore_index=True)
    lows = rows[["moved_low", "beyond_low", "more_here_low"]]
    others = rows[["null", "elsewhere"]].max(axis=1)
    return _in_order(
        rows.assign(
            picture=rows["drawing"].replace("blend", BLEND),
            margin=rows["moved"] - others.clip(lower=0),
            met=_decided(
                (lows.min(axis=1) > 0) & (rows["strength"] < 1), rows["moved_low"].notna()
            ),
        ),
        ["moved", "moved_low", "moved_high", "elsewhere", "null", "margin", "met"],
    )


def flips(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """`flip_rows` of every model, long: ``model, becomes, strength, n, share, low, high``.

    Args:
        resampling: of blends.
    """
    rows = _of_all(lambda name: flip_rows(judged_model(name), resampling=resampling))
    named = {"flipped": "what is named", "opposite": "the opposite"}
    tables = [
        rows[["model", "strength", "n"]].assign(
            becomes=words, share=rows[name], low=rows[f"{name}_low"], high=rows[f"{name}_high"]
        )
        for name, words in named.items()
    ]
    return pd.concat(tables, ignore_index=True)


def _judged(model: str, picture: Picture) -> pd.DataFrame:
    sheet = read_sheet(model, picture)
    shape = sheet.images.shape
    flat = sheet.images.reshape(-1, *shape[-2:])
    untouched, *made = judge_pictures(np.concatenate([sheet.untouched[None], flat]))
    said = np.reshape(made, (*shape[:3], -1))
    seen = readings_of(picture)
    named = [name for name in picture.prompts if name]
    wrong = [name for name in named if name not in seen]
    rows = []
    for name in named:
        category = ALL_CATEGORIES.index(name)
        others = [picture.prompts.index(each) for each in wrong if each != name]
        of_category = said[..., category]
        without = of_category[:, :, others].mean(-1) if others else np.full(shape[:2], np.nan)
        rivals = [picture.prompts.index(each) for each in seen if each != name and name in seen]
        rival = of_category[:, :, rivals].mean(-1) if rivals else np.full(shape[:2], np.nan)
        for s, strength in enumerate(picture.strengths):
            for d in range(picture.draws):
                rows.append(
                    {
                        "strength": strength,
                        "draw": d,
                        "prompt": name,
                        "seen": name in seen,
                        "prompted": of_category[s, d, picture.prompts.index(name)],
                        "untouched": untouched[category],
                        "empty": of_category[s, d, picture.prompts.index(EMPTY)],
                        "wrong": without[s, d],
                        "other": rival[s, d],
                    }
                )
    kind = picture.drawing.name.removesuffix(", mirrored") if picture.drawing else "blend"
    return pd.DataFrame(rows).assign(picture=picture.name, drawing=kind)


def _with_units(rows: pd.DataFrame) -> pd.DataFrame:
    """Name the units of resampling: draws of noise for each drawing, and blends."""
    blend = rows["drawing"] == "blend"
    return rows.assign(
        category=np.where(blend, "blend", rows["picture"]),
        silhouette=rows["picture"] + np.where(blend, "", "-" + rows["draw"].astype(str)),
    )


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


def _overlap(shape: Grey, mask: Grey) -> Values:
    smaller = np.minimum(shape, mask).sum((-2, -1), dtype=np.float64)
    return np.asarray(smaller / np.maximum(shape, mask).sum((-2, -1), dtype=np.float64))


def _long(measured: dict[str, Values], picture: Picture) -> pd.DataFrame:
    """One row for each strength and draw of what was measured, (strengths, draws)."""
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


def _of_all(measure: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """Rows of all models whose reconstructions come with this package."""
    tables = [measure(name).assign(model=name) for name in reconstructed_models()]
    return pd.concat(tables, ignore_index=True)


def _decided(met: pd.Series, resampled: pd.Series) -> pd.Series:
    return met.astype(object).where(resampled, None)


def _in_order(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Drawings as they are listed, blends last."""
    order = {axis.drawing: place for place, axis in enumerate(AXES)}
    rank = rows["drawing"].map(order).fillna(len(order))
    ordered = rows.assign(rank=rank).sort_values("rank", kind="stable")
    return ordered[["model", "picture", "strength", "n", *columns]].reset_index(drop=True)
