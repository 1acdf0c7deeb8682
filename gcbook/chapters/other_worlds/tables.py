"""When is a generative classifier shape-biased? The same models, trained in nine worlds."""

import numpy as np
import pandas as pd

from gcbook.miniworld.results.worlds import CELL, POINT
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import pooled_measures

MEASURES = {
    "shape_bias": "Shape bias",
    "shape_accuracy": "Names the shape",
    "texture_accuracy": "Names the texture",
    "texture_excess": "Names the texture above chance",
    "accuracy": "In-distribution accuracy",
}
NOISE_TRAINED = "mini-cnn-noise"


def map_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Every measure of every model at every point, over its seeds.

    Args:
        answers: from `gcbook.miniworld.results.worlds.world_answers`.
        resampling: how the intervals are made.

    Returns:
        ``diagnosticity, contrast, recipe, variant, seeds, measure`` (a title of `MEASURES`),
        ``value, low, high``, and ``blind``, the shape bias of an observer blind to texture that
        names the shape as often (NaN for other measures).
    """
    keys, values, _ = pooled_measures(answers, CELL, resampling=resampling, together=True)
    tables = []
    for name, title in MEASURES.items():
        low, high = resampling.interval(values[name])
        found = {"value": values[name][:, 0], "low": low, "high": high}
        blind = values["blind"][:, 0] if name == "shape_bias" else np.nan
        tables.append(keys.assign(measure=title, **found, blind=blind))
    table = pd.concat(tables, ignore_index=True)
    columns = [*CELL, "seeds", "measure", "value", "low", "high", "blind"]
    return table[columns].round(dict.fromkeys(["value", "low", "high", "blind"], 4))


def seed_rows(answers: pd.DataFrame) -> pd.DataFrame:
    """Shape bias of every training on the map.

    Args:
        answers: from `gcbook.miniworld.results.worlds.world_answers`.

    Returns:
        ``diagnosticity, contrast, recipe, observer, shape_bias``, without the variants.
    """
    plain = answers[answers["variant"] == ""]
    keys, values, _ = pooled_measures(
        plain, [*POINT, "recipe"], resampling=Resampling(draws=0), together=False
    )
    columns = [*POINT, "recipe", "observer"]
    return keys[columns].assign(shape_bias=values["shape_bias"][:, 0])
