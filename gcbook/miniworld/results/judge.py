"""The judge: a classifier that says what made pictures show, and never sees a prompt."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from gcbook.files.manifest import DATA
from gcbook.miniworld.world import ALL_CATEGORIES

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

JUDGE = "mini-judge"
BATCH = 512


@cache
def _judge() -> "Classifier":
    from gcbook.classifiers.load import load_classifier

    return load_classifier(DATA.path(f"models/{JUDGE}"), labels=ALL_CATEGORIES, name=JUDGE)


def judge_pictures(images: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Ask the judge what pictures show.

    Args:
        images: grey, (N, H, W) in [0, 1].

    Returns:
        Probabilities of `gcbook.miniworld.world.ALL_CATEGORIES`, (N, 19).
    """
    judge = _judge()
    parts = [np.empty((0, len(ALL_CATEGORIES)))]
    for first in range(0, len(images), BATCH):
        part = images[first : first + BATCH]
        shown = [np.repeat(each[..., None], 3, axis=-1) for each in part]
        nll = judge.measure(judge.prepare(shown), [], None, "none")["nll"]
        parts.append(torch.exp(-nll.double()).numpy())
    return np.concatenate(parts)
