"""Miniatures that err by construction: classifiers on some images, generators on others."""

import numpy as np
import pandas as pd

from gcbook.miniworld.results.answers import mark

__all__ = ["CLASSIFIES", "GENERATES", "RIGHT", "flipped", "trials"]

_N = 40
_IMAGES = [f"cat{i % 8 + 1}-dog{i + 1}.png" for i in range(_N)]
GENERATES, CLASSIFIES = np.random.default_rng(0).random((2, _N)) < 0.6


def trials(right, observer, dataset="cue-conflict", condition="0"):
    """Marked answers of one observer that is right where it is said to be."""
    names = _IMAGES[: len(right)]
    return mark(
        pd.DataFrame(
            {
                "observer": observer,
                "dataset": dataset,
                "condition": condition,
                "image_id": names,
                "imagename": names,
                "category": "cat",
                "response": np.where(right, "cat", "oven"),
            }
        )
    )


def flipped(right, *places):
    """The same, the other way round in some places."""
    changed = right.copy()
    changed[list(places)] ^= True
    return changed


RIGHT = {
    "mini-cnn": CLASSIFIES,
    "mini-pixel": GENERATES,
    "mini-cnn-noise": flipped(CLASSIFIES, 3, 9),
    "mini-latent": flipped(GENERATES, 5, 20),
    "mini-cnn-seed1": flipped(CLASSIFIES, 30),
}
