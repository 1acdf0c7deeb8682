"""Sentences for the solutions of exercises on shape bias."""

import pandas as pd

from gcbook.paper.categories import CHANCE
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.stats.shape_tables import POOLED
from gcbook.stats.words import number

__all__ = [
    "averages_sentence",
    "even_bias_sentence",
]


def even_bias_sentence(accuracies: pd.DataFrame) -> str:
    """How the network with the shape bias nearest to 0.5 differs from somebody who guesses.

    Args:
        accuracies: from `gcbook.stats.shape_tables.cue_accuracies`.
    """
    pooled = accuracies[accuracies["category"] == POOLED]
    networks = pooled[pooled["kind"] != HUMANS_TITLE].dropna(subset="shape_bias")
    if networks.empty:
        return "No network is among the observers here."
    even = networks.iloc[int((networks["shape_bias"] - 0.5).abs().to_numpy().argmin())]
    return (
        f"The network that comes nearest to one half is {even['observer']} "
        f"({number(even['shape_bias'], '.2f')}). It names the shape of "
        f"{even['shape_accuracy']:.0%} of the images and the texture of "
        f"{even['texture_accuracy']:.0%}, {even['shape_accuracy'] / CHANCE:.1f} and "
        f"{even['texture_accuracy'] / CHANCE:.1f} times as many as the guesser."
    )


def averages_sentence(ranking: pd.DataFrame) -> str:
    """Where pooling all answers and averaging over categories differ the most.

    Args:
        ranking: from `gcbook.stats.shape_tables.pooled_bias`.
    """
    both = ranking.dropna(subset=["shape_bias", "category_mean"])
    if both.empty:
        return "No observer here has both averages."
    apart = (both["shape_bias"] - both["category_mean"]).abs()
    most = both.iloc[int(apart.to_numpy().argmax())]
    return (
        f"Of the observers here the two averages lie furthest apart for {most['observer']}: "
        f"{number(most['shape_bias'], '.2f')} pooled, {number(most['category_mean'], '.2f')} as a "
        f"mean over the categories; the median distance is {number(apart.median(), '.2f')}."
    )
