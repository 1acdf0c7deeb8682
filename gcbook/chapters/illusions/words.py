"""What the measures say of the paper's criteria for understanding an illusion."""

from collections.abc import Iterable, Mapping

import pandas as pd

from gcbook.chapters.illusions.judge import ABLE
from gcbook.chapters.illusions.lines import BLEND, ambiguous
from gcbook.chapters.illusions.placement import BOTH_ENDS
from gcbook.chapters.illusions.resemblance import BASELINES
from gcbook.miniworld.results.ambiguous import BLENDS
from gcbook.stats.clustered import clustered_means
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import listed, number, span

__all__ = [
    "LEAST",
    "both_sentence",
    "flip_sentence",
    "overlap_sentence",
    "picture_sentence",
    "placement_sentence",
    "resemblance_sentence",
    "resembling",
]

LEAST = 0.05
"""Of a difference in probability that counts, beside an interval above 0."""

NOTHING = "No reconstructions come with this version."
UNSAMPLED = "Nothing was resampled, so it cannot be said what goes beyond chance."


def resembling(rows: pd.DataFrame) -> pd.DataFrame:
    """Mark where the first criterion ``holds``: above all `BASELINES` that there are.

    By `LEAST` and with intervals above 0, and not at full strength, where the prompt is all that
    there is.

    Args:
        rows: ``resemblance`` of `gcbook.chapters.illusions.lines.summed_models`.
    """
    holds = rows["strength"] < 1
    for name in BASELINES:
        over, low = rows[f"over_{name}"], rows[f"over_{name}_low"]
        holds &= over.isna() | ((over >= LEAST) & (low > 0))
    return rows.assign(holds=holds)


def resemblance_sentence(rows: pd.DataFrame, plain: Mapping[tuple[str, str], float]) -> str:
    """Say for each model, drawing and prompt at which strengths the first criterion holds.

    Args:
        rows: ``resemblance`` of `gcbook.chapters.illusions.lines.summed_models`.
        plain: from `gcbook.chapters.illusions.judge.plainly_seen`.
    """
    if rows.empty:
        return NOTHING
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
    """Say how often pictures become what is named, both ways, where it is most often.

    Args:
        rows: ``flips`` of `gcbook.chapters.illusions.lines.summed_models`.
    """
    if rows.empty:
        return NOTHING
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
    """Compare how far blends are led to what is in them, and to a third category.

    Args:
        judged: all of `gcbook.chapters.illusions.lines.judged_all`.
        resampling: of blends.
    """
    blends = judged[judged["drawing"] == "blend"] if len(judged) else judged
    parts = []
    for model, group in blends.groupby("model", sort=False) if len(blends) else ():
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
    return "\n".join(parts) or NOTHING


def placement_sentence(placement: pd.DataFrame, blends: pd.DataFrame) -> str:
    """Say how far prompts moved drawings, mean of both ends of their axis, and blends.

    Args:
        placement: of `gcbook.chapters.illusions.lines.summed_models`.
        blends: likewise.
    """
    if placement.empty:
        return NOTHING
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
    """Say where the readings' prompts differ in the parts more than wrong ones, and than elsewhere.

    Args:
        rows: ``overlap`` of `gcbook.chapters.illusions.lines.summed_models`.
    """
    if rows.empty or rows["more_low"].isna().all():
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
    """Say of which drawings both criteria hold at one strength, the paper's mark of understanding.

    Args:
        resemblance: of `gcbook.chapters.illusions.lines.summed_models`.
        placement: likewise.
        blends: likewise.
        plain: from `gcbook.chapters.illusions.judge.plainly_seen`; a drawing of which the judge
            does not know a reading cannot be told of.
    """
    if placement.empty or placement["moved_low"].isna().all():
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


def _together(first: pd.Series, second: pd.Series) -> pd.DataFrame:
    both = first & second.reindex(first.index, fill_value=False)
    return pd.DataFrame({"strength": both.index, "holds": both.to_numpy()})


def _placed(group: pd.DataFrame) -> pd.DataFrame:
    """Mark where a movement is there at all: above 0, and above what wrong prompts can do."""
    holds = (group["moved_low"] > 0) & (group["beyond_low"] > 0) & (group["strength"] < 1)
    return group.assign(holds=holds)


def _held(group: pd.DataFrame, name: str) -> pd.DataFrame:
    """Mark where an interval lies above 0, but for full strength."""
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
    """At which strengths ``holds``, in words; full strength is none of them."""
    below = group[group["strength"] < 1]
    strengths = sorted(below.loc[below["holds"], "strength"])
    return "at no strength" if not strengths else f"at {_said(strengths, len(below))}"


def _said(strengths: Iterable[float], of: int) -> str:
    found = [f"{each:g}" for each in strengths]
    return "all strengths" if len(found) == of else listed(found)
