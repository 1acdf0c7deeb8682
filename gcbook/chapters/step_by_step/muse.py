"""Muse as a classifier (Appendix B): the distance of reconstructions, and a bound beside it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from gcbook.claims import Interval, Number
from gcbook.illusions.reconstruct import load_for_prompts, reconstruct
from gcbook.miniworld.results.ambiguous import prompt_of
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.regenerated import (
    MODEL,
    STEPS,
    regenerated_ratios,
    regenerated_store,
)
from gcbook.miniworld.results.shipped import model_folder, shipped_store
from gcbook.miniworld.results.steps import ROLES, Example, role
from gcbook.miniworld.results.steps_pictures import png_text
from gcbook.miniworld.testsets import silhouette_of
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.paper.categories import CATEGORIES, CHANCE
from gcbook.scoring.decisions import decide
from gcbook.scoring.scores import score_array
from gcbook.stats.clustered import clustered_columns
from gcbook.stats.correlation import correlate
from gcbook.stats.resampling import Resampling

BOUND = "likelihood bound"


def load_masked() -> Any:
    """Load the masked miniature with the prompts of the 16 categories."""
    return load_for_prompts(model_folder(MODEL), list(map(prompt_of, CATEGORIES)))


def distances(ratio: float) -> tuple[pd.DataFrame, np.ndarray]:
    """Return how far regenerated images are from what they were made of.

    Args:
        ratio: share of the tokens that is hidden.

    Returns:
        The images, and their distances: mean squares over pixels from −1 to 1, (N, 16).
    """
    store = regenerated_store(ratio)
    images, rows = store.images(), store.scores()
    errors = score_array(
        rows, rows["error_l2"], images["image_id"], CATEGORIES, store.settings.draws
    )
    return images, errors.mean(axis=1)


def rule_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy by the smallest distance, at each share of hidden tokens, and by the bound.

    A reconstruction takes `STEPS` network evaluations a prompt, and the bound gets as many draws.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``rule`` (the share that is hidden, or `BOUND`), ``n, accuracy, low, high``, and ``ahead,
        ahead_low, ahead_high``, how much more accurate the bound is on the same images.
    """
    tables = []
    for ratio in regenerated_ratios():
        images, errors = distances(ratio)
        named = images["category"].map(CATEGORIES.index).to_numpy()
        right = errors.argmin(axis=1) == named
        tables.append(_right(images, right).assign(rule=f"{ratio:.0%} hidden"))
    bound = decide(shipped_store(MODEL, "in-distribution"), draws=STEPS)
    tables.append(_right(bound, bound["response"] == bound["category"]).assign(rule=BOUND))
    answers = pd.concat(tables, ignore_index=True)
    by_bound = answers["image_id"].map(tables[-1].set_index("image_id")["right"])
    found = clustered_columns(
        answers.assign(accuracy=answers["right"], ahead=by_bound - answers["right"]),
        ["rule"],
        ["accuracy", "ahead"],
        shares=["accuracy"],
        resampling=resampling,
    )
    return found.rename(columns={"accuracy_low": "low", "accuracy_high": "high"}).round(4)


def _right(images: pd.DataFrame, right: Any) -> pd.DataFrame:
    silhouette = images["imagename"].map(silhouette_of)
    return images[["image_id", "category"]].assign(silhouette=silhouette, right=right * 1.0)


def sixteen_rows(
    examples: Sequence[Example], classifier: Any, ratios: Sequence[float], seed: int = 0
) -> pd.DataFrame:
    """Regenerate images under all 16 prompts, as the paper's Fig. 8 shows one.

    Args:
        examples: images, from `gcbook.miniworld.results.steps.choose_examples`.
        classifier: from `load_masked`.
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


def drawn_rows(classifier: Any, each: int = 8, seed: int = 0) -> pd.DataFrame:
    """Have a masked model draw every category from its prompt alone, and have that judged.

    Args:
        classifier: from `load_masked`.
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


def sticking_correlations(drawn: pd.DataFrame) -> list[Any]:
    """Whether prompts that are drawn better lead further away from images of other categories.

    Args:
        drawn: from `drawn_rows`.

    Returns:
        Spearman's correlation over the prompts, from `gcbook.stats.correlation.correlate`, at each
        share of hidden tokens. Positive is what the paper's explanation asks for.
    """
    found = []
    for ratio in regenerated_ratios():
        images, errors = distances(ratio)
        others = images["category"].to_numpy()[:, None] != np.array(CATEGORIES)
        # Images differ far more in all of their distances than prompts do.
        away = (errors - errors.mean(axis=1, keepdims=True)).mean(axis=0, where=others)
        found.append(correlate(drawn.set_index("category").loc[list(CATEGORIES), "drawn"], away)[1])
    return found


def muse_facts(rules: pd.DataFrame, correlations: Sequence[Any]) -> dict[str, Any]:
    """The numbers that the text on Muse and its claims are about.

    Args:
        rules: from `rule_rows`.
        correlations: from `sticking_correlations`.

    Returns:
        ``muse_images, chance, evaluations`` (a prompt); ``distance`` (the range of its accuracy),
        ``distance_intervals``, at each share that is hidden, ``bound`` and ``bound_interval``, and
        ``bound_ahead``, the intervals of its lead over the distance; ``rho`` (the range of
        correlations), ``rho_p`` (the smallest p) and ``rho_seen``, the smallest correlation that
        would be significant at 5%.
    """
    distance, bound = (rules[(rules["rule"] == BOUND) == is_it] for is_it in (False, True))
    row = bound.iloc[0]
    spread = [each.r for each in correlations]
    free = len(CATEGORIES) - 2
    limit = student.ppf(0.975, free)
    return {
        "muse_images": int(row["n"]),
        "chance": Number(CHANCE, ".0%"),
        "evaluations": STEPS,
        "distance": Interval(distance["accuracy"].min(), distance["accuracy"].max(), ".0%"),
        "distance_intervals": _intervals(distance, "low", "high"),
        "bound_ahead": _intervals(distance, "ahead_low", "ahead_high"),
        "bound": Number(row["accuracy"], ".0%"),
        "bound_interval": Interval(row["low"], row["high"], ".0%"),
        "rho": Interval(min(spread), max(spread), ".2f"),
        "rho_p": Number(min(each.p for each in correlations), ".2f"),
        "rho_seen": Number(limit / np.sqrt(free + limit**2), ".2f"),
    }


def _intervals(rows: pd.DataFrame, low: str, high: str) -> tuple[Interval, ...]:
    return tuple(Interval(*ends, ".0%") for ends in zip(rows[low], rows[high], strict=True))
