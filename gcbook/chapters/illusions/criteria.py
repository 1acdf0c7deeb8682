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
any two prompts may differ.

A second measure is where prompts differ at all: the share of the squared difference between two of
them that lies within the drawing's annotated parts, over the parts' share of the picture; and the
same for the mirrored parts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.chapters.illusions.judge import ABLE
from gcbook.illusions.drawings import DRAWINGS, FIGURE, GROUND, draw, mask_of, mirrored
from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.results.ambiguous import BLENDS, SIDE, Picture, ambiguous_pictures
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.sheets import read_sheet, reconstructed_models
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.stats.clustered import clustered_columns, clustered_means
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import listed, number, span

__all__ = [
    "AXES",
    "BASELINES",
    "BLEND",
    "BOTH_ENDS",
    "LEAST",
    "Axis",
    "ambiguous",
    "blend_overlap",
    "both_sentence",
    "flip_lines",
    "flip_rows",
    "flip_sentence",
    "judged_all",
    "judged_model",
    "overlap_lines",
    "overlap_rows",
    "overlap_sentence",
    "picture_sentence",
    "place_between",
    "placement_lines",
    "placement_rows",
    "placement_sentence",
    "readings_of",
    "resemblance_lines",
    "resemblance_rows",
    "resemblance_sentence",
    "resembling",
    "summed_models",
    "without_single_ends",
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
BOTH_ENDS = "both ends"
NULL = "null: "
MOST_ALIKE = 0.4
"""Cosine, or overlap, beyond which a thing and its mirror image cannot tell two places apart."""
MOST_OF_IT = 0.75
"""Share of a picture beyond which its parts say nothing of where."""
BLEND = f"{BLENDS} blends"
_COLUMNS = ["model", "panel", "line", "strength", "n", "value", "low", "high"]
_RESEMBLANCE = {
    "prompted": "Under the prompt",
    "untouched": "Untouched picture",
    "empty": "No prompt",
    "wrong": "Wrong prompts",
    "other": "Other reading",
}
_FLIPS = {"flipped": "Becomes what is named", "opposite": "Becomes the opposite"}
_PLACEMENT = {
    "moved": "Where the drawing has it",
    "elsewhere": "Mirrored",
    "null": "Wrong prompts at most",
}
_OVERLAP = {
    "readings": "Between the readings",
    "elsewhere": "Mirrored",
    "null": "Between wrong prompts",
}
LEAST = 0.05
"""Of a difference in probability that counts, beside an interval above 0."""
UNSAMPLED = "Nothing was resampled, so it cannot be said what goes beyond chance."


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
        names, the same of `BASELINES`, NaN where there is none of that kind, and ``rest``, the
        same under all other prompts that name something.

    Raises:
        DataNotFoundError: the reconstructions do not come with this package.
    """
    return pd.concat(
        [_judged(model, picture) for picture in ambiguous_pictures()], ignore_index=True
    )


def judged_all() -> pd.DataFrame:
    """Judge all reconstructions of all models: rows of `judged_model` with ``model``."""
    return _of_all(judged_model)


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


def resembling(rows: pd.DataFrame) -> pd.DataFrame:
    """Mark where the first criterion ``holds``: clearly above every one of the `BASELINES`.

    Clearly means by at least `LEAST`, with an interval above 0, and below full strength, where
    nothing of the picture is left.

    Args:
        rows: ``resemblance`` of `summed_models`.
    """
    holds = rows["strength"] < 1
    for name in BASELINES:
        over, low = rows[f"over_{name}"], rows[f"over_{name}_low"]
        holds &= over.isna() | ((over >= LEAST) & (low > 0))
    return rows.assign(holds=holds)


def flip_rows(judged: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """How often a picture of two readings becomes whichever of the two is named.

    It does where the judge, of the two, gives more to what was prompted, under both prompts.
    Prompts whose effect has nothing to do with what they name would make the opposite of it just as
    often, so that is counted, too.

    Args:
        judged: from `judged_model`.
        resampling: how the intervals are made.

    Returns:
        ``drawing, strength, n`` and means with ``…_low, …_high``: ``flipped``; ``opposite``, under
        both prompts the other reading; and ``more``, the one less the other.
    """
    both = judged[judged["other"].notna()]
    keys = ["drawing", "picture", "strength", "draw"]
    table = both.sort_values([*keys, "prompt"]).groupby(keys, sort=True)
    first, second = table.first().reset_index(), table.last().reset_index()
    # What the first prompt's reconstruction gets of the second reading is the second row's other.
    by_first, by_second = (
        np.sign(one["prompted"].to_numpy() - two["other"].to_numpy())
        for one, two in ((first, second), (second, first))
    )
    flipped, opposite = (
        ((by_first == sign) & (by_second == sign)).astype(float) for sign in (1, -1)
    )
    return clustered_columns(
        _with_units(first.assign(flipped=flipped, opposite=opposite, more=flipped - opposite)),
        ["drawing", "strength"],
        ["flipped", "opposite", "more"],
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


def summed_models(*, resampling: Resampling = Resampling()) -> dict[str, pd.DataFrame]:
    """Measure all models whose reconstructions come with this package.

    Args:
        resampling: how the intervals are made.

    Returns:
        Tables ``resemblance, flips, placement, overlap, blends``, from `resemblance_rows`,
        `flip_rows`, `placement_rows`, `overlap_rows` and `blend_overlap`, each with ``model``.
    """
    measures: dict[str, Callable[[str], pd.DataFrame]] = {
        "resemblance": lambda name: resemblance_rows(judged_model(name), resampling=resampling),
        "flips": lambda name: flip_rows(judged_model(name), resampling=resampling),
        "placement": lambda name: placement_rows(name, resampling=resampling),
        "overlap": lambda name: overlap_rows(name, resampling=resampling),
        "blends": lambda name: blend_overlap(name, resampling=resampling),
    }
    return {title: _of_all(measure) for title, measure in measures.items()}


def ambiguous(rows: pd.DataFrame) -> pd.Series:
    """Mark the rows of drawings that can be seen in two ways, and of blends."""
    return rows["drawing"].isin([axis.drawing for axis in AXES] + ["blend"])


def resemblance_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Shape the first criterion's table for its figure.

    Only ambiguous drawings and blends, under prompts that name what is seen in them; and blends
    under a third.

    Args:
        rows: ``resemblance`` of `summed_models`.

    Returns:
        ``model, panel, line, strength, n, value, low, high``.
    """
    kept = rows[ambiguous(rows) & (rows["seen"] | (rows["drawing"] == "blend"))]
    panel = [
        f"{BLEND}: {row.prompt}" if row.drawing == "blend" else f"{row.drawing}: “{row.prompt}”"
        for row in kept.itertuples()
    ]
    # Blends last, and of these the third category, which is not seen.
    order = (kept["drawing"] == "blend") * 1 + (~kept["seen"]) * 1
    ordered = kept.assign(panel=panel, order=order).sort_values("order", kind="stable")
    ordered = ordered.rename(columns={"low": "prompted_low", "high": "prompted_high"})
    return _lines([(ordered, _RESEMBLANCE)])


def flip_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Shape the shares of flips for their figure, a panel a drawing; see `resemblance_lines`."""
    panels = rows["drawing"].replace("blend", BLEND)
    ordered = rows.assign(panel=panels, order=panels == BLEND).sort_values("order", kind="stable")
    return _lines([(ordered, _FLIPS)])


def placement_lines(placement: pd.DataFrame, blends: pd.DataFrame) -> pd.DataFrame:
    """Shape the second criterion's tables for their figure.

    Args:
        placement: of `summed_models`.
        blends: likewise.

    Returns:
        As `resemblance_lines`.
    """
    titles = {axis.drawing: f": {axis.towards} − {axis.away or 'wrong'}" for axis in AXES}
    panel = placement["shown"].where(
        placement["shown"] != BOTH_ENDS, placement["drawing"] + f", {BOTH_ENDS}"
    )
    order = [
        name
        for axis in AXES
        for name in (f"{axis.drawing}, {BOTH_ENDS}", axis.drawing, axis.control)
    ]
    shown = placement.assign(
        panel=panel + placement["drawing"].map(titles), order=panel.map(order.index)
    ).sort_values("order", kind="stable")
    # A size has no interval.
    shown = shown.assign(null_low=shown["null"], null_high=shown["null"])
    mixed = blends.assign(panel=BLEND).rename(
        columns={f"named{end}": f"moved{end}" for end in ("", "_low", "_high")}
    )
    return _lines([(shown, _PLACEMENT), (mixed, _PLACEMENT)])


def without_single_ends(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of `placement_lines` that count: of both ends of an axis, and of blends."""
    single = tuple(f"{end}: " for axis in AXES for end in (axis.drawing, axis.control))
    return lines[~lines["panel"].str.startswith(single)]


def overlap_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Shape the densities within annotated parts for their figure.

    Args:
        rows: ``overlap`` of `summed_models`.

    Returns:
        As `resemblance_lines`.
    """
    return _lines([(rows.assign(panel=rows["drawing"]), _OVERLAP)])


def resemblance_sentence(rows: pd.DataFrame, plain: Mapping[tuple[str, str], float]) -> str:
    """Say for each model, drawing and prompt at which strengths the first criterion holds.

    Args:
        rows: ``resemblance`` of `summed_models`.
        plain: from `gcbook.chapters.illusions.judge.plainly_seen`.
    """
    if rows["over_untouched_low"].isna().all():
        return UNSAMPLED
    marked = resembling(rows[ambiguous(rows) & rows["seen"]])
    lines = []
    for (model, drawing, prompt), group in marked.groupby(
        ["model", "drawing", "prompt"], sort=False
    ):
        what = (
            f"{BLEND}, mean over both prompts"
            if drawing == "blend"
            else f"{drawing} under “{prompt}”"
        )
        blind = drawing != "blend" and plain.get((str(drawing), str(prompt)), 0.0) < ABLE
        doubt = "; this judge cannot tell, see above" if blind else ""
        lines.append(f"- {model}, {what}: {_at_strengths(group)}{doubt}")
    return "\n".join(sorted(lines, key=lambda line: BLEND in line))


def flip_sentence(rows: pd.DataFrame) -> str:
    """Say how often pictures become what is named under both prompts, at the best strength.

    Args:
        rows: ``flips`` of `summed_models`.
    """
    lines = [
        "Below full strength, at most so many become what is named under both prompts (from full "
        "strength, where nothing of the picture is left, prompts alone do it this often):",
        "",
    ]
    for drawing, pictures in rows.groupby("drawing"):
        parts = []
        for model, group in pictures.groupby("model"):
            below = group[group["strength"] < 1].to_dict("records")
            full = group[group["strength"] == 1].to_dict("records")
            best = max(below, key=lambda row: row["flipped"])
            parts.append(
                f"{best['flipped']:.0%} by {model} "
                f"({span(best['flipped_low'], best['flipped_high'], '.2f')}, at strength "
                f"{best['strength']:g}; the opposite: {best['opposite']:.0%}"
                + "".join(f"; from full strength: {row['flipped']:.0%}" for row in full)
                + ")"
            )
        what = BLEND if drawing == "blend" else f"reconstructions of {drawing}"
        lines.append(f"- {what}: {listed(parts)}")
    return "\n".join(lines)


def picture_sentence(judged: pd.DataFrame, *, resampling: Resampling) -> str:
    """Compare how far prompts lead blends to what is in them and to a third category.

    Args:
        judged: all of `judged_all`.
        resampling: of blends.
    """
    blends = judged[judged["drawing"] == "blend"]
    parts = []
    for model, group in blends.groupby("model", sort=False):
        for baseline, over in (("rest", "the blend's other prompts"), ("empty", "no prompt")):
            table = group.assign(led=group["prompted"] - group[baseline])
            wide = table.pivot_table(
                index=["picture", "strength"], columns="seen", values="led", aggfunc="mean"
            )
            more = (wide[True] - wide[False]).rename("more").reset_index()
            found = clustered_means(
                more.assign(category="blend", silhouette=more["picture"]),
                ["strength"],
                "more",
                resampling=resampling,
            )
            said = "; ".join(
                f"{number(row['mean'], '+.2f')} at {row['strength']:g} "
                f"({span(row['low'], row['high'], '+.2f')})"
                for row in found.to_dict("records")
            )
            parts.append(f"- {model}, over {over}: {said}")
    return "\n".join(parts)


def placement_sentence(placement: pd.DataFrame, blends: pd.DataFrame) -> str:
    """Say how far prompts moved drawings (the mean of both ends of their axis) and blends.

    Args:
        placement: of `summed_models`.
        blends: likewise.
    """
    if placement["moved_low"].isna().all():
        return UNSAMPLED
    lines = []
    both = placement[placement["shown"] == BOTH_ENDS]
    for model, of_model in both.groupby("model", sort=False):
        for drawing, group in of_model.groupby("drawing", sort=False):
            here = (
                f"; more than on the mirrored axis {_at_strengths(_held(group, 'more_here'))}"
                if group["more_here"].notna().all()
                else "; its mirror image is too much like it to say whether elsewhere as well"
            )
            below = group.assign(holds=(group["moved_high"] < 0) & (group["strength"] < 1))
            lines.append(
                f"- {model}, {drawing}: {_largest(group, 'moved')}; above 0 and beyond all that "
                f"wrong prompts do {_at_strengths(_placed(group))}, below 0 "
                f"{_at_strengths(below)}{here}"
            )
        mixed = blends[blends["model"] == model]
        lines.append(
            f"- {model}, {BLEND}: overlap {_largest(mixed, 'named')}; more than in mirrored "
            f"silhouettes {_at_strengths(_held(mixed, 'more_here'))}"
        )
    return "\n".join(lines)


def overlap_sentence(rows: pd.DataFrame) -> str:
    """Say where the readings' prompts differ within the parts more than wrong prompts do.

    Args:
        rows: ``overlap`` of `summed_models`.
    """
    if rows["more_low"].isna().all():
        return ""
    parts = []
    for (model, drawing), group in rows.groupby(["model", "drawing"], sort=False):
        here = (
            f"{_at_strengths(_held(group, 'more_here'))} more than in the mirrored parts"
            if group["more_here"].notna().all()
            else "and their mirror image is too much like them to say whether there alone"
        )
        parts.append(
            f"{model}, {drawing}: {_at_strengths(_held(group, 'more'))} more than wrong prompts "
            f"do, {here}"
        )
    return (
        "Whether the prompts of the readings differ within the annotated parts, with intervals "
        f"above 0: {'; '.join(parts)}."
    )


def both_sentence(
    resemblance: pd.DataFrame,
    placement: pd.DataFrame,
    blends: pd.DataFrame,
    plain: Mapping[tuple[str, str], float],
) -> str:
    """Say for which drawings both criteria hold at one strength: the paper's mark of understanding.

    Args:
        resemblance: of `summed_models`.
        placement: likewise.
        blends: likewise.
        plain: from `gcbook.chapters.illusions.judge.plainly_seen`; a drawing of which the judge
            does not know a reading cannot be told of.
    """
    if placement["moved_low"].isna().all():
        return ""
    parts = []
    marked = resembling(resemblance[resemblance["seen"]])
    ends = placement[placement["shown"] == BOTH_ENDS]
    for model, of_model in ends.groupby("model", sort=False):
        own = marked[marked["model"] == model]
        understood, told = {}, 0
        for drawing, group in of_model.groupby("drawing", sort=False):
            asked = own[own["drawing"] == drawing]
            known = [plain.get((str(drawing), str(name)), 0.0) for name in asked["prompt"].unique()]
            if min(known, default=0.0) < ABLE:
                continue
            told += 1
            alike = asked.groupby("strength")["holds"].all()
            placed = _placed(group).set_index("strength")["holds"]
            here = group.set_index("strength")["more_here_low"]
            both = _together(alike, placed & (here.isna() | (here > 0)))
            if both["holds"].any():
                understood[str(drawing)] = _at_strengths(both)
        which = "; ".join(f"{drawing} {at}" for drawing, at in understood.items())
        alike = own[own["drawing"] == "blend"].set_index("strength")["holds"]
        mixed = _held(blends[blends["model"] == model], "named").set_index("strength")
        here = mixed["holds"] & (mixed["more_here_low"] > 0)
        drawings = of_model["drawing"].nunique()
        drawn = (
            f"of {drawings} drawings the judge knows all readings of {told}, and both criteria "
            "hold, for every reading and at one and the same strength, for "
            f"{len(understood)} of these{f' ({which})' if which else ''}"
            if told
            else f"of none of the {drawings} drawings does the judge know all readings, so nothing "
            "is concluded of them"
        )
        parts.append(
            f"- {model}: {drawn}. For the mean of the {BLENDS} blends both hold "
            f"{_at_strengths(_together(alike, here))}."
        )
    return "\n".join(parts)


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
        rest = [picture.prompts.index(each) for each in named if each != name]
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
                        "rest": of_category[s, d, rest].mean(),
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
    tables = [measure(name).assign(model=name) for name in reconstructed_models()]
    return pd.concat(tables, ignore_index=True)


def _lines(tables: Sequence[tuple[pd.DataFrame, dict[str, str]]]) -> pd.DataFrame:
    """Stack columns that have ``…_low, …_high``: each becomes a line of the figure."""
    found = []
    for table, names in tables:
        for name, line in names.items():
            if name in table:
                part = table[["model", "panel", "strength", "n"]].assign(line=line)
                part["value"], part["low"] = table[name], table[f"{name}_low"]
                part["high"] = table[f"{name}_high"]
                found.append(part)
    rows = pd.concat(found, ignore_index=True)[_COLUMNS]
    return rows.round({"value": 4, "low": 4, "high": 4}).dropna(subset=["value"])


def _together(first: pd.Series, second: pd.Series) -> pd.DataFrame:
    both = first & second.reindex(first.index, fill_value=False)
    return pd.DataFrame({"strength": both.index, "holds": both.to_numpy()})


def _placed(group: pd.DataFrame) -> pd.DataFrame:
    """Mark where a movement is certain: above 0, and beyond all that wrong prompts do."""
    holds = (group["moved_low"] > 0) & (group["beyond_low"] > 0) & (group["strength"] < 1)
    return group.assign(holds=holds)


def _held(group: pd.DataFrame, name: str) -> pd.DataFrame:
    """Mark where an interval lies above 0, below full strength."""
    return group.assign(holds=(group[f"{name}_low"] > 0) & (group["strength"] < 1))


def _largest(group: pd.DataFrame, name: str) -> str:
    below = group[group["strength"] < 1]
    best = max(below.to_dict("records"), key=lambda row: abs(row[name]))
    return (
        f"{number(best[name], '+.3f')} "
        f"({span(best[f'{name}_low'], best[f'{name}_high'], '+.3f')}), the largest, at strength "
        f"{best['strength']:g}"
    )


def _at_strengths(group: pd.DataFrame) -> str:
    """The strengths at which it ``holds``, in words; full strength does not count."""
    below = group[group["strength"] < 1]
    strengths = sorted(below.loc[below["holds"], "strength"])
    return "at no strength" if not strengths else f"at {_said(strengths, len(below))}"


def _said(strengths: Iterable[float], of: int) -> str:
    found = [f"{each:g}" for each in strengths]
    return "all strengths" if len(found) == of else listed(found)
