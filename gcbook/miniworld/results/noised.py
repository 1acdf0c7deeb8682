"""Answers of the discriminative miniatures to images with diffusion-style noise.

Their answers ship, to `DRAWS` noised versions of each image with the noise of `SEED`.
``tools/score_miniatures.py`` asks for them.
"""

from collections.abc import Sequence

import pandas as pd

from gcbook.files.manifest import DATA
from gcbook.miniworld.results.answers import mark, miniature_answers, with_recipe
from gcbook.miniworld.results.shipped import folder_of, shipped_models
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, PLAIN, change_of, pooled_measures

DRAWS, SEED = 10, 0
CLEAN, ONE_DRAW = "clean images", "one draw of noise"
"""How a network is tested."""

TRAINED = {"mini-cnn": "clean", "mini-cnn-noise": "noised"}
"""Recipes of classifiers, and what they are trained on."""

MEASURES = {
    "accuracy": "In-distribution accuracy",
    "shape_accuracy": "Cue conflict: names the shape",
    "shape_bias": "Shape bias",
}
"""Columns of `gcbook.stats.shares.pooled_measures`, which explains them, and their titles."""

NOISED = "noised.parquet"
"""Next to a model's stores: its answers to noised images."""


def discriminative_models() -> tuple[str, ...]:
    """Return the classifiers of both recipes, all seeds."""
    return shipped_models(tuple(TRAINED))


def noise_answers(models: Sequence[str]) -> pd.DataFrame:
    """Answers to clean images, from the shipped scores, and to noised ones.

    Args:
        models: names of discriminative miniatures; strengths and noise are the same for all.

    Returns:
        Trials with the columns of `gcbook.miniworld.results.answers.mark`, ``recipe``, ``trained``
        ("clean" or "noised"), ``tested``: `CLEAN` or `ONE_DRAW` (every draw is an answer of its
        own), and ``draw``, NaN of clean images.

    Raises:
        DataNotFoundError: a model's answers do not come with this package.
    """
    sets = [CONFLICT, PLAIN]
    tables = [pd.read_parquet(DATA.path(f"scores/{folder_of(model)}/{NOISED}")) for model in models]
    noised = pd.concat(tables, ignore_index=True)
    noised = mark(noised[noised["dataset"].isin(sets)].reset_index(drop=True))
    noised = noised.assign(tested=ONE_DRAW)
    clean = miniature_answers(sets, models).assign(tested=CLEAN)
    answers = pd.concat([clean, noised], ignore_index=True)
    answers = with_recipe(answers)
    return answers.assign(trained=answers["recipe"].map(TRAINED))


def change_rows(answers: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """What noise in training changes, and what noise in testing adds.

    Args:
        answers: from `gcbook.miniworld.results.noised.noise_answers`.

    Returns:
        ``step`` (noise in training; in testing as well), ``measure`` (a title of `MEASURES`),
        ``before, after, change, low, high``, and ``after_low, after_high``, the ends of the
        interval of ``after``; silhouettes are the same on both sides, and so are the seeds of one
        recipe. Steps whose two cells are not both there are left out.
    """
    by = ["recipe", "tested"]
    keys, values, _ = pooled_measures(answers, by, resampling=resampling, together=True)
    place = {cell: at for at, cell in enumerate(zip(keys["recipe"], keys["tested"], strict=True))}
    plain, noisy = TRAINED
    steps = [
        ("training", (plain, CLEAN), (noisy, CLEAN)),
        ("testing as well", (noisy, CLEAN), (noisy, ONE_DRAW)),
    ]
    rows = []
    for words, first, second in steps:
        if first not in place or second not in place:
            continue
        for name, title in MEASURES.items():
            before, after = (values[name][place[cell]] for cell in (first, second))
            ends = dict(zip(("after_low", "after_high"), resampling.interval(after), strict=True))
            found = change_of(before, after, resampling) | ends
            rows.append({"step": words, "measure": title, **found})
    columns = ["step", "measure", "before", "after", "change", "low", "high"]
    columns += ["after_low", "after_high"]
    return pd.DataFrame(rows, columns=columns).round(dict.fromkeys(columns[2:], 4))


def category_changes(answers: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """What noise in training and testing changes in each shape category.

    Args:
        answers: from `noise_answers`.
        resampling: how intervals are made, over silhouettes and seeds.

    Returns:
        ``category``, and of shape bias ``before, after, change, low, high``: the ResNet with noise
        on noised images, compared with the other on clean ones.
    """
    plain, noisy = TRAINED
    tested = answers["recipe"].map({plain: CLEAN, noisy: ONE_DRAW})
    chosen = answers[tested == answers["tested"]]
    by = ["recipe", "category"]
    keys, values, _ = pooled_measures(chosen, by, resampling=resampling, together=True)
    groups = keys[by].itertuples(index=False, name=None)
    biases = dict(zip(groups, values["shape_bias"], strict=True))
    rows = [
        {"category": each} | change_of(biases[plain, each], biases[noisy, each], resampling)
        for each in dict.fromkeys(keys["category"])
    ]
    return pd.DataFrame(rows).round(dict.fromkeys(["before", "after", "change", "low", "high"], 4))
