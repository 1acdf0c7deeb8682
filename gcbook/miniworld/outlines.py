"""How far an object's outline tells what the object is: its reliability in a world.

In the default world it tells always: an outline is its category's own, whole, and alone before its
ground. In photographs it does so less often. What bounds the choices, each from 0 up:

**Misleading.** Some outlines are those by which one would name another thing: a view from an odd
side, a posture, a rare make. How many, at most, people tell: they name 75 % of the benchmark's
silhouettes, which are of whole objects photographed alone, and 89 % of its grey photographs (public
trials of Geirhos et al., 2019 and 2021). So at most .25 mislead, and .15 if those are left out
whose photographs they do not name either (1 − .753 / .887). This is the same argument as that for
texture, whose diagnosticity is the accuracy of a network that sees patches only.

**Truncation and occlusion.** PASCAL VOC marks as truncated an object of which 15 to 20 % or more
lie outside its box, most often because the frame cuts it off (Everingham et al., 2010); ILSVRC is
like VOC in the number of objects and the clutter of an image (Russakovsky et al., 2013). That
between a quarter and a half of the objects are cut off or have something before them is a
judgement: shares differ by category and by who selects the photographs.

**Size.** An object of ILSVRC fills about a third of its image, and one of VOC a quarter, with a
wide spread (Russakovsky et al., 2015): boxes of half the frame's side are common. The lower bound,
half of the default world's sizes, is a judgement.

**Other objects.** Images of VOC and ILSVRC show one or two instances of what they are labelled
with, besides other things; at most two others here. They are flat: what wears texture is the object
that the image is of, since how well texture tells the category is argued already.

**Warp.** Outlines of one category differ by more than the designers of its silhouettes draw. The
bound is a judgement: at a standard deviation of .03 of the image, one pixel of 32, people still
name the shapes.
"""

from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F

from gcbook.files.errors import InputError

Bounds = tuple[float, float]

WARP_POINTS = 5
"""Points a side between which displacements are interpolated: features of a fifth of the image."""


@dataclass(frozen=True)
class Outline:
    """How outlines are shown. Pairs are bounds, drawn evenly.

    Args:
        misleading: probability that an object has an outline of another category, all others of
            the world's alike; in [0, 1].
        warp: standard deviation of the displacement of an outline's points, as a share of the
            image.
        size: factor of the object's size.
        truncated: probability that the frame cuts the object off.
        beyond: share of the silhouette's frame, along one side, that is then outside the image.
        others: most other objects in an image; as many as that or fewer are equally likely.
        other_size: side of the others' frames over that of the image.
        before: probability that another object stands before the object, and not behind it.
    """

    misleading: float = 0.0
    warp: float = 0.0
    size: Bounds = (1.0, 1.0)
    truncated: float = 0.0
    beyond: Bounds = (0.15, 0.45)
    others: int = 0
    other_size: Bounds = (0.25, 0.55)
    before: float = 0.5

    def __post_init__(self) -> None:
        for name in ("misleading", "truncated", "before"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise InputError(f"Outline.{name}: expected a probability, found {value}.")
        for name in ("warp", "others"):
            if getattr(self, name) < 0:
                raise InputError(
                    f"Outline.{name}: expected 0 or more, found {getattr(self, name)}."
                )
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple) and not 0 < value[0] <= value[1]:
                raise InputError(f"Outline.{field.name}: expected 0 < low <= high, found {value}.")

    def place(
        self, scale: torch.Tensor, shift: torch.Tensor, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Make objects smaller and move some beyond the frame.

        Args:
            scale: side of each silhouette's frame over that of the image, (N,).
            shift: of its middle, in halves of the image, (N, 2).
            generator: of what is random; a choice that changes nothing draws nothing.

        Returns:
            Scale and shift as they were given, changed.
        """
        count = len(scale)
        if self.size != (1.0, 1.0):
            scale = scale * between(self.size, count, generator)
        if self.truncated:
            cut = torch.rand(count, generator=generator) < self.truncated
            share = between(self.beyond, count, generator)
            side = torch.randint(4, (count,), generator=generator)
            away = 1 - scale + 2 * scale * share
            signed = torch.where(side % 2 == 0, away, -away)
            moved = shift.clone()
            moved[torch.arange(count), side // 2] = signed
            shift = torch.where(cut[:, None], moved, shift)
        return scale, shift


PLAIN = Outline()


def between(bounds: Bounds, count: int, generator: torch.Generator) -> torch.Tensor:
    """Draw evenly between two bounds, (count,)."""
    return bounds[0] + (bounds[1] - bounds[0]) * torch.rand(count, generator=generator)


def warped(places: torch.Tensor, sd: float, generator: torch.Generator) -> torch.Tensor:
    """Displace where an image is looked up, smoothly.

    Args:
        places: (N, H, W, 2), in halves of the image.
        sd: of the displacement at the points that it is interpolated from, as a share of the image.
        generator: of the displacements.

    Returns:
        Places, of the same shape.
    """
    count, height, width, _ = places.shape
    points = torch.randn((count, 2, WARP_POINTS, WARP_POINTS), generator=generator)
    field = F.interpolate(points, size=(height, width), mode="bicubic", align_corners=True)
    return places + 2 * sd * field.movedim(1, -1)
