"""Ambiguous silhouettes: half of the way from one real silhouette to another.

Two shapes are mixed by the signed distance to their outlines: where the mean of both distances is
0, the mixed shape has its own. At equal shares it is as near to the one as to the other in that
sense; what people would call it nobody has asked them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt

from gcbook.illusions.drawings import FIGURE, GROUND
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.world import ALL_CATEGORIES

SIDE = 32
"""Of the miniature world's images, half of the silhouettes'."""

Mask = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Blend:
    """A silhouette between two others.

    Attributes:
        categories: of the two.
        names: of the two silhouettes.
        image: float32 (32, 32, 3) in [0, 1], a dark figure on a lighter ground.
        masks: of the two where they would stand, float32 (32, 32), share of each pixel within.
    """

    categories: tuple[str, str]
    names: tuple[str, str]
    image: npt.NDArray[np.float32]
    masks: tuple[Mask, Mask]


def blend_masks(first: Mask, second: Mask) -> Mask:
    """Mix two shapes in equal parts.

    Args:
        first, second: (H, W), share of each pixel within the shape, in [0, 1].

    Returns:
        float32 (H, W) in [0, 1]: a pixel whose middle is half a pixel or more inside has 1.
    """
    distance = (_signed_distance(first) + _signed_distance(second)) / 2
    return np.asarray((distance + 0.5).clip(0, 1), np.float32)


def _signed_distance(mask: Mask) -> npt.NDArray[np.float64]:
    """Pixels to the outline, positive inside."""
    inside = mask > 0.5
    # Distances go from middle to middle; the outline lies half a pixel before the other side.
    within, beyond = distance_transform_edt(inside), distance_transform_edt(~inside)
    signed: npt.NDArray[np.float64] = np.where(inside, within - 0.5, 0.5 - beyond)
    return signed


def draw_blends(count: int) -> tuple[Blend, ...]:
    """Draw pairs of categories, a test silhouette of each, and mix them in equal parts.

    No pair of categories comes twice, and the first of many are those of few.
    """
    pairs = [(a, b) for i, a in enumerate(ALL_CATEGORIES) for b in ALL_CATEGORIES[i + 1 :]]
    rng = np.random.default_rng(0)
    silhouettes = load_silhouettes("test", ALL_CATEGORIES)
    of_category = {
        name: [i for i, each in enumerate(silhouettes.categories) if each == name]
        for name in ALL_CATEGORIES
    }
    found = []
    for index in rng.permutation(len(pairs))[:count]:
        pair = pairs[index] if rng.random() < 0.5 else pairs[index][::-1]
        chosen = [int(rng.choice(of_category[name])) for name in pair]
        first, second = (silhouettes.images[each].astype(np.float32) / 255 for each in chosen)
        shape = _halved(blend_masks(first, second))
        grey = GROUND + (FIGURE - GROUND) * shape
        found.append(
            Blend(
                pair,
                (silhouettes.names[chosen[0]], silhouettes.names[chosen[1]]),
                np.repeat(grey[..., None], 3, axis=-1).astype(np.float32),
                (_halved(first), _halved(second)),
            )
        )
    return tuple(found)


def _halved(mask: Mask) -> Mask:
    halved: Mask = mask.reshape(SIDE, 2, SIDE, 2).mean((1, 3), dtype=np.float32)
    return halved
