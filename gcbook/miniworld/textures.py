"""Procedural textures: one family of patterns a category.

A pattern is a function of position, so that it can be drawn at any resolution, and is known only up
to its family: wavelength, tilt, phase and the random parts differ from image to image. Two kinds of
pattern are left out on purpose because distortions turn other images into them: fine speckle (noise
does) and soft clouds (blur does).

Positions come rotated and in units of the pattern's wavelength. All patterns are made of few levels
and are brought to mean 0 and standard deviation 1 over the frame, so that no family stands out by
its contrast.
"""

import math
from collections.abc import Callable, Mapping

import torch

Pattern = Callable[[torch.Tensor, torch.Tensor, torch.Generator], torch.Tensor]


def draw_textures(
    families: torch.Tensor,
    names: tuple[str, ...],
    wavelength: torch.Tensor,
    tilt: torch.Tensor,
    size: int,
    generator: torch.Generator,
) -> torch.Tensor:
    """Draw one pattern an image.

    Args:
        families: index into ``names`` of each image's family, int64 (N,).
        names: of families, keys of `TEXTURES`.
        wavelength: of the pattern as a share of the frame, (N,), in (0, 1).
        tilt: rotation of the pattern in radians, (N,).
        size: pixels a side.
        generator: of phases and random parts.

    Returns:
        float32 (N, size, size), mean 0 and standard deviation 1 in each image.
    """
    count = len(families)
    axis = (torch.arange(size) + 0.5) / size - 0.5
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    cos, sin = torch.cos(tilt)[:, None, None], torch.sin(tilt)[:, None, None]
    # The phase is a whole shift of the pattern, wide enough to reach any of its places.
    shift = 20 * torch.rand((2, count, 1, 1), generator=generator)
    scale = wavelength[:, None, None]
    u = (cos * x + sin * y) / scale + shift[0]
    v = (cos * y - sin * x) / scale + shift[1]
    drawn = torch.empty((count, size, size))
    for index, name in enumerate(names):
        chosen = families == index
        if chosen.any():
            drawn[chosen] = TEXTURES[name](u[chosen], v[chosen], generator)
    drawn -= drawn.mean(dim=(1, 2), keepdim=True)
    return drawn / drawn.std(dim=(1, 2), keepdim=True).clamp(min=1e-3)


def _part(u: torch.Tensor) -> torch.Tensor:
    """Position within the period, in [0, 1), below 0 too."""
    return u - u.floor()


def _wave(u: torch.Tensor, duty: float = 0.5) -> torch.Tensor:
    """1 in the first part of every period, else 0."""
    return (_part(u) < duty).float()


def _near(u: torch.Tensor) -> torch.Tensor:
    """Signed distance to the middle of the period, in [-0.5, 0.5)."""
    return _part(u) - 0.5


def _dots(u: torch.Tensor, v: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    shifted = u + 0.5 * _wave(v / 2)
    return ((_near(shifted).square() + _near(v).square()) < 0.35**2).float()


def _rings(u: torch.Tensor, v: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Targets: two rings around each centre."""
    distance = (_near(u / 2.4).square() + _near(v / 2.4).square()).sqrt() * 2.4
    return _wave(distance / 0.75) * (distance < 1.2)


def _bricks(u: torch.Tensor, v: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    row = _wave(v / 2)
    joint = (_part(u / 1.8 + 0.5 * row) < 0.16) | (_part(v) < 0.25)
    return joint.float()


def _triangles(u: torch.Tensor, v: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    rise = _part(v / 1.5)
    return (_near(u / 1.5 + 0.5 * _wave(v / 3)).abs() < 0.5 * rise).float()


def _crosses(u: torch.Tensor, v: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    a, b = _near(u / 1.7).abs(), _near(v / 1.7).abs()
    return ((torch.minimum(a, b) < 0.13) & (torch.maximum(a, b) < 0.38)).float()


def _scales(u: torch.Tensor, v: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Overlapping arcs, every second row shifted."""
    row = (v / 0.75).floor()
    across = _near(u / 1.5 + 0.5 * (row % 2)) * 1.5
    down = _part(v / 0.75) * 0.75
    distance = (across.square() + down.square()).sqrt()
    return ((distance - 0.72).abs() < 0.17).float()


def _diamonds(u: torch.Tensor, v: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    a, b = u / 1.5, v / 2.6
    return (_wave(a + b) - _wave(a - b)).abs()


def _dashes(u: torch.Tensor, v: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    row = _wave(u / 1.6)
    return _wave(u / 0.8, 0.45) * _wave(v / 2 + 0.5 * row, 0.6)


def _honeycomb(u: torch.Tensor, v: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Lines between the cells of a hexagonal lattice, where two of its points are as near."""
    side, height = 1.5, 1.5 * math.sqrt(3)
    distances = []
    for a in (0.0, 0.5):
        across, down = _near(u / side + a).abs(), _near(v / height + a) * height
        # A lattice point's neighbours to the left and right belong to its own rectangular lattice.
        for neighbour in (0, 1):
            distances.append((((across - neighbour) * side).square() + down.square()).sqrt())
    first, second, *_ = torch.stack(distances).sort(dim=0).values
    return ((first - second).abs() < 0.22).float()


def _leopard(u: torch.Tensor, v: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Open rings at jittered places."""
    nearest, _ = _to_points(u, v, 1.6, generator)
    return ((nearest - 0.45).abs() < 0.2).float()


def _cells(u: torch.Tensor, v: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Irregular cells, parted by thin lines."""
    first, second = _to_points(u, v, 1.7, generator)
    return ((second - first) < 0.3).float()


def _to_points(
    u: torch.Tensor, v: torch.Tensor, spacing: float, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Distances to the nearest and second nearest of jittered points, one in each square."""
    a, b = u / spacing, v / spacing
    column, row = a.floor().long(), b.floor().long()
    # More squares than the frame spans in either direction.
    side = 16
    jitter = 0.15 + 0.7 * torch.rand((len(u), 2, side, side), generator=generator)
    image = torch.arange(len(u))[:, None, None]
    distances = []
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            j, i = column + right, row + down
            place = jitter[image, :, i % side, j % side]
            distances.append(
                ((a - j - place[..., 0]).square() + (b - i - place[..., 1]).square()).sqrt()
            )
    ordered = torch.stack(distances).sort(dim=0).values
    return ordered[0] * spacing, ordered[1] * spacing


def _wood(u: torch.Tensor, v: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Long lines that bend at random."""
    bend = torch.zeros_like(u)
    for period in (5.0, 9.0):
        phase = torch.rand((len(u), 2, 1, 1), generator=generator)
        bend = bend + 0.55 * torch.sin(2 * math.pi * (u / period + phase[:, 0]))
        bend = bend + 0.45 * torch.sin(2 * math.pi * ((u + 2 * v) / (period + 2) + phase[:, 1]))
    return _wave(0.7 * v + bend, 0.5)


TEXTURES: Mapping[str, Pattern] = {
    "stripes": lambda u, v, _: _wave(v),
    # Wide stripes with a thin line in each.
    "bands": lambda u, v, _: _wave(u / 2) + 0.9 * _wave(u / 2 + 0.3, 0.15),
    "checker": lambda u, v, _: (_wave(u / 1.6) - _wave(v / 1.6)).abs(),
    "dots": _dots,
    "rings": _rings,
    "bricks": _bricks,
    "zigzag": lambda u, v, _: _wave(v + 1.2 * _near(u / 1.8).abs()),
    "waves": lambda u, v, _: _wave(u / 0.9 + 0.4 * torch.sin(2 * math.pi * v / 2.2), 0.4),
    "grid": lambda u, v, _: torch.maximum(_wave(u / 1.3, 0.25), _wave(v / 1.3, 0.25)),
    "plaid": lambda u, v, _: _wave(u / 2, 0.6) + _wave(v / 2, 0.6) + 0.8 * _wave(u / 2 + 0.4, 0.15),
    "triangles": _triangles,
    "crosses": _crosses,
    "scales": _scales,
    "diamonds": _diamonds,
    "dashes": _dashes,
    "honeycomb": _honeycomb,
    "leopard": _leopard,
    "cells": _cells,
    "wood": _wood,
}
"""Families by name."""
