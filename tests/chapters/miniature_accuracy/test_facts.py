"""The chapter's facts by the shipped answers, and that its claims can fail."""

import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.miniature_accuracy.facts import miniature_accuracy_facts
from gcbook.chapters.miniature_accuracy.tables import (
    difference_rows,
    robustness_rows,
)
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.findings import claim_rows
from gcbook.miniworld.results.scores import accuracy_by_set
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.resampling import Resampling


@pytest.fixture(scope="module")
def facts():
    resampling = Resampling(draws=500)
    answers = miniature_answers(TEST_SETS, shipped_models())
    return miniature_accuracy_facts(
        robustness_rows(answers, resampling=resampling),
        difference_rows(claim_rows(answers, resampling=resampling)),
        accuracy_by_set(answers, TEST_SETS, resampling=resampling),
    )


def test_accuracies(facts):
    assert (facts.sets, facts.miniatures, facts.hardest_high_pass) == (13, 6, 6)
    assert (str(facts.pixel_high_pass), str(facts.latent_high_pass)) == ("9%", "26%")
    # On edges the ResNet has 0.60 and the best generator 0.34; on silhouettes 0.84 and 0.67.
    assert facts.least_lead_by_shape == pytest.approx(0.164, abs=1e-3)


def test_who_is_behind_has_a_positive_number(facts):
    assert str(facts.ood_pixel_behind) == "0.129"
    low, high = facts.ood_pixel_interval
    assert 0 < low < facts.ood_pixel_behind < high
    assert str(facts.pixel_printed_ahead) == "0.15"
    assert facts.fine_latent == pytest.approx(0.171, abs=1e-3)


def test_the_claims_hold_and_can_fail(facts):
    assert_guarded("miniature-accuracy", facts, "high_pass_hardest", hardest_high_pass=5)
