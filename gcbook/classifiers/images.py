"""Bring images of any size to the square that a network takes.

The shorter side is resized, the middle cut out. Networks differ in the filter they were trained
with, and a resize without antialiasing is another stimulus (Parmar et al., 2022, "On aliased
resizing and surprising subtleties in GAN evaluation"), so both are recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from PIL import Image

from gcbook.files.errors import InputError

__all__ = ["Filter", "ImageFit"]

Filter = Literal["bicubic", "bilinear", "lanczos"]


@dataclass(frozen=True)
class ImageFit:
    """Resize the shorter side, then cut out the centre.

    All filters are antialiased (Pillow's, which widen with the factor of reduction) and work on
    floating-point values, so nothing is rounded to 8 bits.

    Args:
        size: side of the square, in pixels.
        filter: "bicubic", "bilinear" or "lanczos".
        shorter: the shorter side before the cut; by default ``size``, so that nothing of the
            shorter side is lost.

    Raises:
        InputError: an unknown filter, a size below 1, or a square larger than the resized image.
    """

    size: int
    filter: Filter = "bicubic"
    shorter: int | None = None

    def __post_init__(self) -> None:
        if self.filter not in get_args(Filter):
            expected = ", ".join(get_args(Filter))
            raise InputError(f"ImageFit: expected a filter of {expected}; found {self.filter!r}.")
        if not 1 <= self.size <= self._shorter:
            raise InputError(
                "ImageFit: expected 1 <= size <= shorter side, found "
                f"size {self.size} and shorter side {self._shorter}."
            )

    @property
    def _shorter(self) -> int:
        return self.size if self.shorter is None else self.shorter

    def fit(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        """Return the images as one tensor.

        Args:
            images: arrays (height, width, 3) in [0, 1], of any sizes.

        Returns:
            (N, 3, size, size) float32 in [0, 1]: what a filter overshoots is clamped.

        Raises:
            InputError: an array is not of that shape, or there is none.
        """
        if not len(images):
            raise InputError("ImageFit: expected at least one image, found none.")
        return torch.from_numpy(np.stack([self._fit(np.asarray(image)) for image in images]))

    def describe(self) -> str:
        """Return what is done, in words: part of what makes scores what they are."""
        return (
            f"shorter side to {self._shorter} ({self.filter}, antialiased), "
            f"centre {self.size}x{self.size}"
        )

    def _fit(self, image: np.ndarray) -> np.ndarray:
        if image.ndim != 3 or image.shape[2] != 3 or not image.size:
            raise InputError(
                "ImageFit: expected arrays of shape (height, width, 3), found one of shape "
                f"{image.shape}."
            )
        height, width = image.shape[:2]
        shorter = min(height, width)
        height, width = (side * self._shorter // shorter for side in (height, width))
        resample = Image.Resampling[self.filter.upper()]
        channels = [
            np.asarray(
                Image.fromarray(np.ascontiguousarray(image[..., channel], dtype=np.float32)).resize(
                    (width, height), resample
                )
            )
            for channel in range(3)
        ]
        top, left = round((height - self.size) / 2), round((width - self.size) / 2)
        cut = np.stack(channels)[:, top : top + self.size, left : left + self.size]
        return cut.clip(0, 1)
