"""Images made here, as PNG."""

import struct
import zlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Png:
    """An 8-bit image, uint8 (H, W, 3), as the bytes of a PNG: grey where its channels are equal.

    Stored, not compressed: at this size that costs nothing, and an image's bytes, by whose hash it
    is known, do not depend on the version of a compressor.
    """

    pixels: np.ndarray

    def __call__(self) -> bytes:
        height, width, _ = self.pixels.shape
        grey = bool((self.pixels == self.pixels[..., :1]).all())
        rows = (self.pixels[..., :1] if grey else self.pixels).reshape(height, -1)
        unfiltered = np.pad(rows, ((0, 0), (1, 0))).tobytes()
        return png_of(width, height, zlib.compress(unfiltered, 0), grey=grey)


def png_of(width: int, height: int, packed: bytes, *, depth: int = 8, grey: bool = True) -> bytes:
    """A PNG of packed rows, each with its filter before it: grey or RGB, ``depth`` bits a value."""
    header = struct.pack(">IIBBBBB", width, height, depth, 0 if grey else 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    )
