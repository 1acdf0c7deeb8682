"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.diffusion_bound.tables import PARTS, weight_rows
from gcbook.claims import Number
from gcbook.noise.mixture import Mixture
from gcbook.noise.variational import MOST

__all__ = ["agreement_facts", "bound_facts", "cutoff_facts", "weight_facts"]

_NAMES = {"elbo": "bound", "exp:7": "paper", "uniform": "equal", "exact": "exact"}
_SPACINGS = {"log-SNR": "even", "t": "times"}
_LESS_NOISE = 18.0
"""Log-SNR of another first step."""


def bound_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """How the bound closes.

    Args:
        rows: from `gcbook.chapters.diffusion_bound.tables.bound_rows`.

    Returns:
        ``first_steps, last_steps``; the gap there, ``even_first, even_last`` for steps evenly
        spaced in log-SNR and ``times_first, times_last`` in t; ``even_divides, times_divides``, by
        how much the last doubling divides it; ``least_gap`` of all; ``exact``; and the ``prior``,
        ``reconstruction`` and ``diffusion`` of the most steps evenly spaced in log-SNR; in nats.
    """
    facts: dict[str, Any] = {"exact": Number(rows["exact"].iloc[0], ".2f")}
    for spacing, name in _SPACINGS.items():
        group = rows[rows["spacing"] == spacing]
        gaps = group["gap"].tolist()
        facts[f"{name}_first"] = Number(gaps[0], ".3g")
        facts[f"{name}_last"] = Number(gaps[-1], ".2f")
        facts[f"{name}_divides"] = Number(gaps[-2] / gaps[-1], ".1f")
        facts["first_steps"] = Number(group["steps"].iloc[0], ",.0f")
        facts["last_steps"] = Number(group["steps"].iloc[-1], ",.0f")
    last = rows[rows["spacing"] == "log-SNR"].iloc[-1].to_dict()
    parts = {name: Number(last[name], ".2f") for name in PARTS}
    return facts | parts | {"least_gap": Number(rows["gap"].min(), ".2f")}


def weight_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """From which times the difference between the classes comes.

    Args:
        rows: from `gcbook.chapters.diffusion_bound.tables.weight_rows`.

    Returns:
        For the ``bound``, the ``paper`` and ``equal`` weights ``…_middle``, the t below which half
        of the difference lies, and ``…_beyond``, the share from t above one half.
    """
    facts = {}
    for weighting, group in rows[rows["part"] == "difference"].groupby("weighting", sort=False):
        name = _NAMES[str(weighting)]
        facts[f"{name}_middle"] = Number(_middle(group), ".2f")
        beyond = 1 - group.loc[group["t"] <= 0.5, "below"].max()
        facts[f"{name}_beyond"] = Number(beyond, ".0%")
    return facts


def cutoff_facts(pair: Mapping[str, Mixture]) -> dict[str, Any]:
    """How the middles under the bound depend on where the times begin.

    Args:
        pair: two classes.

    Returns:
        ``error_middle, difference_middle`` for the chapter's first step, and ``error_moved,
        difference_moved`` for one with less noise.
    """
    facts = {}
    for most, name in ((MOST, "middle"), (_LESS_NOISE, "moved")):
        for part, group in weight_rows(pair, ["elbo"], most=most).groupby("part"):
            facts[f"{part}_{name}"] = Number(_middle(group), ".2g")
    return facts


def agreement_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """How often each score decides right, and as what.

    Args:
        rows: from `gcbook.chapters.diffusion_bound.tables.agreement_rows`.

    Returns:
        ``…_right``, ``…_as_bayes`` and ``…_as_coarse`` for ``exact``, ``paper`` and ``equal``, and
        for the bound with the fewest steps, ``few``.
    """
    facts = {}
    for row in rows.to_dict("records"):
        name = _NAMES.get(row["score"])
        if name is None:
            # The bound comes with few steps first.
            if "few_right" in facts:
                continue
            name = "few"
        for column in ("right", "as_bayes", "as_coarse"):
            facts[f"{name}_{column}"] = Number(row[column], ".0%")
    return facts


def _middle(group: pd.DataFrame) -> float:
    return float(np.interp(0.5, group["below"], group["t"]))
