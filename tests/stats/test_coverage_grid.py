"""The simulation of `benchmarks/coverage`, with fewer experiments."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

# Hundreds of designs: what they guard are choices that were made once.
pytestmark = pytest.mark.nightly

REPLICATIONS, DRAWS, MOST = 60, 100, 0.99
LEAST = 0.93
"""Mean coverage of a statistic with so few draws, which make intervals a little narrower."""


@pytest.fixture(scope="module")
def benchmark() -> Iterator[ModuleType]:
    folder = Path(__file__).parents[2] / "benchmarks" / "coverage"
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location("coverage_grid", folder / "__main__.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def ours(benchmark: ModuleType) -> pd.DataFrame:
    table = benchmark.coverage_table(REPLICATIONS, DRAWS, ["report"])
    return table[table["ours"] & ~table["hard"]]


def test_intervals_hold_over_the_designs(benchmark: ModuleType, ours: pd.DataFrame) -> None:
    assert set(ours["statistic"]) == set(benchmark.OURS)
    each = ours.groupby("statistic")["coverage"]
    # What chance may take from so few experiments, some of which designs share.
    chance = 4 * np.sqrt(LEAST * (1 - LEAST) / (REPLICATIONS * each.size()))
    assert (each.mean() >= LEAST - chance).all(), each.mean()
    assert (each.mean() <= MOST).all(), each.mean()


def test_true_values_are_those_of_many_experiments(benchmark: ModuleType) -> None:
    from conflicts import CONFLICT, EASIER, OBSERVERS, PARTS
    from population import Population

    from gcbook.stats.agreement import kappa

    observers = [OBSERVERS["ResNet"], OBSERVERS["human"]]
    population = Population(np.random.default_rng(3), observers, PARTS, EASIER)
    leaning = population.leanings(400)
    shape = ((leaning > population.high[..., None]) & CONFLICT[:, None]).sum(axis=(1, 2))
    texture = ((leaning < population.low[..., None]) & CONFLICT[:, None]).sum(axis=(1, 2))
    a, b = population.right(leaning).astype(bool)
    for i in range(2):
        bias = shape[i] / (shape[i] + texture[i])
        assert bias == pytest.approx(population.bias([i], CONFLICT), abs=0.01)
    assert a.mean() == pytest.approx(population.accuracy(0), abs=0.01)
    cells = [(a & b).sum(), (a & ~b).sum(), (~a & b).sum(), (~a & ~b).sum()]
    assert float(kappa(*cells)) == pytest.approx(population.kappa(0, 1), abs=0.015)
