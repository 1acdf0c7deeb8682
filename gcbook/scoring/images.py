"""The images of a run: how they are checked, and read a few ahead of the network."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np

from gcbook.classifiers.protocol import Classifier
from gcbook.files.errors import InputError
from gcbook.stimuli.resolution import Detail
from gcbook.stimuli.stimulus import Stimulus

WORKERS = 4
"""Images read and decoded at a time, and as many wait for the network."""


def check_images(stimuli: Sequence[Stimulus], classifier: Classifier) -> None:
    """Check that images make a set, and one that the classifier can answer on.

    Raises:
        InputError: there is none, one twice, more than one dataset, or a class it does not know.
    """
    if not stimuli:
        raise InputError("score: expected at least one image, found none.")
    datasets = {each.dataset for each in stimuli}
    if len(datasets) > 1:
        raise InputError(f"score: expected images of one dataset, found {sorted(datasets)}.")
    if len({each.image_id for each in stimuli}) < len(stimuli):
        raise InputError("score: expected every image once, found one twice.")
    strange = {each.category for each in stimuli} - set(classifier.labels)
    if strange:
        raise InputError(
            f"score: expected images of the classes that {classifier.name} chooses from "
            f"({', '.join(classifier.labels)}); found {', '.join(sorted(strange))}."
        )


def check_unchanged(
    stimuli: Sequence[Stimulus], known_hash: Callable[[Stimulus], str | None], place: object
) -> None:
    """Check that images which were scored before are still the same, byte by byte.

    Args:
        stimuli: the images. What cannot be read now is passed over.
        known_hash: gives the SHA-256 that an image had, None for a new one.
        place: where they were scored, for the message.
    """
    scored = [(each, known) for each in stimuli if (known := known_hash(each)) is not None]
    with ThreadPoolExecutor(WORKERS) as pool:
        hashes = list(pool.map(_hash, (each for each, _ in scored)))
    changed = [
        stimulus
        for (stimulus, before), now in zip(scored, hashes, strict=True)
        if now is not None and now != before
    ]
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise InputError(
            f"{changed[0].place}{more}: expected the bytes that were scored in {place}, found "
            "others. Put the image back, or use another store."
        )


def _hash(stimulus: Stimulus) -> str | None:
    try:
        return stimulus.sha256()
    except InputError:
        return None


@dataclass(frozen=True)
class ReadImage:
    """An image as it was read, or why it could not be."""

    stimulus: Stimulus
    pixels: np.ndarray | None
    sha256: str
    error: str = ""


def read_images(stimuli: Iterable[Stimulus], detail: Detail) -> Generator[ReadImage]:
    """Yield the images in their order, read, decoded and shrunk in the background."""
    rest = iter(stimuli)
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="images")
    try:
        waiting = deque(pool.submit(_read, stimulus, detail) for stimulus in islice(rest, WORKERS))
        while waiting:
            image = waiting.popleft().result()
            waiting.extend(pool.submit(_read, stimulus, detail) for stimulus in islice(rest, 1))
            yield image
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _read(stimulus: Stimulus, detail: Detail) -> ReadImage:
    try:
        pixels, sha256 = stimulus.load()
        pixels = detail.show(pixels, stimulus.place)
    except InputError as error:
        return ReadImage(stimulus, None, "", str(error))
    return ReadImage(stimulus, pixels, sha256)
