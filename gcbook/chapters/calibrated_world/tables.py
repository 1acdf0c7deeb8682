"""Images of both worlds, and Fig. 1 and 13 in both."""

import re

import pandas as pd

from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.calibrated import CALIBRATED_WORLD
from gcbook.miniworld.results.kinds import printed_values
from gcbook.miniworld.results.noised import CLEAN, ONE_DRAW, TRAINED
from gcbook.miniworld.results.shipped import (
    LARGER,
    LARGER_SETS,
    model_card,
    name_of,
    parts_of,
    shipped_models,
    shipped_store,
)
from gcbook.miniworld.results.two_worlds import WORLDS
from gcbook.miniworld.testsets import make_test_set, silhouette_of, texture_of
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.diagnostics import decisions_by
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, PLAIN, accuracies, cue_shares

_CLEAN, _NOISED = TRAINED.values()
NOISE = {
    "No noise": (_CLEAN, CLEAN),
    "Noise in training": (_NOISED, CLEAN),
    "Noise in training and testing": (_NOISED, ONE_DRAW),
}
"""The three cells that the paper has, and how a network is trained and tested in each."""


def image_rows() -> pd.DataFrame:
    """An in-distribution image of each category in both worlds, drawn by lot.

    Returns:
        ``world`` (title), ``category``, ``outline`` and ``texture`` (categories), ``image_id``,
        ``picture`` (PNG, bytes).
    """
    rows = []
    for name, title in WORLDS.items():
        # Their order is drawn by lot, one of every category at a time.
        shown = make_test_set(PLAIN, named_world(name)).first(len(CATEGORIES))
        rows += [
            {
                "world": title,
                "category": each.category,
                "outline": re.sub(r"\d+", "", silhouette_of(each.imagename)),
                "texture": texture_of(each.image_id),
                "image_id": each.image_id,
                "picture": each.content(),
            }
            for each in shown
        ]
    return pd.DataFrame(rows)


def noise_rows(categories: pd.DataFrame) -> pd.DataFrame:
    """Shape bias by category in the paper's three cells.

    Args:
        categories: from `gcbook.miniworld.results.noised.category_rows`, of both worlds.

    Returns:
        The rows of these cells, with ``noise``, which of them (`NOISE`), for ``trained, tested``.
    """
    cells = dict(list(categories.groupby(["trained", "tested"])))
    tables = [cells[cell].assign(noise=name) for name, cell in NOISE.items()]
    return pd.concat(tables, ignore_index=True).drop(columns=["trained", "tested"])


def kind_rows(bias: pd.DataFrame, accuracies: pd.DataFrame) -> pd.DataFrame:
    """Shape bias over all categories of every kind of miniature, in both worlds.

    Args:
        bias: from `gcbook.miniworld.results.two_worlds.bias_rows`.
        accuracies: from `gcbook.miniworld.results.scores.accuracy_by_set`, of both worlds.

    Returns:
        ``world, recipe, seeds, shape_bias, low, high``; ``seed_least, seed_most``, the shape biases
        of single networks; ``shape_accuracy, texture_accuracy``, the shares of answers that name
        the cue; ``accuracy`` on images like those of training;
        ``minutes`` that the network with seed 0 was trained for, times processor cores; and
        ``paper``, the shape bias that it prints for the model that the miniature stands for, NaN
        where it prints nothing.
    """
    names = {title: name for name, title in WORLDS.items()}

    def core_minutes(row: pd.Series) -> float:
        return _core_minutes(row["recipe"], names[row["world"]])

    columns = ["world", "recipe", "seeds", "shape_bias", "low", "high", "seed_least", "seed_most"]
    columns += ["shape_accuracy", "texture_accuracy"]
    rows = bias.loc[bias["category"] == "pooled", columns]
    rows = rows.assign(
        minutes=rows.apply(core_minutes, axis=1),
        paper=rows["recipe"].map(printed_values("shape_bias")),
    )
    right = accuracies.rename(columns={"value": "accuracy"})[["world", "recipe", "accuracy"]]
    return rows.merge(right, on=["world", "recipe"])


def larger_kinds(*, resampling: Resampling) -> pd.DataFrame:
    """What the models of the world with 64 pixels a side answer.

    Args:
        resampling: how intervals would be made.

    Returns:
        ``recipe``; ``shape_accuracy, texture_accuracy`` on conflicts and ``accuracy`` on images
        like those of training; and ``minutes`` as of `kind_rows`.
    """
    answers = with_recipe(miniature_answers(LARGER_SETS, shipped_models(LARGER)))
    cues = cue_shares(answers, ["recipe"], resampling=resampling)
    right = accuracies(answers[answers["dataset"] == PLAIN], ["recipe"], resampling=resampling)
    rows = cues.merge(right[["recipe", "accuracy"]], on="recipe")
    columns = ["recipe", "shape_accuracy", "texture_accuracy", "accuracy"]
    return rows[columns].assign(minutes=[_core_minutes(r, LARGER) for r in rows["recipe"]])


def _core_minutes(recipe: str, world: str) -> float:
    card = model_card(name_of(recipe, world))
    return float(card["minutes"] * card["threads"])


def half_rows() -> pd.DataFrame:
    """What the calibrated world's pixel diffusion answers to cue conflicts from either half of t.

    Returns:
        ``low, high`` (t), ``shape_accuracy, texture_accuracy``: for t up to 0.5 and from 0.5, with
        equal weights within each, over all networks.
    """
    stores = [
        shipped_store(name, CONFLICT)
        for name in shipped_models(CALIBRATED_WORLD)
        if parts_of(name).recipe == "mini-pixel"
    ]
    tables = [
        decisions_by(store, "t", [0, 0.5, 1], store.weights("uniform", "l2")) for store in stores
    ]
    cues = ["shape_accuracy", "texture_accuracy"]
    return pd.concat(tables).groupby(["low", "high"], as_index=False)[cues].mean()
