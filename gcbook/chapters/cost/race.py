"""What a race would have saved: the rule of Clark & Jaini (2023) run on the shipped scores.

The shipped draws are spread evenly over t, and the scorer refuses to race on such draws: the t-test
takes them for independent. Evenly spread draws have a mean that varies less than the test believes,
so its p is not what it says. What is counted here, evaluations and answers, is a fact of these
scores all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcbook.miniworld.results.shipped import shipped_models, shipped_sets, shipped_store
from gcbook.miniworld.testsets import texture_of
from gcbook.scoring.replay import race_outcomes, race_summary
from gcbook.scoring.scores import score_array
from gcbook.scoring.settings import Racing
from gcbook.scoring.store import Store
from gcbook.stats.metrics import bias_of

__all__ = ["FIRST_TESTS", "SETS", "StoredErrors", "race_rows", "race_sentence", "stored_errors"]

FIRST_TESTS = (4, 8, 16, 20)
"""Draws before the first class may be dropped; 20 is Clark & Jaini's number."""

SETS = ("in-distribution", "cue-conflict")


@dataclass(frozen=True)
class StoredErrors:
    """Scores of a store as an array.

    Attributes:
        errors: weighted errors, lower is better, float64 (images, draws, classes).
        category: index of each image's category, int64 (images,).
        texture: of the category whose texture it wears, -1 where it has none.
    """

    errors: np.ndarray
    category: np.ndarray
    texture: np.ndarray


def stored_errors(store: Store) -> StoredErrors:
    """Read the weighted errors of a store, under its own weighting and norm.

    Args:
        store: of one of the test sets. Images that lack a score are left out.
    """
    rows, images, labels = store.scores(), store.images(), list(store.labels)
    errors = score_array(
        rows, store.weigh(rows), images["image_id"], labels, store.settings.max_draws
    )
    whole = ~np.isnan(errors).any(axis=(1, 2))
    texture = images["image_id"].map(texture_of)
    places = pd.Index(labels)
    return StoredErrors(
        errors[whole],
        places.get_indexer(pd.Index(images["category"]))[whole],
        places.get_indexer(pd.Index(texture))[whole],
    )


def race_rows(
    models: Sequence[str] | None = None,
    first_tests: Sequence[int] = FIRST_TESTS,
    p: float = 2e-3,
) -> pd.DataFrame:
    """Replay races on the shipped scores.

    Args:
        models: names; by default all in which something is random and every class has evaluations
            of its own.
        first_tests: draws before the first class may be dropped.
        p: below which it is.

    Returns:
        A row a model, test set and rule: ``model, test_set, first_test, draws`` (the most), and as
        in `gcbook.scoring.replay.race_summary` ``images, nfe, nfe_fixed, saved,
        same, accuracy, accuracy_fixed, unfinished``, and ``shape_bias, shape_bias_fixed`` on
        cue conflicts.
    """
    rows = []
    for model in _raced() if models is None else models:
        for test_set in SETS:
            store = shipped_store(model, test_set)
            found = stored_errors(store)
            most = found.errors.shape[1]
            for first in first_tests:
                if first > most:
                    continue
                rule = Racing(first, p, most)
                known = race_summary(found.errors, found.category, rule)
                _, winner = race_outcomes(found.errors, rule)
                row: dict[str, object] = {"model": model, "test_set": test_set}
                row |= {"first_test": first, "draws": most, **known}
                if test_set == "cue-conflict":
                    row["shape_bias"] = _shape_bias(winner, found)
                    row["shape_bias_fixed"] = _shape_bias(found.errors.sum(1).argmin(1), found)
                rows.append(row)
    columns = ["model", "test_set", "first_test", "draws", "images", "nfe", "nfe_fixed", "saved"]
    columns += ["same", "accuracy", "accuracy_fixed", "unfinished"]
    return pd.DataFrame(rows, columns=[*columns, "shape_bias", "shape_bias_fixed"])


def race_sentence(races: pd.DataFrame) -> str:
    """Say what the replayed races saved and what they changed.

    Args:
        races: from `race_rows`.
    """
    if races.empty:
        return "No miniature of this version has classes that could race."
    sentences = []
    for model, rows in races.groupby("model", sort=False):
        plain = rows[rows["test_set"] == SETS[0]].sort_values("first_test")
        early, late = plain.iloc[0], plain.iloc[-1]
        most = 1 - late["first_test"] / late["draws"]
        sentences.append(
            f"- {model}, {SETS[0]} images: tested from draw {early['first_test']:.0f} on, a race "
            f"takes {early['nfe']:.0f} evaluations instead of {early['nfe_fixed']:.0f} "
            f"({early['saved']:.0%} saved), and {early['same']:.1%} of the answers stay the same. "
            f"Tested from draw {late['first_test']:.0f} on, where at most {most:.0%} could be "
            f"saved, it saves {late['saved']:.0%} and keeps {late['same']:.1%}."
        )
    return "\n".join(sentences)


def _raced() -> list[str]:
    found = []
    for model in shipped_models():
        if set(SETS) <= set(shipped_sets(model)):
            traits = shipped_store(model, SETS[0]).traits
            if not (traits.deterministic or traits.joint):
                found.append(model)
    return found


def _shape_bias(winner: np.ndarray, found: StoredErrors) -> float:
    conflict = (found.texture >= 0) & (found.texture != found.category)
    shape = int((winner == found.category)[conflict].sum())
    texture = int((winner == found.texture)[conflict].sum())
    return float(bias_of(shape, texture))
