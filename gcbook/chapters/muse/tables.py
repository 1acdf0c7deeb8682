"""Muse as a classifier (Appendix B): distances of what is regenerated, and a bound beside them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from gcbook.illusions.reconstruct import reconstruct
from gcbook.miniworld.results.ambiguous import prompt_of
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.regenerated import (
    MANY_DRAWS,
    MANY_RATIO,
    MODEL,
    STEPS,
    regenerated_ratios,
    regenerated_store,
)
from gcbook.miniworld.results.shipped import shipped_store
from gcbook.miniworld.results.steps import ROLES, Example, role
from gcbook.miniworld.results.steps_pictures import png_text
from gcbook.miniworld.testsets import silhouette_of
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.decisions import decide
from gcbook.scoring.scores import score_array
from gcbook.stats.clustered import clustered_means
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.words import plural

RULES = {
    "distance": "Smallest distance",
    "less": "The same, less each prompt's own mean",
    "bound": "Likelihood bound",
}
"""Ways to decide. The second takes off what a prompt costs on average over the images, of which
every category has as many: an observer of single images could not know it."""


def distances(ratio: float, draws: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """Return how far regenerated images are from what they were made of.

    Args:
        ratio: share of the tokens that is hidden.
        draws: regenerations of an image under each prompt, over which the mean is taken.

    Returns:
        The images, and their distances: mean squares over pixels from −1 to 1, (N, 16).
    """
    store = regenerated_store(ratio, draws)
    images, rows = store.images(), store.scores()
    errors = score_array(
        rows, rows["error_l2"], images["image_id"], CATEGORIES, store.settings.draws
    )
    return images, errors.mean(axis=1)


def rule_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy of each rule, by the share of tokens that is hidden.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``rule`` (a title), ``how`` (the share that is hidden, or the bound's draws),
        ``evaluations`` (of the network, an image and prompt), ``n, accuracy, low, high``. All rules
        answer the same images.
    """
    tables = []
    for many in (1, MANY_DRAWS):
        for ratio in regenerated_ratios(many):
            how = f"{ratio:.0%} hidden" if many == 1 else f"{ratio:.0%}, mean of {many}"
            tables.append(_by_distance(ratio, many).assign(how=how, evaluations=STEPS * many))
    store = shipped_store(MODEL, "in-distribution")
    # One draw, as many network evaluations as a reconstruction takes, and all that ship.
    for count in (1, STEPS, store.settings.max_draws):
        bound = decide(store, draws=count)
        right = _right(bound, bound["response"] == bound["category"]).assign(rule="bound")
        tables.append(right.assign(how=plural(count, "draw"), evaluations=count))
    answers = pd.concat(tables, ignore_index=True)
    by = ["rule", "how", "evaluations"]
    found = clustered_means(answers, by, "right", share=True, resampling=resampling)
    found = ordered_rows(found, by, {"rule": RULES, "how": dict.fromkeys(answers["how"])})
    return found.assign(rule=found["rule"].map(RULES)).rename(columns={"mean": "accuracy"}).round(4)


def _by_distance(ratio: float, draws: int) -> pd.DataFrame:
    images, errors = distances(ratio, draws)
    named = images["category"].map(CATEGORIES.index).to_numpy()
    rules = {"distance": errors, "less": errors - errors.mean(axis=0)}
    return pd.concat(
        _right(images, values.argmin(axis=1) == named).assign(rule=rule)
        for rule, values in rules.items()
    )


def _right(images: pd.DataFrame, right: Any) -> pd.DataFrame:
    silhouette = images["imagename"].map(silhouette_of)
    return images[["image_id", "category"]].assign(silhouette=silhouette, right=right * 1.0)


def sixteen_rows(
    examples: Sequence[Example], classifier: Any, ratios: Sequence[float], seed: int = 0
) -> pd.DataFrame:
    """Regenerate images under all 16 prompts, as the paper's Fig. 8 shows one.

    Args:
        examples: images, from `gcbook.miniworld.results.steps.choose_examples`.
        classifier: from `gcbook.illusions.reconstruct.load_for_prompts` with the 16 categories'
            prompts.
        ratios: shares of tokens that are hidden.
        seed: of the masks.

    Returns:
        ``image, hidden, original`` (picture), and, as lists over the prompts, ``label, role``
        (which of the image's cues it names), ``distance`` (mean square over pixels from −1 to 1),
        ``place`` (from 1) and ``picture``. A picture is a PNG of 16 grey levels in base 64.
    """
    prompts = [prompt_of(name) for name in CATEGORIES]
    rows = []
    for example in examples:
        roles = [role(each, example) for each in CATEGORIES]
        image, name = example.stimulus.read(), example.stimulus.image_id
        found = reconstruct(image, prompts, classifier, ratios, steps=STEPS, seed=seed, name=name)
        for ratio, pictures in zip(found.strengths, found.images, strict=True):
            # The paper compares with the original, not with what the tokenizer makes of it.
            distance = 4 * np.square(pictures - found.original).mean((1, 2, 3), dtype=np.float64)
            rows.append(
                {
                    "image": example.title,
                    "hidden": ratio,
                    "original": png_text(2 * image.mean(-1) - 1),
                    "label": list(CATEGORIES),
                    "role": ["" if each == ROLES[-1] else each for each in roles],
                    "distance": distance.round(5).tolist(),
                    "place": (distance.argsort(kind="stable").argsort() + 1).tolist(),
                    "picture": [png_text(2 * each.mean(-1) - 1) for each in pictures],
                }
            )
    return pd.DataFrame(rows)


PERMUTATIONS = 999


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


def sticking_by_ratio(drawn: pd.DataFrame) -> dict[float, pd.DataFrame]:
    """How far each prompt leads away from images that are something else.

    Args:
        drawn: from `drawn_rows`.

    Returns:
        By the share of tokens that is hidden: ``category, distance`` (by how much its distance
        exceeds the mean over prompts, on average over other categories' images), ``named`` (share
        of these images that are answered with it), ``drawn``.
    """
    return {
        ratio: _sticking(ratio).merge(drawn, on="category").round(5)
        for ratio in regenerated_ratios()
    }


def _sticking(ratio: float) -> pd.DataFrame:
    images, errors = distances(ratio)
    others = images["category"].to_numpy()[:, None] != np.array(CATEGORIES)
    named = errors.argmin(axis=1)[:, None] == np.arange(len(CATEGORIES))
    # Images differ far more in all of their distances than prompts do.
    less = errors - errors.mean(axis=1, keepdims=True)
    return pd.DataFrame(
        {
            "category": CATEGORIES,
            "distance": less.mean(axis=0, where=others),
            "named": named.mean(axis=0, where=others),
        }
    )


def prompts_share(ratio: float) -> tuple[float, float]:
    """Return the share of the variance of an image's distances that is prompts' own means.

    Args:
        ratio: share of the tokens that is hidden.

    Returns:
        The share, and its mean where a silhouette's distances are permuted over the prompts, alike
        in all of its images.
    """
    images, errors = distances(ratio)
    centred = errors - errors.mean(axis=1, keepdims=True)
    whole = np.square(centred).mean()
    # Images of one silhouette have more in common, so they keep their prompts together.
    silhouette = images["imagename"].map(silhouette_of).to_numpy()
    summed = pd.DataFrame(centred).groupby(silhouette, sort=False).sum().to_numpy()
    rng = np.random.default_rng(0)
    by_chance = [
        np.square(rng.permuted(summed, axis=1).sum(axis=0) / len(centred)).mean() / whole
        for _ in range(PERMUTATIONS)
    ]
    return float(np.square(centred.mean(axis=0)).mean() / whole), float(np.mean(by_chance))


def prompts_by_ratio() -> dict[float, tuple[float, float]]:
    """`prompts_share` by each share of tokens that was hidden."""
    return {ratio: prompts_share(ratio) for ratio in regenerated_ratios()}


def several_gain(*, resampling: Resampling = Resampling()) -> pd.Series:
    """By how much the mean of several reconstructions is the better answer, image by image.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``one, several`` (accuracies on the same images, with `MANY_RATIO` hidden), ``gain, low,
        high``.
    """
    single, several = (
        _by_distance(MANY_RATIO, many).query("rule == 'distance'") for many in (1, MANY_DRAWS)
    )
    both = single.merge(several, on=["image_id", "category", "silhouette"])
    both = both.assign(gain=both["right_y"] - both["right_x"], all=0)
    found = clustered_means(both, ["all"], "gain", resampling=resampling).iloc[0]
    means = {"one": both["right_x"].mean(), "several": both["right_y"].mean()}
    return pd.Series(means | {"gain": found["mean"], "low": found["low"], "high": found["high"]})
