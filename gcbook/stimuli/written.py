"""Images made here, as PNG."""

import struct
import zlib
from dataclasses import dataclass

import numpy as np

__all__ = ["Png"]


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
        header = struct.pack(">IIBBBBB", width, height, 8, 0 if grey else 2, 0, 0, 0)
        parts = ((b"IHDR", header), (b"IDAT", zlib.compress(unfiltered, 0)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in parts
        )
