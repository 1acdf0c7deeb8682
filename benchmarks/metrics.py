"""What the benchmark costs: processor time and memory, and how both grow.

Run with the published trials at hand (GCBOOK_DATA_DIR or `gcbook fetch trials`):

    python benchmarks/metrics.py

Every case is a process of its own, from its start to its end; shown are the processor seconds of
all its threads, wall-clock seconds, and the most memory that it held. Matrix products have one
thread, as in `gcbook benchmark` and in the book. More networks are the
published ones several times, more images those of the contrast dataset several times, all under
other names.
The model-vs-human toolbox is not measured here: it needs an environment of its own.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import pandas as pd

from gcbook.paper.observers import PUBLISHED_SOURCES
from gcbook.stats.benchmark import benchmark
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import estimate
from gcbook.stats.resampling import Resampling
from gcbook.trials.originals import locate_trials
from gcbook.trials.table import read_trials

DRAWS = 1000
NETWORKS = (9, 60, 360)
IMAGES = (1_280, 12_800, 128_000)


def published() -> pd.DataFrame:
    """The 90 humans and nine networks, without what no metric needs."""
    trials = read_trials(*locate_trials()[:2])
    assert set(trials["source"]) == {PUBLISHED_SOURCES[0]}
    return trials.drop(columns=["imagename", "rt", "session", "trial"])


def with_networks(n: int) -> pd.DataFrame:
    """The trials with so many networks, the published ones in turn."""
    trials = published()
    human = trials["observer_kind"] == "human"
    of = dict(iter(trials[~human].groupby("observer")))
    names = list(of)
    more = [
        of[names[i % len(names)]].assign(observer=f"{names[i % len(names)]} {i // len(names)}")
        for i in range(n)
    ]
    return pd.concat([trials[human], *more], ignore_index=True)


def with_images(n: int) -> pd.DataFrame:
    """The contrast dataset with so many images, the published ones several times."""
    trials = published()
    trials = trials[trials["dataset"] == "contrast"]
    copies = n // trials["image_id"].nunique()
    more = [trials.assign(image_id=trials["image_id"] + f" {i}") for i in range(copies)]
    return pd.concat(more, ignore_index=True)


def benchmark_of(trials: pd.DataFrame, draws: int) -> None:
    """The benchmark's table."""
    benchmark(trials, SummarySettings(resampling=Resampling(draws=draws)))


def all_pairs_of(trials: pd.DataFrame, draws: int) -> None:
    """Every value, interval and test, of all pairs of observers."""
    estimate(trials, SummarySettings(resampling=Resampling(draws=draws)))


def command(*options: str) -> None:
    """The command on the published files."""
    from gcbook.cli import main

    main(["benchmark", *map(str, locate_trials()[:2]), "--format", "csv", *options])


def cases() -> dict[str, Callable[[], object]]:
    """All that is measured, by name."""
    found: dict[str, Callable[[], object]] = {
        "gcbook benchmark": command,
        f"gcbook benchmark --ci, {DRAWS:,} draws": partial(command, "--ci", "--draws", str(DRAWS)),
    }
    for n in NETWORKS:
        found[f"{n} networks: made and read alone"] = partial(with_networks, n)
        for draws in (0, DRAWS):
            name = f"{n} networks: benchmark, {draws:,} draws"
            found[name] = partial(measured, benchmark_of, with_networks, n, draws)
    for n, draws in ((9, 10_000), (60, 10_000), (360, 0)):
        name = f"{n} networks: all pairs, {draws:,} draws"
        found[name] = partial(measured, all_pairs_of, with_networks, n, draws)
    for n in IMAGES:
        found[f"{n:,} images: made and read alone"] = partial(with_images, n)
        name = f"{n:,} images: benchmark, {DRAWS:,} draws"
        found[name] = partial(measured, benchmark_of, with_images, n, DRAWS)
    return found


def measured(
    compute: Callable[[pd.DataFrame, int], None],
    make: Callable[[int], pd.DataFrame],
    n: int,
    draws: int,
) -> None:
    """Compute something of made trials."""
    compute(make(n), draws)


def main() -> None:
    """Run one case, ``--case NAME``, or measure all whose name begins with the words given."""
    if sys.argv[1:2] == ["--case"]:
        cases()[sys.argv[2]]()
        return
    for name in cases():
        if name.startswith(" ".join(sys.argv[1:])):
            case, start = [sys.executable, __file__, "--case", name], time.perf_counter()
            one = os.environ | {"OMP_NUM_THREADS": "1"}
            process = subprocess.Popen(case, stdout=subprocess.DEVNULL, env=one)
            _, status, used = os.wait4(process.pid, 0)
            if status:
                sys.exit(f"{name}: failed, see above")
            seconds, wall = used.ru_utime + used.ru_stime, time.perf_counter() - start
            peak = used.ru_maxrss / 1024
            print(f"{name:42} {seconds:7.2f} s {wall:7.2f} s {peak:6.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
