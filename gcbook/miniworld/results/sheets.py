"""What each miniature makes of ambiguous pictures: sheets of reconstructions, and their record.

Reconstructions come with the package, so that they can be looked at and measured in seconds. They
are of networks of an earlier version, whose weights ship no more: these learned drawn images whose
outlines never mislead. ``tools/reconstruct_miniatures.py`` makes others.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gcbook.classifiers.protocol import Classifier
from gcbook.files.atomic import write_text, write_whole
from gcbook.files.errors import GcbookError
from gcbook.files.manifest import DATA
from gcbook.illusions.reconstruct import reconstruct
from gcbook.miniworld.results.ambiguous import (
    SIDE,
    STEPS,
    TEMPLATE,
    Picture,
    ambiguous_pictures,
    prompt_of,
)

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


def reconstruct_picture(
    picture: Picture,
    classifier: Classifier,
    draws: Sequence[int],
    strengths: Sequence[float] | None = None,
) -> Sheet:
    """Reconstruct a picture under each of its prompts.

    Args:
        classifier: from `gcbook.illusions.reconstruct.load_for_prompts`, with all of its prompts.
        draws: numbers of the draws, which are the seeds.
        strengths: instead of the picture's.

    Raises:
        InputError: the classifier lacks a prompt, or cannot reconstruct.
    """
    prompts = [prompt_of(each) for each in picture.prompts]
    found = [
        reconstruct(
            picture.image,
            prompts,
            classifier,
            strengths or picture.strengths,
            steps=STEPS,
            seed=draw,
            name=picture.name,
        )
        for draw in draws
    ]
    images = np.stack([each.images.mean(-1) for each in found], axis=1)
    return Sheet(found[0].original.mean(-1), found[0].untouched.mean(-1), images)


def make_sheet(picture: Picture, classifier: Classifier, folder: Path) -> Path:
    """Reconstruct a picture as it ships: a PNG, a row a strength and draw, a column a prompt.

    Above them, in the first row, stand the original and the untouched picture.
    """
    from PIL import Image

    sheet = reconstruct_picture(picture, classifier, range(picture.draws))
    rows = sheet.images.reshape(-1, len(picture.prompts), SIDE, SIDE)
    first = np.zeros_like(rows[:1])
    first[0, 0], first[0, 1] = sheet.original, sheet.untouched
    cells = np.concatenate([first, rows])
    flat = cells.transpose(0, 2, 1, 3).reshape(len(cells) * SIDE, -1)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{picture.name}.png"
    image = Image.fromarray(np.rint(255 * flat.clip(0, 1)).astype(np.uint8))
    write_whole(path, lambda place: image.save(place, format="PNG", optimize=True))
    return path


def read_sheet(model: str, picture: Picture) -> Sheet:
    """Return what comes with this package of a model and a picture.

    Raises:
        GcbookError: it was made with other prompts, strengths or draws.
    """
    from PIL import Image

    made = _record(model).get("pictures", {}).get(picture.name)
    if made is not None and made != _asked(picture):
        raise GcbookError(
            f"{DATA.folder / ILLUSIONS / model / RECORD}: expected {picture.name} made with "
            f"{_asked(picture)}, found {made}; {_remedy(model)}."
        )
    place = DATA.path(f"{ILLUSIONS}/{model}/{picture.name}.png")
    with Image.open(place, formats=("PNG",)) as opened:
        flat = np.asarray(opened, np.float32) / np.float32(255)
    columns, rows = len(picture.prompts), len(picture.strengths) * picture.draws
    cells = flat.reshape(rows + 1, SIDE, columns, SIDE).transpose(0, 2, 1, 3)
    images = cells[1:].reshape(len(picture.strengths), picture.draws, columns, SIDE, SIDE)
    return Sheet(cells[0, 0], cells[0, 1], images)


def _remedy(model: str) -> str:
    return f"tools/reconstruct_miniatures.py {model} --anew makes them"


def _asked(picture: Picture) -> dict[str, Any]:
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


def write_record(folder: Path, classifier: Classifier, *, complete: bool) -> Path:
    """Write what makes a folder of sheets, and whether they are all there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / RECORD
    text = json.dumps(record_of(classifier) | {"complete": complete}, indent=1) + "\n"
    write_text(text, path)
    return path


def record_of(classifier: Classifier) -> dict[str, Any]:
    """Return what makes a folder of sheets: the model, the steps, and what is asked."""
    found: dict[str, Any] = json.loads(
        json.dumps(
            {
                "model": classifier.describe(),
                "template": TEMPLATE,
                "steps": STEPS,
                "pictures": {each.name: _asked(each) for each in ambiguous_pictures()},
            }
        )
    )
    return found
