"""Single images on their way to an answer: which cue leads at each noise level, and who wins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.files.errors import GcbookError
from gcbook.miniworld.results.shipped import shipped_sets, shipped_store
from gcbook.miniworld.results.steps import Example, Steps, role
from gcbook.noise.schedules import Schedule, log_snr
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.scores import Weights, score_array
from gcbook.scoring.settings import ScoringSettings
from gcbook.stimuli.stimulus import Stimulus


@dataclass(frozen=True)
class DrawErrors:
    """Errors of many draws, and their weights.

    Attributes:
        examples: the N images.
        labels: the K classes.
        times: of the draws, float64 (N, D).
        raw: errors as they were measured, float64 (N, D, K).
        weights: of the draws, float64 (N, D).
    """

    examples: tuple[Example, ...]
    labels: tuple[str, ...]
    times: np.ndarray
    raw: np.ndarray
    weights: np.ndarray

    @property
    def errors(self) -> np.ndarray:
        """Weighted errors, float64 (N, D, K)."""
        return np.asarray(self.raw * self.weights[..., None])


def draw_errors(
    classifier: DiffusionClassifier,
    model: str,
    examples: Sequence[Example],
    draws: int,
    weighting: str = "exp:7",
    seed: int = 0,
) -> DrawErrors:
    """Errors of the first draws of each image, under every class.

    They are read from the shipped scores where those were made with the same settings, and
    computed with the scorer otherwise: the same numbers, up to rounding.

    Args:
        classifier: the model.
        model: its name, by which its scores are found.
        examples: the images.
        draws: for each image and class.
        weighting: as `gcbook.noise.weightings.parse_weighting` takes it.
        seed: of times and noise.

    Raises:
        GcbookError: the network gave no finite error for an image.
    """
    from gcbook.scoring.engine import scored_once

    settings = ScoringSettings(draws=draws, seed=seed, device="cpu")
    measures = ("error_l2", "t", "log_snr")
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
    raw, times, ratios = found[0], found[1, ..., 0], found[2, ..., 0]
    if np.isnan(raw).any():
        lost = [each.title for each, e in zip(examples, raw, strict=True) if np.isnan(e).any()]
        raise GcbookError(
            f"{model}: expected {draws} finite errors for every image and class, found gaps for "
            f"{', '.join(lost)}. Leave these images out, or choose another model."
        )
    weights = Weights(parse_weighting(weighting), "l2", classifier.schedule).at(times, ratios)
    return DrawErrors(tuple(examples), classifier.labels, times, raw, weights)


def answers_table(scored: DrawErrors) -> pd.DataFrame:
    """The answer to each image after all draws: with the weights, and with equal weights.

    Returns:
        ``image, shape, texture, answer, role`` (see `gcbook.miniworld.results.steps.ROLES`), and
        ``equal_answer, equal_role``.
    """
    rows = []
    ways = {"": scored.errors.mean(axis=1), "equal_": scored.raw.mean(axis=1)}
    for i, example in enumerate(scored.examples):
        row = {"image": example.title, "shape": example.shape, "texture": example.texture}
        for way, errors in ways.items():
            answer = scored.labels[errors[i].argmin()]
            row |= {f"{way}answer": answer, f"{way}role": role(answer, example)}
        rows.append(row)
    return pd.DataFrame(rows)


def lead_table(steps: Steps, schedule: Schedule) -> pd.DataFrame:
    """By how much the shape's prompt restores each cue conflict better than the texture's.

    Args:
        steps: from `gcbook.miniworld.results.steps.take_steps`.
        schedule: of the model.

    Returns:
        ``image, cues`` (its shape and texture), ``t, log_snr`` (of one channel), ``log_snr_all``
        (of the mean over channels that hold the same image), and ``prompt_lead``: the texture's
        error less the shape's, in percent of the smallest error.
    """
    ratios = log_snr(schedule, np.array(steps.times)).tolist()
    rows = []
    for example, by_time in zip(steps.examples, steps.errors, strict=True):
        if example.shape == example.texture or example.texture not in steps.labels:
            continue
        shape, texture = (steps.labels.index(cue) for cue in (example.shape, example.texture))
        for t, one, errors in zip(steps.times, ratios, by_time, strict=True):
            rows.append(
                {
                    "image": example.title,
                    "cues": f"{example.shape} / {example.texture}",
                    "t": t,
                    "log_snr": one,
                    "log_snr_all": one + np.log(steps.copies),
                    "prompt_lead": 100 * (errors[texture] - errors[shape]) / errors.min(),
                }
            )
    columns = ["image", "cues", "t", "log_snr", "log_snr_all", "prompt_lead"]
    return pd.DataFrame(rows, columns=columns).round(4)


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
