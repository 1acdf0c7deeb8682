"""Muse as a classifier (Appendix B): distances of what is regenerated, and a bound beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gcbook.illusions.reconstruct import reconstruct
from gcbook.miniworld.results.ambiguous import prompt_of
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.regenerated import (
    MANY_DRAWS,
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
from gcbook.scoring.store import Store
from gcbook.stats.clustered import clustered_means
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import plural

__all__ = [
    "PERMUTATIONS",
    "RULES",
    "Share",
    "distances",
    "drawn_rows",
    "prompts_by_ratio",
    "prompts_share",
    "rule_rows",
    "several_gain",
    "sixteen_rows",
    "stick_rows",
    "sticking_by_ratio",
]

RULES = {
    "distance": "Smallest distance",
    "less": "The same, less each prompt's own mean",
    "bound": "Likelihood bound",
}
"""Ways to decide. The second takes off what a prompt costs on average over the images, of which
every category has as many: an observer of single images could not know it."""

BOUND_DRAWS = (1, STEPS, None)
"""Of the bound: one, as many network evaluations as a reconstruction takes, and all that ship."""


def distances(store: Store) -> tuple[pd.DataFrame, np.ndarray]:
    """Return what a store has of regenerated images.

    Args:
        store: from `gcbook.miniworld.results.regenerated.regenerated_store`.

    Returns:
        Images that have all distances, and these: mean squares over pixels from −1 to 1, (N, 16).
    """
    images, rows = store.images(), store.scores()
    errors = score_array(
        rows, rows["error_l2"], images["image_id"], CATEGORIES, store.settings.draws
    )
    mean = errors.mean(axis=1)
    whole = np.isfinite(mean).all(axis=1)
    return images[whole].reset_index(drop=True), mean[whole]


def rule_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy of each rule, by the share of tokens that is hidden.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``rule`` (a title), ``how`` (the share that is hidden, or the bound's draws),
        ``evaluations`` (of the network, an image and prompt), ``n, accuracy, low, high``. All rules
        answer the same images.
    """
    columns = ["rule", "how", "evaluations", "n", "accuracy", "low", "high"]
    tables, shown = [], set()
    for ratio in regenerated_ratios():
        images, errors = distances(regenerated_store(ratio))
        shown |= set(images["image_id"])
        tables += _by_distance(images, errors, f"{ratio:.0%} hidden", STEPS)
    for ratio in regenerated_ratios(MANY_DRAWS):
        how = f"{ratio:.0%}, mean of {MANY_DRAWS}"
        images, errors = distances(regenerated_store(ratio, MANY_DRAWS))
        tables += _by_distance(images, errors, how, STEPS * MANY_DRAWS)
    store = shipped_store(MODEL, "in-distribution")
    for count in BOUND_DRAWS:
        number_of = count or store.settings.max_draws
        bound = decide(store, draws=min(number_of, store.settings.max_draws))
        bound = bound[bound["image_id"].isin(shown)]
        right = bound["response"] == bound["category"]
        tables.append(_right(bound, right, "bound", plural(number_of, "draw"), number_of))
    answers = pd.concat(tables, ignore_index=True)
    by = ["rule", "how", "evaluations"]
    order = answers[by].drop_duplicates()
    found = clustered_means(answers, by, "right", share=True, resampling=resampling).rename(
        columns={"mean": "accuracy"}
    )
    rules = list(RULES)
    found = order.merge(found, on=by).sort_values(
        "rule", key=lambda column: column.map(rules.index), kind="stable", ignore_index=True
    )
    found["rule"] = found["rule"].map(RULES)
    return found[columns].round({"accuracy": 4, "low": 4, "high": 4})


def _by_distance(
    images: pd.DataFrame, errors: np.ndarray, how: str, evaluations: int
) -> list[pd.DataFrame]:
    named = images["category"].map(CATEGORIES.index).to_numpy()
    return [
        _right(images, values.argmin(axis=1) == named, rule, how, evaluations)
        for rule, values in (("distance", errors), ("less", errors - errors.mean(axis=0)))
    ]


def _right(images: pd.DataFrame, right: Any, rule: str, how: str, evaluations: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "image_id": images["image_id"].to_numpy(),
            "category": images["category"].to_numpy(),
            "silhouette": images["imagename"].map(silhouette_of).to_numpy(),
            "right": np.asarray(right, float),
            "rule": rule,
            "how": how,
            "evaluations": evaluations,
        }
    )


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
                    "role": [
                        "" if (part := role(each, example)) == ROLES[-1] else part
                        for each in CATEGORIES
                    ],
                    "distance": distance.round(5).tolist(),
                    "place": (distance.argsort(kind="stable").argsort() + 1).tolist(),
                    "picture": [png_text(2 * each.mean(-1) - 1) for each in pictures],
                }
            )
    return pd.DataFrame(rows)


PERMUTATIONS = 999


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


def sticking_by_ratio(drawn: pd.DataFrame) -> dict[float, pd.DataFrame]:
    """`stick_rows` by each share of tokens that was hidden.

    Args:
        drawn: from `drawn_rows`.
    """
    return {ratio: stick_rows(ratio, drawn) for ratio in regenerated_ratios()}


def prompts_by_ratio() -> dict[float, Share]:
    """`prompts_share` by each share of tokens that was hidden."""
    return {ratio: prompts_share(ratio) for ratio in regenerated_ratios()}


def several_gain(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """By how much the mean of several reconstructions is the better answer, image by image.

    Args:
        resampling: how the intervals are made.

    Returns:
        A row a share of hidden tokens: ``hidden, one, several`` (accuracies on the same images),
        ``gain, low, high``.
    """
    rows = []
    for ratio in regenerated_ratios(MANY_DRAWS):
        single, several = (
            _by_distance(*distances(regenerated_store(ratio, many)), "", many)[0]
            for many in (1, MANY_DRAWS)
        )
        both = single.merge(several, on=["image_id", "category", "silhouette"])
        gain = both.assign(gain=both["right_y"] - both["right_x"], all=0)
        found = clustered_means(gain, ["all"], "gain", resampling=resampling).iloc[0]
        rows.append(
            {
                "hidden": ratio,
                "one": both["right_x"].mean(),
                "several": both["right_y"].mean(),
                "gain": found["mean"],
                "low": found["low"],
                "high": found["high"],
            }
        )
    return pd.DataFrame(rows, columns=["hidden", "one", "several", "gain", "low", "high"])
