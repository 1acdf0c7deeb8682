"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.noise_training.tables import (
    BEYOND,
    EQUAL_STEPS,
    MORE_IMAGES,
    normalized_variance,
)
from gcbook.claims import Number
from gcbook.miniworld.results.longer import LONG, images_seen
from gcbook.miniworld.results.noised import MEASURES, ONE_DRAW, TRAINED
from gcbook.miniworld.results.shipped import name_of
from gcbook.paper.published import quoted_value
from gcbook.stats.rows import first_row
from gcbook.stats.shape_tables import noised_resnets

_STEPS = {
    "training": "training",
    "testing": "testing as well",
    "alone": "testing alone",
    "several": "several draws",
}
_CHANGED = {"": "shape_bias", "_excess": "texture_excess"}
_LENGTHS = {"same_steps": EQUAL_STEPS, "longer": MORE_IMAGES, "beyond": BEYOND}


def noise_training_facts(
    world: str, cells: pd.DataFrame, changes: pd.DataFrame, lengths: pd.DataFrame
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact of a cell or a comparison that is not there, and an interval where nothing was resampled,
    is NaN.

    Args:
        world: of the networks, by name.
        cells, lengths: from `gcbook.chapters.noise_training.tables`: ``cell_rows`` and
            ``length_rows``.
        changes: from `gcbook.miniworld.results.noised.change_rows`.
    """
    found: dict[str, Any] = _paper()
    whole = cells[(cells["model"] == "") & (cells["measure"] == MEASURES["accuracy"])]
    for trained in TRAINED.values():
        seeds = whole.loc[whole["trained"] == trained, "seeds"]
        found[f"{trained}_networks"] = int(seeds.max()) if len(seeds) else None
    noisy = whole[(whole["trained"] == "noised") & (whole["tested"] == ONE_DRAW)]
    found["noised_right_in_noise"] = Number(first_row(noisy)["value"], ".0%")
    for name, step in _STEPS.items():
        for end, measure in _CHANGED.items():
            is_it = (changes["step"] == step) & (changes["measure"] == MEASURES[measure])
            found |= _change(f"{name}{end}", changes[is_it])
    for name, comparison in _LENGTHS.items():
        found |= _change(name, lengths[lengths["comparison"] == comparison])
    plain, noised = (images_seen(name_of(recipe, world)) for recipe in TRAINED)
    there = MORE_IMAGES in set(lengths["comparison"])
    longer = images_seen(name_of("mini-cnn", world) + LONG) if there else np.nan
    return SimpleNamespace(
        **found,
        noise_images=Number(noised / plain, ".2g"),
        longer_images=Number(longer / plain, ".2g"),
        longer_than_noise=Number(longer / noised, ".2g"),
        variance=Number(normalized_variance(world), ".2f"),
    )


def _change(name: str, rows: pd.DataFrame) -> dict[str, Number]:
    """The change of a row, its interval and its two sides; NaN where there is no row."""
    row = first_row(rows)
    ends = {f"{name}_{end}": Number(row[end]) for end in ("before", "after", "low", "high")}
    return {name: Number(row["change"], "+.3f"), **ends}


def _paper() -> dict[str, Any]:
    """The paper's recipe, and what it prints of the result."""
    usual, noise = (
        quoted_value(f"resnet50_epochs_{name}") for name in ("standard", "diffusion_noise")
    )
    plain, trained, tested = noised_resnets()["shape_bias"]
    return {
        "usual_epochs": Number(usual, ".0f"),
        "noise_epochs": Number(noise, ".0f"),
        "paper_images": Number(noise / usual, ".2g"),
        "paper_plain": Number(plain, ".2f"),
        "paper_trained": Number(trained, ".2f"),
        "paper_tested": Number(tested, ".2f"),
    }
