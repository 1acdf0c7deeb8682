"""Classifiers that misbehave on demand, and one run that a test can kill."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.protocol import Draw
from gcbook.noise.draws import keyed_generator, timestep
from gcbook.noise.schedules import CosineSchedule
from gcbook.scoring.engine import score
from gcbook.scoring.racing import ExpectedGain
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store

from .gaussian import class_means, gaussian_classifier, stimuli

LABELS = ("a", "b", "c", "d")


class Counting:
    """Passes everything on; counts calls and can be told what goes wrong."""

    def __init__(self, classifier, *, most: int = 10**9, on_batch=None):
        self._classifier, self._most, self._on_batch = classifier, most, on_batch
        self.batches: list[int] = []
        self.measured: list[tuple[str, int, int]] = []

    def __getattr__(self, name):
        return getattr(self._classifier, name)

    def draw(self, image_id, index, rule, prepared):
        draw = self._classifier.draw(image_id, index, rule, prepared)
        object.__setattr__(draw, "image_id", image_id)
        return draw

    def measure(self, x, draws, labels, clip):
        if len(x) > self._most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")
        self.batches.append(len(x))
        if self._on_batch is not None:
            self._on_batch(len(self.batches))
        found = self._classifier.measure(x, draws, labels, clip)
        given = [0] * len(x) if labels is None else labels.tolist()
        self.measured += [(d.image_id, d.index, k) for d, k in zip(draws, given, strict=True)]
        return found


class Likelihood:
    """A joint or one-by-one classifier with an nll that depends on image, draw and class."""

    name = "likely"
    measures = ("nll",)
    evaluations = 3
    default_clip = "none"

    def __init__(self, *, joint=False, deterministic=False, labels=LABELS, noise=0.5):
        self.joint, self.deterministic, self.labels = joint, deterministic, labels
        self._noise = noise

    def describe(self):
        return {
            "kind": "masked",
            "model": self.name,
            "weights": "",
            "fingerprint": "1",
            "schedule": None,
        }

    def prepare(self, images):
        return torch.from_numpy(np.stack(images)).flatten(1)

    def draw(self, image_id, index, rule, prepared):
        if self.deterministic:
            return Draw(index)
        noise = keyed_generator(rule.seed, image_id, index, "noise").standard_normal(1)
        return Draw(index, timestep(rule, image_id, index), noise=noise.astype(np.float32))

    def measure(self, x, draws, labels, clip):
        base = x[:, : len(self.labels)].double() * 100
        if not self.deterministic:
            own = torch.tensor(np.array([draw.noise[0] for draw in draws]))[:, None]
            base = base + self._noise * own * torch.arange(len(self.labels))
        if self.joint:
            return {"nll": base}
        return {"nll": base[torch.arange(len(x)), labels]}


class Network(torch.nn.Module):
    """Convolutions and a norm, whose bits depend on what shares a batch with what."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.first = torch.nn.Conv2d(4, 16, 3, padding=1)
        self.norm = torch.nn.GroupNorm(4, 16)
        self.last = torch.nn.Conv2d(16, 3, 3, padding=1)

    def forward(self, x_t, t, label):
        given = torch.cat([x_t, (t + label)[:, None, None, None].expand_as(x_t[:, :1])], 1)
        return self.last(torch.nn.functional.silu(self.norm(self.first(given))))


class Broken(DiffusionClassifier):
    """Gives NaN for some images."""

    bad: frozenset[str] = frozenset()

    def draw(self, image_id, index, rule, prepared):
        draw = super().draw(image_id, index, rule, prepared)
        if image_id in self.bad:
            draw.noise[:] = float("nan")
        return draw


def network(bad=(), **options):
    """A network with these weights; for images that are bad it gives NaN."""
    found = Broken(Network().eval(), CosineSchedule(), labels=LABELS, **options)
    found.bad = frozenset(bad)
    return found


def toy(labels=LABELS, schedule=None, **options):
    """Four Gaussian classes in pictures of 4 × 4."""
    means = class_means(len(labels))
    return gaussian_classifier(schedule or CosineSchedule(), means, labels=labels, **options)


def scored(path: Path, classifier=None, images=None, **settings) -> Store:
    """A store of 10 images of these classes, of 8 draws each unless settings say otherwise."""
    images = images or stimuli(10, labels=LABELS)
    chosen = ScoringSettings(**{"draws": 8, **settings})
    score(images, classifier or toy(), chosen, path, progress="silent")
    return Store.open(path)


def slow_until(batch: int) -> Callable[[int], None]:
    """Batches that take their time, and one that takes for ever: no run ends before it is killed.

    By then it has saved something at least every third time, if it saves every 0.05 seconds.
    """
    return lambda number: time.sleep(0.02 if number < batch else 3600)


def score_slowly(path: Path, raced: bool) -> None:
    """A run for a test to kill."""
    score(
        stimuli(12, labels=LABELS),
        Counting(toy(), on_batch=slow_until(30)),
        slow_settings(raced),
        path,
        save_every=0.05,
        progress="silent",
    )


SLOW_RACE = ExpectedGain(constant=1e-6, max_draws=60, q=(1, 2, 1))


def slow_settings(raced: bool = False) -> ScoringSettings:
    return ScoringSettings(draws=16, racing=SLOW_RACE if raced else None, batch_size=7)
