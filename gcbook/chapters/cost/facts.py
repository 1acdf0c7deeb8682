"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.cost.tables import MEASURES, SETS, stored_times
from gcbook.claims import Interval, Number
from gcbook.miniworld.results.kinds import STANDS_FOR, short_name
from gcbook.paper.experiments import EXPERIMENTS

SETTLED = 0.02
"""How close a value must come to that of all draws to count as settled."""
_PERCENT, _TWO = ".0%", ".2f"


def cost_facts(
    costs: pd.DataFrame,
    worth: pd.DataFrame,
    races: pd.DataFrame,
    real: pd.DataFrame,
    checked: pd.DataFrame,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name; NaN or None where nothing was measured.

    Args:
        costs, worth, races, real: from `gcbook.chapters.cost.tables`: ``cost_rows, draw_rows,
            race_rows`` and ``real_costs``.
        checked: from ``checked_scores``.
    """
    found: dict[str, Any] = {}
    for model in ("mini-pixel", "mini-latent", "mini-masked"):
        one = _settled(worth, model) | _race(races, model)
        found |= {f"{short_name(model)}_{name}": value for name, value in one.items()}
    return SimpleNamespace(
        **found,
        **_costs(costs),
        **_large(real, costs),
        checked=int(checked["scores"].sum()) or None,
        worst=Number(checked["largest_difference"].max(), ".0e"),
        **_machine(),
        conflicts=EXPERIMENTS["cue-conflict"].n_images,
        settled=SETTLED,
    )


def _costs(costs: pd.DataFrame) -> dict[str, Any]:
    """Evaluations of a decision, and how much longer a diffusion model takes than a CNN."""
    models = costs.set_index("model")
    evaluations, seconds = models["evaluations"], models["seconds"]
    return {
        "diffusion": int(evaluations["mini-pixel"]),
        "masked": int(evaluations["mini-masked"]),
        "autoregressive": int(evaluations["mini-ar"]),
        "cnn": int(evaluations["mini-cnn"]),
        "times": Number(_rounded(seconds["mini-pixel"] / seconds["mini-cnn"]), ",.0f"),
    }


def _machine() -> dict[str, Any]:
    """Where the times were measured."""
    _, machine = stored_times()
    return {
        "processor": machine["processor"],
        "threads": machine["threads"],
        "torch": machine["torch"].partition("+")[0],
    }


def _settled(worth: pd.DataFrame, model: str) -> dict[str, Any]:
    """Values with one draw and with all, and from how many draws on they stay near the last."""
    found: dict[str, Any] = {}
    for measure, title in MEASURES.items():
        rows = worth[(worth["recipe"] == model) & (worth["measure"] == title)].sort_values("draws")
        near = (rows["value"] - rows["value"].iloc[-1]).abs().to_numpy() <= SETTLED
        first = len(near) - int(np.logical_and.accumulate(near[::-1]).sum())
        form = _PERCENT if measure == "accuracy" else _TWO
        found |= {
            f"{measure}_first": Number(rows["value"].iloc[0], form),
            f"{measure}_last": Number(rows["value"].iloc[-1], form),
            f"{measure}_draws": int(rows["draws"].iloc[first]),
        }
    return found


def _race(races: pd.DataFrame, model: str) -> dict[str, Any]:
    """What races save on in-distribution images, and how many answers stay, on either set."""
    rows = races[races["model"] == model].sort_values("first_test")
    plain = rows[rows["test_set"] == SETS[0]]
    return {
        "first_test": int(plain["first_test"].iloc[0]),
        "first_test_late": int(plain["first_test"].iloc[-1]),
        "saved": Number(plain["saved"].iloc[0], _PERCENT),
        "saved_late": Number(plain["saved"].iloc[-1], _PERCENT),
        "could_save": Number(1 - (plain["first_test"] / plain["draws"]).iloc[-1], _PERCENT),
        "same": Number(rows["same"].min(), ".1%"),
    }


def _large(real: pd.DataFrame, costs: pd.DataFrame) -> dict[str, Any]:
    """Hours and days of the large models, and how much larger than the miniatures they are."""
    own = costs.set_index(costs["model"].map(STANDS_FOR))["parameters"]
    ratios = real["parameters"].astype(float) / real["stands_for"].map(own).astype(float)
    generators = real[real["stands_for"] != "ResNet-50"]
    dear = generators.sort_values("conflict_hours").iloc[-1]
    ends = ratios[generators.index]
    return {
        "hours": Number(dear["conflict_hours"], ".1f"),
        "larger": Interval(_rounded(ends.min()), _rounded(ends.max()), ",.0f"),
    }


def _rounded(value: float) -> float:
    """A ratio to two digits, for times are no better known."""
    return float(f"{value:.2g}")
