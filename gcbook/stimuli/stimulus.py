"""An image of a set, and the set."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b, sha256
from itertools import zip_longest
from typing import Protocol, TypeVar

import numpy as np

from gcbook.stimuli.images import decode_image


@dataclass(frozen=True)
class Stimulus:
    """One image of a set.

    Attributes:
        image_id: which image it is, as in a trials table.
        imagename: name of the file.
        category: what it shows.
        condition: name of the condition, "0" where there is only one.
        dataset: the set.
        place: where it is, for messages.
        content: reads the bytes of the file.
    """

    image_id: str
    imagename: str
    category: str
    condition: str
    dataset: str
    place: str
    content: Callable[[], bytes] = field(repr=False, compare=False)

    def read(self) -> np.ndarray:
        """Return the pixels, float32 of shape (height, width, 3) in [0, 1].

        Raises:
            InputError: the file cannot be read.
        """
        return self.load()[0]

    def load(self) -> tuple[np.ndarray, str]:
        """Return the pixels, as `read` does, and the SHA-256 of the same bytes."""
        content = self.content()
        return decode_image(content, self.place), sha256(content).hexdigest()

    def sha256(self) -> str:
        """Return the SHA-256 of the file's bytes."""
        return sha256(self.content()).hexdigest()


@dataclass(frozen=True)
class StimulusSet:
    """Images of one dataset, in the order in which they are shown.

    Attributes:
        dataset: its name: one of the 17, or another.
        stimuli: the images.
    """

    dataset: str
    stimuli: tuple[Stimulus, ...]

    def __len__(self) -> int:
        return len(self.stimuli)

    def __iter__(self) -> Iterator[Stimulus]:
        return iter(self.stimuli)

    def first(self, number: int) -> "StimulusSet":
        """Return the first images: as many of each category, to within one, as there are."""
        return replace(self, stimuli=self.stimuli[:number])


class Listed(Protocol):
    """What an image's place in the order depends on."""

    @property
    def image_id(self) -> str:
        """Which image it is."""

    @property
    def category(self) -> str:
        """What it shows."""


Image = TypeVar("Image", bound=Listed)


def in_order(stimuli: Iterable[Image]) -> tuple[Image, ...]:
    """Return images in the order in which they are shown: any first N of them are balanced.

    Round after round one image of every category, and within a category in an order given by a
    hash of the image's identity, since names sort by condition or by texture.
    """
    groups: dict[str, list[Image]] = {}
    for each in stimuli:
        groups.setdefault(each.category, []).append(each)
    ordered = [sorted(groups[category], key=_shuffled) for category in sorted(groups)]
    return tuple(each for once in zip_longest(*ordered) for each in once if each is not None)


def _shuffled(stimulus: Listed) -> bytes:
    return blake2b(stimulus.image_id.encode(), digest_size=16).digest()
