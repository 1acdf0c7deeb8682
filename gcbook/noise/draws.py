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
        antithetic: draws 2j and 2j + 1 share t and have opposite noise.
    """

    seed: int = 0
    timesteps: Timesteps = "stratified"
    antithetic: bool = False

    def pair(self, draw: int) -> tuple[int, bool]:
        """Return the number by which a draw's chance is keyed, and whether it is its opposite."""
        return (draw // 2, draw % 2 == 1) if self.antithetic else (draw, False)


def keyed_generator(seed: int, image_id: str, draw: int, stream: str) -> np.random.Generator:
    """Return the generator of one image's draw; ``stream`` separates what is drawn.

    It is Philox, keyed with a hash of all four.
    """
    key = blake2b("\0".join((str(seed), image_id, str(draw), stream)).encode(), digest_size=16)
    return np.random.Generator(np.random.Philox(key=int.from_bytes(key.digest(), "little")))


def keyed_noise(rule: DrawRule, image_id: str, draw: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return the standard normal noise of one image's draw, float32 of ``shape``."""
    number, opposite = rule.pair(draw)
    noise = keyed_generator(rule.seed, image_id, number, "noise").standard_normal(shape, np.float32)
    return -noise if opposite else noise


def timestep(rule: DrawRule, image_id: str, draw: int) -> float:
    """Return the time of one image's draw, in (0, 1]."""
    number, _ = rule.pair(draw)
    if rule.timesteps == "uniform":
        return 1 - _uniform(rule.seed, image_id, number)
    # Van der Corput's sequence, shifted by an amount of the image's own: evenly spread however
    # many draws are taken, and uniform over images.
    return 1 - (_van_der_corput(number) + _uniform(rule.seed, image_id, 0)) % 1.0


# All draws of an image follow each other, and ask for its shift.
@lru_cache(maxsize=1024)
def _uniform(seed: int, image_id: str, number: int) -> float:
    return float(keyed_generator(seed, image_id, number, "t").random())


def _van_der_corput(number: int) -> float:
    reversed_bits = int(format(number, "032b")[::-1], 2)
    return reversed_bits / 2**32
