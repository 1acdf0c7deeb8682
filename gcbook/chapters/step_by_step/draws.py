"""Errors of many draws of single images, read where they ship and computed where they do not."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.files.errors import GcbookError
from gcbook.miniworld.results.shipped import shipped_sets, shipped_store
from gcbook.miniworld.results.steps import Example
from gcbook.scoring.scores import score_array
from gcbook.scoring.settings import ScoringSettings
from gcbook.stimuli.stimulus import Stimulus


def draw_errors(
    classifier: DiffusionClassifier,
    model: str,
    examples: Sequence[Example],
    draws: int,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Errors of the first draws of each image, under every class.

    They are read from the shipped scores where those were made with the same settings, and
    computed with the scorer otherwise: the same numbers, up to rounding.

    Args:
        classifier: the model.
        model: its name, by which its scores are found.
        examples: the N images.
        draws: D, for each image and class.
        seed: of times and noise.

    Returns:
        Times and log-SNR of the draws, (N, D), and the errors, (N, D, K), all float64.
    """
    from gcbook.scoring.engine import scored_once

    settings = ScoringSettings(draws=draws, seed=seed, device="cpu")
    measures = ("t", "log_snr", "error_l2")
    found = np.empty((len(measures), len(examples), draws, len(classifier.labels)))
    for dataset in dict.fromkeys(each.stimulus.dataset for each in examples):
        places = [i for i, each in enumerate(examples) if each.stimulus.dataset == dataset]
        stimuli = [examples[i].stimulus for i in places]
        rows = _stored_rows(classifier, model, stimuli, settings)
        if rows is None:
            with scored_once(stimuli, classifier, settings) as store:
                rows = store.scores()
        names = [each.image_id for each in stimuli]
        found[:, places] = [
            score_array(rows, rows[measure], names, classifier.labels, draws)
            for measure in measures
        ]
    t, log_snr, errors = found
    if np.isnan(errors).any():
        lost = [each.title for each, e in zip(examples, errors, strict=True) if np.isnan(e).any()]
        raise GcbookError(
            f"{model}: expected {draws} finite errors for every image and class, found gaps for "
            f"{', '.join(lost)}. Leave these images out, or choose another model."
        )
    return t[..., 0], log_snr[..., 0], errors


def _stored_rows(
    classifier: DiffusionClassifier,
    model: str,
    stimuli: Sequence[Stimulus],
    settings: ScoringSettings,
) -> pd.DataFrame | None:
    """Shipped scores of these images, None if there are none under these settings."""
    dataset, default = stimuli[0].dataset, classifier.default_clip
    if dataset not in shipped_sets(model):
        return None
    store = shipped_store(model, dataset)
    same = store.settings.rule == settings.rule
    same &= store.settings.clip(default) == settings.clip(default)
    # Another training of the same miniature would have other weights.
    same &= store.classifier.get("weights") == classifier.describe().get("weights")
    if not same or store.settings.draws < settings.draws:
        return None
    rows = store.scores()
    wanted = {each.image_id for each in stimuli}
    rows = rows[rows["image_id"].isin(wanted) & (rows["draw"] < settings.draws)]
    return rows if wanted <= set(rows["image_id"]) else None
