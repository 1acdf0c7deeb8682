"""Appendix A on numbers whose likelihood is known: the bound, its parts, and what weights do to it.

Likelihoods are those of numbers that are told to `DECIMALS` decimals, so that they are
probabilities and all parts of the bound are positive.
"""

from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np
import pandas as pd

from gcbook.noise.mixture import Mixture
from gcbook.noise.schedules import CosineSchedule, log_snr
from gcbook.noise.variational import Spacing, bound_terms, expected_errors, step_times
from gcbook.noise.weightings import parse_weighting

__all__ = [
    "DECIMALS",
    "PARTS",
    "STEPS",
    "agreement_rows",
    "bound_rows",
    "density_grid",
    "ratio_rows",
    "score_title",
    "weight_rows",
]

DECIMALS = 2
STEPS = tuple(2**power for power in range(4, 11))
PARTS = {"prior": "Prior", "reconstruction": "Reconstruction", "diffusion": "Diffusion"}
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


def bound_rows(model: Mixture, steps: Sequence[int] = STEPS) -> pd.DataFrame:
    """The bound of a class's numbers, on average, for more and more steps.

    Args:
        model: of the numbers.
        steps: values of T.

    Returns:
        ``spacing, steps, prior, reconstruction, diffusion, bound, exact, gap``, in nats per number.
    """
    numbers, shares = model.quadrature()
    exact = float(-model.log_density(numbers) @ shares) + _TOLD
    rows = []
    for spacing in get_args(Spacing):
        for count in steps:
            terms = bound_terms(model, numbers, count, spacing)
            parts = {name: float(getattr(terms, name) @ shares) for name in PARTS}
            parts["reconstruction"] += _TOLD
            bound = sum(parts.values())
            about = {"spacing": spacing, "steps": count}
            rows.append(about | parts | {"bound": bound, "exact": exact, "gap": bound - exact})
    return pd.DataFrame(rows).round(6)


def weight_rows(pair: Mapping[str, Mixture], weightings: Sequence[str]) -> pd.DataFrame:
    """From which times the weighted difference in error between the classes comes.

    Args:
        pair: two classes; numbers are the first one's.
        weightings: names, see `gcbook.noise.weightings`; "elbo" is the bound's.

    Returns:
        ``weighting, t, log_snr``; ``value``, by how much the mean error under the other class
        exceeds that under the own; ``density`` (share of the weighted sum per unit of t), and
        ``below`` (share from less noise).
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
    for name in weightings:
        weights = parse_weighting(name).weights(times, ratio, schedule) * widths
        share = weights * value / (weights @ value)
        about = {"weighting": name, "t": times, "log_snr": ratio, "value": value}
        table = pd.DataFrame(about).assign(density=share / widths, below=share.cumsum())
        tables.append(table)
    return pd.concat(tables, ignore_index=True).round(6)


def score_title(name: str) -> str:
    """What a score or a weighting is called.

    >>> score_title("exp:7"), score_title("exact"), score_title("bound, 16 steps")
    ('the weights exp(−7t)', 'the likelihoods', 'bound, 16 steps')
    """
    if name.startswith("exp:"):
        return f"the weights exp(−{name.removeprefix('exp:')}t)"
    known = {"exact": "the likelihoods", "elbo": "the bound", "uniform": "equal weights"}
    return known.get(name, name)


def ratio_rows(
    pair: Mapping[str, Mixture], weightings: Sequence[str], steps: int = STEPS[-1]
) -> pd.DataFrame:
    """By how much each number speaks for the first class: by likelihoods, and by other scores.

    Args:
        pair: two classes.
        weightings: of the errors.
        steps: of the bound.

    Returns:
        ``x, score`` ("exact", "bound", or a weighting), ``value``: for likelihoods the logarithm of
        their ratio in nats; for weighted errors their difference, scaled to fit it best.
    """
    a, b = pair.values()
    exact = a.log_density(GRID) - b.log_density(GRID)
    bounds = [bound_terms(model, GRID, steps).total for model in (a, b)]
    curves = {"exact": exact, "bound": bounds[1] - bounds[0]}
    for name, difference in _differences(pair, GRID, weightings).items():
        scale = float(difference @ exact / (difference @ difference))
        curves[name] = scale * difference
    tables = [
        pd.DataFrame({"x": GRID.round(3), "score": name, "value": values.round(4)})
        for name, values in curves.items()
    ]
    return pd.concat(tables, ignore_index=True)


def agreement_rows(
    pair: Mapping[str, Mixture],
    weightings: Sequence[str],
    steps: Sequence[int] = (STEPS[0], STEPS[-1]),
) -> pd.DataFrame:
    """How often each score decides right, over the numbers of both classes.

    Args:
        pair: two classes, equally frequent.
        weightings: of the errors.
        steps: of the bound.

    Returns:
        ``score, right`` (share of numbers), ``as_bayes`` (share decided as by the likelihoods) and
        ``as_coarse`` (share decided as by the coarse cue alone, on which side of 0 a number lies);
        the likelihoods come first, for no score can be right more often.
    """
    # A decision jumps, so it is summed over a fine grid and not by a quadrature for smooth curves.
    numbers = FINE
    a, b = pair.values()
    logs = [model.log_density(numbers) for model in (a, b)]
    share_a, share_b = (np.exp(each) / np.exp(each).sum() / len(pair) for each in logs)
    exact = logs[0] - logs[1]
    scores = {"exact": exact}
    for count in steps:
        bounds = [bound_terms(model, numbers, count).total for model in (a, b)]
        scores[f"bound, {count:,} steps"] = bounds[1] - bounds[0]
    scores |= _differences(pair, numbers, weightings)
    return pd.DataFrame(
        [
            {
                "score": name,
                "right": float((value > 0) @ share_a + (value <= 0) @ share_b),
                "as_bayes": float(((value > 0) == (exact > 0)) @ (share_a + share_b)),
                "as_coarse": float(((value > 0) == (numbers < 0)) @ (share_a + share_b)),
            }
            for name, value in scores.items()
        ]
    ).round(4)


def _differences(
    pair: Mapping[str, Mixture], numbers: np.ndarray, weightings: Sequence[str]
) -> dict[str, np.ndarray]:
    """Weighted mean error under the second class minus that under the first."""
    times = step_times(LEVELS, "t")
    schedule = CosineSchedule()
    ratio = log_snr(schedule, times)
    first, second = (expected_errors(model, numbers, times) for model in pair.values())
    return {
        name: parse_weighting(name).weights(times, ratio, schedule) @ (second - first) / LEVELS
        for name in weightings
    }
