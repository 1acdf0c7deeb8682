"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.chapters.illusions.criteria import BLEND, full_overlap, judged_model, readings_of
from gcbook.chapters.illusions.judge import ABLE, ORDINARY, plainly_seen
from gcbook.claims import Interval, Number
from gcbook.miniworld.results.ambiguous import BLENDS, DRAWS, SIDE, STEPS, ambiguous_pictures
from gcbook.miniworld.results.sheets import check_reconstructions
from gcbook.miniworld.world import ALL_CATEGORIES

REMADE = ("duck-rabbit", "blend-03")
"""Pictures whose reconstructions are made anew with every execution."""
_MODELS = {"pixel": "mini-pixel", "latent": "mini-latent", "masked": "mini-masked"}


def illusion_facts(
    alike: pd.DataFrame,
    placed: pd.DataFrame,
    flips: pd.DataFrame,
    judged: pd.DataFrame,
    example: str,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Counts of criteria that are met are None where nothing was resampled.

    Args:
        alike, placed, flips: from `gcbook.chapters.illusions.criteria`: ``resemblance``,
            ``placement`` and ``flips``.
        judged: from `gcbook.chapters.illusions.judge.judge_rows`.
        example: file's name of the blend that the chapter opens with.
    """
    models = list(dict.fromkeys(alike["model"]))
    pictures = {picture.name: picture for picture in ambiguous_pictures()}
    found = [check_reconstructions(name, REMADE) for name in models]
    return SimpleNamespace(
        blends=BLENDS,
        draws=DRAWS,
        steps=STEPS,
        side=SIDE,
        categories=len(ALL_CATEGORIES),
        example=readings_of(pictures[example]),
        example_least=_example(example),
        remade=sum(number for number, _ in found),
        remade_otherwise=sum(others for _, others in found),
        **_judge(judged),
        **_drawings(alike, placed),
        **_blends(alike, placed),
        **_flips(flips),
    )


def _example(picture: str) -> Number:
    """The judge's least probability of what was prompted: mini-latent, strength 0.75."""
    rows = judged_model(_MODELS["latent"])
    asked = rows[(rows["picture"] == picture) & rows["seen"] & (rows["strength"] == 0.75)]
    return Number(asked["prompted"].min(), ".2f")


def _judge(judged: pd.DataFrame) -> dict[str, Any]:
    """How often the judge is right, and how many readings of plain drawings it knows."""
    ordinary = judged.set_index("shown")["accuracy"][ORDINARY]
    plain = plainly_seen()
    return {
        "judge_ordinary": Number(ordinary, ".0%"),
        "readings": len(plain),
        "readings_known": sum(value >= ABLE for value in plain.values()),
        "profiles_seen": Number(plain["vase and faces", "face"], ".2f"),
    }


def _drawings(alike: pd.DataFrame, placed: pd.DataFrame) -> dict[str, Any]:
    """In how many tests drawings meet a criterion."""
    drawn = placed[(placed["picture"] != BLEND) & (placed["strength"] < 1)]
    known = alike[(alike["picture"] != BLEND) & alike["knows"] & (alike["strength"] < 1)]
    return {
        "drawings": drawn["picture"].nunique(),
        "drawings_asked": len(drawn),
        "drawings_placed": _met(drawn, "met"),
        "drawings_alike": _met(known, "met"),
    }


def _blends(alike: pd.DataFrame, placed: pd.DataFrame) -> dict[str, Any]:
    """The strengths at which the blends meet both criteria, and how far they are moved."""
    keys = ["model", "strength"]
    both = alike[alike["picture"] == BLEND].merge(
        placed[placed["picture"] == BLEND], on=keys, suffixes=("_alike", "_placed")
    )
    both = both[both["strength"] < 1]
    found: dict[str, Any] = {"full_overlap": Number(full_overlap(), ".2f")}
    for key, name in _MODELS.items():
        rows = both[both["model"] == name].sort_values("strength")
        furthest = rows.sort_values("moved", na_position="first").iloc[-1]
        met = rows[rows["met_alike"].eq(True) & rows["met_placed"].eq(True)]
        found |= {
            f"{key}_both": _met(rows, "met_alike", "met_placed"),
            f"{key}_strengths": Interval(met["strength"].min(), met["strength"].max(), ".2g"),
            f"{key}_alike": _met(rows, "met_alike"),
            f"{key}_placed": _met(rows, "met_placed"),
            f"{key}_moved": Number(furthest["moved"], ".3f"),
            f"{key}_elsewhere": Number(furthest["elsewhere"], ".3f"),
        }
    return found


def _flips(flips: pd.DataFrame) -> dict[str, Any]:
    """The largest share of blends that become both categories, and that from noise alone."""
    found: dict[str, Any] = {}
    named = flips[flips["becomes"] == "what is named"]
    for key, name in _MODELS.items():
        rows = named[named["model"] == name]
        best = rows[rows["strength"] < 1].sort_values("share", ascending=False).iloc[0]
        alone = rows[rows["strength"] == 1]
        found |= {
            f"{key}_flips": Number(best["share"], ".0%"),
            f"{key}_flips_interval": Interval(best["low"], best["high"], ".0%"),
            f"{key}_flips_at": Number(best["strength"], ".2g"),
            f"{key}_alone": Number(alone["share"].max(), ".0%"),
        }
    return found


def _met(rows: pd.DataFrame, *names: str) -> int | None:
    """In how many rows these criteria are all met; None where one was not decided."""
    verdicts = rows[list(names)]
    return int(verdicts.eq(True).all(axis=1).sum()) if verdicts.notna().all(axis=None) else None
