"""Answers under any weighting, from raw errors; no network is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcbook.miniworld.results.answers import SOURCE, mark
from gcbook.noise.schedules import Schedule
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.scores import Weights, score_array
from gcbook.scoring.store import Store

SETS = ("in-distribution", "cue-conflict")
"""Test sets that a weighting is looked at on: the first for accuracy, the second for the cues."""

PAPER = 7
"""k of the paper's weighting exp(−kt)."""


@dataclass(frozen=True)
class RawErrors:
    """The raw errors of one store as arrays, N images, D draws, C classes.

    Attributes:
        images: a row an image, as in the store.
        labels: the classes.
        t: times of the draws, (N, D).
        log_snr: their log-SNR, (N, D).
        errors: squared, (N, D, C).
        schedule: of the noise.
    """

    images: pd.DataFrame
    labels: tuple[str, ...]
    t: np.ndarray
    log_snr: np.ndarray
    errors: np.ndarray
    schedule: Schedule | None

    def mean_errors(self, weighting: str) -> np.ndarray:
        """Return each class's mean weighted error, (N, C), over all draws."""
        weights = Weights(parse_weighting(weighting), "l2", self.schedule).at(self.t, self.log_snr)
        return (weights[..., None] * self.errors).mean(axis=1)


def read_errors(store: Store) -> RawErrors:
    """Read a store of errors whose classes have all draws in common, a fixed number of them.

    Images that are not complete are left out.
    """
    rows, images = store.scores(), store.images()
    arrays = {
        name: score_array(rows, rows[name], images["image_id"], store.labels, store.settings.draws)
        for name in ("t", "log_snr", "error_l2")
    }
    whole = ~np.isnan(arrays["error_l2"]).any(axis=(1, 2))
    return RawErrors(
        images[whole].reset_index(drop=True),
        store.labels,
        arrays["t"][whole][..., 0],
        arrays["log_snr"][whole][..., 0],
        arrays["error_l2"][whole],
        store.schedule,
    )


def answers_under(store: Store, weightings: Sequence[str]) -> pd.DataFrame:
    """Marked trials under each weighting; of classes with equal errors the first is the answer."""
    raw = read_errors(store)
    labels = np.array(raw.labels)
    each = [
        raw.images.assign(response=labels[raw.mean_errors(name).argmin(axis=1)], weighting=name)
        for name in weightings
    ]
    trials = pd.concat(each, ignore_index=True)
    return mark(trials.assign(dataset=store.dataset, source=SOURCE))
