"""The grid of `benchmarks/coverage.py`, small: in CI with more experiments than elsewhere."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from tiny.ci import CI

REPLICATIONS, DRAWS, LEAST, MOST = (150, 200, 0.92, 0.985) if CI else (30, 100, 0.9, 1.0)

# A squared difference that is 0 has no value below it, so that its interval cannot miss on both
# sides.
ABOVE = "mean accuracy_difference of humans"


def grid() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "coverage.py"
    spec = importlib.util.spec_from_file_location("coverage_grid", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ours() -> pd.DataFrame:
    benchmark = grid()
    found = benchmark.losses(benchmark.coverage_table(REPLICATIONS, DRAWS))
    return found[found["ours"]].set_index("statistic")


def test_intervals_hold_over_the_grid(ours: pd.DataFrame) -> None:
    assert set(ours.index) == set(grid().OURS)
    mean = ours["mean"]
    assert (mean >= LEAST).all(), mean
    assert (mean.drop(ABOVE) <= MOST).all(), mean
