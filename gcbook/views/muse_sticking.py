"""Why Muse's rule fails: prompts that stay close to whatever is shown, or single samples?"""

from typing import Any

import numpy as np
import pandas as pd

from gcbook.categories import CATEGORIES
from gcbook.correlation import correlate
from gcbook.illusions import reconstruct
from gcbook.miniatures.ambiguous import prompt_of
from gcbook.miniatures.judge import judge_pictures
from gcbook.miniatures.regenerated import STEPS, regenerated_ratios, regenerated_store
from gcbook.stimuli.miniworld import ALL_CATEGORIES
from gcbook.views.muse import RULES, distances
from gcbook.views.words import number, span

__all__ = ["drawn_rows", "prompts_share", "stick_rows", "stick_sentence", "why_sentence"]


def drawn_rows(classifier: Any, each: int = 8, seed: int = 0) -> pd.DataFrame:
    """Have a masked model draw every category from its prompt alone, and have that judged.

    Args:
        classifier: from `gcbook.illusions.load_for_prompts` with the 16 categories' prompts.
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


def stick_sentence(rows: pd.DataFrame, hidden: str) -> str:
    """Say whether prompts that are drawn badly stay closer, and whether what stays close is named.

    Args:
        rows: from `stick_rows`.
        hidden: which share of the tokens, in words.
    """
    parts = []
    for first, second, what in (
        ("distance", "named", "the distance to which a prompt leads and how often it is named"),
        ("drawn", "distance", "how well a prompt is drawn and the distance to which it leads"),
    ):
        found = correlate(rows[first], rows[second])[1]
        parts.append(
            f"between {what}, ρ = {number(found.r, '.2f')} "
            f"({span(found.low, found.high, '.2f')}, p = {found.p:.2g})"
        )
    return f"- {hidden}, over {len(rows)} prompts: {'; '.join(parts)}"


def prompts_share(ratio: float) -> float:
    """Return the share of the variance of an image's distances that is prompts' own means."""
    _, errors = distances(regenerated_store(ratio))
    centred = errors - errors.mean(axis=1, keepdims=True)
    return float(np.square(centred.mean(axis=0)).mean() / np.square(centred).mean())


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
    shares = [prompts_share(ratio) for ratio in regenerated_ratios()]
    return (
        f"With the distance, {'; '.join(parts)}. Prompts' own means make up "
        f"{number(min(shares), '.1%')} to {number(max(shares), '.1%')} of the variance of an "
        "image's sixteen distances."
    )
