"""The miniatures' accuracies and shape bias, by test set, strength and category."""

from collections.abc import Sequence

import pandas as pd

from gcbook.miniworld.results.answers import with_recipe
from gcbook.miniworld.results.panel import counted
from gcbook.miniworld.results.shipped import KINDS
from gcbook.paper.experiments import EXPERIMENTS, PARAMETRIC
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies

SET_TITLES = {
    "in-distribution": "In-distribution",
    "cue-conflict": "Cue conflict",
    "silhouette": "Silhouettes",
    "edge": "Edges",
    "texture": "Texture only",
    **{name: EXPERIMENTS[name].title for name in PARAMETRIC},
}

_DIGITS = 4
_ROUNDED = dict.fromkeys(["value", "low", "high"], _DIGITS)


def accuracy_by_set(
    answers: pd.DataFrame, test_sets: Sequence[str], *, resampling: Resampling
) -> pd.DataFrame:
    """Accuracy of each miniature on test sets, in the conditions that the benchmark counts.

    Args:
        answers: of these test sets.
        test_sets: names, in the order to show them.

    Returns:
        ``dataset`` (title), ``recipe, seeds, value, low, high, n``, over all seeds of a miniature;
        conditions weigh alike, as they have equally many images. Of each test set its own
        silhouettes are resampled.
    """
    chosen = answers[answers["dataset"].isin(list(test_sets)) & counted(answers)]
    columns = ["dataset", "recipe", "seeds", "value", "low", "high", "n"]
    tables = [_over_seeds(own, ["dataset"], resampling) for _, own in chosen.groupby("dataset")]
    table = pd.concat(tables, ignore_index=True)
    order = [*test_sets, *KINDS]
    by = ["dataset", "recipe"]
    table = table.sort_values(by, key=lambda names: names.map(order.index), ignore_index=True)
    table["dataset"] = table["dataset"].map(SET_TITLES)
    return table[columns].round(_ROUNDED)


def _over_seeds(answers: pd.DataFrame, by: list[str], resampling: Resampling) -> pd.DataFrame:
    """Accuracy over all ``seeds`` of a recipe: ``by, recipe, n, value, low, high``."""
    keys = [*by, "recipe"]
    chosen = with_recipe(answers)
    seeds = chosen.groupby(keys)["observer"].nunique().rename("seeds").reset_index()
    table = accuracies(chosen, keys, resampling=resampling).merge(seeds, on=keys)
    return table.rename(columns={"accuracy": "value"})
