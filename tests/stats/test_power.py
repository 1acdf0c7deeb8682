"""Plans by hand, and predicted standard errors against those of the published trials."""

import math
from dataclasses import replace

import pandas as pd
import pytest
from scipy.stats import norm, t

from gcbook.paper.experiments import DATASETS
from gcbook.stats.components import COLUMNS, Components
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import estimate
from gcbook.stats.power import Plan, power
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries

BENCHMARK = Plan("kappa", DATASETS)
PLAN = Plan("kappa", ("edge",), images=200)
PAIRS = 36


def components(shared: float = 0.0) -> Components:
    """Two networks on edges, an image's variance 0.25 in each, and a covariance of both."""
    rows = [
        ("kappa", "edge", "image", 10**6, 10**6, a, b, 0.25 if a == b else shared)
        for a, b in (("s/a", "s/a"), ("s/a", "s/b"), ("s/b", "s/b"))
    ]
    return Components(pd.DataFrame(rows, columns=list(COLUMNS)))


def pair(plan: Plan, made: Components | None = None, difference: float | None = None) -> pd.Series:
    (_, row), *others = power(plan, made, difference=difference).table.iterrows()
    assert not others and row["compared"] == "two networks"
    return row


def test_a_difference_by_hand() -> None:
    found = pair(PLAN, components())
    error = math.sqrt(2 * 0.25 / 200)
    assert (found["n"], found["standard_error"]) == (1, pytest.approx(error))
    wanted = t.ppf(0.975, 200) + t.ppf(0.8, 200)
    assert found["alone"] == found["in_family"] == pytest.approx(wanted * error)
    # What both networks have in common leaves their difference.
    shared = pair(PLAN, components(0.05))["standard_error"]
    assert shared == pytest.approx(math.sqrt(2 * (0.25 - 0.05) / 200))


def test_among_more_tests_less_is_found() -> None:
    many = pair(replace(PLAN, comparisons=36), components())
    wanted = t.ppf(1 - 0.025 / 36, 200) + t.ppf(0.8, 200)
    assert many["in_family"] == pytest.approx(wanted * many["standard_error"])
    assert many["alone"] == pair(PLAN, components())["alone"] < many["in_family"]


def test_exemplars_bound_what_images_can_do() -> None:
    published = pair(Plan("shape-bias"), difference=0.05)
    all_of_them = pair(Plan("shape-bias", images=16 * 10 * 15 * 3))
    assert all_of_them["alone"] > 0.05
    assert all_of_them["standard_error"] > published["standard_error"] / 2
    textures = int(published["textures_needed"])
    enough, lacking = (
        pair(Plan("shape-bias", textures=each))["alone"] for each in (textures, textures - 1)
    )
    assert enough <= 0.05 < lacking
    # No number of textures makes up for too few images and shapes.
    assert math.isnan(pair(Plan("shape-bias"), difference=0.001)["textures_needed"])
    shares = power(Plan("shape-bias")).shares["two networks"]
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=lambda unit: shares[unit]) == "texture"


def test_the_published_design_is_filled_in() -> None:
    plan = power(Plan("shape-bias")).plan
    assert (plan.images, plan.shapes, plan.textures) == (1200, 10, 3)
    assert power(BENCHMARK).plan.shapes is None


def half_widths(metric: str, against: str) -> pd.Series:
    """Standard errors that the shipped intervals of differences imply."""
    tests = Summaries.read().tests
    rows = tests[tests["family"] == f"{metric}:{against}"]
    rows = rows[rows["a_source"] == "model-vs-human"].dropna(subset=["low"])
    return (rows["high"] - rows["low"]) / 2 / norm.ppf(0.975)


@pytest.mark.parametrize("measure", ["accuracy", "kappa"])
def test_the_published_benchmark_has_the_errors_that_are_predicted(measure: str) -> None:
    metric = {"accuracy": "ood_accuracy", "kappa": "error_consistency"}[measure]
    found = pair(replace(BENCHMARK, measure=measure))["standard_error"]
    assert found == pytest.approx(half_widths(metric, "models").median(), rel=0.1)


def test_cue_conflicts_have_the_errors_that_are_predicted() -> None:
    # Their intervals use Student's t, of 48 textures in 16 categories.
    few = t.ppf(0.975, 48 - 16) / norm.ppf(0.975)
    shipped = half_widths("shape_bias", "models").median() / few
    assert pair(Plan("shape-bias"))["standard_error"] == pytest.approx(shipped, rel=0.15)


def test_how_small_a_difference_in_mean_kappa_the_benchmark_finds() -> None:
    found = pair(replace(BENCHMARK, comparisons=PAIRS))
    assert found["standard_error"] == pytest.approx(0.008, abs=0.0005)
    assert found["alone"] == pytest.approx(0.022, abs=0.001)
    assert found["in_family"] == pytest.approx(0.032, abs=0.001)


@pytest.mark.parametrize(
    ("measure", "dataset"),
    [("accuracy", "sketch"), ("kappa", "sketch"), ("shape-bias", "cue-conflict")],
)
def test_thinned_trials_have_the_errors_that_are_predicted(
    measure: str, dataset: str, published_trials: pd.DataFrame
) -> None:
    metric = {"accuracy": "ood_accuracy", "kappa": "error_consistency"}.get(measure, "shape_bias")
    trials = published_trials[
        (published_trials["dataset"] == dataset) & (published_trials["source"] == "model-vs-human")
    ]
    images = trials[["category", "image_id"]].drop_duplicates()
    half = images.groupby("category").sample(frac=0.5, random_state=1)["image_id"]
    in_half = trials["image_id"].isin(half)
    settings = SummarySettings(datasets=(dataset,), resampling=Resampling(draws=500))

    def width(part: pd.DataFrame) -> float:
        tests = estimate(part, settings, all_pairs=False).tests
        rows = tests[tests["family"] == f"{metric}:models"]
        return float((rows["high"] - rows["low"]).median())

    plan = Plan(measure, (dataset,))
    n = power(plan).plan.images or 0
    halved, whole = (pair(replace(plan, images=each))["standard_error"] for each in (n // 2, n))
    # Which half it is matters, so that both are asked; of fewer images Student's t is wider.
    seen = math.hypot(width(trials[in_half]), width(trials[~in_half])) / math.sqrt(2)
    assert seen / width(trials) == pytest.approx(halved / whole, rel=0.15)
