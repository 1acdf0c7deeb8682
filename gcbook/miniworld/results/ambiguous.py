"""Pictures that can be seen in two ways, what the miniatures make of them, and who judges it.

What is shown, under which prompts, from how far and how often was fixed before any model had seen
a picture. Sheets of reconstructions, and their record, come with the package, so that they can be
looked at and measured in seconds. They are of networks of an earlier version, whose weights ship no
more: these learned drawn images whose outlines never mislead. ``tools/reconstruct_miniatures.py``
makes others. The judge is a classifier that says what made pictures show, and never sees a prompt.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from gcbook.files.manifest import DATA
from gcbook.illusions.drawings import DRAWINGS, Drawing, draw, mirrored
from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.blends import SIDE, Blend, draw_blends
from gcbook.miniworld.world import ALL_CATEGORIES

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

STEPS = 30
"""Of the whole way back."""
STRENGTHS = (0.3, 0.45, 0.6, 0.75, 0.9, 1.0)
DRAWS = 8
"""Of noise, for a drawing. A blend gets one, for there are many of them."""
BLENDS = 40
DRAWING_PROMPTS = ("duck", "rabbit", "face", "bottle", EMPTY)
"""All that is seen in any of the drawings, so that what is wrong for one is right for another."""
DRAWN: Mapping[str, tuple[bool, ...]] = {
    "duck–rabbit": (False, True),
    "duck": (False, True),
    "face in a rock": (False,),
    "vase and faces": (False,),
}
"""The drawings that are shown to models, and whether as they are or mirrored, too: a mirror image
is a control where the drawing differs from it."""

RECONSTRUCTING = ("mini-pixel", "mini-latent", "mini-masked")
"""Recipes whose models can go part of the way to noise and back."""

ILLUSIONS = "illusions"
"""Folder of the package's data, with a folder a model."""
RECORD = "record.json"

Grey = npt.NDArray[np.float32]

JUDGE = "mini-judge"
BATCH = 512


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture and what is asked about it.

    Attributes:
        name: of its file, without ending.
        title: of it on the page.
        image: float32 (32, 32, 3) in [0, 1].
        prompts: categories, and `gcbook.illusions.reconstruct.EMPTY`.
        strengths: how far towards noise.
        draws: of noise or masks.
        drawing: that it is of, if it is.
        blend: likewise.
    """

    name: str
    title: str
    image: npt.NDArray[np.float32]
    prompts: tuple[str, ...]
    strengths: tuple[float, ...]
    draws: int
    drawing: Drawing | None = None
    blend: Blend | None = None

    @property
    def subject(self) -> str:
        """Its drawing's name, mirrored or not; "blend" for a blend."""
        return self.drawing.name.removesuffix(", mirrored") if self.drawing else "blend"


@cache
def ambiguous_pictures() -> tuple[Picture, ...]:
    """All pictures: the drawings of `DRAWN`, and the blends.

    A blend of two categories is asked about under both, under a third that was drawn by lot, and
    under none.
    """
    pictures = []
    for drawn, turns in DRAWN.items():
        for turned in turns:
            each = mirrored(DRAWINGS[drawn]) if turned else DRAWINGS[drawn]
            name = each.name.replace("–", "-").replace(", ", "-").replace(" ", "-")
            pictures.append(
                Picture(name, each.name, draw(each, SIDE), DRAWING_PROMPTS, STRENGTHS, DRAWS, each)
            )
    rng = np.random.default_rng(1)
    for number, blend in enumerate(draw_blends(BLENDS)):
        third = rng.choice([name for name in ALL_CATEGORIES if name not in blend.categories])
        pictures.append(
            Picture(
                f"blend-{number:02}",
                " and ".join(blend.categories),
                blend.image,
                (*blend.categories, str(third), EMPTY),
                STRENGTHS,
                1,
                blend=blend,
            )
        )
    return tuple(pictures)


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


@cache
def _judge() -> "Classifier":
    from gcbook.classifiers.load import load_classifier

    return load_classifier(DATA.path(f"models/{JUDGE}"), labels=ALL_CATEGORIES, name=JUDGE)


def judge_pictures(images: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Ask the judge what pictures show.

    Args:
        images: grey, (N, H, W) in [0, 1].

    Returns:
        Probabilities of `gcbook.miniworld.world.ALL_CATEGORIES`, (N, 19).
    """
    judge = _judge()
    parts = [np.empty((0, len(ALL_CATEGORIES)))]
    for first in range(0, len(images), BATCH):
        part = images[first : first + BATCH]
        shown = [np.repeat(each[..., None], 3, axis=-1) for each in part]
        nll = judge.measure(judge.prepare(shown), [], None, "none")["nll"]
        parts.append(torch.exp(-nll.double()).numpy())
    return np.concatenate(parts)
