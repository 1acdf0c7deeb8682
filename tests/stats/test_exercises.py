"""Solutions of exercises: by hand on small tables, and by simulation."""

import numpy as np
import pandas as pd

from gcbook.stats.exercises import (
    averages_sentence,
    even_bias_sentence,
)


def accuracies(**networks: tuple[float, float]) -> pd.DataFrame:
    rows = [
        (name, "Discriminative model", "pooled", shape, texture, shape / (shape + texture))
        for name, (shape, texture) in networks.items()
    ]
    rows.append(("Humans", "Humans", "pooled", 0.5, 0.5, 0.5))
    rows.append(("even", "Discriminative model", "cat", 0.5, 0.5, 0.5))
    columns = ["observer", "kind", "category", "shape_accuracy", "texture_accuracy", "shape_bias"]
    return pd.DataFrame(rows, columns=columns)


def test_the_network_nearest_to_one_half_is_set_beside_the_guesser() -> None:
    said = even_bias_sentence(accuracies(far=(0.9, 0.1), near=(0.25, 0.375)))
    assert "near (0.40)" in said
    assert "25% of the images" in said
    assert "4.0 and 6.0 times" in said  # of 1/16
    assert even_bias_sentence(accuracies()) == "No network is among the observers here."


def test_the_averages_that_lie_furthest_apart() -> None:
    ranking = pd.DataFrame(
        {
            "observer": ["a", "b", "c", "published"],
            "shape_bias": [0.5, 0.3, 0.8, 0.9],
            "category_mean": [0.49, 0.5, 0.75, np.nan],
        }
    )
    said = averages_sentence(ranking)
    assert "for b: 0.30 pooled, 0.50" in said
    assert said.endswith("the median distance is 0.05.")
    assert averages_sentence(ranking.tail(1)) == "No observer here has both averages."
