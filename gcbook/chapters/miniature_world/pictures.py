"""Pictures of a miniature world: samples of its test sets, its textures, a self-test.

Pictures are PNG, of the very pixels that the models see, and data URIs where a chart draws them.
"""

import base64
import io
from collections.abc import Iterable
from itertools import product

import numpy as np
import pandas as pd
import torch

from gcbook.miniworld.results.scores import SET_TITLES
from gcbook.miniworld.testsets import conditions_made, make_test_set, texture_of
from gcbook.miniworld.textures import draw_textures
from gcbook.miniworld.world import DEFAULT_WORLD, World
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stats.rows import ordered_rows
from gcbook.stimuli.distortions import DISTORTIONS
from gcbook.stimuli.stimulus import Stimulus

PLAIN_SETS = ("in-distribution", "cue-conflict", "silhouette", "edge", "texture")
SHOWN_OF = ("cat", "bicycle", "car", "elephant", "chair")
"""Categories whose objects are shown under every manipulation."""

PATCH = 48
"""Pixels a side of a piece of texture, which is shown without its object and larger."""


def png(pixels: np.ndarray, times: int = 1) -> bytes:
    """Encode a grey picture.

    Args:
        pixels: uint8 (H, W).
        times: how often a pixel is repeated across and down, for whatever would smooth it.
    """
    from PIL import Image

    file = io.BytesIO()
    larger = pixels.repeat(times, axis=0).repeat(times, axis=1)
    Image.fromarray(larger).save(file, format="png", optimize=True)
    return file.getvalue()


def sample_table(world: World = DEFAULT_WORLD) -> pd.DataFrame:
    """The first four images of each category in `PLAIN_SETS`.

    Returns:
        ``set`` (title), ``category, texture, place`` (from 0), ``image_id, picture`` (data URI).
    """
    number = 4 * len(CATEGORIES)
    table = _shown(one for name in PLAIN_SETS for one in make_test_set(name, world).first(number))
    table["place"] = table.groupby(["set", "category"]).cumcount()
    orders = {"set": [SET_TITLES[name] for name in PLAIN_SETS], "category": CATEGORIES}
    return ordered_rows(table, ["set", "category", "place"], orders)


def manipulated_samples(world: World = DEFAULT_WORLD) -> pd.DataFrame:
    """One image of each of `SHOWN_OF` in every condition of every manipulation, always the same.

    Returns:
        ``set`` (title), ``strength`` (what the conditions are), ``step`` (from 0), ``condition``
        (as on axes), ``category, texture, image_id, picture``.
    """
    chosen: list[Stimulus] = []
    for name, category in product(DISTORTIONS, SHOWN_OF):
        own = [one for one in make_test_set(name, world) if one.category == category]
        # An object in its own category's outline, where a world has others.
        shown = min(map(_object, own), key=lambda each: (not each.startswith(category), each))
        chosen += [one for one in own if _object(one) == shown]
    experiments = [EXPERIMENTS[one.dataset] for one in chosen]
    table = _shown(chosen).assign(
        strength=[each.xlabel for each in experiments],
        step=[conditions_made(one.dataset).index(one.condition) for one in chosen],
        condition=[
            each.label(one.condition) for each, one in zip(experiments, chosen, strict=True)
        ],
    )
    orders = {"set": [SET_TITLES[name] for name in DISTORTIONS], "category": CATEGORIES}
    return ordered_rows(table, ["set", "step", "category"], orders)


def texture_samples(seed: int = 0, world: World = DEFAULT_WORLD) -> pd.DataFrame:
    """A large piece of the texture of each of the 16 categories, at full contrast.

    Args:
        seed: of phases and random parts.
        world: whose.

    Returns:
        ``category, texture`` (name of the family), ``picture`` (PNG, bytes).
    """
    count = len(CATEGORIES)
    patterns = draw_textures(
        torch.arange(count),
        world.textures,
        # The same pixels a period as in the world's images, on a larger piece.
        torch.full((count,), sum(world.period) / 2 / PATCH),
        torch.zeros(count),
        2 * PATCH,
        torch.Generator().manual_seed(seed),
    )
    low = patterns.amin(dim=(1, 2), keepdim=True)
    high = patterns.amax(dim=(1, 2), keepdim=True)
    # Between the darkest and the lightest luma of the world's figures and grounds.
    luma = 0.15 + 0.7 * (patterns - low) / (high - low)
    pixels = (luma * 255).round().to(torch.uint8).numpy()
    return pd.DataFrame(
        {
            "category": CATEGORIES,
            "texture": world.textures[:count],
            "picture": [png(each) for each in pixels],
        }
    )


def quiz_table(seed: int = 0, world: World = DEFAULT_WORLD) -> pd.DataFrame:
    """Twelve cue-conflict images for a self-test: every shape and every texture at most once.

    Args:
        seed: of the choice.
        world: whose images.

    Returns:
        ``number`` (from 1), ``shape, texture, image_id, picture`` (PNG, bytes, three times as
        large).
    """
    rng = np.random.default_rng(seed)
    shapes = rng.permutation(len(CATEGORIES))
    # The next in a circle of all categories: a texture is never its own shape's.
    wanted = [
        (CATEGORIES[shape], CATEGORIES[texture])
        for shape, texture in zip(shapes, np.roll(shapes, -1), strict=True)
    ]
    # In another order, or each texture would give the next shape away.
    wanted = [wanted[place] for place in rng.permutation(len(wanted))[:12]]
    conflicts = make_test_set("cue-conflict", world)
    rows = []
    for place, (shape, texture) in enumerate(wanted, start=1):
        own = [
            one for one in conflicts if (one.category, texture_of(one.image_id)) == (shape, texture)
        ]
        stimulus = own[int(rng.integers(len(own)))]
        rows.append(
            {
                "number": place,
                "shape": shape,
                "texture": texture,
                "image_id": stimulus.image_id,
                "picture": png(_pixels(stimulus), 3),
            }
        )
    return pd.DataFrame(rows)


def _shown(stimuli: Iterable[Stimulus]) -> pd.DataFrame:
    """What images are and show, a row each."""
    return pd.DataFrame(
        {
            "set": SET_TITLES[one.dataset],
            "category": one.category,
            "texture": texture_of(one.image_id),
            "image_id": one.image_id,
            "picture": _picture(one),
        }
        for one in stimuli
    )


def _object(stimulus: Stimulus) -> str:
    # Images of one object share the first two parts of their names in all conditions.
    return "-".join(stimulus.image_id.split("-")[:2])


def _picture(stimulus: Stimulus) -> str:
    return "data:image/png;base64," + base64.b64encode(png(_pixels(stimulus))).decode()


def _pixels(stimulus: Stimulus) -> np.ndarray:
    return np.asarray((stimulus.read()[..., 0] * 255).round(), dtype=np.uint8)
