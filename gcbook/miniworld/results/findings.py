"""What the paper claims of its models, put to the miniatures of the same kinds.

Every claim that compares kinds of models is a difference here, with an interval from resampled
silhouettes; the verdict follows from the interval alone. The paper's own numbers stand beside it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from gcbook.miniworld.results.consistency import pair_kappas, sides
from gcbook.miniworld.results.kinds import GENERATIVE, printed_values, recipes_in, side_of
from gcbook.miniworld.results.panel import OOD_SETS, counted, make_panel
from gcbook.miniworld.results.shipped import parts_of
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import number

AGREES, CONTRADICTS, UNDECIDED = "as in the paper", "the other way round", "open"

_MEASURES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "shape bias": ("Shape bias", ("cue-conflict",)),
    "OOD accuracy": ("OOD accuracy", OOD_SETS),
    "accuracy, low-pass": ("Low-pass", ("low-pass",)),
    "accuracy, high-pass": ("High-pass", ("high-pass",)),
    "error consistency, cue conflict": ("Kappa", ("cue-conflict",)),
}
"""Measures: how they are called where differences in them are drawn, and their test sets."""
_SIDES = {"pairs of classifiers − pairs of two kinds": "within − across kinds"}


class _Claim(NamedTuple):
    """A is said to have more of something than B; published numbers are of
    `gcbook.paper.published`."""

    claim: str
    measure: str
    a: str
    b: str
    paper: str = ""


def _claims() -> list[_Claim]:
    bias, ood = (
        {recipe: number(value, ".2f") for recipe, value in printed_values(column).items()}
        for column in ("shape_bias", "ood_accuracy")
    )
    than_resnet = (
        ("Generators are more shape-biased than a ResNet", "shape bias", bias),
        ("Generators are more accurate out of distribution than a ResNet", "OOD accuracy", ood),
    )
    noised = f"{bias['mini-cnn-noise']} against {bias['mini-cnn']}, tested without noise"
    raises = "Training with diffusion noise raises the shape bias"
    blurred = "Diffusion on pixels is more accurate on blurred images than a ResNet"
    sharp = "Diffusion on pixels is worse at high-pass images than other generators"
    return [
        *(
            _Claim(text, measure, recipe, "mini-cnn", f"{of[recipe]} against {of['mini-cnn']}")
            for text, measure, of in than_resnet
            # Of Muse the paper says that it classified at chance, and nothing else (Appendix B).
            for recipe in GENERATIVE
            if recipe in of
        ),
        _Claim(raises, "shape bias", "mini-cnn-noise", "mini-cnn", noised),
        _Claim(blurred, "accuracy, low-pass", "mini-pixel", "mini-cnn"),
        _Claim(sharp, "accuracy, high-pass", "mini-latent", "mini-pixel"),
        _Claim(sharp, "accuracy, high-pass", "mini-ar", "mini-pixel"),
    ]


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

    Returns:
        ``claim, measure``, ``compared`` ("a − b"), ``a, b`` (values, over all seeds),
        ``difference, low, high, verdict``, and ``paper`` (what it prints of its own models, ""
        where nothing is printed).
    """
    recipes, sets = set(recipes_in(answers["observer"])), set(answers["dataset"])
    rows = [
        _test(claim, answers, resampling)
        for claim in _claims()
        if {claim.a, claim.b} <= recipes and set(_MEASURES[claim.measure][1]) <= sets
    ]
    if "cue-conflict" in sets and len(set(map(side_of, recipes))) == 2:
        rows.append(_two_sides(answers, resampling))
    numbers = ["a", "b", "difference", "low", "high"]
    table = pd.DataFrame(rows, columns=["claim", "measure", "compared", *numbers, "paper"])
    bounds = zip(table["low"], table["high"], strict=True)
    table.insert(len(table.columns) - 1, "verdict", [verdict_of(low, high) for low, high in bounds])
    return table.round(dict.fromkeys(numbers, 4))


def claim_differences(rows: pd.DataFrame) -> pd.DataFrame:
    """Name the differences that the paper's claims suggest as they are drawn.

    Args:
        rows: from `claim_rows`.

    Returns:
        ``compared``, what is compared and in what; ``difference, low, high, verdict``; the two
        values ``a, b``; what the ``paper`` prints of its own models; and the ``claim``.
    """
    sides = rows["compared"].replace(_SIDES).str.replace("mini-", "")
    titles = rows["measure"].map({measure: title for measure, (title, _) in _MEASURES.items()})
    named = rows.assign(compared=titles + ": " + sides)
    columns = ["compared", "difference", "low", "high", "verdict", "a", "b", "paper", "claim"]
    return named[columns]


def _test(claim: _Claim, answers: pd.DataFrame, resampling: Resampling) -> tuple[Any, ...]:
    recipe = answers["observer"].map(lambda name: parts_of(name).recipe)
    sets = _MEASURES[claim.measure][1]
    chosen = answers["dataset"].isin(sets) & recipe.isin([claim.a, claim.b])
    panel = make_panel(answers[chosen & counted(answers)], resampling)
    a, b = (
        panel.shape_bias(each) if claim.measure == "shape bias" else panel.accuracy(each, sets)
        for each in (claim.a, claim.b)
    )
    values = (a[0], b[0], a[0] - b[0], *resampling.interval(a - b))
    compared = f"{claim.a} − {claim.b}"
    return claim.claim, claim.measure, compared, *map(float, values), claim.paper


def _two_sides(answers: pd.DataFrame, resampling: Resampling) -> tuple[Any, ...]:
    """Do classifiers err like each other, more than like generators? On cue conflict, as Fig. 6."""
    panel = make_panel(answers[answers["dataset"] == "cue-conflict"], resampling)
    facts = sides(*pair_kappas(panel, resampling), resampling)
    (compared,) = _SIDES
    values = (facts[name] for name in ("discriminative", "across", "gap", "gap_low", "gap_high"))
    claim = "Classifiers err more like each other than like generators"
    return claim, "error consistency, cue conflict", compared, *values, ""
