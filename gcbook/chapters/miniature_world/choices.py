r"""The choices of the default world, with the numbers that they rest on computed anew."""

import math
from importlib import resources

import pandas as pd

from gcbook.miniworld.world import DEFAULT_WORLD, World
from gcbook.stats.metrics import share
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import number

__all__ = [
    "OCTAVES",
    "SLOPES",
    "diagnosticity_sentence",
    "patch_accuracy",
    "silhouette_sources",
    "texture_ratio",
    "texture_ratios",
    "world_table",
]

SLOPES = {"shallowest": 0.8, "average": 1.2, "steepest": 1.5}
"""Exponents of the amplitude spectra of natural images (Tolhurst, Tadmor & Chao, 1992)."""

OCTAVES = 3
"""Between an object that fills the frame and its texture."""

_PATCH_NETWORK, _PATCH = "bagnet33", 33


def silhouette_sources() -> pd.DataFrame:
    """Whose drawings the silhouettes are made from.

    Returns:
        ``collection, author, licence, icons``, a row a collection and author, the most icons first.
    """
    path = resources.files("gcbook") / "data" / "miniworld" / "silhouettes.csv"
    with path.open(encoding="utf-8") as file:
        icons = pd.read_csv(file)
    keys = ["collection", "author", "licence"]
    # A drawing that stands for two categories is one icon.
    counts = icons.groupby(keys)["icon"].nunique().rename("icons").reset_index()
    return counts.sort_values(["icons", *keys], ascending=[False, True, True, True]).reset_index(
        drop=True
    )


def texture_ratio(slope: float, octaves: int = OCTAVES) -> float:
    r"""Return the contrast of texture over that of figure against ground.

    With amplitudes falling as :math:`f^{-a}` the energy of an octave around f is proportional to
    :math:`f^{2 - 2a}`. The ratio is the square root of one octave's energy over the sum of those of
    the octaves below it.

    Args:
        slope: the exponent a.
        octaves: below that of the texture.

    >>> [round(texture_ratio(a), 2) for a in (0.8, 1.2, 1.5)]
    [0.75, 0.43, 0.27]
    """
    below = sum(2 ** (-k * (2 - 2 * slope)) for k in range(1, octaves + 1))
    return 1 / math.sqrt(below)


def texture_ratios(world: World = DEFAULT_WORLD) -> pd.DataFrame:
    """The ratio for each slope, beside the bounds of the world.

    Args:
        world: whose bounds they should be.

    Returns:
        ``image`` (which slope), ``slope, ratio`` and ``bound`` of the world (NaN for the average).
    """
    low, high = world.texture_ratio
    bounds = {"shallowest": high, "steepest": low}
    return pd.DataFrame(
        [
            {
                "image": name,
                "slope": slope,
                "ratio": texture_ratio(slope),
                "bound": bounds.get(name, math.nan),
            }
            for name, slope in SLOPES.items()
        ]
    )


def patch_accuracy(summaries: Summaries) -> dict[str, float]:
    """How often BagNet-33 is right on greyscale photographs, from the public trials.

    Args:
        summaries: with the dataset colour.

    Returns:
        ``accuracy`` and ``images``; NaN and 0 where the summaries have no such trials.
    """
    counts = summaries.counts
    rows = counts[
        (counts["observer"] == _PATCH_NETWORK)
        & (counts["dataset"] == "colour")
        & (counts["condition"] == "bw")
    ]
    images = int(rows["n"].sum())
    right = int(rows.loc[rows["response"] == rows["category"], "n"].sum())
    return {"accuracy": float(share(right, images)), "images": images}


def diagnosticity_sentence(summaries: Summaries, world: World = DEFAULT_WORLD) -> str:
    """Say what BagNet-33 makes of greyscale photographs, and whether the world agrees.

    Args:
        summaries: see `patch_accuracy`.
        world: whose diagnosticity it should be.
    """
    found = patch_accuracy(summaries)
    if not found["images"]:
        return "The public trials of BagNet-33 are not among the data of this build."
    share = found["accuracy"]
    agrees = round(share, 2) == world.diagnosticity
    verdict = (
        "the number that the world's diagnosticity was taken from,"
        if agrees
        else "**not** the number that the world has as its diagnosticity,"
    )
    return (
        f"Recomputed from its public trials, BagNet-33 is right on {share:.1%} of "
        f"{found['images']:.0f} greyscale photographs, {verdict} "
        f"{number(world.diagnosticity, '.2f')}{', to two digits' if agrees else ''}."
    )


def world_table(world: World = DEFAULT_WORLD) -> pd.DataFrame:
    """Every choice of a world with its value and its reason.

    Args:
        world: any.

    Returns:
        ``choice, value, reason``.
    """
    spread = "drawn evenly"
    rows = [
        (
            "Picture",
            f"{world.resolution} × {world.resolution} pixels, each the mean of "
            f"{world.supersampling**2} points",
            "Small enough to train on a laptop, large enough for an outline",
        ),
        (
            "Colour",
            "none" if not world.colour else f"up to {world.colour:g} from grey",
            "It would tell nothing here, and costs training time",
        ),
        (
            "Diagnosticity",
            f"{world.diagnosticity:g}",
            "Accuracy of a network that sees small patches only, on greyscale photographs",
        ),
        (
            "Figure against ground",
            f"{_bounds(world.figure_ground)} in luma, {spread}",
            "Figure and ground stay clear of black and white",
        ),
        (
            "Texture contrast",
            f"{_bounds(world.texture_ratio)} of that of figure and ground, even in the logarithm",
            "Spectra of natural images",
        ),
        (
            "Period of textures",
            f"{_bounds(world.period)} pixels, {spread}",
            f"About {OCTAVES} octaves finer than an object that fills the frame",
        ),
        (
            "Tilt of textures",
            f"{_bounds(world.tilt)}°, {spread}",
            "A texture keeps its direction, roughly",
        ),
        (
            "Background",
            f"noise with slope {world.background_slope:g}, "
            f"{_bounds(world.background_ratio)} of the contrast of figure and ground",
            "The average spectrum of natural images; it tells nothing about the category",
        ),
        (
            "Pose",
            f"turned by {_bounds(world.rotation)}°, scaled to {_bounds(world.scale)} of the frame, "
            f"shifted by up to {world.shift:.0%}, stretched by up to {world.aspect:.0%}"
            + (", mirrored at random" if world.flip else ""),
            "Photographers keep objects upright and in view",
        ),
    ]
    return pd.DataFrame(rows, columns=["choice", "value", "reason"])


def _bounds(pair: tuple[float, float]) -> str:
    low, high = (f"{value:g}".replace("-", "−") for value in pair)
    return f"{low} to {high}"
