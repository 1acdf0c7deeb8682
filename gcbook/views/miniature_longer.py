"""What a miniature would gain if it were trained longer."""

import json

import numpy as np

from gcbook.miniatures.answers import miniature_answers
from gcbook.miniatures.clustered import clustered_means
from gcbook.miniatures.shipped import DATA, model_card, shipped_models, shipped_sets
from gcbook.training.record import RECORD
from gcbook.views.miniature_kinds import plural
from gcbook.views.words import number, span

__all__ = ["LONG", "SETS", "longer_sentence"]

LONG = "-long"
"""After a miniature's name: its twin that was trained longer, of which scores alone ship."""

SETS = ("in-distribution", "cue-conflict")


def longer_sentence(
    miniature: str, *, draws: int = 2000, confidence: float = 0.95, seed: int = 0
) -> str:
    """Compare a miniature with its twin that was trained longer, image by image.

    Args:
        miniature: its name.
        draws: resamples of the silhouettes.
        confidence: of the interval.
        seed: of the resampling.

    Returns:
        Sentences, or nothing where this version brings no such twin.
    """
    twin = f"{miniature}{LONG}"
    if miniature not in shipped_models() or not set(SETS) <= set(shipped_sets(twin)):
        return ""
    record = json.loads((DATA / "scores" / twin / RECORD).read_text(encoding="utf-8"))
    factor = record["images_seen"] / model_card(miniature)["images_seen"]
    answers = miniature_answers(SETS[:1], [miniature, twin])
    right = answers.pivot_table(
        index=["image_id", "category", "silhouette"], columns="observer", values="right"
    ).astype(float)
    rows = (right[twin] - right[miniature]).rename("gain").reset_index().assign(all=0)
    gain = clustered_means(
        rows, ["all"], "gain", draws=draws, confidence=confidence, seed=seed
    ).iloc[0]
    bias = {name: _shape_bias(name) for name in (miniature, twin)}
    return (
        f"A twin of `{miniature}` that saw {number(factor, '.3g')} times as many images "
        f"({plural(record['plan']['steps'], 'step')}) is right on {right[twin].mean():.1%} of the "
        f"in-distribution images, where `{miniature}` is right on {right[miniature].mean():.1%}: "
        f"a difference of {number(gain['mean'], '+.3f')} "
        f"({span(gain['low'], gain['high'], '.3f')}). Their shape biases are "
        f"{number(bias[twin], '.2f')} and {number(bias[miniature], '.2f')}."
    )


def _shape_bias(model: str) -> float:
    cue = miniature_answers(SETS[1:], [model])["cue"]
    named = cue[cue.isin(["shape", "texture"])]
    return float((named == "shape").mean()) if len(named) else np.nan
