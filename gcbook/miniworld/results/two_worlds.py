"""The default world and the calibrated one side by side, in the tables that each has by itself.

Every table has a column ``world``, by title. A world's rows are of the miniatures that ship for it.
"""

from collections.abc import Callable

import pandas as pd

from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.calibrated import CALIBRATED, CALIBRATED_WORLD, UNCALIBRATED
from gcbook.miniworld.results.findings import claim_differences, claim_rows
from gcbook.miniworld.results.kinds import recipes_in
from gcbook.miniworld.results.noised import (
    category_rows,
    change_rows,
    discriminative_models,
    noise_answers,
)
from gcbook.miniworld.results.scores import bias_by_shape
from gcbook.miniworld.results.shipped import parts_of, shipped_models
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.resampling import Resampling

__all__ = [
    "WORLDS",
    "answers_in_both",
    "bias_rows",
    "claims_in_both",
    "noise_categories",
    "noise_changes",
    "noised_in_both",
]

WORLDS = {DEFAULT: UNCALIBRATED, CALIBRATED_WORLD: CALIBRATED}
"""The worlds by name, and what they are called side by side."""


def answers_in_both() -> dict[str, pd.DataFrame]:
    """Answers to all test sets by the kinds of models that both worlds have, by world's name."""
    kinds = set(recipes_in(shipped_models(CALIBRATED_WORLD)))
    return {
        world: miniature_answers(
            TEST_SETS, [name for name in shipped_models(world) if parts_of(name).recipe in kinds]
        )
        for world in WORLDS
    }


def bias_rows(answers: dict[str, pd.DataFrame], *, resampling: Resampling) -> pd.DataFrame:
    """Shape bias over all conflicts and by category: `bias_by_shape` of both worlds.

    Args:
        answers: from `answers_in_both`.
        resampling: how the intervals are made.
    """
    return _in_both(lambda world: bias_by_shape(answers[world], resampling=resampling))


def claims_in_both(answers: dict[str, pd.DataFrame], *, resampling: Resampling) -> pd.DataFrame:
    """What the paper claims, put to the miniatures: `claim_differences` of both worlds.

    Args:
        answers: from `answers_in_both`.
        resampling: how the intervals are made.
    """
    return _in_both(
        lambda world: claim_differences(claim_rows(answers[world], resampling=resampling))
    )


def noised_in_both() -> dict[str, pd.DataFrame]:
    """Answers to clean and to noised images of both worlds' classifiers, by world's name."""
    return {world: noise_answers(discriminative_models(world)) for world in WORLDS}


def noise_changes(answers: dict[str, pd.DataFrame], *, resampling: Resampling) -> pd.DataFrame:
    """What noise in training and testing changes: `change_rows` of both worlds.

    Args:
        answers: from `noised_in_both`.
        resampling: how the intervals are made, over silhouettes and seeds.
    """
    return _in_both(lambda world: change_rows(answers[world], resampling=resampling))


def noise_categories(answers: dict[str, pd.DataFrame], *, resampling: Resampling) -> pd.DataFrame:
    """Shape bias by category with and without noise: `category_rows` of both worlds.

    Args:
        answers: from `noised_in_both`.
        resampling: how the intervals are made.
    """
    return _in_both(lambda world: category_rows(answers[world], resampling=resampling))


def _in_both(rows_of: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    tables = [rows_of(world).assign(world=title) for world, title in WORLDS.items()]
    table = pd.concat(tables, ignore_index=True)
    return table[["world", *table.columns.drop("world")]]
