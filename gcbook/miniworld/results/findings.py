"""What the paper claims of its models, put to the miniatures of the same kinds.

Every claim that compares kinds of models is a difference here, with an interval from resampled
silhouettes; the verdict follows from the interval alone. The paper's own numbers stand beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gcbook.miniworld.results.consistency import pair_kappas, sides
from gcbook.miniworld.results.kinds import GENERATIVE, printed_values, recipes_in, side_of
from gcbook.miniworld.results.panel import OOD_SETS, MiniaturePanel, counted, make_panel
from gcbook.miniworld.results.shipped import parts_of
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import number

__all__ = [
    "AGREES",
    "CONTRADICTS",
    "UNDECIDED",
    "claim_differences",
    "claim_rows",
    "verdict_of",
]

AGREES, CONTRADICTS, UNDECIDED = "as in the paper", "the other way round", "open"

_MEASURES = {
    "shape bias": "Shape bias",
    "OOD accuracy": "OOD accuracy",
    "accuracy, low-pass": "Low-pass",
    "accuracy, high-pass": "High-pass",
    "error consistency, cue conflict": "Kappa",
}
"""How measures are called where differences in them are drawn."""
_SIDES = {"pairs of classifiers − pairs of two kinds": "within − across kinds"}

Measure = Callable[[MiniaturePanel, str], np.ndarray]


@dataclass(frozen=True)
class _Claim:
    """A is said to have more of something than B; published numbers are of
    `gcbook.paper.published`."""

    claim: str
    measure: str
    a: str
    b: str
    sets: tuple[str, ...]
    value: Measure
    paper: str


def _accuracy_on(*sets: str) -> Measure:
    return lambda panel, recipe: panel.accuracy(recipe, sets)


def _claims() -> list[_Claim]:
    bias, ood = (
        {recipe: number(value, ".2f") for recipe, value in printed_values(column).items()}
        for column in ("shape_bias", "ood_accuracy")
    )
    claims = []
    for text, quantity, column, sets, value in (
        (
            "Generators are more shape-biased than a ResNet",
            "shape bias",
            bias,
            ("cue-conflict",),
            MiniaturePanel.shape_bias,
        ),
        (
            "Generators are more accurate out of distribution than a ResNet",
            "OOD accuracy",
            ood,
            OOD_SETS,
            _accuracy_on(*OOD_SETS),
        ),
    ):
        claims += [
            _Claim(
                text,
                quantity,
                recipe,
                "mini-cnn",
                sets,
                value,
                f"{column[recipe]} against {column['mini-cnn']}",
            )
            # Of Muse the paper says that it classified at chance, and nothing else (Appendix B).
            for recipe in GENERATIVE
            if recipe in column
        ]
    claims += [
        _Claim(
            "Training with diffusion noise raises the shape bias",
            "shape bias",
            "mini-cnn-noise",
            "mini-cnn",
            ("cue-conflict",),
            MiniaturePanel.shape_bias,
            f"{bias['mini-cnn-noise']} against {bias['mini-cnn']}, tested without noise",
        ),
        _Claim(
            "Diffusion on pixels is more accurate on blurred images than a ResNet",
            "accuracy, low-pass",
            "mini-pixel",
            "mini-cnn",
            ("low-pass",),
            _accuracy_on("low-pass"),
            "",
        ),
    ]
    claims += [
        _Claim(
            "Diffusion on pixels is worse at high-pass images than other generators",
            "accuracy, high-pass",
            other,
            "mini-pixel",
            ("high-pass",),
            _accuracy_on("high-pass"),
            "",
        )
        for other in ("mini-latent", "mini-ar")
    ]
    return claims


def verdict_of(low: float, high: float) -> str:
    """Return what an interval of a difference says of the claim that it is above 0.

    >>> verdict_of(0.1, 0.2), verdict_of(-0.2, -0.1), verdict_of(-0.1, 0.1)
    ('as in the paper', 'the other way round', 'open')
    """
    if low > 0:
        return AGREES
    return CONTRADICTS if high < 0 else UNDECIDED


def claim_rows(answers: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """Put the claims to the miniatures, those whose models and test sets the answers have.

    Args:
        answers: of the test sets.
        resampling: how the intervals are made.

    Returns:
        ``claim, measure``, ``compared`` ("a − b"), ``a, b`` (values, over all seeds),
        ``difference, low, high, verdict``, and ``paper`` (what it prints of its own models, ""
        where nothing is printed).
    """
    recipes, sets = set(recipes_in(answers["observer"])), set(answers["dataset"])
    rows = [
        _test(claim, answers, resampling)
        for claim in _claims()
        if {claim.a, claim.b} <= recipes and set(claim.sets) <= sets
    ]
    if "cue-conflict" in sets and len(set(map(side_of, recipes))) == 2:
        rows.append(_two_sides(answers, resampling))
    table = pd.DataFrame(rows)
    return table.round(dict.fromkeys(["a", "b", "difference", "low", "high"], 4))


def claim_differences(rows: pd.DataFrame) -> pd.DataFrame:
    """Name the differences that the paper's claims suggest as they are drawn.

    Args:
        rows: from `claim_rows`.

    Returns:
        ``compared``, what is compared and in what; ``difference, low, high, verdict``; the two
        values ``a, b``; what the ``paper`` prints of its own models; and the ``claim``.
    """
    sides = rows["compared"].replace(_SIDES).str.replace("mini-", "")
    named = rows.assign(compared=rows["measure"].map(_MEASURES) + ": " + sides)
    columns = ["compared", "difference", "low", "high", "verdict", "a", "b", "paper", "claim"]
    return named[columns]


def _test(claim: _Claim, answers: pd.DataFrame, resampling: Resampling) -> dict[str, Any]:
    recipe = answers["observer"].map(lambda name: parts_of(name).recipe)
    chosen = answers["dataset"].isin(claim.sets) & recipe.isin([claim.a, claim.b])
    panel = make_panel(answers[chosen & counted(answers)], resampling)
    a, b = claim.value(panel, claim.a), claim.value(panel, claim.b)
    low, high = map(float, resampling.interval(a - b))
    return {
        "claim": claim.claim,
        "measure": claim.measure,
        "compared": f"{claim.a} − {claim.b}",
        "a": float(a[0]),
        "b": float(b[0]),
        "difference": float(a[0] - b[0]),
        "low": low,
        "high": high,
        "verdict": verdict_of(low, high),
        "paper": claim.paper,
    }


def _two_sides(answers: pd.DataFrame, resampling: Resampling) -> dict[str, Any]:
    """Do classifiers err like each other, more than like generators? On cue conflict, as Fig. 6."""
    conflicts = answers[answers["dataset"] == "cue-conflict"]
    panel = make_panel(conflicts, resampling)
    facts = sides(*pair_kappas(panel, resampling), resampling)
    return {
        "claim": "Classifiers err more like each other than like generators",
        "measure": "error consistency, cue conflict",
        "compared": "pairs of classifiers − pairs of two kinds",
        "a": facts["discriminative"],
        "b": facts["across"],
        "difference": facts["gap"],
        "low": facts["gap_low"],
        "high": facts["gap_high"],
        "verdict": verdict_of(facts["gap_low"], facts["gap_high"]),
        "paper": "",
    }
