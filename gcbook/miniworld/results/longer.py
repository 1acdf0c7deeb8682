"""Whether noise in training does more than a training that is as long without it.

The paper trains with noise for longer than without, and so do the recipes. `LONG` makes as many
steps as the ResNet with noise, without noise.
"""

import numpy as np
import pandas as pd

from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.noised import TRAINED
from gcbook.miniworld.results.shipped import LONG, shipped_models
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, PLAIN, change_of, cue_shares, pooled_measures


def length_rows(world: str, *, resampling: Resampling) -> pd.DataFrame:
    """What a longer training changes in the ResNet's shape bias, and what noise does beyond that.

    Args:
        world: of the networks, by name.
        resampling: how the intervals are made, over silhouettes and seeds.

    Returns:
        ``compared``: "longer", as long as with noise instead of half as long; "noise", with noise
        instead of as long without it. ``network``: which one was trained for longer, "" for all
        seeds of the recipe. And what `gcbook.stats.shares.change_of` says of shape bias.
    """
    plain, noisy = TRAINED
    models = shipped_models(world, (plain, LONG, noisy))
    answers = with_recipe(miniature_answers([PLAIN, CONFLICT], models))

    def biases(name: str, together: bool) -> dict[str, np.ndarray]:
        keys, values, _ = pooled_measures(
            answers, ["recipe"], resampling=resampling, together=together
        )
        chosen = zip(keys[name], keys["recipe"], values["shape_bias"], strict=True)
        return {who: bias for who, recipe, bias in chosen if together or recipe == LONG}

    recipes = biases("recipe", together=True)
    longer = {"": recipes[LONG], **biases("observer", together=False)}
    rows = [
        {"compared": compared, "network": network, **change_of(before, after, resampling)}
        for network, bias in longer.items()
        for compared, before, after in (
            ("longer", recipes[plain], bias),
            ("noise", bias, recipes[noisy]),
        )
    ]
    return pd.DataFrame(rows)


def seeds_apart(world: str) -> float:
    """Return the largest difference of shape bias between two seeds, with noise or without.

    Args:
        world: of the networks, by name.
    """
    answers = miniature_answers([CONFLICT], shipped_models(world, tuple(TRAINED)))
    by = ["recipe", "observer"]
    rows = cue_shares(with_recipe(answers), by, resampling=Resampling(draws=0))
    return float(rows.groupby("recipe")["shape_bias"].agg(np.ptp).max())
