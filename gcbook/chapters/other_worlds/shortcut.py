"""Does a model take texture for a shortcut the more often it leads to the category?"""

import numpy as np
import pandas as pd

from gcbook.miniworld.training.worlds import DIAGNOSTICITIES
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import change_of, pooled_measures
from gcbook.stats.words import listed, number, plural, span

__all__ = ["shortcut_rows", "shortcut_sentence"]

USED = "texture_excess"


def shortcut_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """By how much more texture is named where it always tells the category than where it may not.

    Args:
        answers: from `gcbook.miniworld.results.worlds.world_answers`.
        resampling: how the intervals are made.

    Returns:
        A row a recipe with both kinds of worlds: ``recipe, worlds`` (of each kind, alike in
        contrast), ``before, after`` (share of conflicts whose texture is named beyond accident,
        in the mean over these worlds, of the least and of the largest diagnosticity) and ``change,
        low, high``.
    """
    by = ["recipe", "contrast", "diagnosticity"]
    plain = answers[answers["variant"] == ""]
    keys, values, _ = pooled_measures(plain, by, resampling=resampling, together=True)
    place = {tuple(cell): at for at, cell in enumerate(keys[by].itertuples(index=False))}
    least, most = min(DIAGNOSTICITIES), max(DIAGNOSTICITIES)
    rows = []
    for recipe in dict.fromkeys(keys["recipe"]):
        contrasts = [
            contrast
            for contrast in sorted(set(keys["contrast"]))
            if {(recipe, contrast, least), (recipe, contrast, most)} <= place.keys()
        ]
        if not contrasts:
            continue
        before, after = (
            np.mean([values[USED][place[recipe, one, end]] for one in contrasts], axis=0)
            for end in (least, most)
        )
        found = change_of(before, after, resampling)
        rows.append({"recipe": recipe, "worlds": len(contrasts), **found})
    columns = ["recipe", "worlds", "before", "after", "change", "low", "high"]
    return pd.DataFrame(rows, columns=columns).round(dict.fromkeys(columns[2:], 4))


def shortcut_sentence(rows: pd.DataFrame) -> str:
    """Say who names texture more often where it always tells the category.

    Args:
        rows: from `shortcut_rows`.
    """
    if rows.empty:
        return "No model was trained where texture always tells the category, and where it may not."
    said = listed(
        f"{row['recipe']} {number(row['before'], '.2f')} → {number(row['after'], '.2f')} "
        f"({number(row['change'], '+.2f')}, {span(row['low'], row['high'], '+.2f')})"
        for row in rows.to_dict("records")
    )
    least, most = int(rows["worlds"].min()), int(rows["worlds"].max())
    contrasts = plural(least, "contrast") if least == most else f"{least} to {most} contrasts"
    stated = (
        "Share of cue conflicts whose texture is named beyond accident, where textures tell the "
        f"category with probability {min(DIAGNOSTICITIES):g} and where they always do, mean over "
        f"{contrasts} each: {said}. "
    )
    if rows["low"].isna().any():
        return stated + "Nothing was resampled, so it cannot be said who clearly uses it more."
    more = [str(name) for name in rows.loc[rows["low"] > 0, "recipe"]]
    others = [str(name) for name in rows["recipe"] if name not in more]
    if not more:
        return stated + "Nobody clearly uses it more where it tells more."
    return (
        stated
        + f"So {listed(more)} {'uses' if len(more) == 1 else 'use'} it more where it tells more"
        + (f", and {listed(others)} not clearly." if others else ", all of them.")
    )
