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


def test_no_design_is_both_chosen_on_and_reported(benchmark: ModuleType) -> None:
    from accuracy import CONDITIONS, PAIRS, SHARES  # of the benchmark's folder
    from conflicts import DESIGNS

    for conditions in (CONDITIONS, DESIGNS):
        chosen, reported = (conditions[split] for split in benchmark.SPLITS)
        assert not {str(each) for each in chosen} & {str(each) for each in reported} - {
            "easy",
            "mixed",
            "sixty",
        }
    for levels in (SHARES, PAIRS):
        assert not set(levels["choose"][1]) & set(levels["report"][1])


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


@pytest.mark.parametrize(
    ("name", "across", "within"),
    [("ResNet", (4, 8), (2, 4)), ("ViT", (6, 10), (2.5, 5)), ("BagNet", (2.3, 4), (2, 4))],
)
def test_design_effects_are_those_of_the_published_trials(
    benchmark: ModuleType, name: str, across: tuple[float, float], within: tuple[float, float]
) -> None:
    from conflicts import CONFLICT, OBSERVERS, PARTS, SHAPE, TEXTURE, Draws, measured
    from population import Population

    from gcbook.stats.metrics import bias_of

    rng = np.random.default_rng(4)
    drawn = Draws([(10, SHAPE), (3, TEXTURE)], 2, rng)
    population = Population(rng, [OBSERVERS[name]], PARTS)
    (leaning,) = population.leanings(40)
    sides = leaning > population.high[0][:, None], leaning < population.low[0][:, None]
    masks = [(side & CONFLICT[:, None]).astype(np.float32) for side in sides]
    found = measured(drawn, bias_of, masks)
    n = sum(mask.sum(axis=0) for mask in masks)
    for bootstrap, (low, high) in (("across", across), ("within", within)):
        (variance, *_) = found.spreads[bootstrap].moments()
        effect = variance / (found.value * (1 - found.value) / n)
        assert low < effect.mean() < high


def test_the_layout_is_the_published_one(
    benchmark: ModuleType, published_trials: pd.DataFrame
) -> None:
    from conflicts import NAMES, SHAPE, TEXTURE

    shown = published_trials.loc[published_trials["dataset"] == "cue-conflict", "image_id"]
    names = {
        f"{NAMES[shape // 10]}{shape % 10 + 1}-{NAMES[texture // 3]}{texture % 3 + 1}"
        for shape, texture in zip(SHAPE, TEXTURE, strict=True)
    }
    assert names == set(shown.str.replace(r"\.\w+$", "", regex=True))
