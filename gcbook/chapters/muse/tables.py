"""Muse as a classifier (Appendix B): distances of what is regenerated, and a bound beside them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from gcbook.illusions.reconstruct import reconstruct
from gcbook.miniworld.results.ambiguous import prompt_of
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
from gcbook.paper.categories import CATEGORIES, CHANCE
from gcbook.scoring.decisions import decide
from gcbook.scoring.scores import score_array
from gcbook.scoring.store import Store
from gcbook.stats.clustered import clustered_means
from gcbook.stats.words import plural, span

__all__ = [
    "RULES",
    "accuracy_sentence",
    "distances",
    "right_by_distance",
    "sixteen_rows",
    "rule_rows",
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


def rule_rows(*, draws: int = 2000, confidence: float = 0.95, seed: int = 0) -> pd.DataFrame:
    """Accuracy of each rule, by the share of tokens that is hidden.

    Args:
        draws: resamples of silhouettes.
        confidence: of the intervals.
        seed: of the resampling.

    Returns:
        ``rule`` (a title), ``how`` (the share that is hidden, or the bound's draws),
        ``evaluations`` (of the network, an image and prompt), ``n, accuracy, low, high``. All rules
        answer the same images.
    """
    columns = ["rule", "how", "evaluations", "n", "accuracy", "low", "high"]
    ratios = regenerated_ratios()
    if not ratios:
        return pd.DataFrame(columns=columns)
    tables, shown = [], set()
    for ratio in ratios:
        images, errors = distances(regenerated_store(ratio))
        shown |= set(images["image_id"])
        tables += _by_distance(images, errors, f"{ratio:.0%} hidden", STEPS)
    for ratio in regenerated_ratios(MANY_DRAWS):
        how = f"{ratio:.0%} hidden, the mean of {MANY_DRAWS}"
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
    found = clustered_means(
        answers, by, "right", share=True, draws=draws, confidence=confidence, seed=seed
    ).rename(columns={"mean": "accuracy"})
    rules = list(RULES)
    found = order.merge(found, on=by).sort_values(
        "rule", key=lambda column: column.map(rules.index), kind="stable", ignore_index=True
    )
    found["rule"] = found["rule"].map(RULES)
    return found[columns].round({"accuracy": 4, "low": 4, "high": 4})


def right_by_distance(store: Store) -> pd.DataFrame:
    """Answer with the smallest distance.

    Args:
        store: from `gcbook.miniworld.results.regenerated.regenerated_store`.

    Returns:
        ``image_id, category, silhouette, right`` (0 or 1), a row an image.
    """
    images, errors = distances(store)
    named = images["category"].map(CATEGORIES.index).to_numpy()
    return pd.DataFrame(
        {
            "image_id": images["image_id"],
            "category": images["category"],
            "silhouette": images["imagename"].map(silhouette_of),
            "right": (errors.argmin(axis=1) == named).astype(float),
        }
    )


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
            "category": images["category"].to_numpy(),
            "silhouette": images["imagename"].map(silhouette_of).to_numpy(),
            "right": np.asarray(right, float),
            "rule": rule,
            "how": how,
            "evaluations": evaluations,
        }
    )


def accuracy_sentence(rows: pd.DataFrame) -> str:
    """Say how the rules compare with chance and with each other.

    Args:
        rows: from `rule_rows`.
    """
    if rows.empty:
        return "The masked miniature has no scores in this version."
    if rows["low"].isna().all():
        return "Nothing was resampled, so nothing is said of chance."
    lines = [f"Chance is {CHANCE:.1%}. Right answers:", ""]
    for rule, group in rows.groupby("rule", sort=False):
        said = ", ".join(
            f"{row['accuracy']:.0%} with {row['how']} ({span(row['low'], row['high'], '.2f')}"
            f"{'' if row['low'] > CHANCE else '; not above chance'})"
            for row in group.to_dict("records")
        )
        lines.append(f"- {rule}: {said}")
    return "\n".join(lines)


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
