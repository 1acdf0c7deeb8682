r"""A miniature world: real silhouettes that wear procedural textures.

As in photographs, shape and texture both tell what an object is, neither with certainty. `World`
holds every choice. The default world was argued, and fixed, before any model was trained on it:

**Diagnosticity.** Texture is a good but not a perfect cue to the category. How good, in
photographs, is told by BagNet-33 (Brendel & Bethge, 2019), a network whose answer rests on patches
of 33 × 33 pixels: of the undistorted greyscale photographs of the benchmark it names 89 % of the
categories right (dataset colour, condition bw, public trials of Geirhos et al., 2021). So an object
wears its own category's texture with probability .89, and else that of any other.

**Contrast.** The amplitude of natural images falls with frequency as :math:`f^{-a}`, with a from
.8 to 1.5 and 1.2 on average (Tolhurst, Tadmor & Chao, 1992). In two dimensions the energy of an
octave around f is then proportional to :math:`f^{2 - 2a}`. An object that fills the frame spans, at
32 pixels, the three octaves below that of its texture, taken to repeat after about five pixels.
(Most families repeat after one to two times that, so texture is rather coarser than was argued;
`gcbook.chapters.weighting.detail` measures it.) The contrast of texture over that of
figure against ground is the square root of one octave's energy over the sum of those three: .75 for
a = .8, .43 for 1.2, .27 for 1.5. Each image draws its ratio between these bounds, evenly in the
logarithm.

**Background.** Noise with the same average amplitude spectrum, at most half as strong as the
contrast of figure and ground; it tells nothing about the category.

**Colour.** None: it would tell nothing here, and costs training time.

**Pose.** A few degrees, flips, and shifts within the frame, as photographers keep objects upright
and in view.

**Outline.** Each category's own, whole and alone. Of all choices this is the one that photographs
do not bear out; `gcbook.miniworld.outlines` has what a world can choose instead.
"""

import math
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F

from gcbook.files.errors import InputError
from gcbook.miniworld.outlines import PLAIN, Outline, between, warped
from gcbook.miniworld.silhouettes import EXTRA_CATEGORIES, Silhouettes
from gcbook.miniworld.textures import TEXTURES, draw_textures
from gcbook.paper.categories import CATEGORIES

ALL_CATEGORIES: tuple[str, ...] = (*CATEGORIES, *EXTRA_CATEGORIES)
"""What the generative miniatures learn; only the first 16 are ever candidates."""


@dataclass(frozen=True)
class World:
    """Every choice of the miniature world. Pairs are bounds, drawn evenly unless said otherwise.

    Args:
        resolution: pixels a side.
        supersampling: pixels are means over so many by so many points.
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
        colour: most that a region's colour may deviate from grey; 0 is grey.
        rotation: of the object, in degrees.
        scale: longer side of the silhouette's frame over the image.
        aspect: most that width over height is changed by, as a share.
        shift: most that the middle is moved, as a share of the image.
        flip: mirror left and right at random.
        outline: how far the outline tells the category.
    """

    resolution: int = 32
    supersampling: int = 2
    diagnosticity: float = 0.89
    textures: tuple[str, ...] = tuple(TEXTURES)
    period: tuple[float, float] = (4.25, 5.75)
    tilt: tuple[float, float] = (-17.0, 17.0)
    figure_ground: tuple[float, float] = (0.25, 0.5)
    texture_ratio: tuple[float, float] = (0.27, 0.75)
    background_ratio: tuple[float, float] = (0.0, 0.5)
    background_slope: float = 1.2
    colour: float = 0.0
    rotation: tuple[float, float] = (-15.0, 15.0)
    scale: tuple[float, float] = (0.72, 0.98)
    aspect: float = 0.13
    shift: float = 0.08
    flip: bool = True
    outline: Outline = PLAIN

    def __post_init__(self) -> None:
        unknown = sorted(set(self.textures) - set(TEXTURES))
        if len(self.textures) != len(ALL_CATEGORIES) or unknown:
            raise InputError(
                f"World.textures: expected {len(ALL_CATEGORIES)} of {', '.join(TEXTURES)}; found "
                f"{len(self.textures)}{', among them ' + ', '.join(unknown) if unknown else ''}."
            )
        if not 0 <= self.diagnosticity <= 1:
            raise InputError(
                f"World.diagnosticity: expected a probability, found {self.diagnosticity}."
            )
        for name in ("resolution", "supersampling"):
            if getattr(self, name) < 1:
                raise InputError(f"World.{name}: expected at least 1, found {getattr(self, name)}.")
        if self.texture_ratio[0] <= 0:
            raise InputError(
                "World.texture_ratio: expected bounds above 0, for it is drawn in the logarithm; "
                f"found {self.texture_ratio}."
            )
        for name, value in asdict(self).items():
            if isinstance(value, tuple) and len(value) == 2 and value[0] > value[1]:
                raise InputError(f"World.{name}: expected (low, high), found {value}.")

    def as_dict(self) -> dict[str, object]:
        """Return the choices, ready for JSON; of outlines only where they are not plain."""
        choices = asdict(self)
        if self.outline == PLAIN:
            del choices["outline"]
        return choices

    def whole(self) -> "World":
        """Return the world in which every object is its category's, whole and alone."""
        return replace(self, outline=PLAIN)


DEFAULT_WORLD = World()


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
    """Makes images of a world from some silhouettes.

    Args:
        silhouettes: the shapes, of one split.
    """

    def __init__(self, world: World, silhouettes: Silhouettes) -> None:
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
        if world.outline.misleading:
            place = torch.searchsorted(known, label)
            step = torch.randint(1, len(known), (number,), generator=generator)
            misled = torch.rand(number, generator=generator) < world.outline.misleading
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
        luma = self._with_others(mask, front, back, generator)
        images = pooled(luma[..., None] + self._tints(mask, generator), world.supersampling)
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
        scale, shift = world.outline.place(scale, shift, generator)
        places = placed(angle, scale, aspect, shift, mirror, size)
        if world.outline.warp:
            places = warped(places, world.outline.warp, generator)
        masks = self._masks[silhouette]
        return F.grid_sample(masks, places, align_corners=False)[:, 0].clamp(0, 1)

    def _with_others(
        self,
        mask: torch.Tensor,
        front: torch.Tensor,
        back: torch.Tensor,
        generator: torch.Generator,
    ) -> torch.Tensor:
        """Luma of object and ground, with other objects behind and before, (N, size, size)."""
        outline, (count, size, _) = self.world.outline, mask.shape
        if not outline.others:
            return mask * front + (1 - mask) * back
        number = torch.randint(outline.others + 1, (count,), generator=generator)
        drawn = [self._other(count, size, generator) for _ in range(outline.others)]
        before = torch.rand((outline.others, count, 1, 1), generator=generator) < outline.before
        luma = back
        for nearer in (False, True):
            if nearer:
                luma = mask * front + (1 - mask) * luma
            for index, (shape, grey) in enumerate(drawn):
                shown = shape * ((before[index] == nearer) & (index < number)[:, None, None])
                luma = shown * grey + (1 - shown) * luma
        return luma

    def _other(
        self, count: int, size: int, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Some silhouette anywhere, as a mask (count, size, size), and its luma (count, 1, 1)."""
        which = torch.randint(len(self._masks), (count,), generator=generator)
        side = between(self.world.outline.other_size, count, generator)
        middle = 2 * torch.rand((count, 2), generator=generator) - 1
        as_it_is = torch.ones(count)
        places = placed(torch.zeros(count), side, as_it_is, middle, as_it_is, size)
        shape = F.grid_sample(self._masks[which], places, align_corners=False)[:, 0].clamp(0, 1)
        return shape, between((0.15, 0.85), count, generator)[:, None, None]

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

    def _tints(self, mask: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Colour of figure and ground beyond grey, (N, size, size, 3), of zero sum a pixel."""
        if not self.world.colour:
            return torch.zeros(3)
        tints = torch.rand((2, len(mask), 1, 1, 3), generator=generator) - 0.5
        tints = 2 * self.world.colour * (tints - tints.mean(dim=-1, keepdim=True))
        return mask[..., None] * tints[0] + (1 - mask[..., None]) * tints[1]


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
