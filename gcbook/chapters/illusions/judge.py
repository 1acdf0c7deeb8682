"""Can the judge of reconstructions be trusted? What it names, and how often it is right."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from gcbook.illusions.drawings import FIGURE, GROUND
from gcbook.illusions.reconstruct import EMPTY
from gcbook.miniworld.results.ambiguous import ambiguous_pictures
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.sheets import read_sheet, reconstructed_models
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.world import ALL_CATEGORIES, DEFAULT_WORLD, Composer
from gcbook.stats.clustered import clustered_means
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows

ABLE = 0.5
"""A judge that gives a plain drawing less than this cannot judge its reconstructions."""
IMAGES = 1900
SEED = 5
"""Of the images that the judge is tested on, which no model was trained on."""
ORDINARY = "Test images of the miniature world"
FLAT = "Flat silhouettes in the drawings' greys"
MADE = "Made from pure noise by "
OF_DRAWINGS, OF_BLENDS = "the drawings' prompts", "the blends' prompts"


def judge_rows(*, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Test the judge: on images, on silhouettes drawn as the drawings are, and on made pictures.

    Of a picture made from the prompt alone (strength 1) the judge is right if it names what was
    prompted; an error may be the model's or the judge's.

    Returns:
        ``shown, n, accuracy, low, high``, over all 19 categories.
    """
    tables = []
    for answers in (_tested(), *map(_made, reconstructed_models())):
        found = clustered_means(answers, ["shown"], "right", share=True, resampling=resampling)
        tables.append(ordered_rows(found, ["shown"], {"shown": dict.fromkeys(answers["shown"])}))
    return pd.concat(tables, ignore_index=True).rename(columns={"mean": "accuracy"})


@cache
def _tested() -> pd.DataFrame:
    silhouettes = load_silhouettes("test")
    generator = torch.Generator().manual_seed(SEED)
    scene = Composer(DEFAULT_WORLD, silhouettes).sample(IMAGES, generator)
    images = scene.images[..., 0].astype(np.float32) / np.float32(255)
    masks = silhouettes.images.astype(np.float32) / np.float32(255)
    halves = masks.reshape(len(masks), 32, 2, 32, 2).mean((2, 4), dtype=np.float32)
    flat = (GROUND + (FIGURE - GROUND) * halves).astype(np.float32)
    return pd.concat(
        [
            _answers(images, [ALL_CATEGORIES[i] for i in scene.shape]).assign(
                shown=ORDINARY, silhouette=[silhouettes.names[i] for i in scene.silhouette]
            ),
            _answers(flat, silhouettes.categories).assign(shown=FLAT, silhouette=silhouettes.names),
        ]
    )


def _made(model: str) -> pd.DataFrame:
    made = [
        # Names of different noise: every made picture is one of its own.
        (f"{picture.name}-{prompt}-{draw}", prompt, image, picture.blend)
        for picture in ambiguous_pictures()
        for last in [read_sheet(model, picture).images[-1]]
        for place, prompt in enumerate(picture.prompts)
        if prompt != EMPTY
        for draw, image in enumerate(last[:, place])
    ]
    names, asked, images, blends = zip(*made, strict=True)
    shown = [f"{MADE}{model}, {OF_BLENDS if each else OF_DRAWINGS}" for each in blends]
    return _answers(np.stack(images), asked).assign(silhouette=names, shown=shown)


def _answers(images: npt.NDArray[np.float32], categories: Sequence[str]) -> pd.DataFrame:
    named = np.array(ALL_CATEGORIES)[judge_pictures(images).argmax(axis=1)]
    asked = np.asarray(categories)
    return pd.DataFrame({"category": asked, "right": (named == asked).astype(float)})


def plainly_seen() -> dict[tuple[str, str], float]:
    """Return the judge's probability of each drawing's readings, by drawing and reading.

    That is the larger of its values for the drawing itself and for its control, in which the
    reading is the only one: to know a face in profile is not to know one made of holes. Both are
    means over the mirror images.
    """
    drawn = [(each, each.drawing) for each in ambiguous_pictures() if each.drawing]
    said = judge_pictures(np.stack([picture.image[..., 0] for picture, _ in drawn]))
    rows = [
        (drawing.control_of or picture.subject, name, picture.subject, one[place])
        for (picture, drawing), one in zip(drawn, said, strict=True)
        for place, name in enumerate(ALL_CATEGORIES)
        if name in drawing.readings
    ]
    seen = pd.DataFrame(rows, columns=["about", "reading", "drawing", "probability"])
    means = seen.groupby(["about", "reading", "drawing"])["probability"].mean()
    best: dict[Any, float] = means.groupby(["about", "reading"]).max().to_dict()
    return best
