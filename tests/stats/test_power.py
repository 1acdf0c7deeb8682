"""Plans by hand, and predicted standard errors against those of the published trials."""

import json
import math
from dataclasses import replace

import pandas as pd
import pytest
from scipy.stats import norm, t

from gcbook.files.errors import InputError
from gcbook.paper.experiments import DATASETS
from gcbook.paper.observers import HUMANS
from gcbook.stats.components import COLUMNS, Components
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import estimate
from gcbook.stats.power import Plan, Power, format_power, power
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries

BENCHMARK = Plan("kappa", DATASETS)
PAIRS = 36


def components(
    own: float = 0.0, person: float = 0.0, seed: float = 0.0, freedom: int = 10**6
) -> Components:
    """Two networks and the people on edges, an image's variance 0.25 in each, no covariance."""
    rows = []
    names = ("s/a", "s/b", HUMANS)
    for i, a in enumerate(names):
        for b in names[i:]:
            same = float(a == b)
            rows += [
                ("kappa", "edge", "image", 10**6, freedom, a, b, 0.25 * same, own * same),
                ("kappa", "edge", "person", 4, 3, a, b, person * same, 0.0),
            ]
    rows.append(("kappa", "", "seed", 5, 4, "mini", "mini", seed, 0.0))
    return Components(pd.DataFrame(rows, columns=list(COLUMNS)))


def rows_of(found: Power) -> pd.DataFrame:
    return found.table.set_index("compared")


PLAN = Plan("kappa", ("edge",), images=200)


def test_a_difference_by_hand() -> None:
    found = rows_of(power(PLAN, components(freedom=10**6), difference=0.14))
    assert found["n"].to_dict() == {"one network": 2, "two networks": 1, "a network and people": 2}
    error = math.sqrt(2 * 0.25 / 200)
    both = found.loc["two networks"]
    assert both["standard_error"] == pytest.approx(error)
    assert found.loc["one network", "standard_error"] == pytest.approx(error / math.sqrt(2))
    freedom = 200
    wanted = t.ppf(0.975, freedom) + t.ppf(0.8, freedom)
    assert both["alone"] == pytest.approx(wanted * error)
    assert both["alone"] == pytest.approx((norm.ppf(0.975) + norm.ppf(0.8)) * error, rel=0.01)
    assert both["power"] == pytest.approx(t.cdf(0.14 / error - t.ppf(0.975, freedom), freedom))


def test_what_is_needed_is_the_least_that_is_enough() -> None:
    made = components()
    difference = 0.1
    needed = int(rows_of(power(PLAN, made, difference=difference))["images_needed"]["two networks"])
    assert needed == pytest.approx(2 * 0.25 * (1.96 + 0.842) ** 2 / difference**2, rel=0.02)

    def smallest(images: int) -> float:
        return rows_of(power(replace(PLAN, images=images), made))["alone"]["two networks"]

    assert smallest(needed) <= difference < smallest(needed - 1)
    again = rows_of(power(replace(PLAN, images=needed), made, difference=difference))
    assert again["power"]["two networks"] == pytest.approx(0.8, abs=0.002)


def test_among_more_tests_less_is_found() -> None:
    found = [
        rows_of(power(replace(PLAN, comparisons=m), components(), difference=0.1)) for m in (1, 36)
    ]
    alone, many = (each.loc["two networks"] for each in found)
    assert alone["alone"] == alone["in_family"] == many["alone"]
    assert many["in_family"] > many["alone"]
    assert many["power"] < alone["power"]
    assert many["images_needed"] > alone["images_needed"]


def test_people_count_where_they_are_a_sample() -> None:
    made = components(own=0.2, person=0.01)
    plan = replace(PLAN, people=5)

    def squared(asked: Plan) -> float:
        return rows_of(power(asked, made))["standard_error"]["two networks"] ** 2

    assert squared(plan) == pytest.approx(2 * (0.25 + 0.2 / 5) / 200)
    drawn = replace(plan, resample_observers=True)
    assert squared(drawn) == pytest.approx(squared(plan) + 2 * 0.01 / 5)
    assert squared(replace(drawn, people=50)) < squared(drawn)
    assert "people_needed" in power(drawn, made, difference=0.2).table
    # Without --people there are as many as in the trials.
    assert power(PLAN, made).plan.people == 4


def test_several_trainings_speak_of_recipes() -> None:
    made = components(seed=0.01)
    one, two = (rows_of(power(replace(PLAN, seeds=n), made)) for n in (1, 2))
    between = two["standard_error"] ** 2 - one["standard_error"] ** 2
    assert between["two networks"] == pytest.approx(2 * 0.01 / 2)
    assert between["one network"] == pytest.approx(0.01 / 2)
    # Of two trainings each the spread is known with two degrees of freedom.
    assert two["alone"]["two networks"] > 4 * two["standard_error"]["two networks"]


def test_what_no_number_is_enough_for_is_undefined() -> None:
    made = components(person=0.01)
    plan = replace(PLAN, people=4, resample_observers=True)
    found = power(plan, made, difference=0.05)
    assert math.isnan(rows_of(found)["images_needed"]["two networks"])
    assert "–" in format_power(found, "table")
    assert json.loads(format_power(found, "json"))["rows"][1]["images_needed"] is None


def test_exemplars_bound_what_images_can_do() -> None:
    found = rows_of(power(Plan("shape-bias"), difference=0.05)).loc["two networks"]
    all_of_them = rows_of(power(Plan("shape-bias", images=16 * 10 * 15 * 3))).loc["two networks"]
    assert math.isnan(found["images_needed"])
    assert all_of_them["alone"] > 0.05
    assert all_of_them["standard_error"] > found["standard_error"] / 2
    textures = int(found["textures_needed"])
    more = rows_of(power(Plan("shape-bias", textures=textures))).loc["two networks"]
    assert more["alone"] <= 0.05
    few = Plan("shape-bias", textures=6)
    shapes = int(rows_of(power(few, difference=0.05))["shapes_needed"]["two networks"])
    enough, lacking = (
        rows_of(power(replace(few, shapes=each)))["alone"]["two networks"]
        for each in (shapes, shapes - 1)
    )
    assert enough <= 0.05 < lacking
    shares = power(Plan("shape-bias")).shares["two networks"]
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=lambda unit: shares[unit]) == "texture"


def test_the_published_design_is_filled_in() -> None:
    plan = power(Plan("shape-bias")).plan
    assert (plan.images, plan.shapes, plan.textures, plan.people) == (1200, 10, 3, 10)
    # As many images a shape.
    assert power(Plan("shape-bias", shapes=20)).plan.images == 2400
    whole = power(BENCHMARK).plan
    assert (whole.shapes, whole.people) == (None, None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"measure": "bias"}, "expected one of shape-bias, accuracy, kappa; found 'bias'"),
        ({"measure": "shape-bias", "datasets": ("edge",)}, "which alone has a shape bias"),
        ({"shapes": 4}, "add --datasets cue-conflict"),
        ({"images": 0}, "--images: expected 1 to 100,000,000, found 0"),
        ({"people": 1, "resample_observers": True}, "--people: expected 2 to 10,000, found 1"),
        ({"power": 1.0}, "--power: expected more than 0, less than 1"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        replace(PLAN, **change)  # type: ignore[arg-type]


def test_a_number_of_images_is_held_against_the_design() -> None:
    with pytest.raises(InputError, match="expected 160 to 7,200, which 10 shapes and 3 textures"):
        power(Plan("shape-bias", images=10))
    with pytest.raises(InputError, match="or more, which is more than one of each category"):
        power(Plan("accuracy", ("edge",), images=16))
    with pytest.raises(InputError, match="--difference: expected more than 0"):
        power(PLAN, components(), difference=0.0)


def test_formats() -> None:
    found = power(replace(PLAN, comparisons=36), components(), difference=0.1)
    table = format_power(found, "table").splitlines()
    assert table[0] == "kappa on edge: 200 images, 4 people, 1 training of a network"
    assert table[1].split()[:4] == ["compared", "standard_error", "alone", "among"]
    assert any("finds: how often a difference of 0.1 is found among 36 tests" in e for e in table)
    stored = json.loads(format_power(found, "json"))
    assert stored["plan"]["images"] == 200
    assert stored["plan"]["difference"] == 0.1
    assert stored["rows"][1]["alone"] == pytest.approx(found.table["alone"][1])
    assert format_power(found, "csv").startswith("compared,n,standard_error,low,high,alone,")


def half_widths(metric: str, against: str) -> pd.Series:
    """Standard errors that the shipped intervals of differences imply."""
    tests = Summaries.read().tests
    rows = tests[tests["family"] == f"{metric}:{against}"]
    rows = rows[rows["a_source"] == "model-vs-human"].dropna(subset=["low"])
    return (rows["high"] - rows["low"]) / 2 / norm.ppf(0.975)


@pytest.mark.parametrize("measure", ["accuracy", "kappa"])
def test_the_published_benchmark_has_the_errors_that_are_predicted(measure: str) -> None:
    metric = {"accuracy": "ood_accuracy", "kappa": "error_consistency"}[measure]
    found = rows_of(power(replace(BENCHMARK, measure=measure)))["standard_error"]
    assert found["two networks"] == pytest.approx(half_widths(metric, "models").median(), rel=0.1)
    people = half_widths(metric, "humans").median()
    assert found["a network and people"] == pytest.approx(people, rel=0.1)


def test_cue_conflicts_have_the_errors_that_are_predicted() -> None:
    # Their intervals use Student's t, of 48 textures in 16 categories.
    few = t.ppf(0.975, 48 - 16) / norm.ppf(0.975)
    found = rows_of(power(Plan("shape-bias")))["standard_error"]
    for name, against in (("two networks", "models"), ("a network and people", "humans")):
        shipped = half_widths("shape_bias", against).median() / few
        assert found[name] == pytest.approx(shipped, rel=0.15)


def test_people_who_are_resampled_have_the_errors_that_are_predicted(
    published_trials: pd.DataFrame,
) -> None:
    settings = SummarySettings(
        datasets=("sketch",), resampling=Resampling(draws=1000), resample_observers=True
    )
    trials = published_trials[published_trials["dataset"] == "sketch"]
    tests = estimate(trials, settings, all_pairs=False).tests
    rows = tests[tests["family"] == "ood_accuracy:humans"]
    seen = float((rows["high"] - rows["low"]).median()) / 2 / norm.ppf(0.975)
    plan = Plan("accuracy", ("sketch",), resample_observers=True)
    found = rows_of(power(plan))["standard_error"]["a network and people"]
    # The bootstrap draws 7 people of 7, whose spread is too small by one part in 7.
    assert found == pytest.approx(seen, rel=0.1)
    fixed = rows_of(power(replace(plan, resample_observers=False)))["standard_error"]
    assert fixed["a network and people"] < found / 2


def test_how_small_a_difference_in_mean_kappa_the_benchmark_finds() -> None:
    found = power(replace(BENCHMARK, comparisons=PAIRS), difference=0.028)
    pair = rows_of(found).loc["two networks"]
    assert pair["standard_error"] == pytest.approx(0.008, abs=0.0005)
    assert pair["alone"] == pytest.approx(0.022, abs=0.001)
    assert pair["in_family"] == pytest.approx(0.032, abs=0.001)
    assert 0.55 < pair["power"] < 0.7


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
    halved, whole = (
        rows_of(power(replace(plan, images=each)))["standard_error"]["two networks"]
        for each in (n // 2, n)
    )
    # Which half it is matters, so that both are asked.
    seen = math.hypot(width(trials[in_half]), width(trials[~in_half])) / math.sqrt(2)
    assert seen / width(trials) == pytest.approx(halved / whole, rel=0.1)
