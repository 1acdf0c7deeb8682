"""Images with less detail: shrunk and enlarged again, or blurred; their size in pixels stays.

Whoever is asked images of 64 pixels a side is given what 64 pixels hold, enlarged to the size that
the images had, so that its own preprocessing is the same at every side. Shrinking averages over the
pixels that fall together (antialiased), enlarging is bicubic. A blur is a Gaussian filter, of which
the border repeats the outermost pixels.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from gcbook.files.errors import InputError

Filter = Literal["bicubic", "box", "lanczos"]


@dataclass(frozen=True)
class Detail:
    """How much of an image is shown.

    Args:
        at: pixels of the shorter side to which it is shrunk; None: all there are.
        filter: by which it is shrunk.
        blur: standard deviation of a Gaussian filter, in pixels of the stored image; 0: none.

    Raises:
        InputError: no such side, filter or blur, or a side and a blur.
    """

    at: int | None = None
    filter: Filter = "bicubic"
    blur: float = 0.0

    def __post_init__(self) -> None:
        if self.at is not None and (isinstance(self.at, bool) or not isinstance(self.at, int)):
            raise InputError(f"at: expected a whole number of pixels, found {self.at!r}.")
        if self.at is not None and self.at < 1:
            raise InputError(f"at: expected a side of 1 pixel or more, found {self.at}.")
        if self.filter not in get_args(Filter):
            known = ", ".join(get_args(Filter))
            raise InputError(f"filter: expected one of {known}; found {self.filter!r}.")
        if not 0 <= self.blur < np.inf:
            raise InputError(f"blur: expected 0 pixels or more, found {self.blur}.")
        if self.blur and self.at is not None:
            raise InputError("expected at or blur, found both; leave out one.")
        if self.filter != "bicubic" and self.at is None:
            raise InputError(f"filter: {self.filter} shrinks images to a side; add at=64, say.")

    @property
    def name(self) -> str:
        """What an observer's name ends with, "" where all is shown.

        >>> Detail(at=64).name, Detail(at=64, filter="box").name, Detail(blur=1.5).name
        ('-at-64', '-at-64-box', '-blur-1.5')
        """
        if self.at is not None:
            return f"-at-{self.at}" + ("" if self.filter == "bicubic" else f"-{self.filter}")
        return f"-blur-{self.blur:g}" if self.blur else ""

    def show(self, image: np.ndarray, place: str) -> np.ndarray:
        """Return what is shown of an image.

        Args:
            image: float32 (height, width, 3) in [0, 1].
            place: where it is, for messages.

        Returns:
            Of the same shape; what leaves [0, 1], as bicubic weights may, is cut off.

        Raises:
            InputError: it is smaller than the side asked for.
        """
        if self.blur:
            blurred: np.ndarray = gaussian_filter(image, (self.blur, self.blur, 0), mode="nearest")
            return blurred
        if self.at is None:
            return image
        height, width = image.shape[:2]
        shorter = min(height, width)
        if self.at > shorter:
            raise InputError(
                f"{place}: expected an image of {self.at} pixels a side or more, found "
                f"{width} x {height}; ask for a smaller side."
            )
        small = (round(width * self.at / shorter), round(height * self.at / shorter))
        shrink = Image.Resampling[self.filter.upper()]
        planes = [
            Image.fromarray(image[..., channel])
            .resize(small, shrink)
            .resize((width, height), Image.Resampling.BICUBIC)
            for channel in range(3)
        ]
        return np.stack([np.asarray(plane) for plane in planes], axis=2).clip(0, 1)
