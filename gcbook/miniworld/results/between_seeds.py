"""How much trainings of one recipe differ: the spread of the miniatures' seeds.

No network of the benchmark was published with several trainings, so that the miniatures stand in.
Nothing says that large networks differ by as much.
"""

import numpy as np
import pandas as pd

from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.calibrated import CALIBRATED_WORLD
from gcbook.miniworld.results.consistency import pair_kappas
from gcbook.miniworld.results.panel import MiniaturePanel, counted, make_panel
from gcbook.miniworld.results.shipped import parts_of, shipped_models
from gcbook.stats.components import COLUMNS
from gcbook.stats.metrics import bias_of
from gcbook.stats.resampling import Resampling

FEWEST = 5
"""Trainings of a recipe from which a spread is taken."""

_SET = "cue-conflict"
"""The test set on which all trainings were scored in every world."""


def seed_components() -> pd.DataFrame:
    """Variance between the trainings of a recipe, on cue conflicts.

    It holds the noise of single answers to the same images, too. Kappa is the mean with the
    networks of the other recipes of its world, who stand in for people.

    Returns:
        Rows of `gcbook.stats.components.Components.table` with the unit "seed".
    """
    rows = []
    for world in (DEFAULT, CALIBRATED_WORLD):
        answers = miniature_answers([_SET], shipped_models(world))
        panel = make_panel(answers[counted(answers)], Resampling(draws=0))
        recipe = np.array([parts_of(name).recipe for name in panel.models])
        for name, n in pd.Series(recipe).value_counts(sort=False).items():
            if n >= FEWEST:
                for measure, values in _values(panel, recipe, recipe == name).items():
                    about = f"{name} {world}"
                    found = (measure, "", "seed", n, n - 1, about, about, values.var(ddof=1), 0.0)
                    rows.append(found)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _values(
    panel: MiniaturePanel, recipe: np.ndarray, trainings: np.ndarray
) -> dict[str, np.ndarray]:
    """Measure → (trainings,)."""
    shape, texture = (named[trainings].sum(axis=1) for named in (panel.shape, panel.texture))
    pairs, kappas, _ = pair_kappas(panel, Resampling(draws=0))
    of = {name: place for place, name in enumerate(panel.models)}
    together = np.full((len(recipe), len(recipe)), np.nan)
    a, b = pairs["a"].map(of).to_numpy(), pairs["b"].map(of).to_numpy()
    together[a, b] = together[b, a] = kappas[:, 0]
    return {
        "shape-bias": bias_of(shape, texture),
        "accuracy": panel.right[trainings].mean(axis=1),
        "kappa": np.nanmean(together[np.ix_(trainings, ~trainings)], axis=1),
    }
