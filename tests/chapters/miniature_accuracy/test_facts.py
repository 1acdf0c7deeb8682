"""The chapter's facts by the shipped answers, and that its claims can fail."""

import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.miniature_accuracy.facts import miniature_accuracy_facts
from gcbook.chapters.miniature_accuracy.tables import (
    answers_by_world,
    consistency_of,
    difference_rows,
    lead_rows,
    lost_rows,
    raced_rows,
)
from gcbook.miniworld.results.scores import accuracy_by_set
from gcbook.miniworld.results.two_worlds import in_both
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.resampling import Resampling


@pytest.fixture(scope="module")
def facts():
    resampling = Resampling(draws=500)
    answers = answers_by_world()
    return miniature_accuracy_facts(
        in_both(difference_rows, answers, resampling=resampling),
        in_both(accuracy_by_set, answers, TEST_SETS, resampling=resampling),
        lead_rows(answers["default"], resampling=resampling),
        consistency_of(answers, resampling=resampling),
        lost_rows(resampling=resampling),
        raced_rows(resampling=resampling),
    )


def test_accuracies(facts):
    assert facts.sets == 13
    high_pass = (facts.default_pixel_high_pass, facts.default_latent_high_pass)
    assert tuple(map(str, high_pass)) == ("9%", "28%")
    # Least over the autoregressive model: by 0.197, 0.280 and 0.307 on the three sets.
    assert facts.least_lead_by_shape == pytest.approx((0.197 + 0.280 + 0.307) / 3, abs=1e-3)
    assert len(facts.more_by_shape) == 4


def test_who_is_behind_has_a_negative_number(facts):
    assert facts.default_ood_pixel == pytest.approx(-0.111, abs=1e-3)
    low, high = facts.default_ood_pixel_interval
    assert low < facts.default_ood_pixel < high < 0
    assert facts.pixel_printed == pytest.approx(0.15)


def test_races_gain_what_few_draws_cost(facts):
    gained = facts.latent_raced - facts.latent_few
    low, high = facts.latent_gained
    assert 0 < low < gained < high
    # 80 more of the 1,772 images are named rightly.
    assert gained == pytest.approx(80 / 1772, abs=1e-3)


def test_halves_are_named_by_recipe(facts):
    assert facts.default_conflict_pure and not facts.conflict_pure
    assert facts.default_other_smaller_half == ("latent", "pixel")


def test_errors_in_words_of_intervals(facts):
    # The least accurate classifier is right on 0.738 of conflicts, the best generator on 0.551.
    low, high = facts.default_conflict_lead
    assert low < 0.738 - 0.551 < high
    # Pixel and latent diffusion, each compared with two models of tokens.
    assert len(facts.conflict_closer) == 4
    low, high = facts.conflict_closer[0]
    assert low < 0.514 - 0.406 < high
    assert len(facts.conflict_seeds_over) == 3


def test_the_claims_hold_and_can_fail(facts):
    assert_guarded("miniature-accuracy", facts, "kinds_part_on", default_conflict_pure=False)
