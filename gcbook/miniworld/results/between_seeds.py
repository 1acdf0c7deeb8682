"""How much trainings of one recipe differ: the spread of the miniatures' seeds.

No network of the benchmark was published with several trainings, so that the miniatures stand in.
Nothing says that large networks differ by as much.
"""

import numpy as np
import pandas as pd

from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.calibrated import CALIBRATED_WORLD
from gcbook.miniworld.results.panel import MiniaturePanel, make_panel
from gcbook.miniworld.results.shipped import parts_of, shipped_models
from gcbook.stats.components import COLUMNS, kappa_influence
from gcbook.stats.metrics import bias_of
from gcbook.stats.resampling import Resampling

FEWEST = 5
"""Trainings of a recipe from which a spread is taken."""

_SET = "cue-conflict"
"""The test set on which all trainings were scored in every world."""


def seed_components() -> pd.DataFrame:
    """Variance between the trainings of a recipe, on cue conflicts.

    It holds what their single answers to the same images differ by too, so that it is rather too
    large. Kappa is the mean with the networks of the world's other recipes, who stand in for
    people.

    Returns:
        Rows of `gcbook.stats.components.Components.table` with the unit "seed".
    """
    rows = []
    for world in (DEFAULT, CALIBRATED_WORLD):
        panel = make_panel(miniature_answers([_SET], shipped_models(world)), Resampling(draws=0))
        recipe = np.array([parts_of(name).recipe for name in panel.models])
        for name, n in pd.Series(recipe).value_counts(sort=False).items():
            if n >= FEWEST:
                about = f"{name} {world}"
                for measure, values in _values(panel, recipe == name).items():
                    variance = values.var(ddof=1)
                    rows.append((measure, "", "seed", n, n - 1, about, about, variance, 0.0))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _values(panel: MiniaturePanel, trainings: np.ndarray) -> dict[str, np.ndarray]:
    """Measure → its value of each training, (trainings,)."""
    shape, texture = (cue[trainings].sum(axis=1) for cue in (panel.shape, panel.texture))
    rows, others = np.flatnonzero(trainings), np.flatnonzero(~trainings)
    kappas, _ = kappa_influence(panel.right, rows, others)
    return {
        "shape-bias": bias_of(shape, texture),
        "accuracy": panel.right[trainings].mean(axis=1),
        "kappa": kappas.mean(axis=1),
    }
