"""Tables behind the chapter on weightings: accuracy and cues under each, and what contributes.

All of it is computed from raw errors; no network is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.answers import SOURCE, mark
from gcbook.miniworld.results.kinds import DIFFUSION
from gcbook.miniworld.results.shipped import label_of, parts_of, select_models, shipped_store
from gcbook.noise.schedules import Schedule
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.diagnostics import TENTHS, level_of, variance_shares
from gcbook.scoring.scores import Weights, score_array
from gcbook.scoring.store import Store

SETS = ("in-distribution", "cue-conflict")
"""Test sets that a weighting is looked at on: the first for accuracy, the second for the cues."""

PAPER = 7
"""k of the paper's weighting exp(−kt)."""

Stores = Mapping[str, Mapping[str, Store]]
"""Label of a model → test set → its scores."""


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


def weighing_stores(labels: Sequence[str] = (), *, world: str = DEFAULT) -> Stores:
    """Find the shipped diffusion models of a world, with their scores.

    The others take no weights: a likelihood, or a network without noise.

    Args:
        labels: of models (`gcbook.miniworld.results.shipped.label_of`); by default of all such
            models with seed 0.

    Returns:
        Label → test set → store, in the order in which the models are shown.

    Raises:
        InputError: a label is none of such a model.
        DataNotFoundError: this version brings no pixel or no latent diffusion of the world.
    """
    return {
        label_of(name): {test_set: shipped_store(name, test_set) for test_set in SETS}
        for name in select_models(world, DIFFUSION, labels)
        if labels or parts_of(name).seed == 0
    }


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


def share_table(stores: Stores, weightings: Sequence[str]) -> pd.DataFrame:
    """What each tenth of t has of the weight, and what of the score's variance between classes.

    The scores are those of cue-conflict images.

    Returns:
        A row a model, weighting, tenth (1 to 10, from clean to noise) and ``part``, "weight" or
        "variance", with its ``share``; the shares of a part sum to 1.
    """
    rows = []
    for model, of_model in stores.items():
        store = of_model["cue-conflict"]
        raw = read_errors(store)
        tenth = level_of(raw.t, TENTHS)
        for name in weightings:
            weights = store.weights(name, "l2")
            of_draws = weights.at(raw.t, raw.log_snr)
            weight = np.bincount(tenth.ravel(), of_draws.ravel(), TENTHS) / of_draws.sum()
            variance = variance_shares(store, weights)
            for part, shares in (("weight", weight), ("variance", variance)):
                rows += [(model, name, i + 1, part, share) for i, share in enumerate(shares)]
    return pd.DataFrame(rows, columns=["model", "weighting", "tenth", "part", "share"])


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
