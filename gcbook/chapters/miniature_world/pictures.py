"""Pictures of a miniature world: samples of its test sets, its textures, a self-test.

Pictures are PNG, of the very pixels that the models see, and data URIs where a chart draws them.
"""

import base64
import io
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import torch

from gcbook.miniworld.results.scores import SET_TITLES
from gcbook.miniworld.testsets import conditions_made, make_test_set, texture_of
from gcbook.miniworld.textures import draw_textures
from gcbook.miniworld.world import DEFAULT_WORLD, World
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stimuli.distortions import DISTORTIONS
from gcbook.stimuli.stimulus import Stimulus

__all__ = [
    "PLAIN_SETS",
    "manipulated_samples",
    "png",
    "quiz_table",
    "sample_table",
    "texture_samples",
]

PLAIN_SETS = ("in-distribution", "cue-conflict", "silhouette", "edge", "texture")
SHOWN_OF = ("cat", "bicycle", "car", "elephant", "chair")
"""Categories whose objects are shown under every manipulation."""

PATCH = 48
"""Pixels a side of a piece of texture, which is shown without its object and larger."""


def png(pixels: np.ndarray, times: int = 1) -> bytes:
    """Encode a grey picture.

    Args:
        pixels: uint8 (H, W) or (H, W, 3), of which the first channel is taken.
        times: how often a pixel is repeated across and down, for whatever would smooth it.
    """
    from PIL import Image

    grey = pixels if pixels.ndim == 2 else pixels[..., 0]
    file = io.BytesIO()
    larger = grey.repeat(times, axis=0).repeat(times, axis=1)
    Image.fromarray(np.ascontiguousarray(larger)).save(file, format="png", optimize=True)
    return file.getvalue()


def sample_table(
    each: int = 4, test_sets: Sequence[str] = PLAIN_SETS, world: World = DEFAULT_WORLD
) -> pd.DataFrame:
    """The first images of each category in test sets.

    Args:
        each: images a category.
        test_sets: names.
        world: whose.

    Returns:
        ``set`` (title), ``category, texture, place`` (from 0), ``image_id, picture`` (data URI).
    """
    rows = []
    for test_set in test_sets:
        seen: Counter[str] = Counter()
        for stimulus in make_test_set(test_set, world).stimuli:
            if seen[stimulus.category] < each:
                rows.append(
                    {
                        "set": SET_TITLES[test_set],
                        "category": stimulus.category,
                        "texture": texture_of(stimulus.image_id),
                        "place": seen[stimulus.category],
                        "image_id": stimulus.image_id,
                        "picture": _picture(stimulus),
                    }
                )
            seen[stimulus.category] += 1
    order = [SET_TITLES[name] for name in test_sets]
    return _ordered(rows, ["set", "category", "place"], order)


def manipulated_samples(
    categories: Sequence[str] = SHOWN_OF, world: World = DEFAULT_WORLD
) -> pd.DataFrame:
    """One image of some categories in every condition of every manipulation, always the same.

    Args:
        categories: to show.
        world: whose.

    Returns:
        ``set`` (title), ``strength`` (what the conditions are), ``step`` (from 0), ``condition``
        (as on axes), ``category, texture, image_id, picture``.
    """
    rows = []
    for name in DISTORTIONS:
        experiment, made = EXPERIMENTS[name], conditions_made(name)
        stimuli = make_test_set(name, world).stimuli
        for category in categories:
            # Images of one object share the first two parts of their names in all conditions.
            object_of = {
                stimulus: "-".join(stimulus.image_id.split("-")[:2])
                for stimulus in stimuli
                if stimulus.category == category
            }
            # An object in its own category's outline, where a world has others.
            chosen = min(object_of.values(), key=lambda name: (not name.startswith(category), name))
            for stimulus, shown in object_of.items():
                if shown == chosen:
                    rows.append(
                        {
                            "set": SET_TITLES[name],
                            "strength": experiment.xlabel,
                            "step": made.index(stimulus.condition),
                            "condition": experiment.label(stimulus.condition),
                            "category": category,
                            "texture": texture_of(stimulus.image_id),
                            "image_id": stimulus.image_id,
                            "picture": _picture(stimulus),
                        }
                    )
    order = [SET_TITLES[name] for name in DISTORTIONS]
    return _ordered(rows, ["set", "step", "category"], order)


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


def quiz_table(number: int = 12, seed: int = 0, world: World = DEFAULT_WORLD) -> pd.DataFrame:
    """Cue-conflict images for a self-test: every shape and every texture at most once.

    Args:
        number: of images, at most one a category.
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
    wanted = [wanted[place] for place in rng.permutation(len(wanted))[:number]]
    by_cues: dict[tuple[str, str], list[Stimulus]] = {}
    for stimulus in make_test_set("cue-conflict", world).stimuli:
        by_cues.setdefault((stimulus.category, texture_of(stimulus.image_id)), []).append(stimulus)
    rows = []
    for place, pair in enumerate(wanted, start=1):
        stimulus = by_cues[pair][int(rng.integers(len(by_cues[pair])))]
        rows.append(
            {
                "number": place,
                "shape": pair[0],
                "texture": pair[1],
                "image_id": stimulus.image_id,
                "picture": png(_pixels(stimulus), 3),
            }
        )
    return pd.DataFrame(rows)


def _picture(stimulus: Stimulus) -> str:
    return "data:image/png;base64," + base64.b64encode(png(_pixels(stimulus))).decode()


def _pixels(stimulus: Stimulus) -> np.ndarray:
    return np.asarray((stimulus.read() * 255).round(), dtype=np.uint8)


def _ordered(rows: Iterable[dict[str, object]], keys: list[str], sets: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    ranks = {"set": sets, "category": list(CATEGORIES)}

    def rank(column: pd.Series) -> pd.Series:
        return column.map(ranks[str(column.name)].index) if column.name in ranks else column

    return table.sort_values(keys, key=rank, kind="stable", ignore_index=True)
