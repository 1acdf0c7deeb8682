"""Images read and decoded in the background, a few ahead of where they are needed."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np

from gcbook.files.errors import InputError
from gcbook.stimuli.folders import Stimulus

__all__ = ["LoadedImage", "load_images", "read_hashes"]

WORKERS = 4
AHEAD = WORKERS


@dataclass(frozen=True)
class LoadedImage:
    """An image as it was read, or why it could not be."""

    stimulus: Stimulus
    pixels: np.ndarray | None
    sha256: str
    error: str = ""


def load_images(
    stimuli: Iterable[Stimulus], workers: int = WORKERS, ahead: int = AHEAD
) -> Iterator[LoadedImage]:
    """Yield the images in their order; at most ``ahead`` of them wait, read."""
    rest = iter(stimuli)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="images")
    waiting: deque[Future[LoadedImage]] = deque()
    try:
        waiting.extend(pool.submit(_load, stimulus) for stimulus in islice(rest, ahead))
        while waiting:
            loaded = waiting.popleft().result()
            waiting.extend(pool.submit(_load, stimulus) for stimulus in islice(rest, 1))
            yield loaded
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def read_hashes(stimuli: Iterable[Stimulus], workers: int = WORKERS) -> Iterator[str | None]:
    """Yield the SHA-256 of each image's bytes, None where they cannot be read."""
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(_hash, stimuli)


def _load(stimulus: Stimulus) -> LoadedImage:
    try:
        pixels, sha256 = stimulus.load()
    except (InputError, OSError) as error:
        return LoadedImage(stimulus, None, "", str(error))
    return LoadedImage(stimulus, pixels, sha256)


def _hash(stimulus: Stimulus) -> str | None:
    try:
        return stimulus.sha256()
    except (InputError, OSError):
        return None
