"""What each miniature makes of ambiguous pictures: sheets of reconstructions, and their record.

Reconstructions come with the package, so that they can be looked at and measured in seconds. They
are of networks of an earlier version, whose weights ship no more: these learned drawn images whose
outlines never mislead. ``tools/reconstruct_miniatures.py`` makes others.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from gcbook.files.manifest import DATA
from gcbook.miniworld.results.ambiguous import SIDE, Picture

RECONSTRUCTING = ("mini-pixel", "mini-latent", "mini-masked")
"""Recipes whose models can go part of the way to noise and back."""

ILLUSIONS = "illusions"
"""Folder of the package's data, with a folder a model."""
RECORD = "record.json"

Grey = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sheet:
    """Reconstructions of one picture by one model, in grey.

    Attributes:
        original: what the model was shown, float32 (32, 32) in [0, 1].
        untouched: what its autoencoder or tokenizer alone makes of it; else the same.
        images: (strengths, draws, prompts, 32, 32).
    """

    original: Grey
    untouched: Grey
    images: Grey


def reconstructed_models() -> tuple[str, ...]:
    """Names of the models whose reconstructions come with this package."""
    return tuple(name for name in RECONSTRUCTING if _record(name).get("complete"))


def read_sheet(model: str, picture: Picture) -> Sheet:
    """Return what comes with this package of a model and a picture."""
    from PIL import Image

    place = DATA.path(f"{ILLUSIONS}/{model}/{picture.name}.png")
    with Image.open(place, formats=("PNG",)) as opened:
        flat = np.asarray(opened, np.float32) / np.float32(255)
    columns, rows = len(picture.prompts), len(picture.strengths) * picture.draws
    cells = flat.reshape(rows + 1, SIDE, columns, SIDE).transpose(0, 2, 1, 3)
    images = cells[1:].reshape(len(picture.strengths), picture.draws, columns, SIDE, SIDE)
    return Sheet(cells[0, 0], cells[0, 1], images)


def asked_of(picture: Picture) -> dict[str, Any]:
    """What is asked about a picture, as the record of its reconstructions has it."""
    return {
        "prompts": list(picture.prompts),
        "strengths": list(picture.strengths),
        "draws": picture.draws,
    }


@cache
def _record(model: str) -> dict[str, Any]:
    folder = f"{ILLUSIONS}/{model}"
    if RECORD not in DATA.names(folder):
        return {}
    text = DATA.path(f"{folder}/{RECORD}").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
