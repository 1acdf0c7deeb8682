"""Numbers for the solutions of exercises on accuracy and error consistency."""

import numpy as np
import pandas as pd
from scipy.stats import binom

from gcbook.paper.categories import CHANCE
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.stats.agreement import kappa, kappa_bound
from gcbook.stats.words import number

__all__ = [
    "guessing_sentence",
    "image_weights_sentence",
    "mixed_kappa",
    "shared_errors",
]


def image_weights_sentence(by_condition: pd.DataFrame, single: pd.DataFrame) -> str:
    """What one image weighs in OOD accuracy, in the smallest and in the largest dataset.

    Args:
        by_condition: from `gcbook.chapters.ood_accuracy.tables.accuracy_by_condition`.
        single: from `gcbook.chapters.ood_accuracy.tables.single_condition_accuracy`.
    """
    counted = by_condition[by_condition["counted"] == "yes"]
    rows = pd.concat([counted, single], ignore_index=True)
    # Several people's answers to an image are pooled in the humans' rows.
    rows = rows[rows["kind"] != HUMANS_TITLE]
    images = rows.groupby(["dataset", "observer"])["n"].sum().groupby("dataset").max().sort_values()
    if len(images) < 2:
        return "With a single dataset, or without a network, there is nothing to compare here."
    least, most = images.iloc[0], images.iloc[-1]
    return (
        f"In {images.index[0]} {least:,} images count, in {images.index[-1]} {most:,}. The mean is "
        f"over {len(images)} datasets, so an image weighs 1/({len(images)} · {least:,}) there and "
        f"1/({len(images)} · {most:,}) here, {most / least:.1f} times less."
    )


def guessing_sentence(by_condition: pd.DataFrame, level: float = 0.05) -> str:
    """How many networks are not surely better than guessing, in the conditions that count.

    Args:
        by_condition: from `gcbook.chapters.ood_accuracy.tables.accuracy_by_condition`.
        level: of the one-sided exact binomial test.
    """
    rows = by_condition[
        (by_condition["counted"] == "yes") & (by_condition["kind"] != HUMANS_TITLE)
    ].reset_index(drop=True)
    if rows.empty:
        return "there is no network in a condition that counts here."
    fewest = int(rows["n"].min())
    # The least number of right answers that a guesser reaches with a probability of at most level.
    needed = int(binom.isf(level, fewest, CHANCE)) + 1
    right = (rows["value"] * rows["n"]).round().to_numpy()
    below = np.asarray(binom.sf(right - 1, rows["n"].to_numpy(), CHANCE) > level)
    said = (
        f"with {fewest} images {needed} must be right, {needed / fewest:.1%}, where a guesser is "
        f"right on {fewest * CHANCE:g} on average. Of {len(rows):,} cases (a network in a "
        f"condition that counts) {below.sum()} do not reach what their number of images asks for"
    )
    if not below.any():
        return f"{said}."
    where = rows.loc[below, "dataset"].value_counts()
    return f"{said}; {where.iloc[0]} of them are in {where.index[0]}."


def mixed_kappa(common: float, accuracy: float, common_accuracy: float | None = None) -> float:
    """Error consistency of two observers who are of one mind on a share of the images.

    Args:
        common: share of the images on which one is right exactly where the other is; on the others
            they err independently.
        accuracy: of both, on the others.
        common_accuracy: of both, on the images that they have in common; by default the same.
    """
    one_mind = common * (accuracy if common_accuracy is None else common_accuracy)
    both_right = one_mind + (1 - common) * accuracy**2
    only_one = (1 - common) * accuracy * (1 - accuracy)
    return float(kappa(both_right, only_one, only_one, 1 - both_right - 2 * only_one))


def shared_errors(person: float, network: float, consistency: float) -> dict[str, str]:
    """What an error consistency means in errors, for two accuracies.

    Args:
        person: accuracy of a person.
        network: of a network, on the same images.
        consistency: kappa of the two.

    Returns:
        As they are printed: ``cap``, the largest kappa of these accuracies; ``persons``, the share
        of the person's errors that the network makes too, ``chance`` of them if the two erred
        independently; ``networks``, the share of the network's errors that the person makes too.
    """
    both = person * network
    independent = (both, person - both, network - both, 1 - person - network + both)
    expected = independent[0] + independent[3]
    observed = expected + consistency * (1 - expected)
    both_wrong = (observed + 1 - person - network) / 2
    return {
        "cap": number(float(kappa_bound(*independent)), ".2f"),
        "persons": f"{both_wrong / (1 - person):.0%}",
        "chance": f"{1 - network:.0%}",
        "networks": f"{both_wrong / (1 - network):.0%}",
    }
