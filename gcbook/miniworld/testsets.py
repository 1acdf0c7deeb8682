"""Test sets of the drawn world, in the layout of the real ones.

All are of test silhouettes of the 16 categories, and balanced; chance is keyed by a set's name.
*In-distribution* images are as the world has them; *cue-conflict* is every pair of a shape and
another category's texture; *silhouette* and *edge* are each test silhouette once, without texture;
*texture* is without shape; and the parametric manipulations are of the same images at several
strengths, at least half of those of the benchmark. In the benchmark, cue-conflict images,
silhouettes and edges are of whole objects alone (Geirhos et al., 2019), and so they are here.

Names tell what an image shows, as in the real cue-conflict set: ``cat3-dog7.png`` is the third cat
of the test silhouettes in a dog's texture, the seventh drawn in this set. Images of one silhouette
have more in common than others, so intervals should resample silhouettes, which `silhouette_of`
tells. A condition stands where the model-vs-human toolbox has it and once more at the end, since
the end identifies an image: ``0001_contrast_dnn_c50_cat_cat3-dog7-c50.png``.
"""

import re
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from pathlib import PurePosixPath

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import distance_transform_edt

from gcbook.files.errors import InputError
from gcbook.miniworld.silhouettes import Silhouettes, load_silhouettes
from gcbook.miniworld.textures import draw_textures
from gcbook.miniworld.world import ALL_CATEGORIES, WORLD, Composer, Scene, between
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS, SINGLE_CONDITION
from gcbook.stimuli.distortions import DISTORTIONS, GREY, distort
from gcbook.stimuli.stimulus import Stimulus, StimulusSet, in_order
from gcbook.stimuli.written import Png

PER_CATEGORY = 20
IMAGES_A_PAIR = 3
TEXTURES_A_CATEGORY = 10
DISTORTED_A_CATEGORY = 5
MOST_CONDITIONS = 6
"""Where a dataset has more, every second is made."""

POINTS_OF_SILHOUETTES = 4
"""Silhouettes and edges are means over so many by so many points a pixel."""

_NAME = re.compile(r"(?P<silhouette>[a-z]+\d+)(-.+)?")
_TEXTURE = re.compile(r"[a-z]+\d*-([a-z]+)\d+")
_NO_SHAPE = "none"


def make_test_set(name: str) -> StimulusSet:
    """Make one of the test sets, in memory.

    Images are the same from machine to machine up to the rounding of a few pixels.

    Args:
        name: one of `TEST_SETS`.

    Raises:
        InputError: no such set.
    """
    if name not in TEST_SETS:
        raise InputError(f"test set: expected one of {', '.join(TEST_SETS)}; found {name!r}.")
    return _made(name)


# A chapter shows a set, scores it with several models and looks up what it showed.
@lru_cache(maxsize=64)
def _made(name: str) -> StimulusSet:
    make = _PLAIN.get(name)
    drawn = make() if make else _distorted(name)
    stimuli = [
        Stimulus(
            image_id=each.name.rpartition("_")[2],
            imagename=each.name,
            category=each.category,
            condition=each.condition,
            dataset=name,
            place=f"miniature world, {name}: {each.name}",
            content=Png(each.pixels),
        )
        for each in drawn
    ]
    return StimulusSet(name, in_order(stimuli))


def silhouette_of(imagename: str) -> str:
    """Return which silhouette an image of a test set shows; images of one belong together.

    An image of texture alone shows none and stands for itself.

    >>> silhouette_of("0001_contrast_dnn_c50_cat_cat3-dog7-c50.png")
    'cat3'
    >>> silhouette_of("none-dog7.png")
    'none-dog7'
    """
    stem = PurePosixPath(imagename.rpartition("_")[2]).stem
    if stem.startswith(f"{_NO_SHAPE}-"):
        return stem
    found = _NAME.fullmatch(stem)
    if found is None:
        raise InputError(
            f"imagename: expected the silhouette's name at the start of the last part, as in "
            f"cat3-dog7.png; found {imagename!r}."
        )
    return found["silhouette"]


def texture_of(image_id: str) -> str:
    """Return the category whose texture an image of a test set wears, "" if it wears none.

    >>> texture_of("cat3-dog7.png"), texture_of("none-dog7.png"), texture_of("cat3.png")
    ('dog', 'dog', '')
    """
    found = _TEXTURE.match(image_id)
    return found[1] if found and found[1] in ALL_CATEGORIES else ""


def one_a_pair(images: StimulusSet) -> list[Stimulus]:
    """Return the first image of each pair of a shape and a texture, in the order of their names."""
    first: dict[tuple[str, str], Stimulus] = {}
    for each in sorted(images, key=lambda one: one.imagename):
        first.setdefault((each.category, texture_of(each.image_id)), each)
    return list(first.values())


def conditions_made(dataset: str) -> tuple[str, ...]:
    """Return the conditions of a parametric dataset that its test set has.

    Of high-pass images the weaker half: after filters narrower than a seventh of a pixel hardly a
    grey level is left.

    >>> conditions_made("high-pass")
    ('inf', '3.0', '1.5', '1.0')
    """
    known = tuple(EXPERIMENTS[dataset].conditions)
    if dataset == "high-pass":
        return known[: len(known) // 2]
    return known[:: 2 if len(known) > MOST_CONDITIONS else 1]


@dataclass(frozen=True)
class _Drawn:
    name: str
    category: str
    condition: str
    pixels: np.ndarray


def _generator(what: str) -> torch.Generator:
    mixed = np.random.SeedSequence([0, zlib.crc32(what.encode())])
    return torch.Generator().manual_seed(int(mixed.generate_state(1)[0]))


@cache
def _silhouettes() -> Silhouettes:
    return load_silhouettes("test", CATEGORIES)


def numbered(categories: Sequence[str]) -> list[str]:
    """cat1, cat2, dog1 …: each with its number among those of its category."""
    seen: Counter[str] = Counter()
    names = []
    for category in categories:
        seen[category] += 1
        names.append(f"{category}{seen[category]}")
    return names


def _named(scene: Scene) -> list[_Drawn]:
    shapes = numbered(_silhouettes().categories)
    textures = numbered([ALL_CATEGORIES[index] for index in scene.texture])
    return [
        _Drawn(f"{shapes[which]}-{texture}.png", ALL_CATEGORIES[label], SINGLE_CONDITION, pixels)
        for pixels, label, which, texture in zip(
            scene.images, scene.label, scene.silhouette, textures, strict=True
        )
    ]


def _sample(per_category: int, generator: torch.Generator) -> Scene:
    """As many images of each category, as the world has them."""
    composer = Composer(_silhouettes(), WORLD)
    scenes = [composer.sample(per_category, generator, category) for category in CATEGORIES]
    return Scene(
        *(
            np.concatenate([getattr(scene, field.name) for scene in scenes])
            for field in fields(Scene)
        )
    )


def _in_distribution() -> list[_Drawn]:
    return _named(_sample(PER_CATEGORY, _generator("in-distribution")))


def _cue_conflict() -> list[_Drawn]:
    """Every pair equally often, and every silhouette of a category as often as the others."""
    generator = _generator("cue-conflict")
    categories = np.array(_silhouettes().categories)
    silhouette, texture = [], []
    for shape, category in enumerate(CATEGORIES):
        others = [index for index in range(len(CATEGORIES)) if index != shape]
        texture += [index for index in others for _ in range(IMAGES_A_PAIR)]
        own = np.flatnonzero(categories == category)
        order = own[torch.randperm(len(own), generator=generator).numpy()]
        silhouette += np.resize(order, len(others) * IMAGES_A_PAIR).tolist()
    composer = Composer(_silhouettes(), WORLD)
    scene = composer.compose(torch.tensor(silhouette), torch.tensor(texture), generator)
    return _named(scene)


def _silhouette() -> list[_Drawn]:
    return _once_each(1 - _masks())


def _edge() -> list[_Drawn]:
    """Outlines one pixel wide, the thinnest that this resolution shows.

    They run just inside the object, so that a stroke no wider than two stays one line.
    """
    lines = []
    for inside in _masks() > 0.5:
        depth = distance_transform_edt(inside) - 0.5
        lines.append(inside & (depth < POINTS_OF_SILHOUETTES))
    return _once_each(1 - np.array(lines, dtype=np.float32))


def _masks() -> np.ndarray:
    """Every silhouette, upright and centred, at the world's mean scale: (N, size, size)."""
    images = torch.from_numpy(_silhouettes().images.copy()).float()[:, None] / 255
    size = WORLD.resolution * POINTS_OF_SILHOUETTES
    larger = 1 / (sum(WORLD.scale) / 2)
    theta = torch.tensor([[larger, 0.0, 0.0], [0.0, larger, 0.0]]).expand(len(images), 2, 3)
    places = F.affine_grid(theta, [len(images), 1, size, size], align_corners=False)
    return F.grid_sample(images, places, align_corners=False)[:, 0].numpy()


def _once_each(luma: np.ndarray) -> list[_Drawn]:
    categories = _silhouettes().categories
    return [
        _Drawn(f"{name}.png", category, SINGLE_CONDITION, pixels)
        for name, category, pixels in zip(
            numbered(categories), categories, _to_bytes(luma), strict=True
        )
    ]


def _texture() -> list[_Drawn]:
    """Textures over the whole frame, with the world's mean contrast."""
    generator = _generator("texture")
    category = torch.arange(len(CATEGORIES)).repeat_interleave(TEXTURES_A_CATEGORY)
    pattern = draw_textures(
        category,
        WORLD.textures,
        between(WORLD.period, len(category), generator) / WORLD.resolution,
        torch.deg2rad(between(WORLD.tilt, len(category), generator)),
        WORLD.resolution * WORLD.supersampling,
        generator,
    )
    contrast = sum(WORLD.texture_ratio) / 2 * sum(WORLD.figure_ground) / 2 / 2
    pixels = _to_bytes((GREY + contrast * pattern).numpy())
    names = [CATEGORIES[index] for index in category]
    return [
        _Drawn(f"{_NO_SHAPE}-{number}.png", name, SINGLE_CONDITION, image)
        for number, name, image in zip(numbered(names), names, pixels, strict=True)
    ]


def _to_bytes(luma: np.ndarray) -> np.ndarray:
    """Mean over each pixel's points, uint8 (N, resolution, resolution, 3)."""
    size = WORLD.resolution
    pixels = luma.reshape(len(luma), size, luma.shape[1] // size, size, -1).mean(axis=(2, 4))
    return np.repeat(_quantised(pixels)[..., None], 3, axis=3)


def _quantised(values: np.ndarray) -> np.ndarray:
    return (values.clip(0, 1) * 255).round().astype(np.uint8)


@cache
def _undistorted() -> tuple[_Drawn, ...]:
    scene = _sample(DISTORTED_A_CATEGORY, _generator("manipulated"))
    return tuple(_named(scene))


def _distorted(dataset: str) -> list[_Drawn]:
    base = _undistorted()
    images = np.stack([each.pixels for each in base]) / 255
    drawn: list[_Drawn] = []
    for condition in conditions_made(dataset):
        rng = np.random.default_rng([0, zlib.crc32(f"{dataset}/{condition}".encode())])
        for each, values in zip(base, distort(images, dataset, condition, rng), strict=True):
            name = (
                f"{len(drawn) + 1:04d}_{dataset}_dnn_{condition}_{each.category}_"
                f"{PurePosixPath(each.name).stem}-{condition}.png"
            )
            drawn.append(_Drawn(name, each.category, condition, _quantised(values)))
    return drawn


_PLAIN: dict[str, Callable[[], list[_Drawn]]] = {
    "in-distribution": _in_distribution,
    "cue-conflict": _cue_conflict,
    "silhouette": _silhouette,
    "edge": _edge,
    "texture": _texture,
}

TEST_SETS: tuple[str, ...] = (*_PLAIN, *DISTORTIONS)
"""Names of the test sets. All but in-distribution and texture are datasets of the benchmark."""
