"""The default world and the calibrated one side by side, in the tables that each has by itself.

Every table has a column ``world``, by title. A world's rows are of the miniatures that ship for it.
"""

from collections.abc import Callable
from typing import Any

import pandas as pd

from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.calibrated import CALIBRATED, CALIBRATED_WORLD, UNCALIBRATED
from gcbook.miniworld.results.findings import claim_differences, claim_rows
from gcbook.miniworld.results.kinds import DIFFUSION, recipes_in
from gcbook.miniworld.results.noised import discriminative_models, noise_answers
from gcbook.miniworld.results.scores import bias_by_shape
from gcbook.miniworld.results.shipped import label_of, parts_of, shipped_models, shipped_store
from gcbook.miniworld.results.weighting import answers_under
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, cue_shares

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

    Returns:
        Its columns; ``shape_accuracy, texture_accuracy``, the shares of answers that name the cue;
        and ``seed_least, seed_most``, the shape biases of the networks that have the lowest and
        the highest, over all conflicts.
    """
    table = in_both(bias_by_shape, answers, resampling=resampling)
    table = table.merge(in_both(_ranges, answers, resampling=Resampling(draws=0)))
    shares = {
        f"{cue}_accuracy": table[f"{cue}_answers"] / table["n"] for cue in ("shape", "texture")
    }
    return table.assign(**shares).round(dict.fromkeys(shares, 4))


def _ranges(answers: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    networks = cue_shares(with_recipe(answers), ["recipe", "observer"], resampling=resampling)
    biases = networks.groupby("recipe")["shape_bias"]
    return biases.agg(seed_least="min", seed_most="max").round(4).reset_index()


def claims_in_both(answers: dict[str, pd.DataFrame], *, resampling: Resampling) -> pd.DataFrame:
    """What the paper claims, put to the miniatures: `claim_differences` of both worlds.

    Args:
        answers: from `answers_in_both`.
    """
    return _in_both(
        lambda world: claim_differences(claim_rows(answers[world], resampling=resampling))
    )


def weighting_rows(bias: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """Shape bias against k where errors are weighted by exp(−kt), beside that of the ResNet.

    Args:
        bias: from `bias_rows`.

    Returns:
        ``world, recipe, k, shape_bias, low, high``, and ``shape_accuracy, texture_accuracy``, the
        shares of answers that name the cue: of the diffusion models that both worlds have, and of
        the ResNet, which has the same at every k.
    """
    named = {f"exp:{k}": k for k in range(21)}

    def of_world(world: str) -> pd.DataFrame:
        rows = bias[(bias["world"] == WORLDS[world]) & (bias["category"] == "pooled")]
        recipes = set(rows["recipe"])
        models = [name for name in shipped_models(world) if parts_of(name).recipe in DIFFUSION]
        answers = [
            answers_under(shipped_store(name, CONFLICT), list(named)).assign(
                observer=label_of(name)
            )
            for name in models
            if parts_of(name).recipe in recipes
        ]
        keys = ["recipe", "weighting"]
        swept = cue_shares(with_recipe(pd.concat(answers)), keys, resampling=resampling)
        swept = swept.rename(columns={"shape_bias_low": "low", "shape_bias_high": "high"})
        swept["k"] = swept["weighting"].map(named)
        resnet = rows[rows["recipe"] == "mini-cnn"]
        resnet = resnet.merge(pd.DataFrame({"k": named.values()}), "cross")
        columns = ["recipe", "k", "shape_bias", "low", "high", "shape_accuracy", "texture_accuracy"]
        return pd.concat([swept, resnet])[columns].sort_values(["recipe", "k"]).round(4)

    return _in_both(of_world)


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
