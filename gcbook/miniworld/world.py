r"""The drawn world: real silhouettes that wear procedural textures.

As in photographs, shape and texture both tell what an object is, neither with certainty. `WORLD`
has every choice. Two of them were searched for, so that a small ResNet is as texture-biased in it
as ResNet-50 is on photographs; the others were argued, and fixed, before any model was trained:

**Misleading outlines.** Some outlines are those by which one would name another thing: a view from
an odd side, a posture, a rare make. How many, at most, people tell: they name 75 % of the
benchmark's silhouettes, of whole objects photographed alone (public trials of Geirhos et al.,
2019). So a quarter of the objects have the outline of another category. Found by the search, with
this as its bound.

**Contrast.** The amplitude of natural images falls with frequency as :math:`f^{-a}`, with a from .8
to 1.5 (Tolhurst, Tadmor & Chao, 1992). In two dimensions the energy of an octave around f is then
proportional to :math:`f^{2 - 2a}`. An object that fills the frame spans, at 32 pixels, the three
octaves below that of its texture, taken to repeat after about five pixels. (Most families repeat
after one to two times that, so texture is rather coarser than was argued;
`gcbook.chapters.weighting.detail` measures it.) The contrast of texture over that of figure against
ground is the square root of one octave's energy over the sum of those three: from .27 for a = 1.5
to .75 for a = .8, the strongest texture, which the search chose.

**Diagnosticity.** Texture is a good but not a perfect cue to the category. How good, in
photographs, is told by BagNet-33 (Brendel & Bethge, 2019), a network whose answer rests on patches
of 33 × 33 pixels: of the undistorted greyscale photographs of the benchmark it names 89 % of the
categories right (dataset colour, condition bw, public trials of Geirhos et al., 2021). So an object
wears its own category's texture with probability .89, and else that of any other.

**Background.** Noise with the average amplitude spectrum of natural images (a = 1.2), at most half
as strong as the contrast of figure and ground; it tells nothing about the category.

**Colour.** None: it would tell nothing here, and costs training time.

**Pose.** A few degrees, flips, and shifts within the frame, as photographers keep objects upright
and in view.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F

from gcbook.miniworld.silhouettes import EXTRA_CATEGORIES, Silhouettes
from gcbook.miniworld.textures import TEXTURES, draw_textures
from gcbook.paper.categories import CATEGORIES

ALL_CATEGORIES: tuple[str, ...] = (*CATEGORIES, *EXTRA_CATEGORIES)
"""What the generative miniatures learn; only the first 16 are ever candidates."""

Bounds = tuple[float, float]


@dataclass(frozen=True)
class World:
    """The choices of the drawn world. Pairs are bounds, drawn evenly unless said otherwise.

    Args:
        resolution: pixels a side.
        supersampling: pixels are means over so many by so many points.
        misleading: probability that an object has the outline of another category, all others
            alike; in [0, 1].
        diagnosticity: probability that an object wears its own category's texture, in [0, 1].
        textures: the texture of each category, in the order of `ALL_CATEGORIES`.
        period: unit of the textures' wavelengths, in pixels of the image; most families repeat
            after one to two of it (`gcbook.miniworld.textures`).
        tilt: of the textures about their own direction, in degrees.
        figure_ground: difference between the mean luma of figure and ground, which both lie
            between .15 and .85, so that little is cut off at black and white.
        texture_ratio: standard deviation of the texture over that of figure and ground (half
            their difference), even in the logarithm.
        background_ratio: the same for the background.
        background_slope: exponent of the background's amplitude spectrum.
        rotation: of the object, in degrees.
        scale: longer side of the silhouette's frame over the image.
        aspect: most that width over height is changed by, as a share.
        shift: most that the middle is moved, as a share of the image.
        flip: mirror left and right at random.
    """

    resolution: int = 32
    supersampling: int = 2
    misleading: float = 0.25
    diagnosticity: float = 0.89
    textures: tuple[str, ...] = tuple(TEXTURES)
    period: Bounds = (4.25, 5.75)
    tilt: Bounds = (-17.0, 17.0)
    figure_ground: Bounds = (0.25, 0.5)
    texture_ratio: Bounds = (0.75, 0.75)
    background_ratio: Bounds = (0.0, 0.5)
    background_slope: float = 1.2
    rotation: Bounds = (-15.0, 15.0)
    scale: Bounds = (0.72, 0.98)
    aspect: float = 0.13
    shift: float = 0.08
    flip: bool = True


WORLD = World()
"""The drawn world of the book."""


@dataclass(frozen=True)
class Scene:
    """Images and what they show.

    Attributes:
        images: uint8 (N, resolution, resolution, 3).
        label: index into `ALL_CATEGORIES` of what the image is of, int64 (N,).
        shape: index into `ALL_CATEGORIES` of the silhouette's category, int64 (N,).
        texture: of the category whose texture it wears, int64 (N,).
        silhouette: index into the composer's silhouettes, int64 (N,).
    """

    images: np.ndarray
    label: np.ndarray
    shape: np.ndarray
    texture: np.ndarray
    silhouette: np.ndarray

    def __len__(self) -> int:
        return len(self.images)


class Composer:
    """Makes images of the world from some silhouettes.

    Args:
        silhouettes: the shapes, of one split.
        world: other choices than the book's.
    """

    def __init__(self, silhouettes: Silhouettes, world: World = WORLD) -> None:
        self.world = world
        self.silhouettes = silhouettes
        place = {name: index for index, name in enumerate(ALL_CATEGORIES)}
        self._shape = torch.tensor([place[name] for name in silhouettes.categories])
        self._masks = torch.from_numpy(silhouettes.images.copy()).float()[:, None] / 255

    def sample(self, number: int, generator: torch.Generator, category: str = "") -> Scene:
        """Draw images as the world has them: categories equally often, textures by diagnosticity.

        Args:
            category: that all are of; one that the silhouettes show. All alike if "".
        """
        world, known = self.world, torch.unique(self._shape)
        present = torch.tensor([ALL_CATEGORIES.index(category)]) if category else known
        label = present[torch.randint(len(present), (number,), generator=generator)]
        shape = label
        if world.misleading:
            place = torch.searchsorted(known, label)
            step = torch.randint(1, len(known), (number,), generator=generator)
            misled = torch.rand(number, generator=generator) < world.misleading
            shape = torch.where(misled, known[(place + step) % len(known)], label)
        silhouette = torch.empty(number, dtype=torch.int64)
        for each in torch.unique(shape).tolist():
            chosen = shape == each
            own = (self._shape == each).nonzero()[:, 0]
            pick = torch.randint(len(own), (int(chosen.sum()),), generator=generator)
            silhouette[chosen] = own[pick]
        other = torch.randint(len(ALL_CATEGORIES) - 1, (number,), generator=generator)
        other += (other >= label).long()
        wears = torch.rand(number, generator=generator) < world.diagnosticity
        scene = self.compose(silhouette, torch.where(wears, label, other), generator)
        return replace(scene, label=label.numpy())

    def compose(
        self, silhouette: torch.Tensor, texture: torch.Tensor, generator: torch.Generator
    ) -> Scene:
        """Make one image of each silhouette and texture; it is of what its silhouette shows.

        Args:
            silhouette: index of the shape, int64 (N,).
            texture: index into `ALL_CATEGORIES` of the texture, int64 (N,).
            generator: of pose, contrasts, background and the textures' phases.
        """
        world = self.world
        size = world.resolution * world.supersampling
        mask = self._pose(silhouette, size, generator)
        figure, ground, contrast = self._lumas(len(silhouette), generator)
        pattern = draw_textures(
            texture,
            world.textures,
            between(world.period, len(texture), generator) / world.resolution,
            torch.deg2rad(between(world.tilt, len(texture), generator)),
            size,
            generator,
        )
        low, high = map(math.log, world.texture_ratio)
        ratio = torch.exp(between((low, high), len(texture), generator))
        noise = torch.randn((len(texture), size, size), generator=generator)
        clouds = as_clouds(noise, world.background_slope)
        cloudy = between(world.background_ratio, len(texture), generator)
        front = figure[:, None, None] + (ratio * contrast)[:, None, None] * pattern
        back = ground[:, None, None] + (cloudy * contrast)[:, None, None] * clouds
        luma = mask * front + (1 - mask) * back
        images = pooled(luma[..., None].expand(-1, -1, -1, 3), world.supersampling)
        shape = self._shape[silhouette]
        return Scene(
            images.numpy(), shape.numpy(), shape.numpy(), texture.numpy(), silhouette.numpy()
        )

    def _pose(
        self, silhouette: torch.Tensor, size: int, generator: torch.Generator
    ) -> torch.Tensor:
        world, count = self.world, len(silhouette)
        angle = torch.deg2rad(between(world.rotation, count, generator))
        scale = between(world.scale, count, generator)
        aspect = torch.exp(
            between((math.log1p(-world.aspect), math.log1p(world.aspect)), count, generator)
        )
        shift = 2 * world.shift * (2 * torch.rand((count, 2), generator=generator) - 1)
        mirror = torch.ones(count)
        if world.flip:
            mirror -= 2 * (torch.rand(count, generator=generator) < 0.5).float()
        places = placed(angle, scale, aspect, shift, mirror, size)
        masks = self._masks[silhouette]
        return F.grid_sample(masks, places, align_corners=False)[:, 0].clamp(0, 1)

    def _lumas(
        self, count: int, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Mean luma of figure and of ground, and their standard deviation in equal parts."""
        difference = between(self.world.figure_ground, count, generator)
        darker = torch.rand(count, generator=generator) * (0.7 - difference) + 0.15
        lighter = darker + difference
        bright = torch.rand(count, generator=generator) < 0.5
        return (
            torch.where(bright, lighter, darker),
            torch.where(bright, darker, lighter),
            difference / 2,
        )


def between(bounds: Bounds, count: int, generator: torch.Generator) -> torch.Tensor:
    """Draw evenly between two bounds, (count,)."""
    return bounds[0] + (bounds[1] - bounds[0]) * torch.rand(count, generator=generator)


def placed(
    angle: torch.Tensor,
    scale: torch.Tensor,
    aspect: torch.Tensor,
    shift: torch.Tensor,
    mirror: torch.Tensor,
    size: int,
) -> torch.Tensor:
    """Where in a silhouette's frame each point of an image lies, as ``grid_sample`` takes it.

    Args:
        angle: of the object, in radians, (N,).
        scale: longer side of the frame over the image, (N,).
        aspect: what width over height is multiplied by, (N,).
        shift: of the middle, right and down, in halves of the image, (N, 2).
        mirror: -1 exchanges left and right, else 1, (N,).
        size: points a side.

    Returns:
        float32 (N, size, size, 2), from -1 to 1 within the frame.
    """
    cos, sin = torch.cos(angle), torch.sin(angle)
    across, down = mirror / (scale * aspect.sqrt()), aspect.sqrt() / scale
    rows = torch.stack([cos * across, sin * across, -sin * down, cos * down], dim=1)
    matrix = rows.view(len(angle), 2, 2)
    theta = torch.cat([matrix, -(matrix @ shift[:, :, None])], dim=2)
    return F.affine_grid(theta, [len(angle), 1, size, size], align_corners=False)


def as_clouds(noise: torch.Tensor, slope: float) -> torch.Tensor:
    """Make white noise (N, size, size) fall with frequency: mean 0, standard deviation 1.

    Args:
        noise: standard normal.
        slope: exponent of the amplitude spectrum.
    """
    size = noise.shape[-1]
    frequency = torch.sqrt(
        torch.fft.fftfreq(size)[:, None] ** 2 + torch.fft.rfftfreq(size)[None] ** 2
    )
    frequency[0, 0] = math.inf
    clouds = torch.fft.irfft2(torch.fft.rfft2(noise) * frequency**-slope, s=(size, size))
    return clouds / clouds.std(dim=(1, 2), keepdim=True)


def pooled(points: torch.Tensor, supersampling: int) -> torch.Tensor:
    """Return pixels, uint8 (N, H, W, 3), as means over points (N, size, size, 3) in [0, 1]."""
    means = F.avg_pool2d(points.movedim(-1, 1), supersampling)
    return (means.clamp(0, 1) * 255).round().byte().movedim(1, -1)
