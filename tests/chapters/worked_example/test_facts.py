"""What the worked example says of costs and of what to expect, and its claims."""

import pytest

from gcbook.chapters.claims import check_claims
from gcbook.chapters.parameters import check_parameters
from gcbook.chapters.worked_example.facts import printed_rows, worked_example_facts
from gcbook.chapters.worked_example.lite import beside_rows
from gcbook.chapters.worked_example.races import race_rows
from gcbook.chapters.worked_example.tables import cost_rows, decided, outcome_rows
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries

SHIPPED = Summaries.read()
OUTCOME = outcome_rows(decided(), resampling=Resampling(200))


def facts_of(**changes):
    p = check_parameters("worked-example", **changes)
    costs = cost_rows(p.noise_draws)
    return worked_example_facts(SHIPPED, OUTCOME, costs, p, race_rows(), beside_rows())


def test_printed_numbers_are_those_with_most_digits():
    found = facts_of()
    assert (found.shape_bias, found.ood_accuracy, found.error_consistency) == (0.93, 0.689, 0.264)
    assert (found.ood_accuracy_short, found.error_consistency_short) == (0.69, 0.26)
    assert printed_rows()["texture_share"].tolist() == [0.07]


def test_expectation_is_beside_the_humans_own_spread():
    found = facts_of()
    low, high = found.humans_interval
    assert low < found.humans < high
    assert found.humans == pytest.approx(0.9587, abs=1e-4)


def test_hours_follow_from_evaluations_and_their_rate():
    found, usual = facts_of(images=100, noise_draws=9, evaluations_per_second=50.0), facts_of()
    assert found.evaluations == 100 * 16 * 9
    assert found.hours == pytest.approx(100 * 16 * 9 / 50 / 3600)
    assert (repr(usual.evaluations), repr(usual.all_evaluations)) == ("655,360", "9.3")
    assert (repr(usual.hours), repr(usual.all_hours)) == ("1.8", "25.7")


def test_equal_weights_raise_the_shape_bias_of_the_same_scores():
    found = facts_of()
    assert found.paper_bias == OUTCOME["shape_bias"].iloc[0]
    assert found.equal_bias == OUTCOME["shape_bias"].iloc[1]
    assert max(found.paper_interval) < min(found.equal_interval)


def test_claims_hold_and_few_draws_are_noticed():
    outcomes = check_claims(check_parameters("worked-example"), facts_of())
    assert {each.state for each in outcomes.values()} == {"holds"}
    few = check_parameters("worked-example", noise_draws=4)
    assert check_claims(few, facts_of(noise_draws=4)).cost_apart.state == "fails"
