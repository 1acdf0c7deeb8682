"""Muse's rule (Appendix B): images reconstructed under every prompt, and drawn from it alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from gcbook.illusions.reconstruct import load_for_prompts, reconstruct
from gcbook.miniworld.results.ambiguous import prompt_of
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.regenerated import MODEL, STEPS
from gcbook.miniworld.results.shipped import model_folder
from gcbook.miniworld.results.steps import ROLES, Example, role
from gcbook.miniworld.results.steps_pictures import png_text
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.paper.categories import CATEGORIES


def load_masked() -> Any:
    """Load the masked miniature with the prompts of the 16 categories."""
    return load_for_prompts(model_folder(MODEL), list(map(prompt_of, CATEGORIES)))


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
