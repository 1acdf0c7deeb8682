"""The chapter's facts by the shipped answers, and that its claims can fail."""

import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.miniature_accuracy.facts import miniature_accuracy_facts
from gcbook.chapters.miniature_accuracy.tables import (
    answers_by_world,
    consistency_of,
    difference_rows,
    lost_rows,
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
        in_both(accuracy_by_set, answers, TEST_SETS, resampling=Resampling(draws=0)),
        consistency_of(answers, resampling=resampling),
        lost_rows(resampling=resampling),
    )


def test_accuracies(facts):
    assert facts.sets == 13
    assert (str(facts.pixel_high_pass), str(facts.latent_high_pass)) == ("9%", "26%")
    # On edges the ResNet has 0.60 and the best generator 0.34; on silhouettes 0.84 and 0.67.
    assert facts.least_lead_by_shape == pytest.approx(0.164, abs=1e-3)


def test_who_is_behind_has_a_negative_number(facts):
    assert facts.default_ood_pixel == pytest.approx(-0.129, abs=1e-3)
    low, high = facts.default_ood_pixel_interval
    assert low < facts.default_ood_pixel < high < 0
    assert facts.pixel_printed == pytest.approx(0.15)


def test_halves_are_named_by_recipe(facts):
    assert facts.default_conflict_pure and not facts.conflict_pure
    assert facts.default_other_smaller_half == ("latent", "pixel")


def test_the_claims_hold_and_can_fail(facts):
    assert_guarded("miniature-accuracy", facts, "kinds_part_on", default_conflict_pure=False)
