"""Single images on their way to an answer: the race of the classes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.files.errors import GcbookError
from gcbook.miniworld.results.shipped import shipped_sets, shipped_store
from gcbook.miniworld.results.steps import Example, role
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.scores import Weights, score_array
from gcbook.scoring.settings import ScoringSettings
from gcbook.stimuli.stimulus import Stimulus


@dataclass(frozen=True)
class Raced:
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


def race(
    classifier: DiffusionClassifier,
    model: str,
    examples: Sequence[Example],
    draws: int,
    weighting: str = "exp:7",
    seed: int = 0,
) -> Raced:
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
    raw, times, log_snr = found[0], found[1, ..., 0], found[2, ..., 0]
    if np.isnan(raw).any():
        lost = [each.title for each, e in zip(examples, raw, strict=True) if np.isnan(e).any()]
        raise GcbookError(
            f"{model}: expected {draws} finite errors for every image and class, found gaps for "
            f"{', '.join(lost)}. Leave these images out, or choose another model."
        )
    weights = Weights(parse_weighting(weighting), "l2", classifier.schedule).at(times, log_snr)
    return Raced(tuple(examples), classifier.labels, times, raw, weights)


def race_table(raced: Raced) -> pd.DataFrame:
    """How far each class is behind the leader, draw by draw.

    Returns:
        ``image, draw`` (from 1), ``t`` of that draw, ``label, role`` (see
        `gcbook.miniworld.results.steps.ROLES`), ``error``, the mean weighted error so far,
        ``behind``, by how many percent of the smallest it exceeds that, and ``place`` (from 1).
    """
    tables = []
    for example, times, errors in zip(raced.examples, raced.times, raced.errors, strict=True):
        n_draws, n_classes = errors.shape
        draws = np.arange(1, n_draws + 1)
        means = errors.cumsum(axis=0) / draws[:, None]
        behind = 100 * (means / means.min(axis=1, keepdims=True) - 1)
        place = means.argsort(axis=1, kind="stable").argsort(axis=1) + 1
        tables.append(
            pd.DataFrame(
                {
                    "image": example.title,
                    "draw": np.repeat(draws, n_classes),
                    "t": np.repeat(times, n_classes),
                    "label": np.tile(raced.labels, n_draws),
                    "role": np.tile([role(label, example) for label in raced.labels], n_draws),
                    "error": means.ravel(),
                    "behind": behind.ravel(),
                    "place": place.ravel(),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def leaders_table(raced: Raced) -> pd.DataFrame:
    """Who leads after each draw.

    Returns:
        ``image, draw`` (from 1), ``t`` of that draw, ``leader, role`` of the leader, ``second``,
        and ``margin``, by how many percent the second exceeds the leader.
    """
    every = race_table(raced)
    leader, second = (
        every[every["place"] == place].set_index(["image", "draw"]) for place in (1, 2)
    )
    table = leader[["t", "label", "role"]].rename(columns={"label": "leader"})
    return table.assign(second=second["label"], margin=second["behind"]).reset_index()


def answers_table(raced: Raced) -> pd.DataFrame:
    """The answer to each image after all draws, and how it came about.

    Returns:
        ``image, shape, texture, answer, role`` of the answer, ``second, margin`` (percent),
        ``first`` (who led after one draw) and ``settled``, the draw since which the winner has led.
    """
    leaders = leaders_table(raced)
    rows = []
    for example in raced.examples:
        course = leaders[leaders["image"] == example.title]
        last = course.iloc[-1]
        others = course.loc[course["leader"] != last["leader"], "draw"]
        rows.append(
            {
                "image": example.title,
                "shape": example.shape,
                "texture": example.texture,
                "answer": last["leader"],
                "role": last["role"],
                "second": last["second"],
                "margin": last["margin"],
                "first": course["leader"].iloc[0],
                "settled": int(others.max()) + 1 if len(others) else 1,
            }
        )
    return pd.DataFrame(rows)


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
