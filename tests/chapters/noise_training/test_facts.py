"""The chapter's facts, from answers and tables written by hand."""

import math

import pandas as pd
import pytest
from tiny.noise_answers import SHARES, answers

from gcbook.chapters.claims import check_claims
from gcbook.chapters.noise_training.facts import noise_training_facts
from gcbook.chapters.noise_training.tables import (
    BEYOND,
    EQUAL_STEPS,
    MORE_IMAGES,
    cell_rows,
)
from gcbook.chapters.parameters import check_parameters
from gcbook.miniworld.results.noised import (
    change_rows,
)
from gcbook.stats.resampling import Resampling

LENGTHS = pd.DataFrame(
    [
        (EQUAL_STEPS, 0.93, 0.96, 0.03, 0.003, 0.061),
        (MORE_IMAGES, 0.931, 0.959, 0.028, 0.007, 0.048),
        (BEYOND, 0.959, 0.964, 0.005, -0.011, 0.021),
    ],
    columns=["comparison", "before", "after", "change", "low", "high"],
)


def facts_of(shares, lengths=LENGTHS):
    given, resampling = answers(shares), Resampling(draws=200)
    return noise_training_facts(
        "default",
        cell_rows(given, resampling=resampling),
        change_rows(given, resampling=resampling),
        lengths,
    )


@pytest.fixture(scope="module")
def facts():
    return facts_of(SHARES)


def test_networks_and_how_often_they_are_right(facts):
    assert (facts.clean_networks, facts.noised_networks) == (2, 1)
    assert 0 < facts.noised_right_in_noise < 1


def test_changes_of_shape_bias_and_of_what_is_behind_it(facts):
    assert (facts.training_before, facts.training_after, facts.training) == (0.375, 0.75, 0.375)
    assert facts.training_low <= facts.training <= facts.training_high
    assert str(facts.training) == "+0.375"
    assert facts.training_excess < 0
    assert math.isnan(facts.alone) and math.isnan(facts.alone_excess_high)


def test_noise_and_length(facts):
    assert (facts.same_steps, facts.longer, facts.beyond) == (0.03, 0.028, 0.005)
    assert (facts.beyond_low, facts.beyond_high) == (-0.011, 0.021)
    factors = facts.noise_images, facts.longer_images, facts.longer_than_noise
    assert list(map(str, factors)) == ["2", "10", "5"]


def test_a_comparison_that_does_not_ship_has_no_numbers():
    facts = facts_of(SHARES, LENGTHS[:1])
    assert facts.same_steps == 0.03
    assert math.isnan(facts.longer) and math.isnan(facts.beyond_low)
    assert math.isnan(facts.longer_images) and str(facts.noise_images) == "2"


def test_the_papers_recipe_and_result(facts):
    assert (facts.usual_epochs, facts.noise_epochs) == (90, 300)
    assert [facts.paper_plain, facts.paper_trained, facts.paper_tested] == [0.21, 0.57, 0.78]


def test_a_rerun_says_which_claims_hold(facts):
    outcomes = check_claims(check_parameters("noise-training", seed=1), facts)
    assert outcomes.longer_does_as_much.state == "holds"
    assert outcomes.less_than_in_the_paper.state == "fails"
    assert outcomes.guessing_lowers_bias.state == "unknown"
