"""What a scoring run takes at most: what is asked, how often, and how many hours that is here."""

from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class Cost:
    """What is asked of a model.

    Fewer evaluations are made where classes race, and where draws are doubled only as far as
    decisions need it.

    Args:
        n_images: to score.
        traits: the classifier's.
        settings: as they reach the classifier.
        side: of the images as the model sees them, in pixels; None where a caller's own code
            prepares them.
        n_there: (draw, class) units that are stored already.
    """

    n_images: int
    traits: Traits
    settings: ScoringSettings
    side: Any = None
    n_there: int = 0

    @property
    def n_evaluations(self) -> int:
        """Network evaluations at most."""
        n_labels = len(self.traits.labels)
        units = self.n_images * self.settings.max_draws * n_labels - self.n_there
        return (units // n_labels if self.traits.joint else units) * self.traits.evaluations

    def asked(self) -> str:
        """Say how many images, how large, classes, draws and network evaluations."""
        side = f" of {self.side} pixels a side" if self.side else ""
        images = f"{self.n_images:,} image{'s' * (self.n_images != 1)}{side}"
        draws = f"{self.settings.max_draws:,} draw{'s' * (self.settings.max_draws != 1)}"
        return (
            f"{images} × {len(self.traits.labels):,} classes × {draws}: at most "
            f"{self.n_evaluations:,} network evaluations"
        )

    def hours(self, seconds: float) -> str:
        """Say how long that takes at so many seconds an evaluation."""
        hours = max(self.n_evaluations * seconds / 3600, 0.01)
        return f"at most {float(f'{hours:.2g}'):,g} hours"


def dry_run(
    images: tuple[Stimulus, ...],
    classifier: Classifier,
    settings: ScoringSettings,
    shard: Shard | None = None,
) -> str:
    """Say in a line what scoring images takes here, by a few batches; nothing is stored.

    Raises:
        InputError: the first image cannot be read, or settings and classifier do not fit.
    """
    settings = effective_settings(settings, traits := Traits.of(classifier))
    images = tuple(shard.of(images, settings, traits)) if shard else images
    cost = Cost(len(images), traits, settings, classifier.describe().get("resolution"))
    with torch.inference_mode():
        prepared = classifier.prepare([images[0].load()[0]])[0]
        work = ImageWork(images[0], 0, prepared, (np.empty(0, np.int64), np.empty(0)))

        def seconds(size: int, batches: int) -> float:
            """Mean seconds of an evaluation."""
            network = Network(classifier, settings.clip(classifier.default_clip), size)
            for units in np.arange(batches * size).reshape(batches, size):
                network.measure(make_batch([(work, units)], classifier, settings.rule))
            return network.seconds / network.n_evaluations

        seconds(1, 1)  # the first batch of a size is slower
        most = SECONDS / max(seconds(1, 1) * classifier.evaluations, 1e-9)
        size = min(settings.batch_size, max(1, int(most)))
        seconds(size, 1)
        hours = f"{cost.hours(seconds(size, BATCHES))} on {settings.device}"
        return f"{images[0].dataset}: {cost.asked()}, {hours}"
