"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.step_by_step.tables import DrawErrors
from gcbook.claims import Number
from gcbook.miniworld.results.steps import Steps


def step_by_step_facts(
    steps: Steps,
    errors: pd.DataFrame,
    spread: pd.DataFrame,
    scored: DrawErrors,
    answers: pd.DataFrame,
    muse: Mapping[str, Any],
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact is a `gcbook.claims.Number`, a count or a name; None or NaN where the images are of one
    kind only, or a single time is shown.

    Args:
        steps: from `gcbook.miniworld.results.steps.take_steps`.
        errors, spread: from `gcbook.miniworld.results.steps_pictures`: ``error_table`` and
            ``spread_table``.
        scored, answers: from `gcbook.chapters.step_by_step.tables`: ``draw_errors`` and
            ``answers_table``.
        muse: from `gcbook.chapters.step_by_step.muse.muse_facts`.
    """
    return SimpleNamespace(
        **_spread(spread),
        **_first(errors),
        **_answers(scored, answers),
        **muse,
        copies=steps.copies,
        gain=Number(float(np.log(steps.copies)), ".1f"),
    )


def _spread(spread: pd.DataFrame) -> dict[str, Any]:
    """What the prompt changes at the least and at the most noise."""
    first, last = spread.iloc[0].to_dict(), spread.iloc[-1].to_dict()
    conflicts = int(spread["conflicts"].max())
    return {
        "t_first": Number(first["t"], ".3g"),
        "t_last": Number(last["t"], ".3g"),
        "spread_first": Number(first["spread"] / 100, ".0%"),
        "spread_last": Number(last["spread"] / 100, ".0%"),
        "compared": conflicts or None,
        "ahead_first": int(first["texture_ahead"]) if conflicts else None,
        "ahead_last": int(last["texture_ahead"]) if conflicts else None,
    }


def _first(errors: pd.DataFrame) -> dict[str, Any]:
    """The image that is shown first, and which prompt restores it best at the most noise."""
    first = errors[errors["image"] == errors["image"].iloc[0]]
    best = first[(first["t"] == first["t"].max()) & (first["place"] == 1)].iloc[0]
    named = {"first_image": "image", "best_last": "label", "role_last": "role"}
    return {name: str(best[column]) for name, column in named.items()}


def _answers(scored: DrawErrors, answers: pd.DataFrame) -> dict[str, Any]:
    """How the images were answered, and whether the weights mattered."""
    at_odds = answers[answers["shape"] != answers["texture"]]
    agree = answers[answers["shape"] == answers["texture"]]
    return {
        "images": len(answers),
        "draws": scored.raw.shape[1],
        "at_odds": len(at_odds) or None,
        **{
            f"{way}by_{cue}": int((at_odds[f"{way}role"] == cue).sum()) if len(at_odds) else None
            for way in ("", "equal_")
            for cue in ("shape", "texture")
        },
        "agreeing": len(agree) or None,
        "agreeing_right": int((agree["answer"] == agree["shape"]).sum()) if len(agree) else None,
        "changed": int((answers["answer"] != answers["equal_answer"]).sum()),
    }
