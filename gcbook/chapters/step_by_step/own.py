"""One image in a reader's own scores: what each draw answers, and what the first n draws do."""

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.miniworld.results.own_stores import OwnStore, open_stores
from gcbook.miniworld.testsets import texture_of
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.decisions import smallest
from gcbook.scoring.scores import Weights, score_array

BY_NOISE, BY_DRAW = "each draw", "the first draws"
"""What answers: one draw alone, or all up to one."""


def check_image(parameters: Any) -> None:
    """Refuse an image that no store has, or one without a store.

    Raises:
        InputError: with names that are near.
    """
    if parameters.image and not parameters.stores:
        raise InputError(
            "image: has no effect without stores, which it names an image of; add -p stores."
        )
    if parameters.stores:
        _with_image(open_stores(parameters.stores), parameters.image)


def own_draws(own: Sequence[OwnStore], image: str, weighting: str) -> pd.DataFrame:
    """Answers of own models to one image, by noise and by number of draws.

    Args:
        own: from `gcbook.miniworld.results.own_stores.open_stores`.
        image: its ``image_id``; "": the first of the first store.
        weighting: as `gcbook.noise.weightings.parse_weighting` takes it, beside equal weights.

    Returns:
        A row a model, way (`BY_NOISE` or `BY_DRAW`), weighting and draw: ``model, image, shape,
        texture`` ("" where there is none), ``way, weighting, draw`` (from 1), ``t``, ``answer``,
        ``role`` ("the shape", "the texture", "neither"; an image without a texture of its own has
        the first and the last), and ``prompt_lead``: the error under the texture's prompt, or where
        there is none under the best other one, less that under the shape's, in percent of the
        smallest.

    Raises:
        InputError: no store has the image.
    """
    tables = []
    for one, name in _with_image(own, image):
        tables += _draws_of(one, name, weighting)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"model": []})


def _with_image(own: Sequence[OwnStore], image: str) -> list[tuple[OwnStore, str]]:
    """The stores that have an image with all its draws, and its name."""
    known = [(one, one.store.images()["image_id"].tolist()) for one in own]
    asked = image or next((names[0] for _, names in known), "")
    found = [(one, asked) for one, names in known if asked in names]
    if own and not found:
        every = list(dict.fromkeys(name for _, names in known for name in names))
        near = difflib.get_close_matches(asked, every, n=3) or every[:3]
        raise InputError(
            f"image: expected one of the {len(every):,} images in the stores, found {image!r}. "
            f"Did you mean {', '.join(near)}?"
        )
    # Another kind of images may have the same names.
    return [each for each in found if each[0].images == found[0][0].images]


def _draws_of(one: OwnStore, image: str, weighting: str) -> list[pd.DataFrame]:
    store = one.store
    rows = store.scores()
    rows = rows[rows["image_id"] == image]
    raw, times, ratios = (
        score_array(rows, rows[name], [image], store.labels, store.settings.draws)[0]
        for name in ("error_l2", "t", "log_snr")
    )
    whole = ~np.isnan(raw).any(axis=1)
    raw, t, ratio = raw[whole], times[whole, 0], ratios[whole, 0]
    images = store.images().set_index("image_id")
    shape, texture = str(images.loc[image, "category"]), texture_of(image)
    texture = texture if texture in store.labels and texture != shape else ""
    about = {"model": one.model, "image": image, "shape": shape, "texture": texture}
    tables = []
    for name in dict.fromkeys((weighting, "uniform")):
        weights = Weights(parse_weighting(name), "l2", store.schedule).at(t, ratio)
        running = np.cumsum(weights[:, None] * raw, axis=0) / np.cumsum(weights)[:, None]
        told = _told(running, store.labels, shape, texture, image)
        tables.append(told.assign(**about, way=BY_DRAW, weighting=name, t=t))
    alone = _told(raw, store.labels, shape, texture, image)
    return [alone.assign(**about, way=BY_NOISE, weighting="", t=t), *tables]


def _told(
    errors: np.ndarray, labels: Sequence[str], shape: str, texture: str, image: str
) -> pd.DataFrame:
    """What rows of errors, (n, classes), answer: ``draw, answer, role, prompt_lead``."""
    best = smallest([image] * len(errors), errors, labels)
    answers = [labels[at] for at in best]
    own = errors[:, labels.index(shape)]
    others = np.delete(errors, labels.index(shape), axis=1).min(axis=1)
    other = errors[:, labels.index(texture)] if texture else others
    roles = {shape: "the shape", texture: "the texture"}
    return pd.DataFrame(
        {
            "draw": np.arange(1, len(errors) + 1),
            "answer": answers,
            "role": [roles.get(answer, "neither") for answer in answers],
            "prompt_lead": 100 * (other - own) / errors.min(axis=1),
        }
    )
