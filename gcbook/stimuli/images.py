"""From the bytes of an image file to an array of colours."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from gcbook.files.errors import InputError
from gcbook.files.untrusted import LARGEST_PICTURE, MOST_PIXELS, at_most, refused

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif"})
"""Endings of the files that are taken for images, in small letters."""

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")
"""What an image may be, whatever its name says. Pillow knows more, of which some are programs:
PostScript is handed to Ghostscript, which runs it."""

REMEDY = "Replace the file."


def decode_image(content: bytes, place: str) -> np.ndarray:
    """Decode an image.

    Grey and palette images become coloured, 16-bit ones are scaled by 65535, what is transparent
    lies on white, and the orientation that a camera noted is applied.

    Args:
        content: bytes of the file.
        place: where it is, for messages.

    Returns:
        float32 of shape (height, width, 3) in [0, 1].

    Raises:
        InputError: this is no image in one of `FORMATS`, a damaged one, or one of more than
            `MOST_PIXELS` pixels.
    """
    with opened_image(content, place) as opened:
        image = ImageOps.exif_transpose(opened)
        image.load()
        if image.mode.startswith("I") or image.mode == "F":
            return _deep(image, place)
        if image.has_transparency_data:
            values = np.asarray(image.convert("RGBA"), dtype=np.float32) / 255
            colour, opacity = values[..., :3], values[..., 3:]
            return colour * opacity + (1 - opacity)
        return np.asarray(image.convert("RGB"), dtype=np.float32) / 255


@contextmanager
def opened_image(content: bytes, place: str) -> Iterator[Image.Image]:
    """Open an image, whose pixels are decoded in the block, as Pillow does.

    Args:
        content: bytes of the file.
        place: where it is, for messages.

    Raises:
        InputError: see `decode_image`, also in place of what the block raises.
    """
    expected = f"an image ({', '.join(FORMATS)})"
    at_most(LARGEST_PICTURE, content, place)
    with refused(place, expected, REMEDY):
        try:
            opened = Image.open(io.BytesIO(content), formats=FORMATS)
        except UnidentifiedImageError:
            # Pillow names what it does not know by the address of a buffer.
            raise InputError(
                f"{place}: expected {expected}, found none of them. {REMEDY}"
            ) from None
        with opened:
            # The header tells the size.
            width, height = opened.size
            if width * height > MOST_PIXELS:
                raise InputError(
                    f"{place}: expected an image of {MOST_PIXELS:,} pixels at most, found "
                    f"{width:,} × {height:,}. Make it smaller: networks see some hundred pixels a "
                    "side."
                )
            yield opened


def _deep(image: Image.Image, place: str) -> np.ndarray:
    scale = 1 if image.mode == "F" else 65535
    values = np.asarray(image, dtype=np.float32) / np.float32(scale)
    low, high = float(values.min(initial=0)), float(values.max(initial=0))
    if not (low >= 0 and high <= 1):
        raise InputError(
            f"{place}: expected grey values within 16 bits, or floats in [0, 1]; found {low:g} to "
            f"{high:g} of full scale. Save the image as an 8-bit PNG."
        )
    return np.repeat(values[..., None], 3, axis=2)
