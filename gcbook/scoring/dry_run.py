"""What a scoring run takes on this device, by a few batches of its first image."""

import time

import numpy as np
import torch

from gcbook.classifiers.protocol import Classifier
from gcbook.scoring.network import Network, make_batch
from gcbook.scoring.settings import ScoringSettings, Traits, effective_settings
from gcbook.scoring.shards import Shard
from gcbook.scoring.work import ImageWork
from gcbook.stimuli.stimulus import Stimulus

BATCHES, SECONDS = 5, 1.0
"""Batches that are timed, and how long one may take where a single evaluation takes less."""


def hours_of(
    images: tuple[Stimulus, ...],
    classifier: Classifier,
    settings: ScoringSettings,
    shard: Shard | None = None,
) -> str:
    """Say in a line what scoring images takes here at most; nothing is stored.

    Fewer evaluations are left where a store was begun, where classes race, and where draws are
    doubled only as far as decisions need it.

    Raises:
        InputError: the first image cannot be read, or settings and classifier do not fit.
    """
    settings = effective_settings(settings, traits := Traits.of(classifier))
    images = tuple(shard.of(images, settings, traits)) if shard else images
    pixels, _ = images[0].load()
    with torch.inference_mode():
        classifier.prepare([pixels])  # what is done the first time only is not counted
        begun = time.perf_counter()
        prepared = classifier.prepare([pixels])[0]
        float(prepared.flatten()[0])  # of a GPU, once it is done
        each_image = time.perf_counter() - begun
        work = ImageWork(images[0], 0, prepared, (np.empty(0, np.int64), np.empty(0)))

        def seconds(size: int, batches: int) -> float:
            """Mean seconds of an evaluation."""
            network = Network(classifier, settings.clip(classifier.default_clip), size)
            for units in np.arange(batches * size).reshape(batches, size):
                network.measure(make_batch([(work, units)], classifier, settings.rule))
            return network.seconds / network.n_evaluations

        size, unit = 1, classifier.evaluations
        seconds(size, 1)
        while size < settings.batch_size and 2 * size * unit * seconds(size, 1) < SECONDS:
            size = min(2 * size, settings.batch_size)
        seconds(size, 1)  # the first batch of a size is slower
        each = seconds(size, BATCHES)
    each_draw = 1 if classifier.joint else len(classifier.labels)
    n_evaluations = len(images) * settings.max_draws * each_draw * unit
    hours = (n_evaluations * each + len(images) * each_image) / 3600
    side = classifier.describe().get("resolution") or prepared.shape[-1]
    return (
        f"{images[0].dataset}: {len(images):,} images of {side} pixels a side, at most "
        f"{n_evaluations:,} network evaluations and {float(f'{hours:.2g}'):,g} hours on "
        f"{settings.device}"
    )
