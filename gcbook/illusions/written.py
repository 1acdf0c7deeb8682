"""Reconstructions as files: pictures, maps of differences, an overview, and a record."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gcbook.files.atomic import write_text, write_whole
from gcbook.illusions.reconstruct import Reconstructions

RECORD = "reconstructions.json"
GAP = 4
"""Pixels between the pictures of the overview."""
LEAST_SIDE = 128
"""Smaller pictures are enlarged in the overview, pixel by pixel."""


def difference_picture(difference: np.ndarray) -> np.ndarray:
    """Show a signed difference: red where the first is lighter, blue where the second is.

    Args:
        difference: (H, W), from -1 to 1; the largest absolute value gets the full colour.

    Returns:
        float32 (H, W, 3) in [0, 1]; white where there is none.
    """
    full = float(np.abs(difference).max()) or 1.0
    share = (difference / full).astype(np.float32)
    first, second = share.clip(0, 1), (-share).clip(0, 1)
    return np.stack([1 - second, 1 - first - second, 1 - first], axis=-1)


def result_names(strengths: int, prompts: int) -> list[str]:
    """Return the names of a folder's pictures, for so many strengths and prompts.

    >>> result_names(1, 2)
    ['original.png', 'untouched.png', 'overview.png', 'picture-0-0.png', 'picture-0-1.png', \
'difference-0.png']
    """
    names = ["original.png", "untouched.png", "overview.png"]
    for number in range(strengths):
        names += [f"picture-{number}-{place}.png" for place in range(prompts)]
        names += [f"difference-{number}.png"] if prompts > 1 else []
    return names


def write_reconstructions(
    found: Reconstructions, folder: str | Path, about: Mapping[str, Any]
) -> Path:
    """Write a folder of results.

    Files are ``original.png``, ``untouched.png`` and, by number of strength and prompt,
    ``picture-S-P.png``; ``difference-S.png`` between the first two prompts; ``overview.png``, a row
    a strength; and `RECORD` with prompts, strengths, errors, the hash of the weights and what is
    said ``about`` the run. The record comes last: where it is, all is there.

    Args:
        found: what to write.
        folder: made if needed.
        about: ready for JSON.

    Returns:
        The record.

    Raises:
        UnwritableError: the disk is full, say.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / RECORD
    record.unlink(missing_ok=True)
    _save(folder / "original.png", found.original)
    _save(folder / "untouched.png", found.untouched)
    rows = []
    for number, images in enumerate(found.images):
        row = [found.original, *images]
        for place, picture in enumerate(images):
            _save(folder / f"picture-{number}-{place}.png", picture)
        if len(images) > 1:
            row.append(difference_picture(found.difference()[number]))
            _save(folder / f"difference-{number}.png", row[-1])
        rows.append(row)
    _save(folder / "overview.png", _overview(rows))
    written = {
        **about,
        "weights": found.weights,
        "prompts": list(found.prompts),
        "strengths": list(found.strengths),
        "errors": found.errors.round(6).tolist(),
    }
    write_text(json.dumps(written, indent=1) + "\n", record)
    return record


def _overview(rows: list[list[np.ndarray]]) -> np.ndarray:
    times = max(1, -(-LEAST_SIDE // rows[0][0].shape[0]))
    gap = ((0, GAP), (0, GAP), (0, 0))
    cells = [
        [np.pad(each.repeat(times, 0).repeat(times, 1), gap, constant_values=1) for each in row]
        for row in rows
    ]
    return np.concatenate([np.concatenate(row, axis=1) for row in cells])[:-GAP, :-GAP]


def _save(path: Path, picture: np.ndarray) -> None:
    from PIL import Image

    image = Image.fromarray(np.rint(255 * picture.clip(0, 1)).astype(np.uint8))
    write_whole(path, lambda temporary: image.save(temporary, "PNG"))
