"""The miniatures' answers: decisions from their raw scores, one row an image and model."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from gcbook.files.errors import DataNotFoundError
from gcbook.miniworld.results.shipped import raced_sets, raced_store, recipe_of, shipped_store
from gcbook.miniworld.testsets import silhouette_of, texture_of
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.decisions import decide, to_trials
from gcbook.scoring.store import Store
from gcbook.stats.metrics import cues

SOURCE = "miniature"
"""Of trials: these are no answers to the 17 real datasets, even where a set has the same name."""


def miniature_answers(
    test_sets: Sequence[str],
    models: Sequence[str],
    *,
    weighting: str | None = None,
    draws: int | None = None,
) -> pd.DataFrame:
    """Decide on images of test sets from the shipped scores.

    Args:
        test_sets: names, see `gcbook.miniworld.testsets.TEST_SETS`.
        models: names.
        weighting: of the errors of diffusion models; by default the paper's.
        draws: the first so many; by default all, and where an image was raced
            (`gcbook.miniworld.results.shipped.RACED`), those of its race. A model whose answers
            need fewer has those.

    Returns:
        Trials (`gcbook.trials.table.COLUMNS`), whose observers are the models and whose dataset is
        the test set, with the columns of `mark`.
    """
    tables = [
        _decided(test_set, model, weighting, draws) for test_set in test_sets for model in models
    ]
    if not tables:
        raise DataNotFoundError(
            f"expected scores of a miniature on {', '.join(test_sets)}, found none; "
            "tools/score_miniatures.py makes them."
        )
    return mark(pd.concat(tables, ignore_index=True))


# A chapter asks for the same answers for its figure, its sentences and its claims.
@lru_cache(maxsize=512)
def _decided(test_set: str, model: str, weighting: str | None, draws: int | None) -> pd.DataFrame:
    store = shipped_store(model, test_set)
    few = None if draws is None else min(draws, store.settings.max_draws)
    asked = () if store.traits.likelihood else (weighting,)
    decisions = decide(store, store.weights(*asked), 1 if store.traits.deterministic else few)
    if weighting is None and draws is None and test_set in raced_sets(model):
        raced = decide(raced_store(model, test_set))
        others = decisions[~decisions["image_id"].isin(raced["image_id"])]
        decisions = pd.concat([others, raced], ignore_index=True)
    return to_trials(decisions, model, test_set, SOURCE)


def mark(trials: pd.DataFrame) -> pd.DataFrame:
    """Say of trials on the drawn world's test sets what is shown and what the answers name.

    Returns:
        The trials with ``texture`` (category, "" where the name tells none), ``silhouette`` (which
        one an image shows), ``right`` (bool), ``cue`` (see `gcbook.stats.metrics.cues`).
    """
    # Every model answers to the same images.
    texture = trials["image_id"].map(
        {each: texture_of(each) for each in trials["image_id"].unique()}
    )
    names = trials["imagename"]
    return trials.assign(
        texture=texture.where(texture.isin(CATEGORIES), ""),
        silhouette=names.map({each: silhouette_of(each) for each in names.unique()}),
        right=trials["response"] == trials["category"],
        cue=cues(trials),
    )


def with_recipe(answers: pd.DataFrame) -> pd.DataFrame:
    """Return answers with the miniature that each observer is a seed of, as ``recipe``."""
    who, names = pd.factorize(answers["observer"])
    recipes = np.array([recipe_of(name) for name in names], dtype=object)
    return answers.assign(recipe=recipes[who])


def evaluations(store: Store) -> int:
    """Network evaluations (NFE) of one decision without a race, from all draws stored."""
    traits = store.traits
    number = 1 if traits.deterministic else store.settings.max_draws
    return number * traits.evaluations * (1 if traits.joint else len(traits.labels))
