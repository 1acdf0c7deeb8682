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
out of the choice: observers of whose errors fewer than two are expected, and answers that shapes,
textures or images decide alone. The published trials have none that is like them.

What ships departs from the rule where one form serves several statistics: the shape bias of a
category, for which the normal quantile has less loss than t's, is done as all shares; means of
kappa over a few conditions are done as kappa of a pair.

What is reported is the worst design, and every other: means over designs would let intervals that
are too wide make up for others that are too narrow. A width is told as a multiple of the ideal one,
1.96 true standard errors on either side of the value.
"""

import argparse
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from accuracy import Found, accuracies, means, pairs
from conflicts import conflicts
from intervals import HALF, JACKKNIFE, MOVED, RECENTRED, WILSON
from photographs import CROSSED, photographs
from seeds import T_DRAWS, seeds

SPLITS = ("choose", "report")
FAMILIES: tuple[Callable[[np.random.Generator, str, int, int], Iterator[Found]], ...] = (
    accuracies,
    pairs,
    means,
    conflicts,
    seeds,
    photographs,
)
DESIGN = ("images", "accuracies", "observers", "category", "shared", "seeds")
OURS = {
    "accuracy": WILSON,
    "mean accuracy": WILSON,
    "mean consistency": WILSON,
    "mean consistency of a human": WILSON,
    "gap in accuracy": JACKKNIFE,
    "mean squared": MOVED,
    "mean squared of a human": MOVED,
    "kappa of a pair": HALF,
    "mean kappa": HALF,
    "mean kappa of a human": HALF,
    "gap in kappa": JACKKNIFE,
    "mean kappa over datasets": RECENTRED,
    "mean kappa of a human over datasets": RECENTRED,
    "gap in kappa over datasets": JACKKNIFE,
    "shape bias": WILSON,
    "shape bias of a category": WILSON,
    "shape bias of people": WILSON,
    "gap in shape bias": JACKKNIFE,
    "accuracy on conflicts": WILSON,
    "kappa on conflicts": HALF,
    "mean kappa on conflicts": HALF,
    "mean over seeds": T_DRAWS,
    "bias on photographs": CROSSED,
    "gap on photographs": CROSSED,
    "slope on photographs": CROSSED,
    "bias over trainings": CROSSED,
    "gap over trainings": CROSSED,
}
"""What the package gives, of each statistic."""


def coverage_table(replications: int, draws: int, splits: Sequence[str] = SPLITS) -> pd.DataFrame:
    """Simulate all designs.

    Args:
        replications: experiments of each design.
        draws: resamples of each experiment.
        splits: which designs.

    Returns:
        One row a statistic, design and method: ``split`` (choose or report), ``statistic``, the
        columns `DESIGN` (empty where they do not apply), ``hard``, ``method``, ``ours`` (whether
        the package does so), ``truth``, ``coverage``, mean ``width``, ``ideal`` (the width of 1.96
        true standard errors on either side), ``below`` and ``above`` (share of intervals that lie
        below and above the truth), ``defined`` (share of experiments that have an interval; the
        others are left out) and ``replications``.
    """
    rows = []
    for i, family in enumerate(FAMILIES):
        for split in splits:
            rng = np.random.default_rng([0, i, SPLITS.index(split)])
            with warnings.catch_warnings():
                # A value of 0/0 has only NaN draws, and numpy warns of each.
                warnings.simplefilter("ignore", RuntimeWarning)
                for found in family(rng, split, replications, draws):
                    rows += [row | {"split": split} for row in _rows(found)]
    columns = ["split", "statistic", *DESIGN, "hard", "method", "ours", "truth", "coverage"]
    columns += ["width", "ideal", "below", "above", "defined", "replications"]
    return pd.DataFrame(rows)[columns]


def _rows(found: Found) -> Iterator[dict[str, object]]:
    for method, (low, high) in found.intervals.items():
        known = np.isfinite(low) & np.isfinite(high)
        below, above = high < found.truth - 1e-9, low > found.truth + 1e-9
        yield {name: found.design.get(name, "") for name in DESIGN} | {
            "statistic": found.statistic,
            "hard": bool(found.hard),
            "method": method,
            "ours": OURS[found.statistic] == method,
            "truth": found.truth,
            "coverage": np.mean(~(below | above)[known]),
            "width": np.mean((high - low)[known]),
            "ideal": 2 * 1.96 * np.nanstd(found.value),
            "below": np.mean(below[known]),
            "above": np.mean(above[known]),
            "defined": np.mean(known),
            "replications": len(low),
        }


def losses(table: pd.DataFrame) -> pd.DataFrame:
    """Of each split, statistic and method, over the designs that are not hard, how it does.

    Returns:
        ``split, statistic, method, ours, designs``, coverage's ``least`` and ``most``, ``loss``,
        and ``relative``, the mean width as a multiple of the ideal one.
    """
    kept = table[~table["hard"]]
    short, over = 0.93 - kept["coverage"], kept["coverage"] - 0.97
    kept = kept.assign(
        loss=2 * short.clip(lower=0) + over.clip(lower=0), relative=kept["width"] / kept["ideal"]
    )
    grouped = kept.groupby(["split", "statistic", "method"], sort=False)
    return grouped.agg(
        ours=("ours", "all"),
        designs=("loss", "size"),
        least=("coverage", "min"),
        most=("coverage", "max"),
        loss=("loss", "mean"),
        relative=("relative", "mean"),
    ).reset_index()


def main() -> None:
    """Print, and store if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replications", type=int, default=600)
    parser.add_argument("--draws", type=int, default=800)
    parser.add_argument("--store", type=Path)
    chosen = parser.parse_args()
    table = coverage_table(chosen.replications, chosen.draws)
    if chosen.store:
        texts = dict.fromkeys(["split", "statistic", "method", *DESIGN], "str")
        table.round(4).astype(texts).to_parquet(chosen.store, compression="zstd", index=False)
    print(losses(table).round(4).to_string(index=False))


if __name__ == "__main__":
    main()
