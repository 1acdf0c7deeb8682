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

from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial.distance import cosine

from gcbook.chapters.illusions.judge import ABLE, plainly_seen
from gcbook.illusions.drawings import DRAWINGS, FIGURE, GROUND, draw, mirrored
from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.results.ambiguous import BLENDS, SIDE, Picture, ambiguous_pictures
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.sheets import read_sheet, reconstructed_models
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.stats.clustered import clustered_columns, clustered_means
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows

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
        or not; "blend" for all blends), ``strength, prompt, seen`` (whether what the prompt
        names is seen in the picture), ``prompted``, the judge's probability of what the prompt
        names, and the same of `BASELINES`, NaN where there is none of that kind; and ``category,
        silhouette``, within and of which is resampled: draws of noise of a drawing, and blends.

    Raises:
        DataNotFoundError: the reconstructions do not come with this package.
    """
    return pd.concat(
        [_judged(model, picture) for picture in ambiguous_pictures()], ignore_index=True
    )


def resemblance_rows(
    judged: pd.DataFrame, *, resampling: Resampling = Resampling()
) -> pd.DataFrame:
    """Sum up the judgements of `judged_model` for each drawing and prompt, and for all blends.

    Returns:
        ``drawing, prompt`` ("one of the two" or "a third" for blends), ``seen, strength, n``, the
        mean ``prompted``, and for each of `BASELINES` ``over_…``, how far the prompted one exceeds
        it; all with ``…_low, …_high``.
    """
    of_blend = judged["seen"].map({True: "one of the two", False: "a third"})
    prompt = judged["prompt"].mask(judged["drawing"] == "blend", of_blend)
    over = {f"over_{name}": judged["prompted"] - judged[name] for name in BASELINES}
    return clustered_columns(
        judged.assign(prompt=prompt, **over),
        ["drawing", "prompt", "seen", "strength"],
        ["prompted", *over],
        resampling=resampling,
    )


def flips(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """How often one and the same blend becomes whichever of its two categories is named.

    It does where the judge, of the two, gives more to what was prompted, under both prompts.
    Prompts whose effect has nothing to do with what they name would make the opposite of it just as
    often, so that is counted, too. Intervals resample blends.

    Returns:
        ``model, becomes`` ("what is named", or "the opposite": under both prompts the other
        category), ``strength, n``, and the ``share`` of blends with ``low, high``.
    """
    judged = _of_all(judged_model)
    both = judged[(judged["drawing"] == "blend") & judged["seen"]]
    # Of a blend there is one draw, and so a row for each of its two prompts.
    both = both.sort_values(["model", "picture", "strength", "prompt"])
    prompted, other = (both[name].to_numpy().reshape(-1, 2) for name in ("prompted", "other"))
    # What the first prompt's reconstruction gets of the second category is the second row's other.
    signs = np.sign(prompted - other[:, ::-1])
    becomes = {"what is named": 1, "the opposite": -1}
    tables = [
        both[::2].assign(becomes=words, right=(signs == sign).all(axis=1).astype(float))
        for words, sign in becomes.items()
    ]
    found = clustered_means(
        pd.concat(tables),
        ["model", "becomes", "strength"],
        "right",
        share=True,
        resampling=resampling,
    ).rename(columns={"mean": "share"})
    order = {"becomes": list(becomes), "model": reconstructed_models()}
    return ordered_rows(found, ["becomes", "model", "strength"], order)


AXES = {"duck–rabbit": "duck", "face in a rock": "rock", "vase and faces": "vase"}
"""Every ambiguous drawing → the control that lacks what makes one of its readings."""


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
            _moved(model, ends, picture)
            for ends in AXES.items()
            for picture in ambiguous_pictures()
            if picture.subject in ends
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
        table.assign(**beyond),
        by,
        ["moved", "elsewhere", "more_here", *beyond],
        resampling=resampling,
    )
    lowest = summed[[f"{name}_low" for name in beyond]].min(axis=1)
    null = table.groupby(by)[pairs].mean().abs().max(axis=1).rename("null").reset_index()
    return summed.assign(beyond_low=lowest).merge(null, on=by)


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

    Returns:
        ``drawing`` ("blend"), ``strength, n`` and means with ``…_low, …_high``: ``moved``;
        ``elsewhere``, the same with both silhouettes mirrored, which what is drawn in any place
        would fit as well; ``more_here``, the one less the other.
    """
    found = []
    for picture in ambiguous_pictures():
        if picture.blend is None:
            continue
        sheet = read_sheet(model, picture)
        shape = ((GROUND - sheet.images) / (GROUND - FIGURE)).clip(0, 1)
        here, there = picture.blend.masks, [mask[:, ::-1] for mask in picture.blend.masks]
        overlaps = ([_overlap(shape, mask) for mask in masks] for masks in (here, there))
        moved, elsewhere = (
            np.mean([one[..., 0] - two[..., 0], two[..., 1] - one[..., 1]], axis=0)
            for one, two in overlaps
        )
        measured = {"moved": moved, "elsewhere": elsewhere, "more_here": moved - elsewhere}
        found.append(_long(measured, picture))
    return clustered_columns(
        pd.concat(found, ignore_index=True),
        ["drawing", "strength"],
        ["moved", "elsewhere", "more_here"],
        resampling=resampling,
    )


def full_overlap() -> float:
    """What `blend_overlap` would find for blends redrawn in full, each as the named silhouette."""
    masks = [picture.blend.masks for picture in ambiguous_pictures() if picture.blend is not None]
    return float(np.mean([1 - _overlap(one, other) for one, other in masks]))


def resemblance(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """The first criterion, for every model, picture and prompt that names what is seen in it.

    Returns:
        ``model, picture`` (with what is named), ``strength, n, prompted``, its ``margin`` over the
        nearest of the `BASELINES` and which one that is (``against``), whether the judge ``knows``
        what is named in a plain drawing, and whether the criterion is ``met``: by a margin of at
        least `LEAST`, with an interval above 0 over every baseline, below full strength, where
        nothing of the picture is left. Without intervals the last is None.
    """
    rows = _of_all(lambda name: resemblance_rows(judged_model(name), resampling=resampling))
    rows = rows[rows["seen"] & rows["drawing"].isin(_ORDER)]
    over = rows[[f"over_{name}" for name in BASELINES]].set_axis([*BASELINES.values()], axis=1)
    margin = over.min(axis=1)
    plain = plainly_seen()
    known = [
        one == "blend" or plain[one, prompt] >= ABLE
        for one, prompt in zip(rows["drawing"], rows["prompt"], strict=True)
    ]
    return _verdicts(
        rows.assign(
            picture=rows["drawing"] + " as " + rows["prompt"],
            margin=margin,
            against=over.idxmin(axis=1),
            knows=known,
        ),
        margin >= LEAST,
        [f"over_{name}_low" for name in BASELINES],
        ["prompted", "margin", "against", "knows"],
    )


def placement(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """The second criterion, for every model and drawing, and for the blends.

    Returns:
        ``model, picture, strength, n``, ``moved`` with ``moved_low, moved_high`` (for blends in
        overlap), ``elsewhere`` and ``null`` as in `placement_rows`, the ``margin`` over both, and
        whether the criterion is ``met``: above 0, beyond what any two wrong prompts do, and more
        than on the mirror image where that is another place; all with intervals above 0, below full
        strength. Without intervals the last is None.
    """
    measures = (placement_rows, blend_overlap)
    tables = [_of_all(partial(measure, resampling=resampling)) for measure in measures]
    rows = pd.concat(tables, ignore_index=True)
    others = rows[["null", "elsewhere"]].max(axis=1)
    return _verdicts(
        rows.assign(picture=rows["drawing"], margin=rows["moved"] - others.clip(lower=0)),
        True,
        ["moved_low", "beyond_low", "more_here_low"],
        ["moved", "moved_low", "moved_high", "elsewhere", "null", "margin"],
    )


def _judged(model: str, picture: Picture) -> pd.DataFrame:
    sheet = read_sheet(model, picture)
    shape = sheet.images.shape
    flat = sheet.images.reshape(-1, *shape[-2:])
    untouched, *made = judge_pictures(np.concatenate([sheet.untouched[None], flat]))
    said = np.reshape(made, (*shape[:3], -1))
    seen = readings_of(picture)
    named = [name for name in picture.prompts if name]
    tables = []
    for name in named:
        category = ALL_CATEGORIES.index(name)
        compared = {
            "prompted": [name],
            "empty": [EMPTY],
            "wrong": [each for each in named if each not in {name, *seen}],
            "other": [each for each in seen if each != name and name in seen],
        }
        measured = {
            kind: _under(said[..., category], picture, prompts)
            for kind, prompts in compared.items()
        }
        judged = _long(measured, picture).assign(untouched=untouched[category])
        tables.append(judged.assign(picture=picture.name, prompt=name, seen=name in seen))
    return pd.concat(tables)


def _moved(model: str, ends: tuple[str, str], picture: Picture) -> pd.DataFrame:
    drawing, control = (DRAWINGS[name] for name in ends)
    flipped = picture.name.endswith("-mirrored")
    here, there = (
        [draw(mirrored(each) if turn else each, SIDE)[..., 0] for each in (control, drawing)]
        for turn in (flipped, not flipped)
    )
    images = read_sheet(model, picture).images
    wrong = sorted(name for name in picture.prompts if name and name not in drawing.readings)
    # The prompt that goes with the drawing, and the one that goes with the control or, where
    # nothing is seen in that, all wrong ones.
    towards = [name for name in drawing.readings if name not in control.readings]
    away = control.readings or wrong

    def difference(ends: Sequence[Grey], first: Sequence[str], second: Sequence[str]) -> Values:
        place = place_between(images, *ends)
        return _under(place, picture, first) - _under(place, picture, second)

    moved, elsewhere = (difference(each, towards, away) for each in (here, there))
    if abs(1 - cosine((here[1] - here[0]).ravel(), (there[1] - there[0]).ravel())) > MOST_ALIKE:
        elsewhere = np.full_like(moved, np.nan)
    measured = {"moved": moved, "elsewhere": elsewhere, "more_here": moved - elsewhere}
    for one, other in combinations(wrong, 2):
        measured[f"{NULL}{one}, {other}"] = difference(here, [one], [other])
    return _long(measured, picture).assign(drawing=drawing.name)


def _under(values: Values, picture: Picture, prompts: Sequence[str]) -> Values:
    """The mean over some of the picture's prompts, which are the last axis; NaN over none."""
    if not prompts:
        return np.full(values.shape[:-1], np.nan)
    places = [picture.prompts.index(each) for each in prompts]
    return np.asarray(values[..., places].mean(-1))


def _overlap(shape: Grey, mask: Grey) -> Values:
    smaller = np.minimum(shape, mask).sum((-2, -1), dtype=np.float64)
    return np.asarray(smaller / np.maximum(shape, mask).sum((-2, -1), dtype=np.float64))


def _long(measured: dict[str, Values], picture: Picture) -> pd.DataFrame:
    """One row for each strength and draw of what was measured, (strengths, draws)."""
    blend = picture.blend is not None
    draws = [picture.name if blend else f"{picture.name}-{n}" for n in range(picture.draws)]
    return pd.DataFrame(
        {
            "drawing": picture.subject,
            "strength": np.repeat(picture.strengths, picture.draws),
            "category": "blend" if blend else picture.name,
            "silhouette": draws * len(picture.strengths),
            **{name: values.ravel() for name, values in measured.items()},
        }
    )


def _of_all(measure: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """Rows of all models whose reconstructions come with this package."""
    tables = [measure(name).assign(model=name) for name in reconstructed_models()]
    return pd.concat(tables, ignore_index=True)


_ORDER = [*AXES, "blend"]


def _verdicts(
    rows: pd.DataFrame, enough: pd.Series | bool, lows: list[str], columns: list[str]
) -> pd.DataFrame:
    """Say where a criterion is met; drawings as they are listed, blends last."""
    met = enough & (rows[lows].min(axis=1) > 0) & (rows["strength"] < 1)
    found = rows.assign(
        picture=rows["picture"].mask(rows["drawing"] == "blend", BLEND),
        met=met.astype(object).where(rows[lows].notna().any(axis=1), None),
    ).sort_values("drawing", key=lambda drawing: drawing.map(_ORDER.index), kind="stable")
    return found[["model", "picture", "strength", "n", *columns, "met"]].reset_index(drop=True)
