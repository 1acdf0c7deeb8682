"""From the bytes of an image file to an array of colours."""

import io

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from gcbook.files.errors import InputError

__all__ = ["IMAGE_SUFFIXES", "decode_image"]

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif"})
"""Endings of the files that are taken for images, in small letters."""


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
        InputError: this is no image, or a damaged one.
    """
    try:
        with Image.open(io.BytesIO(content)) as opened:
            image = ImageOps.exif_transpose(opened)
            image.load()
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError) as error:
        # Pillow names an unknown format by the address of its buffer.
        unknown = isinstance(error, UnidentifiedImageError)
        reason = "no known format" if unknown else str(error).rstrip(".")
        raise InputError(
            f"{place}: expected an image, found what cannot be read as one ({reason}); replace the "
            "file."
        ) from error
    if image.mode.startswith("I") or image.mode == "F":
        return _deep(image, place)
    if image.has_transparency_data:
        values = np.asarray(image.convert("RGBA"), dtype=np.float32) / 255
        colour, opacity = values[..., :3], values[..., 3:]
        return colour * opacity + (1 - opacity)
    return np.asarray(image.convert("RGB"), dtype=np.float32) / 255


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
