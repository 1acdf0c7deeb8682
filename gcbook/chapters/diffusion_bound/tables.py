"""Appendix A on numbers whose likelihood is known: the bound, its parts, and what weights do to it.

Likelihoods are those of numbers that are told to `DECIMALS` decimals, so that they are
probabilities and all parts of the bound are positive. A pair is that of
`gcbook.noise.mixture.make_pair`, two classes that are equally frequent.
"""

from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np
import pandas as pd

from gcbook.noise.mixture import Mixture
from gcbook.noise.schedules import CosineSchedule, log_snr
from gcbook.noise.variational import Spacing, bound_terms, expected_errors, step_times
from gcbook.noise.weightings import parse_weighting

DECIMALS = 2
STEPS = tuple(2**power for power in range(4, 11))
PARTS = {"prior": "Prior", "reconstruction": "Reconstruction", "diffusion": "Diffusion"}
WEIGHTINGS = ("exp:7", "uniform")
"""Of errors that are no bound: the paper's, and none."""

SCORES = {
    "exact": "the likelihoods",
    "exp:7": "the weights exp(−7t)",
    "uniform": "equal weights",
}
"""What a reader calls the scores; a bound keeps its name."""

GRID = np.linspace(-5, 5, 121)
"""Numbers at which curves are drawn."""

FINE = np.linspace(-6, 6, 400)
"""Numbers over which decisions are summed; 0, where all scores are tied, is none of them."""

LEVELS, DRAWN = 400, 160
"""Times over which weighted errors decide, and over which weights are drawn."""

_TOLD = DECIMALS * np.log(10)


def density_grid() -> pd.DataFrame:
    """Return the numbers at which the page draws densities, as ``x``."""
    return pd.DataFrame({"x": GRID.round(3)})


def bound_rows(model: Mixture) -> pd.DataFrame:
    """The bound of a class's numbers, on average, for more and more steps.

    Returns:
        ``spacing, steps, prior, reconstruction, diffusion, bound, exact, gap``, in nats per number.
    """
    numbers, shares = model.quadrature()
    exact = float(-model.log_density(numbers) @ shares) + _TOLD
    rows = []
    for spacing in get_args(Spacing):
        for count in STEPS:
            terms = bound_terms(model, numbers, count, spacing)
            parts = {name: float(getattr(terms, name) @ shares) for name in PARTS}
            parts["reconstruction"] += _TOLD
            bound = sum(parts.values())
            about = {"spacing": spacing, "steps": count}
            rows.append(about | parts | {"bound": bound, "exact": exact, "gap": bound - exact})
    return pd.DataFrame(rows).round(6)


def weight_rows(pair: Mapping[str, Mixture]) -> pd.DataFrame:
    """From which times the weighted difference in error comes, for numbers of the first class.

    Returns:
        ``weighting`` ("elbo" is the bound's), ``t, log_snr``; ``value``, by how much the mean error
        under the other class exceeds that under the own; ``density`` (share of the weighted sum per
        unit of t), and ``below`` (share from less noise).
    """
    own, other = pair.values()
    numbers, shares = own.quadrature()
    # Even in log-SNR, for the weight of the bound rises without end towards t = 0.
    edges = step_times(DRAWN + 1)
    times, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    same, wrong = (expected_errors(model, numbers, times) @ shares for model in (own, other))
    value = wrong - same
    schedule = CosineSchedule()
    ratio = log_snr(schedule, times)
    tables = []
    for name in ("elbo", *WEIGHTINGS):
        weights = parse_weighting(name).weights(times, ratio, schedule) * widths
        share = weights * value / (weights @ value)
        about = {"weighting": name, "t": times, "log_snr": ratio, "value": value}
        tables.append(pd.DataFrame(about | {"density": share / widths, "below": share.cumsum()}))
    return pd.concat(tables, ignore_index=True).round(6)


def ratio_rows(pair: Mapping[str, Mixture]) -> pd.DataFrame:
    """By how much each number speaks for the first class: by likelihoods, and by other scores.

    Returns:
        ``x, score`` ("exact", "bound", or a weighting), ``value``: for likelihoods the logarithm of
        their ratio in nats; for weighted errors their difference, scaled to fit it best.
    """
    exact, bound, *weighted = _differences(pair, GRID, [STEPS[-1]]).values()
    curves = {"exact": exact, "bound": bound}
    for name, difference in zip(WEIGHTINGS, weighted, strict=True):
        curves[name] = float(difference @ exact / (difference @ difference)) * difference
    wide = pd.DataFrame({"x": GRID.round(3)} | curves).round(4)
    return wide.melt("x", var_name="score")


def agreement_rows(pair: Mapping[str, Mixture]) -> pd.DataFrame:
    """How often each score decides right, over the numbers of both classes.

    Returns:
        ``score, right`` (share of numbers), ``as_bayes`` (share decided as by the likelihoods) and
        ``as_coarse`` (share decided as by the coarse cue alone, on which side of 0 a number lies);
        the likelihoods come first, for no score can be right more often.
    """
    # A decision jumps, so it is summed over a fine grid and not by a quadrature for smooth curves.
    densities = [np.exp(model.log_density(FINE)) for model in pair.values()]
    share_a, share_b = (each / each.sum() / len(pair) for each in densities)
    scores = _differences(pair, FINE, [STEPS[0], STEPS[-1]])
    return pd.DataFrame(
        [
            {
                "score": name,
                "right": float((value > 0) @ share_a + (value <= 0) @ share_b),
                "as_bayes": float(((value > 0) == (scores["exact"] > 0)) @ (share_a + share_b)),
                "as_coarse": float(((value > 0) == (FINE < 0)) @ (share_a + share_b)),
            }
            for name, value in scores.items()
        ]
    ).round(4)


def _differences(
    pair: Mapping[str, Mixture], numbers: np.ndarray, steps: Sequence[int]
) -> dict[str, np.ndarray]:
    """By how much numbers speak for the first class: likelihoods, bounds, and weighted errors."""
    a, b = pair.values()
    found = {"exact": a.log_density(numbers) - b.log_density(numbers)}
    for count in steps:
        bounds = [bound_terms(model, numbers, count).total for model in (a, b)]
        found[f"bound, {count:,} steps"] = bounds[1] - bounds[0]
    times = step_times(LEVELS, "t")
    schedule = CosineSchedule()
    ratio = log_snr(schedule, times)
    errors = [expected_errors(model, numbers, times) for model in (a, b)]
    for name in WEIGHTINGS:
        weights = parse_weighting(name).weights(times, ratio, schedule)
        found[name] = weights @ (errors[1] - errors[0]) / LEVELS
    return found
