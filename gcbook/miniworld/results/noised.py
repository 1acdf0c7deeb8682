"""Answers of the discriminative miniatures to images with diffusion-style noise.

Their answers ship, to `DRAWS` noised versions of each image with the noise of `SEED`.
``tools/score_miniatures.py`` asks for them.
"""

from collections.abc import Sequence

import pandas as pd

from gcbook.files.manifest import DATA
from gcbook.miniworld.results.answers import mark, miniature_answers, with_recipe
from gcbook.miniworld.results.shipped import folder_of
from gcbook.stats.shares import CONFLICT, PLAIN

DRAWS, SEED = 10, 0
CLEAN, ONE_DRAW = "clean images", "one draw of noise"
"""How a network is tested."""

TRAINED = {"mini-cnn": "clean", "mini-cnn-noise": "noised"}
"""Recipes of classifiers, and what they are trained on."""

NOISED = "noised.parquet"
"""Next to a model's stores: its answers to noised images."""


def noise_answers(models: Sequence[str]) -> pd.DataFrame:
    """Answers to clean images, from the shipped scores, and to noised ones.

    Args:
        models: names of discriminative miniatures; strengths and noise are the same for all.

    Returns:
        Trials with the columns of `gcbook.miniworld.results.answers.mark`, ``recipe``, ``trained``
        ("clean" or "noised"), ``tested``: `CLEAN` or `ONE_DRAW` (every draw is an answer of its
        own), and ``draw``, NaN of clean images.
    """
    sets = [CONFLICT, PLAIN]
    tables = [pd.read_parquet(DATA.path(f"scores/{folder_of(model)}/{NOISED}")) for model in models]
    noised = pd.concat(tables, ignore_index=True)
    noised = mark(noised[noised["dataset"].isin(sets)].reset_index(drop=True))
    noised = noised.assign(tested=ONE_DRAW)
    clean = miniature_answers(sets, models).assign(tested=CLEAN)
    answers = pd.concat([clean, noised], ignore_index=True)
    answers = with_recipe(answers)
    return answers.assign(trained=answers["recipe"].map(TRAINED))
