"""Time the benchmark: loading, values alone, with intervals, and how the cost grows.

Run with the published trials at hand (GCBOOK_DATA_DIR or `gcbook fetch trials`):

    python benchmarks/metrics.py

Each figure is the median of several runs, after one that is not counted. The times of the
model-vs-human toolbox are not measured here: it needs an environment of its own.
"""

import statistics
import time
from collections.abc import Callable

import pandas as pd

from gcbook.paper.observers import PUBLISHED_SOURCES
from gcbook.stats.benchmark import benchmark
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling
from gcbook.trials.originals import locate_trials
from gcbook.trials.table import read_trials

RUNS = 5
DRAWS = 1000


def median_seconds(call: Callable[[], object], runs: int = RUNS) -> float:
    """Median wall-clock time of a call, after one run that is not counted."""
    seconds = []
    for run in range(runs + 1):
        start = time.perf_counter()
        call()
        if run:
            seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def copies(trials: pd.DataFrame, n: int) -> pd.DataFrame:
    """The trials with every network n times, under other names."""
    humans = trials["observer_kind"] == "human"
    models = trials[~humans]
    more = [models.assign(observer=models["observer"] + f"_{i}") for i in range(1, n)]
    return pd.concat([trials, *more], ignore_index=True)


def main() -> None:
    """Print the times."""
    paths = locate_trials()
    everything = read_trials(*paths)
    trials = everything[everything["source"] == PUBLISHED_SOURCES[0]]
    n_models = trials.loc[trials["observer_kind"] == "model", "observer"].nunique()
    print(f"{len(trials):,} trials: 90 humans and {n_models} networks on 17 datasets")
    print(f"read all {len(paths)} sources   {median_seconds(lambda: read_trials(*paths)):6.2f} s")
    values = median_seconds(lambda: benchmark(trials))
    print(f"benchmark, no intervals {values:6.2f} s")
    drawn = median_seconds(
        lambda: benchmark(trials, SummarySettings(resampling=Resampling(draws=DRAWS))), runs=3
    )
    print(f"benchmark, {DRAWS} draws   {drawn:6.2f} s")

    print("\nmore observers (the networks repeated)")
    for factor in (2, 4, 8):
        many = copies(trials, factor)
        seconds = median_seconds(lambda many=many: benchmark(many), runs=3)  # type: ignore[misc]
        print(f"  {factor * n_models:3} networks  {seconds:6.2f} s  × {seconds / values:4.1f}")

    print("\nfewer images (the first share of each condition)")
    keys = ["dataset", "condition", "image_id"]
    images = trials[keys].drop_duplicates()
    place = images.groupby(keys[:2])["image_id"].rank(pct=True)
    for share in (0.5, 0.25, 0.1):
        part = trials.merge(images[place <= share], on=keys)
        seconds = median_seconds(lambda part=part: benchmark(part), runs=3)  # type: ignore[misc]
        print(f"  {share:4.0%} of images {seconds:6.2f} s  × {seconds / values:4.2f}")


if __name__ == "__main__":
    main()
