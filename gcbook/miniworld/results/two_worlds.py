"""The default world and the calibrated one side by side, in the tables that each has by itself.

Every table has a column ``world``, by title. A world's rows are of the miniatures that ship for it.
"""

from collections.abc import Callable
from typing import Any

import pandas as pd

from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.calibrated import CALIBRATED, CALIBRATED_WORLD, UNCALIBRATED
from gcbook.miniworld.results.noised import discriminative_models, noise_answers
from gcbook.stats.resampling import Resampling

WORLDS = {DEFAULT: UNCALIBRATED, CALIBRATED_WORLD: CALIBRATED}
"""The worlds by name, and what they are called side by side."""


def noised_in_both() -> dict[str, pd.DataFrame]:
    """Answers to clean and to noised images of both worlds' classifiers, by world's name."""
    return {world: noise_answers(discriminative_models(world)) for world in WORLDS}


def in_both(
    rows_of: Callable[..., pd.DataFrame],
    answers: dict[str, pd.DataFrame],
    *more: Any,
    resampling: Resampling,
) -> pd.DataFrame:
    """A table that each world has by itself, of both worlds.

    Args:
        rows_of: makes it of one world's answers.
        answers: from `answers_in_both` or `noised_in_both`.
    """
    return _in_both(lambda world: rows_of(answers[world], *more, resampling=resampling))


def _in_both(rows_of: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    tables = [rows_of(world).assign(world=title) for world, title in WORLDS.items()]
    table = pd.concat(tables, ignore_index=True)
    return table[["world", *table.columns.drop("world")]]
