"""Single images of the drawn world by name, with texture's contrast chosen by hand.

A test set draws its images one after another. Here an image is a function of its name: chance
(pose, greys, background, the pattern's phase) is keyed by it (`gcbook.noise.draws`), so that the
book's pages, which compose in JavaScript, show the same image to one grey level. Names are
``SHAPE-TEXTURE-NUMBER``: ``cat3-dog-1`` is the third of a split's cats in a dog's texture, scene 1.
In scene 0 the object stands upright in the middle, of the world's mean size.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from gcbook.files.errors import InputError
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.textures import draw_textures
from gcbook.miniworld.world import ALL_CATEGORIES, WORLD, Bounds, as_clouds, placed, pooled
from gcbook.noise.draws import keyed_generator
from gcbook.paper.categories import CATEGORIES

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Stage:
    """What chance decides in one image.

    Attributes:
        angle: of the object, in degrees.
        scale: longer side of the silhouette's frame over the image.
        aspect: what width over height is multiplied by.
        shift: of the middle, right and down, in halves of the image.
        mirror: -1 exchanges left and right, else 1.
        figure: mean luma of the object, in [0, 1].
        ground: of what is behind it.
        period: unit of the texture's wavelength, in pixels.
        tilt: of the texture, in degrees.
        cloudy: standard deviation of the background over that of figure and ground.
        pattern: seed of the texture's phase and random parts, below 2^32.
        clouds: standard normal noise that the background is made of, float32 (points, points).
    """

    angle: float
    scale: float
    aspect: float
    shift: tuple[float, float]
    mirror: float
    figure: float
    ground: float
    period: float
    tilt: float
    cloudy: float
    pattern: int
    clouds: npt.NDArray[np.float32]


def stage_of(name: str) -> Stage:
    """Draw what chance decides in an image.

    Args:
        name: of the image; it ends in the number of the scene.
    """
    number = name.rpartition("-")[2]
    if not number.isdecimal():
        raise InputError(f"image: expected a name like cat3-dog-0, found {name!r}.")
    uniform = keyed_generator(0, name, 0, "stage").random(12)

    def between(bounds: Bounds, at: int) -> float:
        return bounds[0] + (bounds[1] - bounds[0]) * float(uniform[at])

    difference = between(WORLD.figure_ground, 0)
    darker = 0.15 + (0.7 - difference) * float(uniform[1])
    lumas = (darker + difference, darker)
    figure, ground = lumas if uniform[2] < 0.5 else lumas[::-1]
    moved = int(number) > 0
    aspect = (math.log1p(-WORLD.aspect), math.log1p(WORLD.aspect))
    reach = (-2 * WORLD.shift, 2 * WORLD.shift)
    points = WORLD.resolution * WORLD.supersampling
    return Stage(
        angle=between(WORLD.rotation, 7) if moved else 0.0,
        scale=between(WORLD.scale, 8) if moved else sum(WORLD.scale) / 2,
        aspect=math.exp(between(aspect, 9)) if moved else 1.0,
        shift=(between(reach, 10), between(reach, 11)) if moved else (0.0, 0.0),
        mirror=-1.0 if moved and WORLD.flip and int(number) % 2 == 0 else 1.0,
        figure=figure,
        ground=ground,
        period=between(WORLD.period, 3),
        tilt=between(WORLD.tilt, 4),
        cloudy=between(WORLD.background_ratio, 5),
        pattern=int(uniform[6] * 2**32),
        clouds=keyed_generator(0, name, 0, "clouds").standard_normal((points, points), np.float32),
    )


def compose_stage(silhouette: Pixels, name: str, contrast: float) -> Pixels:
    """Compose an image as `gcbook.miniworld.world.Composer` does, of a whole object alone.

    Args:
        silhouette: uint8 (64, 64), 255 inside.
        name: of the image: ``SHAPE-TEXTURE-NUMBER``.
        contrast: standard deviation of the texture over that of figure and ground, 0 or more; the
            world's ``texture_ratio`` are its bounds in training.

    Returns:
        uint8 (resolution, resolution, 3).
    """
    texture = name.split("-")[1] if name.count("-") == 2 else name
    if texture not in ALL_CATEGORIES or contrast < 0:
        raise InputError(
            "compose_stage: expected a name like cat3-dog-0 and a contrast of 0 or more, found "
            f"{name!r} and {contrast}."
        )
    stage = stage_of(name)
    size = WORLD.resolution * WORLD.supersampling

    def one(value: float) -> torch.Tensor:
        return torch.tensor([value], dtype=torch.float32)

    places = placed(
        torch.deg2rad(one(stage.angle)),
        one(stage.scale),
        one(stage.aspect),
        torch.tensor([stage.shift], dtype=torch.float32),
        one(stage.mirror),
        size,
    )
    shape = torch.from_numpy(silhouette.copy()).float()[None, None] / 255
    mask = F.grid_sample(shape, places, align_corners=False)[:, 0].clamp(0, 1)
    pattern = draw_textures(
        torch.tensor([ALL_CATEGORIES.index(texture)]),
        WORLD.textures,
        one(stage.period) / WORLD.resolution,
        torch.deg2rad(one(stage.tilt)),
        size,
        torch.Generator().manual_seed(stage.pattern),
    )
    clouds = as_clouds(torch.from_numpy(stage.clouds)[None], WORLD.background_slope)
    half = abs(stage.figure - stage.ground) / 2
    front = stage.figure + contrast * half * pattern
    back = stage.ground + stage.cloudy * half * clouds
    luma = mask * front + (1 - mask) * back
    return pooled(luma[..., None].expand(-1, -1, -1, 3), WORLD.supersampling).numpy()[0]


def find_silhouette(name: str) -> Pixels:
    """Return the test silhouette that an image's name begins with, or is, uint8 (64, 64).

    >>> find_silhouette("cat3-dog-0").shape
    (64, 64)
    """
    wanted = name.split("-")[0]
    category = wanted.rstrip("0123456789")
    number = wanted[len(category) :]
    if category in CATEGORIES and number:
        found = load_silhouettes("test", (category,)).images
        if 1 <= int(number) <= len(found):
            return np.asarray(found[int(number) - 1])
    raise InputError(f"silhouette: expected a name like cat3 of the test ones, found {name!r}.")
