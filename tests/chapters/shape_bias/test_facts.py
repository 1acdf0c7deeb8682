"""The chapter's facts: what they are by the shipped summaries, and where observers are left out."""

import math
from dataclasses import replace

import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.claims import check_claims
from gcbook.chapters.parameters import check_parameters
from gcbook.chapters.shape_bias.facts import shape_bias_facts
from gcbook.stats.benchmark_tables import shape_bias_rows, table1_recomputed
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.differences import against_humans, model_differences
from gcbook.stats.resampling import Resampling
from gcbook.stats.shape_tables import bias_by_category, category_spread, cue_accuracies
from gcbook.stats.summaries import Summaries

SHIPPED = Summaries.read()


def facts_of(observers=(), tests=None):
    bias = bias_by_category(SHIPPED, observers)
    return shape_bias_facts(
        bias,
        against_humans(SHIPPED, "shape_bias", observers) if tests is None else tests,
        category_spread(bias),
        cue_accuracies(SHIPPED, observers),
        table1_recomputed(SHIPPED),
        model_differences(SHIPPED, observers, "shape_bias"),
        shape_bias_rows(SHIPPED, observers),
    )


@pytest.fixture(scope="module")
def facts():
    return facts_of()


def test_averages(facts):
    assert (facts.humans, facts.imagen) == (pytest.approx(0.9587, abs=1e-4), 0.99)
    assert (str(facts.lowest_human), str(facts.highest_human)) == ("0.919", "0.987")
    assert (facts.networks, facts.swag, facts.bagnets_last) == (32, 6, 3)
    assert 16 < facts.networks_for_texture < 32
    assert (facts.people, facts.people_above, facts.people_as_wide) == (10, 9, 4)
    assert (str(facts.resnet50), str(facts.resnet50_mean)) == ("0.214", "0.198")
    assert str(facts.resnet50_printed) == "21%"


def test_categories(facts):
    assert facts.weakest == ("boat", "knife", "airplane")
    assert str(facts.weakest_bias) == "(0.87, 0.89, 0.89)"
    assert (facts.hardest, facts.easiest) == ("bird", "clock")
    assert facts.hardest_median < 0.05 < 0.5 < facts.easiest_median


def test_printed_values(facts):
    assert (facts.vit_22b, facts.noised_bias) == (0.87, 0.78)


def test_tests(facts):
    assert (facts.tested, facts.tested_below_humans, facts.nearest) == (32, 32, "ResNet-50 (SIN)")
    # Corrected for 32 tests, and no more than the least p.
    assert facts.largest_p == pytest.approx(1 / 10_001, abs=1e-6)


def test_cues(facts):
    assert (facts.neither_least_who, str(facts.neither_least)) == ("SWAG ViT-H/14", "11%")
    assert (facts.neither_most_who, str(facts.neither_most)) == ("SimCLR ResNet-50x1", "46%")
    assert str(facts.inception) == str(facts.swag_l) == "0.393"
    assert (str(facts.inception_neither), str(facts.swag_l_neither)) == ("40%", "13%")
    assert (facts.even, str(facts.even_shape_times)) == ("SWAG RegNetY-128GF", "6.0")


def test_observers_left_out_have_no_facts():
    few = facts_of(["resnet50"])
    assert (few.networks, few.networks_for_texture) == (1, 1)
    assert math.isnan(few.inception) and math.isnan(min(few.sin_over_resnet))
    assert (few.swag_over_resnet, few.bagnets_behind, few.sin_less_texture) != ((), (), ())
    assert math.isnan(few.others_most_shape) is False


def test_without_draws_nothing_is_tested():
    tests = against_humans(SHIPPED, "shape_bias").head(0)
    none = facts_of(tests=tests)
    assert (none.tested, none.tested_below_humans, none.nearest) == (None, None, None)
    assert math.isnan(none.nearest_difference) and math.isnan(none.largest_p)


def test_the_claims_hold_and_can_fail(facts):
    assert_guarded("shape-bias", facts, "humans_as_printed", humans=0.9449)


def test_a_rerun_says_which_claims_hold():
    few = facts_of(["resnet50-trained-on-SIN"])
    outcomes = check_claims(check_parameters("shape-bias", draws=0, seed=1), few)
    assert outcomes.most_by_texture.state == "fails"
    assert outcomes.people_by_shape.state == "holds"
    assert outcomes.same_bias_other_accuracy.state == "unknown"


def test_with_too_few_draws_the_claim_is_open_and_not_false():
    made = SummarySettings(resampling=Resampling(draws=500, confidence=0.999))
    tests = against_humans(replace(SHIPPED, settings=made), "shape_bias")
    assert set(tests["differs"]) == {"cannot be decided with these draws: 1,000 are needed"}
    few = facts_of(tests=tests)
    outcomes = check_claims(check_parameters("shape-bias", draws=500, confidence=0.999), few)
    assert outcomes.networks_below_people.state == "unknown"
