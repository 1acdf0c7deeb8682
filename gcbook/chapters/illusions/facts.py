"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.chapters.illusions.criteria import ABLE, judged_model, plainly_seen
from gcbook.claims import Interval, Number
from gcbook.miniworld.results.ambiguous import BLENDS, STEPS, ambiguous_pictures
from gcbook.miniworld.world import ALL_CATEGORIES

MILD = 0.6
"""Strength up to which pure noise is compared with blends, and from which on prompts steer."""

_MODELS = {"pixel": "mini-pixel", "latent": "mini-latent", "masked": "mini-masked"}


def illusion_facts(blends: pd.DataFrame, drawings: pd.DataFrame, example: str) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    What takes intervals is None or NaN where nothing was resampled.

    Args:
        blends, drawings: from `gcbook.chapters.illusions.criteria`: ``blend_rows`` and
            ``drawing_rows``.
        example: file's name of the blend that the chapter opens with.
    """
    plain = plainly_seen()
    shown = {picture.name: picture for picture in ambiguous_pictures()}[example]
    return SimpleNamespace(
        blends=BLENDS,
        steps=STEPS,
        mild=MILD,
        categories=len(ALL_CATEGORIES),
        readings=len(plain),
        readings_known=sum(value >= ABLE for value in plain.values()),
        profiles_seen=Number(plain["vase and faces", "face"], ".2f"),
        example=shown.blend.categories if shown.blend else None,
        example_least=_example(example),
        **_drawings(drawings),
        **_blends(blends),
    )


def _example(picture: str) -> Number:
    """The judge's least probability of what was prompted: mini-latent, strength 0.75."""
    rows = judged_model(_MODELS["latent"])
    asked = rows[(rows["picture"] == picture) & rows["seen"] & (rows["strength"] == 0.75)]
    return Number(asked["prompted"].min(), ".2f")


def _drawings(rows: pd.DataFrame) -> dict[str, Any]:
    """How far the duck–rabbit is moved at most, and which movement no test would have missed."""
    tested = rows[rows["strength"] < 1]
    return {
        "drawing_moved": Number(tested["moved"].max(), ".0%"),
        "drawing_effect": Number(tested["seen_from"].max(skipna=False), ".0%"),
        "drawings_placed": _met(tested, "placed"),
    }


def _blends(rows: pd.DataFrame) -> dict[str, Any]:
    """The strengths at which each model's blends meet both criteria, how far they are moved, and
    how often they become what is named, beside pure noise."""
    found: dict[str, Any] = {}
    for key, name in _MODELS.items():
        own = rows[rows["model"] == name]
        tested = own[own["strength"] < 1]
        both = tested[tested["alike"].eq(True) & tested["placed"].eq(True)]
        furthest = tested.sort_values("moved").iloc[-1]
        best = tested.sort_values("becomes").iloc[-1]
        mild, strong = tested[tested["strength"] <= MILD], tested[tested["strength"] >= MILD]
        judged = judged_model(name)
        found |= {
            f"{key}_both": _met(tested, "alike", "placed"),
            f"{key}_strengths": Interval(both["strength"].min(), both["strength"].max(), ".2g"),
            f"{key}_alike": _met(tested, "alike"),
            f"{key}_placed": _met(tested, "placed"),
            f"{key}_moved": Number(furthest["moved"], ".0%"),
            f"{key}_moved_intervals": _intervals(tested, "moved"),
            f"{key}_over_noise": _intervals(mild, "over_noise"),
            f"{key}_steered": _intervals(strong, "steered"),
            f"{key}_elsewhere": Number(furthest["elsewhere"], ".0%"),
            f"{key}_effect": Number(tested["seen_from"].max(skipna=False), ".0%"),
            f"{key}_becomes": Number(best["becomes"], ".0%"),
            f"{key}_becomes_at": Number(best["strength"], ".2g"),
            f"{key}_alone": Number(own.loc[own["strength"] == 1, "becomes"].max(), ".0%"),
            f"{key}_drawn": Number(judged.loc[judged["strength"] == 1, "right"].mean(), ".0%"),
        }
    return found


def _intervals(rows: pd.DataFrame, name: str) -> tuple[Interval, ...]:
    ends = zip(rows[f"{name}_low"], rows[f"{name}_high"], strict=True)
    return tuple(Interval(*each) for each in ends)


def _met(rows: pd.DataFrame, *names: str) -> int | None:
    """In how many rows these criteria are all met; None where one was not decided."""
    verdicts = rows[list(names)]
    return int(verdicts.eq(True).all(axis=1).sum()) if verdicts.notna().all(axis=None) else None
