"""Do reconstructions resemble what the prompt names? A classifier that never saw the prompt says.

The paper's first criterion (Section 3.4). At low strength a reconstruction is a copy of the
picture, and at full strength it is made of the prompt alone, so what the classifier says of a
reconstruction under a prompt is compared with what it says, of the same category, of the untouched
picture, of the reconstruction without a prompt, of those under prompts that name nothing that is
seen in the picture, and, where two things are seen in it, under the prompt that names the other.
"""

from functools import cache

import numpy as np
import pandas as pd

from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.results.ambiguous import Picture, ambiguous_pictures
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.sheets import read_sheet
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.stats.clustered import clustered_columns
from gcbook.stats.resampling import Resampling

__all__ = [
    "BASELINES",
    "flip_rows",
    "judged_model",
    "readings_of",
    "resemblance_rows",
]

BASELINES = {
    "untouched": "the untouched picture",
    "empty": "no prompt",
    "wrong": "wrong prompts",
    "other": "the other reading's prompt",
}
"""What a reconstruction under a prompt is compared with."""


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


def _judged(model: str, picture: Picture) -> pd.DataFrame:
    sheet = read_sheet(model, picture)
    shape = sheet.images.shape
    flat = sheet.images.reshape(-1, *shape[-2:])
    said = judge_pictures(flat).reshape(*shape[:3], -1)
    untouched = judge_pictures(sheet.untouched[None])[0]
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
            for draw in range(picture.draws):
                rows.append(
                    {
                        "strength": strength,
                        "draw": draw,
                        "prompt": name,
                        "seen": name in seen,
                        "prompted": of_category[s, draw, picture.prompts.index(name)],
                        "untouched": untouched[category],
                        "empty": of_category[s, draw, picture.prompts.index(EMPTY)],
                        "wrong": without[s, draw],
                        "other": rival[s, draw],
                        "rest": of_category[s, draw, rest].mean(),
                    }
                )
    kind = picture.drawing.name.removesuffix(", mirrored") if picture.drawing else "blend"
    return pd.DataFrame(rows).assign(picture=picture.name, drawing=kind)


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
    """How often a picture of two readings becomes the one or the other as it is told.

    It does where the judge, of the two, gives more to what was prompted, under both prompts.
    Prompts whose effect has nothing to do with what they name would as often make it the opposite
    under both, so that is counted, too.

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


def _with_units(rows: pd.DataFrame) -> pd.DataFrame:
    """Say what is resampled: draws of noise of each drawing, and blends."""
    blend = rows["drawing"] == "blend"
    return rows.assign(
        category=np.where(blend, "blend", rows["picture"]),
        silhouette=rows["picture"] + np.where(blend, "", "-" + rows["draw"].astype(str)),
    )
