"""Stores of made-up errors on images that are named as those of the miniature world."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gcbook.noise.draws import DrawRule, timestep
from gcbook.noise.schedules import CosineSchedule, log_snr
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.scores import Rows
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.scoring.writer import StoreWriter, new_store

from .gaussian import ArrayStimulus, class_means, gaussian_classifier

SCHEDULE = CosineSchedule()


def named(name: str, dataset: str) -> ArrayStimulus:
    """An image without content: ``cat1-dog1.png`` shows a cat."""
    category = name.partition("-")[0].rstrip("0123456789")
    pixels = np.full((2, 2, 3), len(name) / 100, dtype=np.float32)
    return ArrayStimulus(name, name, category, "0", dataset, name, bytes, pixels)


def times_of(names: Sequence[str], n_draws: int) -> np.ndarray:
    """Evenly spread times as the scorer draws them, in thousandths, (images, draws)."""
    exact = [[timestep(DrawRule(0), name, i) for i in range(n_draws)] for name in names]
    return np.maximum(np.round(exact, 3), 0.001)


def write_store(
    path: Path,
    dataset: str,
    names: Sequence[str],
    errors: np.ndarray,
    times: np.ndarray,
    labels: Sequence[str] = CATEGORIES,
) -> Store:
    """Write a store of errors (images, draws, classes); the absolute ones are their roots."""
    classifier = gaussian_classifier(SCHEDULE, class_means(len(labels)), labels=tuple(labels))
    n_draws, n_labels = errors.shape[1:]
    settings = ScoringSettings(draws=n_draws)
    with StoreWriter(new_store(path, classifier, settings, dataset)) as writer:
        for image, (name, own, t) in enumerate(zip(names, errors, times, strict=True)):
            stimulus = named(name, dataset)
            writer.code(stimulus, stimulus.sha256())
            flat = own.astype(np.float32).astype(np.float64).ravel()
            times_each = np.repeat(t, n_labels)
            writer.add(
                Rows(
                    np.full(len(flat), image),
                    np.tile(np.arange(n_labels), n_draws),
                    np.repeat(np.arange(n_draws), n_labels),
                    times_each,
                    log_snr(SCHEDULE, times_each),
                    np.stack([flat, np.sqrt(flat)]),
                )
            )
        writer.merge()
    return Store.open(path)


def world_names(images_a_pair: int = 1, a_category: int = 2) -> dict[str, list[str]]:
    """Names of conflicts and of in-distribution images, five silhouettes a category."""
    conflicts, plain = [], []
    for shape in CATEGORIES:
        others = [texture for texture in CATEGORIES if texture != shape]
        for i, texture in enumerate(others * images_a_pair):
            conflicts.append(f"{shape}{i % 5 + 1}-{texture}{len(conflicts) + 1}.png")
        plain += [f"{shape}{i % 5 + 1}-{shape}{i + 1}.png" for i in range(a_category)]
    return {"in-distribution": plain, "cue-conflict": conflicts}


def world_errors(names: Sequence[str], times: np.ndarray, seed: int = 0) -> np.ndarray:
    """Errors in which the texture's class is better at little noise and the shape's at much."""
    rng = np.random.default_rng(seed)
    n, d = times.shape
    errors = 0.01 + 0.3 * times[..., None] ** 2 + 0.004 * rng.standard_normal((n, d, 1)) ** 2
    errors = errors + 0.004 * times[..., None] * rng.standard_normal((n, d, 16))
    errors = errors + 0.002 * rng.standard_normal((n, 1, 16)) ** 2
    for image, name in enumerate(names):
        shape, texture = (
            CATEGORIES.index(part.rstrip("0123456789"))
            for part in name.removesuffix(".png").split("-")
        )
        t = times[image]
        errors[image, :, texture] -= 0.004 * np.exp(-6 * t) * rng.uniform(0.5, 1.5)
        errors[image, :, shape] -= 0.02 * t**2 * rng.uniform(0, 1)
    return np.maximum(errors, 1e-4)


def write_world(folder: Path, n_draws: int = 16, seed: int = 0, **sizes: int) -> dict[str, Store]:
    """Stores of both sets of a made-up model."""
    stores = {}
    for dataset, names in world_names(**sizes).items():
        times = times_of(names, n_draws)
        errors = world_errors(names, times, seed)
        stores[dataset] = write_store(folder / dataset, dataset, names, errors, times)
    return stores
