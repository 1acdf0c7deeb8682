r"""Do the 95 % intervals contain the truth in 95 of 100 experiments?

Populations whose true values are known are sampled many times in many designs, and each interval is
held against the alternatives:

    python benchmarks/coverage                 # prints; some twenty minutes of one core
    python benchmarks/coverage --store FILE    # also writes the table as Parquet

The book shows what is stored in ``gcbook/data/coverage.parquet``; once another table is there, run
``python tools/write_manifest.py``.

The sixteen categories are fixed: an effect of a category is drawn once for a design, and belongs to
its true value. Images, shapes and textures are drawn anew in each experiment, within their
categories. How much of the variance lies where was taken from the published trials.

How an interval is chosen, written down before the candidates were compared. Designs are split in
two: on those marked ``choose`` the form of an interval is chosen, those marked ``report`` are what
the book shows; they share no population. Of each kind of statistic, a candidate's loss is the mean
over the designs of how far its coverage lies below .93, counted twice, and above .97, counted once:
to claim too much is worse than to claim too little. The least loss wins; among those within .002 of
it, the one that is listed first, which is the simplest. Designs marked as hard are shown and left
out of the choice: observers of whose errors fewer than two are expected, and answers that a shape
or a texture decides alone. There no interval holds, and that is what the table is to say.

What is reported is the worst design, and every other: means over designs would let intervals that
are too wide make up for others that are too narrow. A width is told as a multiple of the ideal one,
1.96 true standard errors on either side of the value.
"""

import argparse
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri
from scipy.stats import chi2, multivariate_normal, norm

from gcbook.stats.agreement import kappa, kappa_bias, sums_of
from gcbook.stats.metrics import bias_of, share
from gcbook.stats.resampling import Resampling, centred, correct_bias, halve_bias

Floats = npt.NDArray[np.floating]
Ends = tuple[Floats, Floats]
Intervals = dict[str, Ends]
Row = tuple[str, dict[str, Any], bool, float, Intervals]
"""Statistic, design, whether it is hard, the truth, and each method's intervals (replications,)."""

Z = float(ndtri(0.975))
KLEIN = "percentile, as Klein et al. (2025)"
CENTRED = "smoothed draws, centred"
MANY = 60
"""Conditions of the book's seventeen datasets, about."""
SHARES_TO_HUMANS = ("observed_consistency", "ood_accuracy")
OURS = {
    "accuracy": "Wilson, effective n",
    "kappa of a pair": "smoothed draws, halfway",
    "mean ood_accuracy": "Wilson, effective n",
    "mean error_consistency": "smoothed draws, halfway",
    "mean accuracy_difference": "moved twice",
    "mean observed_consistency": "Wilson, effective n",
    "mean error_consistency of humans": "smoothed draws, halfway",
    "mean accuracy_difference of humans": "moved twice",
    "mean observed_consistency of humans": "Wilson, effective n",
    "difference in ood_accuracy": "percentile",
    "difference in error_consistency": "smoothed draws, halfway",
    "mean error_consistency over datasets": CENTRED,
    "mean error_consistency of humans over datasets": CENTRED,
    "difference in error_consistency over datasets": CENTRED,
    "shape bias": "narrowed Wilson",
    "shape accuracy": "narrowed Wilson",
    "shape bias of a category": "narrowed Wilson",
    "shape bias of pooled humans": "narrowed Wilson",
    "difference in shape bias": "each narrowed",
    "kappa": "narrowed percentile",
    "mean over seeds": "percentile, t draws of seeds",
}
"""What the package gives, of each statistic."""


# Candidates. Values are (replications, 1 + draws), the value first.


def percentile(values: Floats) -> Ends:
    """The plain percentile bootstrap."""
    low, high = np.nanquantile(values[:, 1:], (0.025, 0.975), axis=1)
    return low, high


def moved(values: Floats, least: float, most: float, times: int) -> Ends:
    """Percentiles of draws moved by a multiple of the bootstrap's estimate of the bias."""
    if times == 2:
        return percentile(correct_bias(values, least, most))
    bias = np.nanmean(values[:, 1:], axis=1) - values[:, 0]
    return percentile(np.clip(values - times * bias[:, None], least, most))


def normal(values: Floats) -> Ends:
    """The value and 1.96 standard errors on either side."""
    reach = Z * np.nanstd(values[:, 1:], axis=1)
    return values[:, 0] - reach, values[:, 0] + reach


def effective(values: Floats, units: npt.ArrayLike) -> Floats:
    """The number of independent answers that a share varies as if it were taken of."""
    value, variance = values[:, 0], np.nanvar(values[:, 1:], axis=1)
    inner = (value > 0) & (value < 1) & (variance > 0)
    return np.where(inner, value * (1 - value) / np.where(inner, variance, 1), units)


def wilson(values: Floats, units: npt.ArrayLike) -> Ends:
    """Wilson's score interval of a share, taken of the effective number of answers."""
    return Resampling().interval(values, n=units)


def exact(values: Floats, units: npt.ArrayLike) -> Ends:
    """Percentiles, and where a share is 0 or 1 the binomial's exact end (Clopper & Pearson)."""
    (low, high), value = percentile(values), values[:, 0]
    end = 0.025 ** (1 / np.asarray(units, dtype=float))
    return np.where(value == 1, end, low), np.where(value == 0, 1 - end, high)


def logit(values: Floats, units: npt.ArrayLike) -> Ends:
    """1.96 standard errors of the log odds; the exact end where a share is 0 or 1."""
    value = values[:, 0]
    n = effective(values, units)
    inner = (value > 0) & (value < 1)
    safe = np.where(inner, value, 0.5)
    reach = Z / np.sqrt(n * safe * (1 - safe))
    odds = np.log(safe / (1 - safe))
    low, high = (1 / (1 + np.exp(-(odds + side * reach))) for side in (-1, 1))
    end = 0.025 ** (1 / n)
    low = np.where(inner, low, np.where(value == 0, 0, end))
    return low, np.where(inner, high, np.where(value == 1, 1, 1 - end))


def shares(values: Floats, units: npt.ArrayLike) -> Intervals:
    """All candidates for a share."""
    return {
        "percentile": percentile(values),
        "percentile, exact ends": exact(values, units),
        "logit": logit(values, units),
        "Wilson, effective n": wilson(values, units),
    }


def cells_of(accuracy_a: float, accuracy_b: float, consistency: float) -> Floats:
    """Both right, only a, only b, both wrong: their probabilities at a given kappa."""
    expected = accuracy_a * accuracy_b + (1 - accuracy_a) * (1 - accuracy_b)
    observed = expected + consistency * (1 - expected)
    both = (observed + accuracy_a + accuracy_b - 1) / 2
    return np.array(
        [both, accuracy_a - both, accuracy_b - both, 1 - accuracy_a - accuracy_b + both]
    )


def kappa_of(cells: Floats) -> Floats:
    """Kappa from an array whose last axis is both right, only a, only b, both wrong."""
    return kappa(*np.moveaxis(cells, -1, 0))


def influences(cells: Floats) -> Floats:
    """By how much one more image in each cell moves kappa."""
    step = 1e-4 * cells.sum(axis=-1, keepdims=True)
    moves = [kappa_of(cells + step * unit) - kappa_of(cells) for unit in np.eye(4)]
    return np.stack(moves, axis=-1) / step


def bca(values: Floats, cells: Floats) -> Ends:
    """The bias-corrected and accelerated bootstrap (Efron, 1987)."""
    value, draws = values[:, :1], values[:, 1:]
    moves = influences(cells)
    spread = np.maximum((cells * moves**2).sum(axis=1), 1e-12)
    acceleration = (cells * moves**3).sum(axis=1) / (6 * spread**1.5)
    below = (draws < value).mean(axis=1) + (draws == value).mean(axis=1) / 2
    centre = ndtri(np.clip(below, 1 / draws.shape[1], 1 - 1 / draws.shape[1]))
    ordered = np.sort(np.where(np.isnan(draws), np.inf, draws), axis=1)
    ends = []
    for tail in (-Z, Z):
        place = ndtr(centre + (centre + tail) / (1 - acceleration * (centre + tail)))
        rank = np.rint(place * (draws.shape[1] - 1)).astype(np.intp)
        ends.append(np.take_along_axis(ordered, rank[:, None], axis=1)[:, 0])
    return ends[0], ends[1]


def delta(cells: Floats, added: float) -> Ends:
    """Kappa and its standard error by the delta method, with something added to each cell."""
    more = cells + added
    reach = Z * np.sqrt((more * influences(more) ** 2).sum(axis=1))
    value = kappa_of(more)
    return np.clip(value - reach, -1, 1), np.clip(value + reach, -1, 1)


def profile(cells: Floats) -> Ends:
    """Profile likelihood: the accuracies are chosen anew at each kappa, on a grid."""
    accuracies = 0.001 + 0.998 * np.sin(np.linspace(0, np.pi / 2, 61)) ** 2
    kappas = np.linspace(-0.5, 0.999, 100)
    grid = np.meshgrid(accuracies, accuracies, kappas, indexing="ij")
    laws = np.moveaxis(cells_of(*grid), 0, -1)
    possible = (laws > 0).all(axis=-1, keepdims=True)
    logs = np.where(possible, np.log(np.where(possible, laws, 1)), -1e9).astype(np.float32)
    logs = logs.reshape(-1, len(kappas), 4)
    tables, which = np.unique(cells, axis=0, return_inverse=True)
    ends = np.empty((len(tables), 2))
    half = (kappas[1] - kappas[0]) / 2
    for i, table in enumerate(tables):
        best = (logs @ table.astype(np.float32)).max(axis=0)
        inside = kappas[best >= best.max() - chi2.ppf(0.95, 1) / 2]
        ends[i] = inside[0] - half, inside[-1] + half
    return ends[which, 0], ends[which, 1]


def smoothed(counts: Floats, rng: np.random.Generator) -> Floats:
    """Draws of cells, (…, 1 + draws, 4), each with Gamma(1/2) images more in every cell."""
    return counts + half_images(counts.shape[-2] - 1, rng).T


def bias_of_kappa(*cells: Floats) -> Floats:
    """Kappa's bias to order 1/n, from the four cells."""
    return kappa_bias(*sums_of(*cells))


def half_images(draws: int, rng: np.random.Generator) -> Floats:
    """What the package adds to the cells, (4, 1 + draws); all pairs share it."""
    return Resampling(draws, seed=int(rng.integers(2**31))).half_images("images")


# Designs.


def accuracies(rng: np.random.Generator, replications: int, draws: int) -> Iterator[Row]:
    """Shares of independent answers."""
    for n in (20, 40, 80, 160, 320, 1280):
        for p in (0.5, 0.7, 0.9, 0.95, 0.99):
            right = rng.binomial(n, p, size=(4 * replications, 1))
            drawn = rng.binomial(n, right / n, size=(4 * replications, draws))
            values = np.concatenate([right, drawn], axis=1) / n
            yield (
                "accuracy",
                {"images": n, "accuracies": f"{p}"},
                n * (1 - p) < 2,
                p,
                shares(values, n),
            )


def pairs(rng: np.random.Generator, replications: int, draws: int) -> Iterator[Row]:
    """Kappa of two observers on independent images; where it is 0/0 there is no interval."""
    both = ((0.5, 0.5), (0.7, 0.7), (0.9, 0.6), (0.9, 0.9), (0.95, 0.95), (0.95, 0.7))
    for n in (20, 40, 80, 160, 1280):
        for a, b in (*both, (0.99, 0.99), (0.99, 0.8)):
            for true in (0.0, 0.2, 0.4, 0.6, 0.8):
                law = cells_of(a, b, true)
                if law.min() < 0:
                    continue
                cells = rng.multinomial(n, law, size=replications).astype(float)
                cells = cells[np.isfinite(kappa_of(cells))]
                drawn = rng.multinomial(n, (cells / n)[:, None], size=(len(cells), draws))
                counts = np.concatenate([cells[:, None], drawn], axis=1)
                values = kappa_of(counts)
                posterior = rng.standard_gamma(np.repeat(cells[:, None] + 0.5, draws, axis=1))
                posterior = np.concatenate([cells[:, None], posterior], axis=1)
                low, high = moved(values, -1, 1, 2)
                more = kappa_of(smoothed(counts, rng))
                found = {
                    KLEIN: percentile(values),
                    "moved twice": (np.where(low < high, low, np.nan), high),
                    "BCa": bca(values, cells),
                    "delta, 1/2 added": delta(cells, 0.5),
                    "delta, 1 added": delta(cells, 1),
                    "posterior, Jeffreys": percentile(kappa_of(posterior)),
                    "smoothed draws": percentile(more),
                    "smoothed draws, halfway": percentile(halve_bias(more)),
                }
                if n <= 40:
                    found["profile likelihood"] = profile(cells)
                design = {"images": n, "accuracies": f"{a}, {b}", "kappa": true}
                yield "kappa of a pair", design, n * (1 - max(a, b)) < 2, true, found


def means(rng: np.random.Generator, replications: int, draws: int) -> Iterator[Row]:
    """Two networks beside humans in three conditions: what the benchmark averages."""
    conditions = {
        "easy": (0.99, 0.97, 0.95),
        "mixed": (0.97, 0.75, 0.3),
        "middle": (0.95, 0.8, 0.65),
        "hard": (0.7, 0.55, 0.4),
        "many": (*np.linspace(0.9, 0.98, MANY // 2), *np.linspace(0.9, 0.3, MANY // 2)),
    }
    for n_humans, n in ((3, 20), (3, 40), (3, 160), (10, 160)):
        for name, levels in conditions.items():
            for shared in (0.2, 0.6):
                design = {
                    "images": n,
                    "accuracies": name,
                    "observers": n_humans + 2,
                    "shared": shared,
                }
                few = n * (1 - max(levels)) < 2
                for row in _means(rng, replications, draws, n_humans, n, levels, shared):
                    statistic, true, found = row
                    yield statistic, design, few, true, found


def _means(
    rng: np.random.Generator,
    replications: int,
    draws: int,
    n_humans: int,
    n: int,
    levels: tuple[float, ...],
    shared: float,
) -> Iterator[tuple[str, float, Intervals]]:
    names = [f"human {i}" for i in range(n_humans)] + ["network", "worse"]
    below = {"network": 0.1, "worse": 0.5}
    sums: dict[tuple[str, str], Any] = {}
    for level in levels:
        weights = rng.multinomial(n, np.full(n, 1 / n), size=draws)
        weights = np.concatenate([np.ones((1, n)), weights]).astype(np.float32)
        of_images = rng.standard_normal((n, replications), dtype=np.float32) * np.sqrt(shared)
        thresholds = {who: norm.ppf(level) - below.get(who, 0) for who in names}
        right = {
            who: (
                of_images
                + np.sqrt(1 - shared) * rng.standard_normal(of_images.shape, dtype=np.float32)
                < threshold
            ).astype(np.float32)
            for who, threshold in thresholds.items()
        }
        added = half_images(draws, rng)[:, :, None]
        counts = {who: (weights @ each).astype(float) for who, each in right.items()}
        for who in ("network", "worse", "human 0"):
            if who != "human 0":
                _add(sums, ("ood_accuracy", who), norm.cdf(thresholds[who]), counts[who] / n)
            for human in names[:n_humans]:
                if human == who:
                    continue
                both = (weights @ (right[who] * right[human])).astype(float)
                cells = [both, counts[who] - both, counts[human] - both]
                cells.append(n - sum(cells))
                law = _law(thresholds[who], thresholds[human], shared)
                plain = kappa(*cells)
                more = kappa(*(cell + each for cell, each in zip(cells, added, strict=True)))
                more = np.where(np.isnan(plain[:1]), np.nan, more)
                bias = np.where(np.isnan(plain[:1]), np.nan, bias_of_kappa(*(c[0] for c in cells)))
                true = float(kappa(*law))
                _add(sums, ("error_consistency", who), true, plain)
                _add(sums, ("smoothed", who), true, more)
                _add(sums, ("bias", who), true, bias)
                gap = (cells[1] - cells[2]) / n
                _add(sums, ("accuracy_difference", who), (law[1] - law[2]) ** 2, gap**2)
                agreed = (cells[0] + cells[3]) / n
                _add(sums, ("observed_consistency", who), law[0] + law[3], agreed)
    true = {key: np.mean(each) for key, (each, *_) in sums.items()}
    values = {key: share(total, defined).T for key, (_, total, defined) in sums.items()}
    units = n * len(levels)
    # Of kappa, what averages many conditions is a statistic of its own, for it is moved once more.
    over = {"error_consistency": " over datasets"} if len(levels) == MANY else {}
    for metric, who in sums:
        of_humans = " of humans" if who == "human 0" else ""
        name = f"mean {metric}{of_humans}{over.get(metric, '')}"
        truth = float(true[metric, who])
        each = values[metric, who]
        if metric in SHARES_TO_HUMANS:
            yield name, truth, shares(each, units)
        elif metric == "error_consistency":
            yield name, truth, _kappas(each, values["smoothed", who], values["bias", who][:, 0])
        elif metric == "accuracy_difference":
            yield (
                name,
                truth,
                {
                    "percentile": percentile(each),
                    "moved twice": moved(each, 0, 1, 2),
                    "moved once": moved(each, 0, 1, 1),
                    "moved twice to once": (moved(each, 0, 1, 2)[0], moved(each, 0, 1, 1)[1]),
                },
            )
    for metric in ("ood_accuracy", "error_consistency"):
        truth = float(true[metric, "network"] - true[metric, "worse"])
        gap = values[metric, "network"] - values[metric, "worse"]
        found = {"percentile": percentile(gap), "normal": normal(gap)}
        if metric == "error_consistency":
            more, bias = (values[k, "network"] - values[k, "worse"] for k in ("smoothed", "bias"))
            found = _kappas(gap, more, bias[:, 0])
        yield f"difference in {metric}{over.get(metric, '')}", truth, found


def _kappas(values: Floats, more: Floats, bias: Floats) -> Intervals:
    half = halve_bias(more)
    middle = np.nanmean(more[:, 1:], axis=1)
    centre = np.nanmean(half[:, 1:], axis=1)
    reach = Z * np.nanstd(half[:, 1:], axis=1)
    return {
        KLEIN: percentile(values),
        "moved twice": moved(values, -1, 1, 2),
        "normal": normal(values),
        "normal, smoothed draws": normal(more),
        "smoothed draws": percentile(more),
        "smoothed draws, halfway": percentile(half),
        "normal, smoothed draws, halfway": (centre - reach, centre + reach),
        CENTRED: percentile(centred(half, bias)),
        "smoothed draws, less the bias": percentile(more + (values[:, 0] - bias - middle)[:, None]),
    }


def _add(sums: dict[tuple[str, str], Any], key: tuple[str, str], true: float, each: Floats) -> None:
    """Add to a mean of what is defined, as the benchmark takes it."""
    truths, total, defined = sums.setdefault(key, [[], 0, 0])
    known = ~np.isnan(each)
    sums[key] = [[*truths, true], total + np.where(known, each, 0), defined + known]


def _law(a: float, b: float, shared: float) -> Floats:
    """Cells of two observers whose latent variables correlate by what they share."""
    both = float(multivariate_normal.cdf([a, b], mean=[0, 0], cov=[[1, shared], [shared, 1]]))
    right_a, right_b = norm.cdf(a), norm.cdf(b)
    return np.array([both, right_a - both, right_b - both, 1 - right_a - right_b + both])


N_SHAPES, N_TEXTURES = 160, 48
MIXES = {
    "image": (0, 0, 1),
    "mild": (0.1, 0.1, 0.8),
    "equal": (1 / 3, 1 / 3, 1 / 3),
    "texture and image": (0, 0.5, 0.5),
    "shape and image": (0.5, 0, 0.5),
    "shape alone": (1, 0, 0),
    "texture alone": (0, 1, 0),
}
"""Shares of the variance that the shape, the texture and the image make."""

CUES = {"human": (0.78, 0.03), "even": (0.4, 0.4), "network": (0.15, 0.65)}
"""How often an answer names the shape, and the texture."""


def crossing() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Shape and texture of each of the 1,200 conflict images.

    As in the published set, each of 16 categories lends its shape five times to each other
    category's texture, any of its 10 shapes to any of the 3 textures: a shape gets 4 to 13
    textures, a texture 17 to 37 shapes.
    """
    rng = np.random.default_rng(0)
    shape, texture = [], []
    for i in range(16):
        for j in range(16):
            if i != j:
                both = rng.choice(30, 5, replace=False)
                shape += list(10 * i + both // 3)
                texture += list(3 * j + both % 3)
    return np.array(shape), np.array(texture)


def crossed(rng: np.random.Generator, replications: int, draws: int) -> Iterator[Row]:
    """Cue conflict: answers depend on the shape, on the texture, and on the two together."""
    shape, texture = crossing()
    weights = np.ones((1 + draws, 1), dtype=np.float32)
    drawn = {}
    for units, of in ((N_SHAPES, shape), (N_TEXTURES, texture)):
        counts = rng.multinomial(units, np.full(units, 1 / units), size=draws)
        counts = np.concatenate([np.ones((1, units)), counts]).astype(np.float32)
        drawn[units] = counts
        weights = weights * counts[:, of]

    def latent(mix: tuple[float, float, float]) -> Floats:
        found = np.zeros((len(shape), replications), dtype=np.float32)
        places = (N_SHAPES, shape), (N_TEXTURES, texture), (len(shape), np.arange(len(shape)))
        for part, (units, of) in zip(mix, places, strict=True):
            effects = rng.standard_normal((units, replications), dtype=np.float32)
            found += np.float32(np.sqrt(part)) * effects[of]
        return found

    def values_of(
        metric: Callable[..., Floats], masks: list[Floats], chosen: npt.NDArray[np.bool_]
    ) -> tuple[Floats, Floats]:
        """A metric of sums over images, under every resample and with each image left out."""
        kept = [mask[chosen] for mask in masks]
        sums = [(weights[:, chosen] @ mask).astype(float) for mask in kept]
        left_out = metric(*(total[:1] - mask for total, mask in zip(sums, kept, strict=True)))
        if metric is kappa:
            added = half_images(draws, rng)[:, :, None]
            sums = [total + more for total, more in zip(sums, added, strict=True)]
            return halve_bias(kappa(*sums).T), left_out.T
        return metric(*sums).T, left_out.T

    everything = np.ones(len(shape), dtype=bool)
    for name, mix in MIXES.items():
        hard = name.endswith("alone")
        for of_shape, of_texture in CUES.values():
            design = {"images": len(shape), "effects": name, "accuracies": f"{of_shape}"}
            low, high = norm.ppf(of_texture), norm.ppf(1 - of_shape)
            leaning = latent(mix)
            other = np.sqrt(0.5) * leaning + np.sqrt(0.5) * latent(mix)
            of = {"one": leaning, "other": other}
            named = {
                who: [(each > high).astype(np.float32), (each < low).astype(np.float32)]
                for who, each in of.items()
            }
            true = of_shape / (of_shape + of_texture)
            one = values_of(bias_of, named["one"], everything)
            yield "shape bias", design, hard, true, crossed_shares(*one, N_SHAPES)
            all_images = np.ones_like(leaning)
            accuracy = values_of(share, [named["one"][0], all_images], everything)
            yield "shape accuracy", design, hard, of_shape, crossed_shares(*accuracy, N_SHAPES)
            category = values_of(bias_of, named["one"], shape < 10)
            found = crossed_shares(*category, 10)
            yield "shape bias of a category", design, hard, true, found
            second = values_of(bias_of, named["other"], everything)
            gap = one[0] - second[0], one[1] - second[1]
            found = crossed_values(*gap)
            found["each narrowed"] = percentile(narrowed(*one) - narrowed(*second))
            yield "difference in shape bias", design, hard, 0.0, found
            pooled = [np.zeros_like(leaning), np.zeros_like(leaning)]
            for _ in range(10):
                noise = rng.standard_normal(leaning.shape, dtype=np.float32)
                seen = np.float32(np.sqrt(0.5)) * (leaning + noise)
                pooled[0] += seen > high
                pooled[1] += seen < low
            found = crossed_shares(*values_of(bias_of, pooled, everything), N_SHAPES)
            yield "shape bias of pooled humans", design, hard, true, found
        for a, b in ((0.8, 0.8), (0.96, 0.9), (0.6, 0.2)):
            for shared in (0.0, 0.5, 0.8):
                common = latent(mix)
                right = [
                    (
                        np.sqrt(shared) * common + np.sqrt(1 - shared) * latent(mix) < norm.ppf(p)
                    ).astype(np.float32)
                    for p in (a, b)
                ]
                cells = [
                    right[0] * right[1],
                    right[0] * (1 - right[1]),
                    (1 - right[0]) * right[1],
                    (1 - right[0]) * (1 - right[1]),
                ]
                true = float(kappa(*_law(norm.ppf(a), norm.ppf(b), shared)))
                design = {
                    "images": len(shape),
                    "effects": name,
                    "accuracies": f"{a}, {b}",
                    "shared": shared,
                }
                yield (
                    "kappa",
                    design,
                    hard,
                    true,
                    crossed_values(*values_of(kappa, cells, everything)),
                )


def narrowed(values: Floats, left_out: Floats) -> Floats:
    """Draws drawn in about the value, so that an image's own variance counts once."""
    resampling = Resampling(values.shape[1] - 1)
    return resampling.shrink(np.concatenate([values, left_out], axis=1), N_TEXTURES)


def crossed_shares(values: Floats, left_out: Floats, units: int) -> Intervals:
    """Candidates for a share where shapes and textures are crossed."""
    near = narrowed(values, left_out)
    return {
        "percentile": percentile(values),
        "percentile, exact ends": exact(values, np.full(len(values), units)),
        "narrowed percentile": percentile(near),
        "narrowed logit": logit(near, units),
        "narrowed Wilson": wilson(near, units),
    }


def crossed_values(values: Floats, left_out: Floats) -> Intervals:
    """Candidates for kappa, and for a difference, where shapes and textures are crossed."""
    near = narrowed(values, left_out)
    return {
        "percentile": percentile(values),
        "moved twice": moved(values, -1, 1, 2),
        "narrowed percentile": percentile(near),
        "narrowed normal": normal(near),
    }


def seeds(rng: np.random.Generator, replications: int, draws: int) -> Iterator[Row]:
    """The mean over several trainings of one recipe, tested on the same silhouettes."""
    n_silhouettes, each = 40, 8
    for n_seeds in (1, 2, 3, 5):
        for of_seeds in (0.0, 0.1, 0.3):
            if n_seeds == 1 and of_seeds:
                continue  # one network tells of itself alone
            effects = np.sqrt(of_seeds) * rng.standard_normal((replications, n_seeds, 1))
            effects = effects + np.sqrt(0.2) * rng.standard_normal((replications, 1, n_silhouettes))
            chance = norm.cdf((0.5 + effects) / np.sqrt(1 - 0.2 - of_seeds))
            right = rng.binomial(each, chance) / each  # (replications, seeds, silhouettes)
            weights = []
            for units in (n_silhouettes, n_seeds):
                counts = np.ones((draws, units))
                if units > 1:
                    law = np.full(units, 1 / units)
                    counts = rng.multinomial(units - 1, law, size=draws) * units / (units - 1)
                weights.append(np.concatenate([np.ones((1, units)), counts]))
            values = np.einsum("rks,ds,dk->rd", right, *weights, optimize=True)
            values /= np.outer(weights[0].sum(axis=1), np.ones(1))[:, 0] * n_seeds
            heavy = weights[1][1:] - 1
            found = dict.fromkeys(
                ["percentile", "percentile, t draws of seeds"], percentile(values)
            )
            if n_seeds > 1:
                scale = np.sqrt((n_seeds - 1) / rng.chisquare(n_seeds - 1, size=(draws, 1)))
                weights[1][1:] = 1 + heavy * scale
                tailed = np.einsum("rks,ds,dk->rd", right, *weights, optimize=True)
                tailed /= weights[0].sum(axis=1) * n_seeds
                found["percentile, t draws of seeds"] = percentile(np.clip(tailed, 0, 1))
            design = {"images": n_silhouettes * each, "seeds": n_seeds, "shared": of_seeds}
            true = float(norm.cdf(0.5))
            yield "mean over seeds", design, False, true, found


FAMILIES: tuple[Callable[[np.random.Generator, int, int], Iterator[Row]], ...] = (
    accuracies,
    pairs,
    means,
    crossed,
    seeds,
)
DESIGN = ("images", "accuracies", "kappa", "observers", "effects", "shared", "seeds")


def coverage_table(replications: int, draws: int) -> pd.DataFrame:
    """Simulate the grid.

    Args:
        replications: experiments of each design.
        draws: resamples of each experiment.

    Returns:
        One row a statistic, design and method: ``statistic``, the columns `DESIGN` (empty where
        they do not apply), ``hard``, ``method``, ``ours`` (whether the package does so), ``truth``,
        ``coverage``, mean ``width``, ``below`` and ``above`` (share of intervals that lie below and
        above the truth), ``defined`` (share of experiments that have an interval; the others are
        left out) and ``replications``.
    """
    rows = []
    for i, family in enumerate(FAMILIES):
        rng = np.random.default_rng([0, i])
        with warnings.catch_warnings():
            # A value of 0/0 has only NaN draws, and numpy warns of each.
            warnings.simplefilter("ignore", RuntimeWarning)
            for statistic, design, hard, true, found in family(rng, replications, draws):
                for method, (low, high) in found.items():
                    known = np.isfinite(low) & np.isfinite(high)
                    below, above = high < true - 1e-9, low > true + 1e-9
                    rows.append(
                        {name: design.get(name, "") for name in DESIGN}
                        | {
                            "statistic": statistic,
                            "hard": hard,
                            "method": method,
                            "ours": OURS[statistic] == method,
                            "truth": true,
                            "coverage": np.mean(~(below | above)[known]),
                            "width": np.mean((high - low)[known]),
                            "below": np.mean(below[known]),
                            "above": np.mean(above[known]),
                            "defined": np.mean(known),
                            "replications": len(low),
                        }
                    )
    columns = ["statistic", *DESIGN, "hard", "method", "ours", "truth", "coverage", "width"]
    return pd.DataFrame(rows)[[*columns, "below", "above", "defined", "replications"]]


def losses(table: pd.DataFrame) -> pd.DataFrame:
    """Of each statistic and method, over the designs that are not hard, what the choice goes by.

    Returns:
        ``statistic, method, ours, designs``, coverage's ``mean, least, most``, ``within`` (share of
        designs with .93 to .97), ``loss`` and mean ``width``.
    """
    rows = []
    kept = table[~table["hard"] & (table["defined"] > 0.2)]
    for (statistic, method), group in kept.groupby(["statistic", "method"], sort=False):
        found = group["coverage"]
        loss = 2 * np.maximum(0.93 - found, 0) + np.maximum(found - 0.97, 0)
        rows.append(
            {
                "statistic": statistic,
                "method": method,
                "ours": bool(group["ours"].all()),
                "designs": len(found),
                "mean": found.mean(),
                "least": found.min(),
                "most": found.max(),
                "within": found.between(0.93, 0.97).mean(),
                "loss": loss.mean(),
                "width": group["width"].mean(),
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Print, and store if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=250)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--store", type=Path)
    chosen = parser.parse_args()
    table = coverage_table(chosen.replications, chosen.draws)
    if chosen.store:
        texts = dict.fromkeys(["statistic", "method", *DESIGN], "str")
        table.round(4).astype(texts).to_parquet(chosen.store, compression="zstd", index=False)
    print(losses(table).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
