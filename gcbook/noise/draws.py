"""Which noise and which timestep a draw uses.

Everything random is keyed by (seed, image, draw) and by nothing else, so that neither batch size,
order of images or classes, device, nor an interrupted run changes what an image is asked. All
classes share the draw: that is what makes their errors comparable with few draws (Clark & Jaini,
2023).
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

import numpy as np

Timesteps = Literal["stratified", "uniform"]


@dataclass(frozen=True)
class DrawRule:
    """What decides the random part of a draw, apart from the image and the draw's number.

    Args:
        seed: another seed, other noise.
        timesteps: "uniform", independent draws of t, or "stratified", the first 2^k draws of an
            image fall one into each 2^k-th of the interval; both have the same expectation.
        density: of t, constant on bins of equal width over (0, 1], mean 1; empty: uniform. What is
            drawn so has to be divided by it, see `density_at`.
    """

    seed: int = 0
    timesteps: Timesteps = "stratified"
    density: tuple[float, ...] = ()


def keyed_generator(seed: int, image_id: str, draw: int, stream: str) -> np.random.Generator:
    """Return the generator of one image's draw; ``stream`` separates what is drawn.

    It is Philox, keyed with a hash of all four.
    """
    key = blake2b("\0".join((str(seed), image_id, str(draw), stream)).encode(), digest_size=16)
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key.digest(), "little")))


def keyed_noise(rule: DrawRule, image_id: str, draw: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return the standard normal noise of one image's draw, float32 of ``shape``."""
    return keyed_generator(rule.seed, image_id, draw, "noise").standard_normal(shape, np.float32)


def timestep(rule: DrawRule, image_id: str, draw: int) -> float:
    """Return the time of one image's draw, in (0, 1]."""
    if rule.timesteps == "uniform":
        share = 1 - _uniform(rule.seed, image_id, draw)
    else:
        # Van der Corput's sequence, shifted by an amount of the image's own: evenly spread however
        # many draws are taken, and uniform over images.
        share = 1 - (_van_der_corput(draw) + _uniform(rule.seed, image_id, 0)) % 1.0
    if not rule.density:
        return share
    edges, below = _distribution(rule.density)
    return float(np.interp(share, below, edges))


def density_at(density: tuple[float, ...], t: np.ndarray, n_steps: int | None = None) -> np.ndarray:
    """Return by how much more often times are drawn than uniform ones are.

    An error that is divided by it has the mean that it has where t is uniform.

    >>> density_at((0.5, 1.5), np.array([0.5, 0.6]), n_steps=10)
    array([0.5, 1.5])

    Args:
        density: of a `DrawRule`.
        t: recorded times, in (0, 1].
        n_steps: of a schedule that records t for all of (t - 1/n_steps, t]; None: t is as drawn.
    """
    edges, below = _distribution(density)
    if n_steps is None:
        return np.asarray(density)[np.searchsorted(edges, t, side="left") - 1]
    start, end = (np.interp(at, edges, below) for at in (t - 1 / n_steps, t))
    return n_steps * (end - start)


def level_of(t: np.ndarray, bins: int) -> np.ndarray:
    """Return the level of each time, 0 to bins − 1; level i holds t from i/bins to (i + 1)/bins.

    >>> level_of(np.array([0.001, 0.125, 0.126, 1.0]), 8).tolist()
    [0, 0, 1, 7]
    """
    # Times are multiples of 1/T, and one that ends a level must not fall out of it by rounding.
    return np.clip(np.ceil(t * bins - 1e-9).astype(int) - 1, 0, bins - 1)


@lru_cache(maxsize=64)
def _distribution(density: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Edges of the bins, and the probability below each."""
    below = np.append(0.0, np.cumsum(density))
    return np.linspace(0, 1, len(density) + 1), below / below[-1]


# All draws of an image follow each other, and ask for its shift.
@lru_cache(maxsize=1024)
def _uniform(seed: int, image_id: str, number: int) -> float:
    return float(keyed_generator(seed, image_id, number, "t").random())


def _van_der_corput(number: int) -> float:
    reversed_bits = int(format(number, "032b")[::-1], 2)
    return reversed_bits / 2**32
