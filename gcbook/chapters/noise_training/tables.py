"""What diffusion-style noise in training does to the shape bias of a classifier (Fig. 13).

Networks trained on clean and on noised images are tested on clean and on noised ones: four cells,
of which the paper has three.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.course import course_answers
from gcbook.miniworld.results.longer import LONG, bias_change
from gcbook.miniworld.results.noised import (
    DRAWS,
    MEAN,
    SEED,
    answers_noised,
    clean_answers,
    noised_answers,
)
from gcbook.miniworld.results.shipped import has_course, name_of, select_models, shipped_sets
from gcbook.miniworld.testsets import make_test_set
from gcbook.miniworld.training import cnn
from gcbook.stats.metrics import share
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.shares import (
    CONFLICT,
    PLAIN,
    change_of,
    cue_shares,
    pooled_measures,
)

__all__ = [
    "CLEAN",
    "MEAN_OF_DRAWS",
    "MEASURES",
    "ONE_DRAW",
    "category_rows",
    "cell_rows",
    "change_rows",
    "discriminative_models",
    "length_rows",
    "noise_answers",
    "normalized_variance",
]

CLEAN, ONE_DRAW, MEAN_OF_DRAWS = "clean images", "one draw of noise", "mean over draws"
"""How a network is tested."""

EQUAL_STEPS, MORE_IMAGES, BEYOND = "Noise, equal steps", "More clean images", "Noise minus these"
"""Noise after equally many steps; a longer training on clean images; noise against that."""

TRAINED = {"mini-cnn": "clean", "mini-cnn-noise": "noised"}
MEASURES = {
    "accuracy": "In-distribution accuracy",
    "shape_accuracy": "Cue conflict: names the shape",
    "texture_accuracy": "Cue conflict: names the texture",
    "texture_excess": "Texture above chance",
    "shape_bias": "Shape bias",
    "blind": "Blind to texture",
}
"""Columns and their titles; `pooled_measures` explains those of an observer blind to texture."""
_CELL = ["recipe", "tested"]


def discriminative_models(
    world: str, labels: Sequence[str] = (), *, noise_draws: int = DRAWS, seed: int = SEED
) -> tuple[str, ...]:
    """Return a world's classifiers of both recipes, all seeds, or those that are named.

    Args:
        world: its name, see `gcbook.miniworld.named`.
        labels: of models; none takes all that can answer to the draws.
        noise_draws: noised versions of an image.
        seed: of the noise.

    Raises:
        InputError, DataNotFoundError: see `gcbook.miniworld.results.shipped.select_models`.
    """
    models = select_models(world, tuple(TRAINED), labels)
    return models if labels else tuple(m for m in models if answers_noised(m, noise_draws, seed))


def noise_answers(
    models: Sequence[str],
    *,
    noise_draws: int = DRAWS,
    seed: int = SEED,
    folders: Mapping[str, Path] | None = None,
) -> pd.DataFrame:
    """Answers to clean images, from the shipped scores, and to noised ones, asked anew.

    Args:
        models: names.
        noise_draws: noised versions of an image.
        seed: of the noise.
        folders: of models that do not ship, by name; these are asked, and no others.

    Returns:
        Trials with ``recipe``, ``trained`` ("clean" or "noised") and ``tested``: `CLEAN`,
        `ONE_DRAW` (every draw is an answer of its own) or `MEAN_OF_DRAWS`.
    """
    sets = [CONFLICT, PLAIN]
    models = list(folders) if folders else models
    noised = noised_answers(models, sets, noise_draws=noise_draws, seed=seed, folders=folders)
    tested = np.where(noised["draw"] == MEAN, MEAN_OF_DRAWS, ONE_DRAW)
    clean = clean_answers(folders, sets) if folders else miniature_answers(sets, models)
    clean = clean.assign(tested=CLEAN)
    answers = pd.concat([clean, noised.assign(tested=tested)], ignore_index=True)
    answers = with_recipe(answers)
    return answers.assign(trained=answers["recipe"].map(TRAINED))


def cell_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy, shares of the cues and shape bias in each cell, of each seed and of all.

    Args:
        answers: from `noise_answers`.
        resampling: how the intervals are made.

    Returns:
        ``trained, tested, measure`` (a title of `MEASURES`), ``model`` ("" for all seeds
        together), ``seeds``, ``n`` (answers), ``value, low, high``. An interval is over silhouettes
        for one network, and over silhouettes and seeds for all.
    """
    tables = []
    for together in (False, True):
        keys, values, n = pooled_measures(answers, _CELL, resampling=resampling, together=together)
        for name, title in MEASURES.items():
            low, high = resampling.interval(values[name])
            found = {"value": values[name][:, 0], "low": low, "high": high, "n": n[name]}
            tables.append(keys.assign(measure=title, **found))
    table = pd.concat(tables, ignore_index=True)
    table = table.assign(
        trained=table["recipe"].map(TRAINED),
        model=table["observer"].fillna(""),
        seeds=table["seeds"].fillna(1).astype(int),
    )
    columns = ["trained", "tested", "measure", "model", "seeds", "n", "value", "low", "high"]
    by = ["measure", "trained", "tested", "model"]
    ordered = ordered_rows(table, by, {"tested": (CLEAN, ONE_DRAW, MEAN_OF_DRAWS)})
    return ordered[columns].round({"value": 4, "low": 4, "high": 4})


def change_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """What noise in training changes, and what noise in testing adds.

    Args:
        answers: from `noise_answers`.
        resampling: how the intervals are made.

    Returns:
        ``step`` (noise in training; in testing as well; both, against neither; in testing alone;
        several draws instead of one), ``measure, before, after, change, low, high``; silhouettes
        are the same on both sides, and so are the seeds of one recipe. Steps whose two cells are
        not both there are left out.
    """
    keys, values, _ = pooled_measures(answers, _CELL, resampling=resampling, together=True)
    place = {cell: at for at, cell in enumerate(zip(keys["recipe"], keys["tested"], strict=True))}
    plain, noisy = TRAINED
    steps = [
        ("training", (plain, CLEAN), (noisy, CLEAN)),
        ("testing as well", (noisy, CLEAN), (noisy, ONE_DRAW)),
        ("both", (plain, CLEAN), (noisy, ONE_DRAW)),
        ("testing alone", (plain, CLEAN), (plain, ONE_DRAW)),
        ("several draws", (noisy, ONE_DRAW), (noisy, MEAN_OF_DRAWS)),
    ]
    rows = []
    for words, first, second in steps:
        if first not in place or second not in place:
            continue
        for name, title in MEASURES.items():
            found = change_of(values[name][place[first]], values[name][place[second]], resampling)
            rows.append({"step": words, "measure": title, **found})
    columns = ["step", "measure", "before", "after", "change", "low", "high"]
    return pd.DataFrame(rows, columns=columns).round(dict.fromkeys(columns[2:], 4))


def category_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Fig. 13: shape bias by shape category in each cell, over all seeds.

    Args:
        answers: from `noise_answers`.
        resampling: how the intervals are made.

    Returns:
        ``trained, tested, category, shape_answers, texture_answers, texture_share`` (1 − shape
        bias, NaN without either answer) with ``low, high``, and ``category_mean``, the mean of
        ``texture_share`` over the categories of the cell.
    """
    chosen = answers[answers["dataset"] == CONFLICT]
    counted = chosen.assign(
        shape_answers=(chosen["cue"] == "shape").astype(int),
        texture_answers=(chosen["cue"] == "texture").astype(int),
    )
    by = ["trained", "tested", "category"]
    table = counted.groupby(by, observed=True)[["shape_answers", "texture_answers"]].sum()
    table["texture_share"] = share(table["texture_answers"], table.sum(axis=1)).round(4)
    shares = cue_shares(chosen, by, resampling=resampling).set_index(by)
    table["low"] = (1 - shares["shape_bias_high"]).round(4)
    table["high"] = (1 - shares["shape_bias_low"]).round(4)
    table = table.reset_index()
    mean = table.groupby(["trained", "tested"])["texture_share"].transform("mean")
    return table.assign(category_mean=mean.round(4))


def normalized_variance(world: str, images: int = 160) -> float:
    """Return the mean square of pixels as the classifiers normalize them.

    Args:
        world: whose images, by name.
        images: how many of the in-distribution set.
    """
    shown = make_test_set(PLAIN, named_world(world)).first(images)
    pixels = np.stack([each.read() for each in shown]).astype(float)
    return float(np.square((pixels - cnn.MEAN) / cnn.SD).mean())


def length_rows(world: str, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Is it the noise, or more training? Shape bias of one seed each, on the same conflicts.

    Args:
        world: of the networks, by name. Rows whose networks do not ship for it are left out.
        resampling: how the intervals are made.

    Returns:
        ``comparison`` (`EQUAL_STEPS`, `MORE_IMAGES`, `BEYOND`), ``before, after, change`` and its
        ``low, high``.
    """
    plain, noisy = (name_of(recipe, world) for recipe in TRAINED)
    longer = plain + LONG
    found = {}
    if has_course(plain) and has_course(noisy):
        found[EQUAL_STEPS] = _after_as_many_steps([plain, noisy], resampling)
    if shipped_sets(longer):
        found[MORE_IMAGES] = bias_change(plain, longer, resampling=resampling)
        found[BEYOND] = bias_change(longer, noisy, resampling=resampling)
    columns = ["comparison", "before", "after", "change", "low", "high"]
    rows = [{"comparison": words, **each} for words, each in found.items()]
    return pd.DataFrame(rows, columns=columns).round(dict.fromkeys(columns[1:], 4))


def _after_as_many_steps(models: Sequence[str], resampling: Resampling) -> dict[str, float]:
    answers = with_recipe(course_answers(models))
    both = set.intersection(*(set(group["step"]) for _, group in answers.groupby("recipe")))
    same = answers[answers["step"] == max(both)]
    keys, values, _ = pooled_measures(same, ["recipe"], resampling=resampling, together=False)
    plain, noisy = (values["shape_bias"][keys["recipe"].tolist().index(name)] for name in TRAINED)
    return change_of(plain, noisy, resampling)
