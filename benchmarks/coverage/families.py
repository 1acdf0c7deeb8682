r"""Do families of comparisons keep their promise where sets are small and networks are equal?

Some equal networks and some people answer to 160 edges and 160 silhouettes of the same exemplars,
hundreds of times, and `gcbook.stats.estimates.estimate` makes its tests of each:

    python benchmarks/coverage/families.py                 # prints; some minutes of one core
    python benchmarks/coverage/families.py --store FILE    # also writes the table as Parquet

Of accuracy and of kappa with people, between networks and against people, it prints how often
anything false is said (family-wise, at .05), how often the intervals of differences contain the
true difference, and their width as a multiple of the ideal one, 1.96 true standard errors on either
side; and of the mean ranks, how often all sets hold. It ends with an error where a family-wise rate
is above .06, or a coverage outside of .93 to .97, by more than three Monte Carlo standard errors:
of twenty families one is two beyond by chance.

The book shows what is stored in ``gcbook/data/families.parquet``, from 2,000 experiments of each
(``--replications 2000``, half an hour).
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from population import Images, Observer, Part, Population
from scipy.stats import norm

from gcbook.paper.categories import CATEGORIES
from gcbook.paper.observers import HUMANS
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import estimate
from gcbook.stats.resampling import Resampling

SETS = ("edge", "silhouette")
N = 160
IMAGES = {name: np.arange(2 * N) // N == i for i, name in enumerate(SETS)}
CATEGORY = np.repeat(np.arange(16), N // 16)
HIGHEST_RATE, COVERAGE = 0.06, (0.93, 0.97)
ALLOWED = 3.0
"""Monte Carlo standard errors by which chance may carry a rate beyond."""


class World(NamedTuple):
    """A kind of population.

    Attributes:
        people, networks: how many.
        of_people, of_networks: accuracy on each of `SETS`.
        alike: correlation of the categories' effects on a person and a network.
        variances: of what decides an answer: category, exemplar, image, and the observer alone.
    """

    people: int
    networks: int
    of_people: tuple[float, float]
    of_networks: tuple[float, float]
    alike: float = 1.0
    variances: tuple[float, ...] = (0.3, 0.25, 0.15, 0.3)


WORLDS = {
    "all alike": World(4, 4, (0.9, 0.76), (0.9, 0.76)),
    "few errors": World(4, 4, (0.96, 0.9), (0.96, 0.9)),
    "ten people": World(10, 4, (0.9, 0.76), (0.9, 0.76)),
    "as published": World(10, 4, (0.88, 0.75), (0.3, 0.5), alike=0.6),
    "nine networks": World(4, 9, (0.7, 0.6), (0.7, 0.6)),
}
"""Edges and silhouettes have been shown to ten people each, who are right on .87 and .75 of them;
a typical network is on .3 and .5."""


def population(world: World, rng: np.random.Generator) -> Population:
    """The people, and then the networks."""
    image = np.arange(2 * N)
    parts = [
        Part(np.tile(CATEGORY, 2) + 16 * (image // N), True, 1, world.alike),
        Part(image % N, False, 1, 1),
        Part(image, False, 1, 1),
        Part(image, False, 0, 0),
    ]
    groups = ["human"] * world.people + ["network"] * world.networks
    accuracies = [world.of_people] * world.people + [world.of_networks] * world.networks
    observers = [Observer(0.5, 0.0, world.variances, group) for group in groups]
    return Population(rng, observers, parts, np.repeat(norm.ppf(accuracies), N, axis=1))


def true_values(world: World, drawn: Population) -> dict[tuple[str, str], float]:
    """(metric, humans or models) → the mean over both sets."""
    person, network = 0, world.people

    def mean(of: list[float]) -> float:
        return float(np.mean(of))

    sets: list[Images] = list(IMAGES.values())
    return {
        ("ood_accuracy", "humans"): mean([drawn.accuracy(person, each) for each in sets]),
        ("ood_accuracy", "models"): mean([drawn.accuracy(network, each) for each in sets]),
        ("error_consistency", "humans"): mean([drawn.kappa(person, 1, each) for each in sets]),
        ("error_consistency", "models"): mean([drawn.kappa(person, network, e) for e in sets]),
    }


def experiments(
    world: World, drawn: Population, replications: int, draws: int
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """The paired tests, and the mean ranks, of each experiment."""
    names = [f"subject-{i + 1:02}" for i in range(world.people)]
    names += [f"net-{i + 1}" for i in range(world.networks)]
    category = np.array(CATEGORIES, dtype=object)[CATEGORY]
    exemplar = [f"{name}{i % (N // 16) + 1}.png" for i, name in enumerate(category)]
    trials = pd.DataFrame(
        {
            "source": "simulated",
            "observer": np.repeat(np.array(names, dtype=object), 2 * N),
            "observer_kind": np.repeat(
                np.array(["human"] * world.people + ["model"] * world.networks, dtype=object), 2 * N
            ),
            "dataset": np.tile(np.repeat(np.array(SETS, dtype=object), N), len(names)),
            "condition": "0",
            "image_id": np.tile(np.array(exemplar, dtype=object), 2 * len(names)),
            "category": np.tile(category, 2 * len(names)),
        }
    )
    wrong = np.roll(np.array(CATEGORIES, dtype=object), 1)[np.tile(CATEGORY, 2 * len(names))]
    for i in range(replications):
        right = drawn.right(drawn.leanings(1))[..., 0].ravel() > 0
        answers = trials.assign(response=np.where(right, trials["category"], wrong))
        settings = SummarySettings(datasets=SETS, resampling=Resampling(draws, seed=i))
        found = estimate(answers, settings, all_pairs=False)
        table = found.estimates
        yield found.tests, table[table["metric"] == "mean_rank"]


def families(replications: int, draws: int, worlds: Sequence[str] = tuple(WORLDS)) -> pd.DataFrame:
    """Simulate.

    Args:
        replications: experiments of each world.
        draws: resamples of each.
        worlds: some of `WORLDS`.

    Returns:
        One row a world, metric and family (``models``: each two networks; ``humans``: each network
        against the people): ``people, networks, replications``, ``rate`` (family-wise error; of
        networks that truly differ from people, of saying that they differ in the wrong direction),
        ``coverage``, ``relative`` (mean width, 1 the ideal one) and the Monte Carlo standard errors
        ``rate_error, coverage_error``. Of the ranks coverage alone: how often all sets hold.
    """
    rows = []
    for name in worlds:
        world, rng = WORLDS[name], np.random.default_rng([0, list(WORLDS).index(name)])
        drawn = population(world, rng)
        true = true_values(world, drawn)
        tables, sets = zip(*experiments(world, drawn, replications, draws), strict=True)
        found = pd.concat(dict(enumerate(tables)), names=["experiment", None])
        found["ranked"] = False
        about = {"world": name, "people": world.people, "networks": world.networks}
        for (metric, family), tests in found.groupby(["metric", "family"]):
            against = tests["b"] == HUMANS
            truth = against * (true[metric, "models"] - true[metric, "humans"])
            # Rounding makes no difference.
            truth = truth.where(truth.abs() > 1e-9, 0)
            told = tests["p_corrected"] < 0.05
            wrong = told & (np.sign(tests["difference"]) != np.sign(truth))
            inside = (tests["low"] <= truth) & (truth <= tests["high"])
            ideal = 2 * 1.96 * (tests["difference"] - truth).std()
            rows.append(
                {
                    **about,
                    "metric": metric,
                    "family": str(family).partition(":")[2],
                    **_rates(wrong.groupby("experiment").any(), "rate"),
                    **_rates(inside.groupby("experiment").mean(), "coverage"),
                    "relative": (tests["high"] - tests["low"]).mean() / ideal,
                }
            )
        middle = (world.networks + 1) / 2  # equals share the mean rank
        held = [bool(((s["low"] <= middle) & (middle <= s["high"])).all()) for s in sets]
        width = [float((s["high"] - s["low"]).mean()) for s in sets]
        ranks = {"metric": "mean_rank", "family": "models", **_rates(pd.Series(held), "coverage")}
        rows.append({**about, **ranks, "relative": np.mean(width) / (world.networks - 1)})
    return pd.DataFrame(rows).assign(replications=replications)


def _rates(each: pd.Series, name: str) -> dict[str, float]:
    """A mean over experiments, with its standard error."""
    each = each.astype(float)
    return {name: each.mean(), f"{name}_error": each.std() / len(each) ** 0.5}


def outside(table: pd.DataFrame) -> pd.Series:
    """Which rows break what is promised, by more than chance allows."""
    over = table["rate"] - ALLOWED * table["rate_error"] > HIGHEST_RATE
    short = table["coverage"] + ALLOWED * table["coverage_error"] < COVERAGE[0]
    wide = table["coverage"] - ALLOWED * table["coverage_error"] > COVERAGE[1]
    return over | short | (wide & (table["metric"] != "mean_rank"))


def main() -> None:
    """Print, store if asked to, and end with an error where a promise is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replications", type=int, default=500)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--worlds", nargs="+", choices=WORLDS, default=list(WORLDS))
    parser.add_argument("--store", type=Path)
    chosen = parser.parse_args()
    table = families(chosen.replications, chosen.draws, chosen.worlds)
    print(table.round(3).to_string(index=False))
    if chosen.store:
        texts = dict.fromkeys(["world", "metric", "family"], "str")
        table.round(4).astype(texts).to_parquet(chosen.store, compression="zstd", index=False)
    broken = table[outside(table)]
    if len(broken):
        raise SystemExit(f"Outside of what is promised:\n{broken.round(3).to_string(index=False)}")


if __name__ == "__main__":
    main()
