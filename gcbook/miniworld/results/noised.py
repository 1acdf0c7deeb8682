"""Answers of the discriminative miniatures to images with diffusion-style noise, measured anew."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import cast

import pandas as pd

from gcbook.miniworld.results.answers import SOURCE, mark
from gcbook.miniworld.results.shipped import model_folder
from gcbook.miniworld.testsets import make_test_set
from gcbook.scoring.decisions import Rule, decide, decide_rows, to_trials
from gcbook.scoring.settings import ScoringSettings

__all__ = ["MEAN", "clean_answers", "noised_answers"]

MEAN = -1
"""In place of a draw's number: the answer of the mean probability of all draws."""

MOST_KEPT = 2**14
"""Draws that are kept for the next model, of 12 kB each."""


def noised_answers(
    models: Sequence[str],
    test_sets: Sequence[str],
    *,
    noise_draws: int = 10,
    seed: int = 0,
    folders: Mapping[str, Path] | None = None,
) -> pd.DataFrame:
    """Show models every image of test sets several times, each time with other noise.

    Args:
        models: names of discriminative miniatures, shipped or with a folder.
        test_sets: names.
        noise_draws: of strength and noise an image, the same for all models.
        seed: of the draws.
        folders: of models that do not ship, or that are asked instead of those that do.

    Returns:
        Trials with the columns of `gcbook.miniworld.results.answers.mark` and ``draw``: the draw
        that is answered, or `MEAN`.

    Raises:
        DataNotFoundError: a model does not come with this package.
    """
    from gcbook.classifiers.discriminative import DiscriminativeClassifier
    from gcbook.classifiers.load import load_classifier
    from gcbook.classifiers.noised import NoisedClassifier, noised_draw
    from gcbook.scoring.engine import scored_once

    # Noise is the same for all models, and takes a quarter of the time of looking at it.
    draws = lru_cache(maxsize=MOST_KEPT)(noised_draw)
    settings = ScoringSettings(draws=noise_draws, seed=seed, batch_size=256, device="cpu")
    tables = []
    for model in models:
        place = (folders or {}).get(model) or model_folder(model)
        plain = cast(DiscriminativeClassifier, load_classifier(place, name=model))
        classifier = NoisedClassifier(plain, draws=draws)
        for test_set in test_sets:
            with scored_once(make_test_set(test_set), classifier, settings) as store:
                decided = {MEAN: decide(store, pooling="probability")}
                for draw, rows in store.scores().groupby("draw"):
                    decided[int(str(draw))] = decide_rows(store, rows, Rule(store.weights()))
            tables += [
                to_trials(table, model, test_set, SOURCE).assign(draw=draw)
                for draw, table in decided.items()
            ]
    return mark(pd.concat(tables, ignore_index=True))


def clean_answers(folders: Mapping[str, Path], test_sets: Sequence[str]) -> pd.DataFrame:
    """Show discriminative models every image of test sets as it is.

    Args:
        folders: of models, by name.
        test_sets: names.

    Returns:
        Trials with the columns of `gcbook.miniworld.results.answers.mark`.
    """
    from gcbook.classifiers.load import load_classifier
    from gcbook.scoring.engine import scored_once

    settings = ScoringSettings(draws=1, batch_size=256, device="cpu")
    tables = []
    for model, place in folders.items():
        classifier = load_classifier(place, name=model)
        for test_set in test_sets:
            with scored_once(make_test_set(test_set), classifier, settings) as store:
                tables.append(to_trials(decide(store), model, test_set, SOURCE))
    return mark(pd.concat(tables, ignore_index=True))
