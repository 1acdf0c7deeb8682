"""The default world and the calibrated one side by side, in tables that each has by itself."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.calibrated import CALIBRATED, CALIBRATED_WORLD, UNCALIBRATED
from gcbook.stats.resampling import Resampling

WORLDS = {DEFAULT: UNCALIBRATED, CALIBRATED_WORLD: CALIBRATED}
"""The worlds by name, and what they are called side by side."""


def in_both(
    rows_of: Callable[..., pd.DataFrame],
    answers: dict[str, pd.DataFrame],
    *more: Any,
    resampling: Resampling,
) -> pd.DataFrame:
    """A table that each world has by itself, of both worlds.

    Args:
        rows_of: makes it of one world's answers.
        answers: by world's name.
        more: what it takes besides.
        resampling: how intervals are made.
    """
    tables = [
        rows_of(answers[world], *more, resampling=resampling).assign(world=title)
        for world, title in WORLDS.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    return table[["world", *table.columns.drop("world")]]
