"""What the landing page shows and counts."""

import pandas as pd

from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.panel import OOD_SETS, counted, make_panel
from gcbook.miniworld.results.scores import bias_by_shape
from gcbook.miniworld.results.shipped import select_models
from gcbook.miniworld.results.weighting import sweep_table, weighing_stores
from gcbook.stats.resampling import Resampling

RECIPES = ("mini-pixel", "mini-latent", "mini-ar", "mini-cnn")
"""Miniatures of the kinds that the paper compares."""


def dial_rows() -> pd.DataFrame:
    """Shape bias of the diffusion miniatures by the weighting exp(−kt) of the same stored errors.

    Returns:
        A row a model and k (0 to 20): ``recipe, k, shape_bias, shape_accuracy, texture_accuracy``.
    """
    sweep = sweep_table(weighing_stores(), others=(), resampling=Resampling(draws=0))
    columns = ["recipe", "k", "shape_bias", "shape_accuracy", "texture_accuracy"]
    return sweep.rename(columns={"model": "recipe"})[columns]


def miniature_rows() -> pd.DataFrame:
    """Shape bias of the miniatures on cue conflicts, over all their seeds.

    Returns:
        A row a miniature of `RECIPES`: ``recipe, shape_bias``.
    """
    answers = miniature_answers(["cue-conflict"], select_models(DEFAULT, RECIPES))
    rows = bias_by_shape(answers, resampling=Resampling(draws=0))
    return rows.loc[rows["category"] == "pooled", ["recipe", "shape_bias"]].reset_index(drop=True)


def accuracy_rows() -> pd.DataFrame:
    """Accuracy out of distribution of pixel diffusion and the ResNet, over all their seeds.

    Returns:
        A row a miniature: ``recipe, accuracy``, the mean over the test sets.
    """
    recipes = ("mini-pixel", "mini-cnn")
    answers = miniature_answers(OOD_SETS, select_models(DEFAULT, recipes))
    panel = make_panel(answers[counted(answers)], Resampling(draws=0))
    values = [float(panel.accuracy(recipe, OOD_SETS)[0]) for recipe in recipes]
    return pd.DataFrame({"recipe": recipes, "accuracy": values})
