"""Sets of images made here, in the form of those on disk."""

import struct
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from gcbook.files.archives import folder_files
from gcbook.files.errors import InputError
from gcbook.stimuli.stimulus import StimulusSet

__all__ = ["Png", "write_test_set"]


def write_test_set(test_set: StimulusSet, folder: str | Path) -> Path:
    """Write ``<folder>/<dataset>/<category>/<name>``, all images or none.

    Where the same images are already, nothing is done.

    Args:
        test_set: the images; its dataset names the folder.
        folder: made where there is none.

    Returns:
        The folder of the dataset, which `gcbook.stimuli.folders.open_stimuli` opens.

    Raises:
        InputError: that folder holds something else already, or cannot be written.
    """
    folder = Path(folder)
    target = folder / test_set.dataset
    files = {
        PurePosixPath(each.category, each.imagename): each.content() for each in test_set.stimuli
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            with tempfile.TemporaryDirectory(prefix=".gcbook-", dir=folder) as temporary:
                half = Path(temporary) / test_set.dataset
                for inner, content in files.items():
                    (half / inner).parent.mkdir(parents=True, exist_ok=True)
                    (half / inner).write_bytes(content)
                half.rename(target)
            return target
        present = {inner: (target / inner).read_bytes() for inner in folder_files(target)}
    except OSError as error:
        raise InputError(
            f"{target}: expected a place to write {len(files)} images to, found none ({error})."
        ) from error
    every = sorted(files.keys() | present.keys())
    differing = [inner for inner in every if files.get(inner) != present.get(inner)]
    if differing:
        raise InputError(
            f"{target}: expected no such folder, or one with the same {len(files)} images; found "
            f"{len(differing)} files that differ, such as {differing[0]}. Give another folder, or "
            "remove this one."
        )
    return target


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
