"""Whether noise in training does more than a training that is as long without it.

The paper trains with noise for longer than without, and so do the recipes. `LONG` makes as many
steps as the ResNet with noise, without noise.
"""

import numpy as np

from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.noised import TRAINED
from gcbook.miniworld.results.shipped import LONG, shipped_models
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, PLAIN, change_of, cue_shares, pooled_measures


def length_changes(world: str, *, resampling: Resampling) -> dict[str, dict[str, float]]:
    """What a longer training changes in the ResNet's shape bias, and what noise does beyond that.

    Args:
        world: of the networks, by name.
        resampling: how the intervals are made, over silhouettes and seeds.

    Returns:
        What `gcbook.stats.shares.change_of` says of shape bias: "longer", as long as with noise
        instead of half as long; "noise", with noise instead of as long without it.
    """
    plain, noisy = TRAINED
    models = shipped_models(world, (plain, LONG, noisy))
    answers = with_recipe(miniature_answers([PLAIN, CONFLICT], models))
    keys, values, _ = pooled_measures(answers, ["recipe"], resampling=resampling, together=True)
    bias = dict(zip(keys["recipe"], values["shape_bias"], strict=True))
    return {
        "longer": change_of(bias[plain], bias[LONG], resampling),
        "noise": change_of(bias[LONG], bias[noisy], resampling),
    }


def seeds_apart(world: str) -> float:
    """Return the largest difference of shape bias between two seeds, with noise or without.

    Args:
        world: of the networks, by name.
    """
    answers = miniature_answers([CONFLICT], shipped_models(world, tuple(TRAINED)))
    by = ["recipe", "observer"]
    rows = cue_shares(with_recipe(answers), by, resampling=Resampling(draws=0))
    return float(rows.groupby("recipe")["shape_bias"].agg(np.ptp).max())
