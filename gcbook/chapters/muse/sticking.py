"""Why Muse's rule fails: prompts that stay close to whatever is shown, or single samples?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.muse.tables import RULES, distances, right_by_distance
from gcbook.illusions.reconstruct import reconstruct
from gcbook.miniworld.results.ambiguous import prompt_of
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.regenerated import (
    MANY_DRAWS,
    STEPS,
    regenerated_ratios,
    regenerated_store,
)
from gcbook.miniworld.testsets import silhouette_of
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.clustered import clustered_means
from gcbook.stats.correlation import correlate
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import listed, number, span

__all__ = [
    "PERMUTATIONS",
    "Share",
    "drawn_rows",
    "prompts_share",
    "several_sentence",
    "stick_rows",
    "stick_sentence",
    "why_sentence",
]

PERMUTATIONS = 999
NOISE = 0.05
"""Share of permutations beyond which prompts cannot be told apart by their mean distances."""


@dataclass(frozen=True)
class Share:
    """How much of the variance within images is prompts' own means.

    Attributes:
        value: the share.
        chance: its mean where a silhouette's distances are permuted over the prompts, alike in all
            of its images.
        p: share of permutations in which it is as large.
    """

    value: float
    chance: float
    p: float


def drawn_rows(classifier: Any, each: int = 8, seed: int = 0) -> pd.DataFrame:
    """Have a masked model draw every category from its prompt alone, and have that judged.

    Args:
        classifier: from `gcbook.illusions.reconstruct.load_for_prompts` with the 16 categories'
            prompts.
        each: pictures a category.
        seed: of the first.

    Returns:
        ``category, drawn`` (mean probability that the judge gives to it).
    """
    grey = np.full((32, 32, 3), 0.5, np.float32)
    prompts = [prompt_of(name) for name in CATEGORIES]
    pictures = np.stack(
        [
            reconstruct(grey, prompts, classifier, (1.0,), steps=STEPS, seed=seed + i).images[0]
            for i in range(each)
        ]
    ).mean(-1)
    said = judge_pictures(pictures.reshape(-1, *pictures.shape[-2:]))
    said = said.reshape(each, len(CATEGORIES), -1).mean(axis=0)
    places = [ALL_CATEGORIES.index(name) for name in CATEGORIES]
    return pd.DataFrame({"category": CATEGORIES, "drawn": said[np.arange(len(CATEGORIES)), places]})


def stick_rows(ratio: float, drawn: pd.DataFrame) -> pd.DataFrame:
    """How far each prompt leads away from images that are something else.

    Args:
        ratio: share of tokens that is hidden.
        drawn: from `drawn_rows`.

    Returns:
        ``category, distance`` (by how much its distance exceeds the mean over prompts, on average
        over other categories' images), ``named`` (share of these images that are answered with it),
        ``drawn``.
    """
    images, errors = distances(regenerated_store(ratio))
    shown = images["category"].to_numpy()
    answers = np.array(CATEGORIES)[errors.argmin(axis=1)]
    # Images differ far more in all of their distances than prompts do.
    errors = errors - errors.mean(axis=1, keepdims=True)
    rows = []
    for place, name in enumerate(CATEGORIES):
        others = shown != name
        rows.append(
            {
                "category": name,
                "distance": errors[others, place].mean(),
                "named": (answers[others] == name).mean(),
            }
        )
    return pd.DataFrame(rows).merge(drawn, on="category").round(5)


def stick_sentence(rows: pd.DataFrame, ratio: float) -> str:
    """Say whether prompts that are drawn badly stay closer, and whether what stays close is named.

    Args:
        rows: from `stick_rows`.
        ratio: share of the tokens that is hidden.
    """
    parts = []
    for first, second, what in (
        ("distance", "named", "the distance to which a prompt leads and how often it is named"),
        ("drawn", "distance", "how well a prompt is drawn and the distance to which it leads"),
    ):
        found = correlate(rows[first], rows[second])[1]
        # Whatever is nearest is named: that coefficient is negative by chance, too.
        tested = (
            "both come from the same distances, so it would be negative by chance, too"
            if second == "named"
            else f"{span(found.low, found.high, '.2f')}, p = {found.p:.2g}"
        )
        parts.append(f"between {what}, ρ = {number(found.r, '.2f')} ({tested})")
    noise = (
        ". Prompts' distances cannot be told from chance here, and neither can what goes with them"
        if prompts_share(ratio).p > NOISE
        else ""
    )
    return f"- {ratio:.0%} hidden, over {len(rows)} prompts: {'; '.join(parts)}{noise}"


def prompts_share(ratio: float) -> Share:
    """Return the share of the variance of an image's distances that is prompts' own means.

    Args:
        ratio: share of the tokens that is hidden.
    """
    images, errors = distances(regenerated_store(ratio))
    centred = errors - errors.mean(axis=1, keepdims=True)
    whole = np.square(centred).mean()
    # Images of one silhouette have more in common, so they keep their prompts together.
    of_image, names = pd.factorize(images["imagename"].map(silhouette_of))
    summed = np.zeros((len(names), centred.shape[1]))
    np.add.at(summed, of_image, centred)
    rng = np.random.default_rng(0)
    by_chance = [
        np.square(rng.permuted(summed, axis=1).sum(axis=0) / len(centred)).mean() / whole
        for _ in range(PERMUTATIONS)
    ]
    found = float(np.square(centred.mean(axis=0)).mean() / whole)
    more = sum(value >= found for value in by_chance)
    return Share(found, float(np.mean(by_chance)), (1 + more) / (1 + PERMUTATIONS))


def why_sentence(rules: pd.DataFrame) -> str:
    """Say whether the distance fails because of prompts that stay close, or of single samples.

    Args:
        rules: from `rule_rows`.
    """
    plain, less = (
        rules[rules["rule"] == RULES[name]].set_index("how") for name in ("distance", "less")
    )
    parts = [
        f"{number(float(plain.loc[how, 'accuracy']), '.0%')} and, less each prompt's mean, "
        f"{number(float(less.loc[how, 'accuracy']), '.0%')} ({how})"
        for how in plain.index
    ]
    shares = {ratio: prompts_share(ratio) for ratio in regenerated_ratios()}
    means = listed(
        f"{share.value:.1%} with {ratio:.0%} hidden (p = {share.p:.2g})"
        for ratio, share in shares.items()
    )
    return (
        f"With the distance, {'; '.join(parts)}. Of the variance of an image's sixteen distances, "
        f"prompts' own means make up {means}, where chance alone makes "
        f"{np.mean([share.chance for share in shares.values()]):.1%}."
    )


def several_sentence(*, resampling: Resampling = Resampling()) -> str:
    """Say by how much the mean of several reconstructions is the better answer, image by image.

    Args:
        resampling: how the intervals are made.
    """
    parts = []
    for ratio in regenerated_ratios(MANY_DRAWS):
        single, several = (
            right_by_distance(regenerated_store(ratio, many)) for many in (1, MANY_DRAWS)
        )
        both = single.merge(several, on=["image_id", "category", "silhouette"])
        gain = both.assign(gain=both["right_y"] - both["right_x"], all=0)
        found = clustered_means(gain, ["all"], "gain", resampling=resampling).iloc[0]
        verdict = (
            "not resampled"
            if np.isnan(found["low"])
            else "so the luck of single samples is a part of it"
            if found["low"] > 0
            else "which does not show that the luck of single samples is a part of it"
        )
        parts.append(
            f"With {ratio:.0%} hidden, the mean of {MANY_DRAWS} takes the same images from "
            f"{both['right_x'].mean():.0%} to {both['right_y'].mean():.0%} right, "
            f"{number(found['mean'], '+.3f')} ({span(found['low'], found['high'])}), {verdict}."
        )
    return " ".join(parts)
