"""Shape bias and accuracy against k, in both worlds, from all images and draws."""

from collections.abc import Sequence

import pandas as pd

from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.kinds import DIFFUSION
from gcbook.miniworld.results.shipped import (
    LARGER,
    label_of,
    parts_of,
    shipped_models,
    shipped_store,
)
from gcbook.miniworld.results.two_worlds import WORLDS
from gcbook.miniworld.results.weighting import PAPER, SETS, answers_under
from gcbook.stats.clustered import clustered_columns
from gcbook.stats.metrics import CUE_METRICS
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies, cue_shares

DECAYS = tuple(range(21))
"""Values of k in exp(−kt)."""

RESNET = "mini-cnn"

WITH_LARGER = {**WORLDS, LARGER: "Calibrated world, 64 pixels"}
"""The worlds by name, and that with twice as many pixels a side; and their titles."""


def sweep_rows(*, resampling: Resampling) -> pd.DataFrame:
    """Accuracy and cues of the diffusion models of both worlds under exp(−kt), for all `DECAYS`.

    Returns:
        A row a world and model, over all its networks: ``world`` (its title), ``model, k``; of
        ``accuracy`` (in-distribution images) and ``shape_accuracy, texture_accuracy, shape_bias``
        (cue conflicts) the value, ``_low`` and ``_high``; and ``held``, whether the accuracy lies
        within the interval of that under the paper's weight.
    """
    tables = []
    for world, title in WORLDS.items():
        for recipe in DIFFUSION:
            found = measures_under(recipe, world, DECAYS, resampling=resampling)
            paper = found.set_index("k").loc[PAPER]
            held = found["accuracy"].between(paper["accuracy_low"], paper["accuracy_high"])
            tables.append(found.assign(world=title, model=recipe, held=held))
    return pd.concat(tables, ignore_index=True)


def measures_under(
    recipe: str, world: str, decays: Sequence[float], *, resampling: Resampling
) -> pd.DataFrame:
    """Accuracy and cues of all networks of a diffusion model in a world under exp(−kt).

    Returns:
        A row a k: ``k`` and the measures of `sweep_rows`.
    """
    plain, conflicts = (_answers(recipe, world, name, decays) for name in SETS)
    return _measured(plain, conflicts, "k", resampling)


def resnet_rows(*, resampling: Resampling) -> pd.DataFrame:
    """The same of the ResNets of the worlds `WITH_LARGER`, which no weight concerns.

    Returns:
        A row a world: ``world`` (its title) and the measures of `sweep_rows`.
    """
    tables = []
    for world, title in WITH_LARGER.items():
        models = [name for name in shipped_models(world) if parts_of(name).recipe == RESNET]
        plain, conflicts = (with_recipe(miniature_answers([name], models)) for name in SETS)
        tables.append(_measured(plain, conflicts, "recipe", resampling).assign(world=title))
    return pd.concat(tables, ignore_index=True).drop(columns="recipe")


def change_since_paper(
    recipe: str, world: str, decay: float, *, resampling: Resampling
) -> tuple[float, float, float]:
    """By how much more accurate a weighting is than the paper's, with the ends of its interval.

    In-distribution images are compared one by one.
    """
    answers = _answers(recipe, world, SETS[0], [PAPER, decay])
    right = answers.assign(right=answers["right"].astype(float)).pivot(
        index=["observer", "image_id", "category", "silhouette"], columns="k", values="right"
    )
    paired = right.reset_index().assign(change=lambda rows: rows[decay] - rows[PAPER], all="")
    found = clustered_columns(paired, ["all"], ["change"], resampling=resampling).iloc[0]
    return found["change"], found["change_low"], found["change_high"]


def _answers(recipe: str, world: str, test_set: str, decays: Sequence[float]) -> pd.DataFrame:
    named = {f"exp:{k:g}": k for k in decays}
    tables = [
        answers_under(shipped_store(name, test_set), list(named)).assign(observer=label_of(name))
        for name in shipped_models(world)
        if parts_of(name).recipe == recipe
    ]
    answers = pd.concat(tables, ignore_index=True)
    return answers.assign(k=answers["weighting"].map(named))


def _measured(
    plain: pd.DataFrame, conflicts: pd.DataFrame, by: str, resampling: Resampling
) -> pd.DataFrame:
    right = accuracies(plain, [by], resampling=resampling)
    right = right.rename(columns={"low": "accuracy_low", "high": "accuracy_high"})
    cues = cue_shares(conflicts, [by], resampling=resampling)
    names = ("accuracy", *CUE_METRICS)
    columns = [by, *(name + end for name in names for end in ("", "_low", "_high"))]
    return right.drop(columns="n").merge(cues, on=by)[columns]
