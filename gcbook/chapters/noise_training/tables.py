"""What diffusion-style noise in training does to the shape bias of a classifier (Fig. 13).

Networks trained on clean and on noised images are tested on clean and on noised ones: four cells,
of which the paper has three.
"""

import numpy as np
import pandas as pd

from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.longer import LONG, bias_change, noise_after_equal_steps
from gcbook.miniworld.results.noised import CLEAN, MEAN_OF_DRAWS, MEASURES, ONE_DRAW, TRAINED
from gcbook.miniworld.results.shipped import has_course, name_of, shipped_sets
from gcbook.miniworld.testsets import make_test_set
from gcbook.miniworld.training import cnn
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.shares import PLAIN, pooled_measures

EQUAL_STEPS, MORE_IMAGES, BEYOND = "Noise, equal steps", "More clean images", "Noise minus these"
"""Noise after equally many steps; a longer training on clean images; noise against that."""

_CELL = ["recipe", "tested"]


def cell_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy, shares of the cues and shape bias in each cell, of each seed and of all.

    Args:
        answers: from `gcbook.miniworld.results.noised.noise_answers`.
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
        found[EQUAL_STEPS] = noise_after_equal_steps(world, resampling=resampling)
    if shipped_sets(longer):
        found[MORE_IMAGES] = bias_change(plain, longer, resampling=resampling)
        found[BEYOND] = bias_change(longer, noisy, resampling=resampling)
    columns = ["comparison", "before", "after", "change", "low", "high"]
    rows = [{"comparison": words, **each} for words, each in found.items()]
    return pd.DataFrame(rows, columns=columns).round(dict.fromkeys(columns[1:], 4))
