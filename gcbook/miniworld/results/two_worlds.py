"""The default world and the calibrated one side by side, in the tables that each has by itself.

Every table has a column ``world``, by title. A world's rows are of the miniatures that ship for it.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.calibrated import CALIBRATED, CALIBRATED_WORLD, UNCALIBRATED
from gcbook.miniworld.results.consistency import pair_kappas, recipe_kappas
from gcbook.miniworld.results.findings import claim_rows
from gcbook.miniworld.results.kinds import DIFFUSION, recipes_in
from gcbook.miniworld.results.noised import (
    category_rows,
    change_rows,
    discriminative_models,
    noise_answers,
)
from gcbook.miniworld.results.panel import counted, make_panel
from gcbook.miniworld.results.scores import (
    SET_TITLES,
    accuracy_by_set,
    accuracy_by_strength,
    answers_on,
    bias_by_shape,
    evenly_weighted_answers,
)
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT

__all__ = [
    "WORLDS",
    "accuracy_leads",
    "accuracy_rows",
    "alike_outcome",
    "bias_rows",
    "blur_rows",
    "claims_in_both",
    "consistency_rows",
    "noise_categories",
    "noise_changes",
    "noised_in_both",
    "weighting_rows",
]

WORLDS = {DEFAULT: UNCALIBRATED, CALIBRATED_WORLD: CALIBRATED}
"""The worlds by name, and what they are called side by side."""

BASELINE = "mini-cnn"
EQUAL, PAPERS = "equal", "the paper's"
"""Weightings of a diffusion model's errors."""


def bias_rows(*, resampling: Resampling) -> pd.DataFrame:
    """Shape bias over all conflicts and by category: `bias_by_shape` of both worlds."""
    return _in_both(lambda world: bias_by_shape(_answers(world, [CONFLICT]), resampling=resampling))


def accuracy_rows(*, resampling: Resampling) -> pd.DataFrame:
    """Accuracy on every test set: `accuracy_by_set` of both worlds."""
    return _in_both(
        lambda world: accuracy_by_set(_answers(world), TEST_SETS, resampling=resampling)
    )


def blur_rows(*, resampling: Resampling) -> pd.DataFrame:
    """Accuracy against the strength of a blur: `accuracy_by_strength` of both worlds."""
    return _in_both(
        lambda world: accuracy_by_strength(_answers(world, ["low-pass"]), resampling=resampling)
    )


def accuracy_leads(*, resampling: Resampling) -> pd.DataFrame:
    """By how much each miniature is more accurate than the ResNet of its world.

    Returns:
        ``world, dataset`` (title), ``recipe, difference, low, high``, over all seeds; of the
        filtered and distorted sets the conditions that the benchmark counts.
    """

    def leads(world: str) -> pd.DataFrame:
        answers = _answers(world)
        panel = make_panel(answers[counted(answers)], resampling)
        rows = []
        for test_set in TEST_SETS:
            baseline = panel.accuracy(BASELINE, [test_set])
            for recipe in recipes_in(panel.models):
                lead = panel.accuracy(recipe, [test_set]) - baseline
                low, high = map(float, resampling.interval(lead))
                rows.append((SET_TITLES[test_set], recipe, float(lead[0]), low, high))
        table = pd.DataFrame(rows, columns=["dataset", "recipe", "difference", "low", "high"])
        return table[table["recipe"] != BASELINE].round(4)

    return _in_both(leads)


def weighting_rows(*, resampling: Resampling) -> pd.DataFrame:
    """Shape bias of the diffusion models under equal weights and under the paper's.

    Returns:
        ``world, recipe, weights`` (`PAPERS` or `EQUAL`), ``shape_bias, low, high``.
    """

    def biases(world: str) -> pd.DataFrame:
        if not set(DIFFUSION) <= set(recipes_in(shipped_models(world))):
            return pd.DataFrame()
        even = evenly_weighted_answers(world)
        papers = _answers(world, [CONFLICT])
        papers = papers[papers["observer"].isin(set(even["observer"]))]
        tables = [
            bias_by_shape(answers, resampling=resampling).assign(weights=name)
            for name, answers in ((PAPERS, papers), (EQUAL, even))
        ]
        table = pd.concat(tables, ignore_index=True)
        pooled = table[table["category"] == "pooled"]
        return pooled[["recipe", "weights", "shape_bias", "low", "high"]]

    return _in_both(biases)


def consistency_rows(*, resampling: Resampling) -> pd.DataFrame:
    """Error consistency of every two miniatures on cue conflicts.

    Returns:
        ``world``, and of `recipe_kappas` ``a, b, kappa, low, high``.
    """

    def kappas(world: str) -> pd.DataFrame:
        pairs, values, _ = pair_kappas(
            make_panel(_answers(world, [CONFLICT]), resampling), resampling
        )
        return recipe_kappas(pairs, values, resampling)[0]

    return _in_both(kappas)


def alike_outcome(
    world: str = CALIBRATED_WORLD, *, resampling: Resampling
) -> tuple[float, float, float]:
    """By how much the ResNet errs more like pixel diffusion than like itself trained with noise.

    Of this `gcbook.miniworld.results.calibrated.predicted_consistency` is the prediction.

    Args:
        world: its name.
        resampling: how the interval is made.

    Returns:
        Difference of kappa on cue conflicts, and the ends of its interval; NaN where a model of
        the three does not ship.
    """
    pairs, values, _ = pair_kappas(make_panel(_answers(world, [CONFLICT]), resampling), resampling)
    table, means = recipe_kappas(pairs, values, resampling)
    of_pair = dict(zip(zip(table["a"], table["b"], strict=True), means, strict=True))
    if (BASELINE, "mini-pixel") not in of_pair or (BASELINE, "mini-cnn-noise") not in of_pair:
        return np.nan, np.nan, np.nan
    difference = of_pair[BASELINE, "mini-pixel"] - of_pair[BASELINE, "mini-cnn-noise"]
    low, high = resampling.interval(difference)
    return float(difference[0]), float(low), float(high)


def claims_in_both(*, resampling: Resampling) -> pd.DataFrame:
    """What the paper claims, put to the miniatures: `claim_rows` of both worlds."""
    return _in_both(lambda world: claim_rows(_answers(world), resampling=resampling))


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


def _answers(world: str, test_sets: tuple[str, ...] | list[str] = TEST_SETS) -> pd.DataFrame:
    return answers_on(test_sets, shipped_models(world))


def _in_both(rows_of: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    tables = [rows_of(world).assign(world=title) for world, title in WORLDS.items()]
    table = pd.concat(tables, ignore_index=True)
    return table[["world", *table.columns.drop("world")]]
