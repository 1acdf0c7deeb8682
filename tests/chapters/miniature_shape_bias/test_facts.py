"""The chapter's facts by the shipped scores."""

import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.miniature_shape_bias.facts import miniature_shape_bias_facts
from gcbook.chapters.miniature_shape_bias.tables import cue_rows
from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.findings import claim_rows
from gcbook.miniworld.results.scores import bias_by_shape, evenly_weighted_answers
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.stats.resampling import Resampling


@pytest.fixture(scope="module")
def facts():
    few = Resampling(draws=200)
    answers = miniature_answers(["cue-conflict"], shipped_models())
    return miniature_shape_bias_facts(
        bias_by_shape(answers, resampling=few),
        cue_rows(answers, resampling=few),
        claim_rows(answers, resampling=few),
        bias_by_shape(evenly_weighted_answers(DEFAULT), resampling=few),
        DEFAULT,
    )


def test_shape_bias_and_its_parts(facts):
    assert [str(facts.latent_bias), str(facts.cnn_bias)] == ["0.351", "0.936"]
    assert [str(facts.latent_texture), str(facts.latent_accident)] == ["54.7%", "4.7%"]
    assert (facts.latent_least_category, facts.latent_most_category) == ("bear", "bicycle")
    assert [str(facts.latent_least), str(facts.latent_most)] == ["0.00", "0.98"]
    assert [str(facts.pixel_even), str(facts.latent_even)] == ["0.904", "0.815"]
    assert str(facts.diagnosticity) == "89%"


def test_differences_are_those_of_the_values(facts):
    assert facts.ar_minus_cnn == pytest.approx(facts.ar_bias - facts.cnn_bias, abs=2e-4)
    low, high = facts.ar_minus_cnn_interval
    assert low < facts.ar_minus_cnn < high < 0


def test_seeds_span_a_range_and_a_single_training_none(facts):
    assert facts.cnn_seeds == 5 and facts.ar_seeds == 1
    assert facts.cnn_seed_least < facts.cnn_bias < facts.cnn_seed_most
    assert facts.ar_seed_least == facts.ar_seed_most == pytest.approx(facts.ar_bias, abs=1e-4)


def test_all_claims_hold_and_a_changed_number_is_noticed(facts):
    assert_guarded("miniature-shape-bias", facts, "resnet_by_shape", cnn_interval=(0.2, 0.3))
