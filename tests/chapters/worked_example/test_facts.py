"""What the worked example says of costs and of what to expect, and its claims."""

import pytest

from gcbook.chapters.claims import check_claims
from gcbook.chapters.parameters import check_parameters
from gcbook.chapters.worked_example.facts import worked_example_facts
from gcbook.paper.published import table1
from gcbook.scoring.settings import Racing
from gcbook.stats.summaries import Summaries

SHIPPED = Summaries.read()


def facts_of(**changes):
    return worked_example_facts(SHIPPED, check_parameters("worked-example", **changes), Racing())


def test_expectation_is_the_papers_beside_the_humans_own_spread():
    found = facts_of()
    printed = table1().set_index("key").loc["stable_diffusion"]
    assert found.shape_bias == printed["shape_bias"] == 0.93
    low, high = found.humans_interval
    assert low < found.humans < high
    assert found.humans == pytest.approx(0.9587, abs=1e-4)


def test_hours_follow_from_images_draws_and_rate():
    found = facts_of(images=100, noise_draws=9, evaluations_per_second=2)
    assert found.evaluations == 100 * 16 * 9
    assert found.hours == pytest.approx(100 * 16 * 9 / 2 / 3600)
    assert repr(facts_of().evaluations) == "655,360"


def test_claims_hold_and_a_slow_machine_is_noticed():
    outcomes = check_claims(check_parameters("worked-example"), facts_of())
    assert {each.state for each in outcomes.values()} == {"holds"}
    slow = check_parameters("worked-example", evaluations_per_second=1.0)
    assert check_claims(slow, facts_of(evaluations_per_second=1.0)).hours_not_weeks.state == "fails"
