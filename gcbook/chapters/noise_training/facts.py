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
from gcbook.miniworld.results.noised import (
    MEASURES,
    ONE_DRAW,
    TRAINED,
)
from gcbook.miniworld.results.shipped import name_of
from gcbook.paper.published import quoted_value
from gcbook.stats.shape_tables import noised_resnets

__all__ = ["noise_training_facts"]

_STEPS = {
    "training": "training",
    "testing": "testing as well",
    "alone": "testing alone",
    "several": "several draws",
}
_CHANGED = {"": "shape_bias", "_excess": "texture_excess"}
_LENGTHS = {"same_steps": EQUAL_STEPS, "longer": MORE_IMAGES, "beyond": BEYOND}
_NO_ROW: "pd.Series[Any]" = pd.Series(dtype=float)


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
    return SimpleNamespace(
        **_cells(cells),
        **_changes(changes),
        **_lengths(world, lengths),
        **_paper(),
        variance=Number(normalized_variance(world), ".2f"),
    )


def _cells(cells: pd.DataFrame) -> dict[str, Any]:
    """How many networks there are, and how often the noise-trained are right in noise."""
    whole = cells[cells["model"] == ""]
    right = whole[whole["measure"] == MEASURES["accuracy"]].set_index(["trained", "tested"])
    value = right["value"].get(("noised", ONE_DRAW), np.nan)
    found: dict[str, Any] = {"noised_right_in_noise": Number(value, ".0%")}
    for trained in ("clean", "noised"):
        seeds = whole.loc[whole["trained"] == trained, "seeds"]
        found[f"{trained}_networks"] = int(seeds.max()) if len(seeds) else None
    return found


def _changes(changes: pd.DataFrame) -> dict[str, Any]:
    """What each step changes in shape bias, and in what stands behind it."""
    by = changes.set_index(["step", "measure"])
    found: dict[str, Any] = {}
    for name, step in _STEPS.items():
        for end, measure in _CHANGED.items():
            rows = by.loc[by.index == (step, MEASURES[measure])]
            found |= _change(f"{name}{end}", rows.iloc[0] if len(rows) else _NO_ROW)
    return found


def _lengths(world: str, lengths: pd.DataFrame) -> dict[str, Any]:
    """What noise and what a longer training changes, and how much longer it was."""
    found: dict[str, Any] = {}
    for name, comparison in _LENGTHS.items():
        rows = lengths[lengths["comparison"] == comparison]
        found |= _change(name, rows.iloc[0] if len(rows) else _NO_ROW)
    plain, noised = (images_seen(name_of(recipe, world)) for recipe in TRAINED)
    there = MORE_IMAGES in set(lengths["comparison"])
    longer = images_seen(name_of("mini-cnn", world) + LONG) if there else np.nan
    return found | {
        "noise_images": Number(noised / plain, ".2g"),
        "longer_images": Number(longer / plain, ".2g"),
        "longer_than_noise": Number(longer / noised, ".2g"),
    }


def _change(name: str, row: Any) -> dict[str, Number]:
    """The change of a row, its interval and its two sides; NaN where the row is empty."""
    return {
        name: Number(row.get("change", np.nan), "+.3f"),
        **{f"{name}_{end}": Number(row.get(end, np.nan)) for end in ("before", "after")},
        **{f"{name}_{end}": Number(row.get(end, np.nan)) for end in ("low", "high")},
    }


def _paper() -> dict[str, Any]:
    """The paper's recipe, and what it prints of the result."""
    usual, noise = (
        quoted_value(f"resnet50_epochs_{name}") for name in ("standard", "diffusion_noise")
    )
    biases = noised_resnets()["shape_bias"]
    return {
        "usual_epochs": Number(usual, ".0f"),
        "noise_epochs": Number(noise, ".0f"),
        "paper_images": Number(noise / usual, ".2g"),
        **{
            f"paper_{name}": Number(bias, ".2f")
            for name, bias in zip(("plain", "trained", "tested"), biases, strict=True)
        },
    }
