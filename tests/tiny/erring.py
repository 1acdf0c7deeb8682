"""Miniatures that err by construction: classifiers on some images, generators on others."""

import re

import numpy as np
import pandas as pd

from gcbook.miniworld.results.answers import mark

_N = 40
_IMAGES = [f"cat{i % 8 + 1}-dog{i + 1}.png" for i in range(_N)]
GENERATES, CLASSIFIES = np.random.default_rng(0).random((2, _N)) < 0.6


def answered(rows, observer, dataset="cue-conflict", condition="0"):
    """Marked answers of one observer: pairs of an image's name and the response."""
    names, responses = zip(*rows, strict=True)
    return mark(
        pd.DataFrame(
            {
                "observer": observer,
                "dataset": dataset,
                "condition": condition,
                "image_id": names,
                "imagename": names,
                "category": [re.match("[a-z]+", name)[0] for name in names],
                "response": responses,
            }
        )
    )


def trials(right, observer, dataset="cue-conflict", condition="0"):
    """Marked answers of one observer that is right where it is said to be."""
    responses = np.where(right, "cat", "oven")
    return answered(zip(_IMAGES, responses, strict=False), observer, dataset, condition)


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
