"""Facts of the discussion, from the shipped summaries and the printed tables."""

import pytest

from gcbook.chapters.discussion.facts import claim_facts, confound_facts, human_facts
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.summaries import Summaries, _without_intervals


@pytest.fixture(scope="module")
def summaries():
    return Summaries.read()


def test_human_facts(summaries):
    facts = human_facts(summaries)
    assert facts == {
        "n_humans": 90,
        "n_trials": 85_120,
        "fewest": 4,
        "most": 10,
        "n_networks": 32,
        "images": 14_661,
        "shared": 1_688,
    }


def test_noise_at_training_and_at_test_are_told_apart():
    facts = confound_facts()
    assert [facts[f"{name}_kappa"] for name in ("plain", "trained", "tested")] == [
        "0.21",
        "0.24",
        "0.18",
    ]
    assert facts["tested_bias"] == "78%"
    assert [facts["sd_resolution"], facts["imagen_resolution"]] == ["512", "64"]


def test_claims_are_said_to_be_missing_where_they_are(summaries):
    facts = claim_facts(summaries)
    assert facts["humans_shape_bias"] == "0.959"
    assert [facts["lowest_human"], facts["highest_human"]] == ["0.919", "0.987"]
    assert [facts["n_below"], facts["n_networks"]] == [32, 32]
    assert facts["imagen_ood_accuracy"] == "0.71"
    bare = _without_intervals(summaries, SummarySettings(datasets=("colour",)))
    facts = claim_facts(bare)
    assert facts["humans_shape_bias"] == facts["lowest_human"] == "not computed"
    assert facts["n_networks"] == 0
    assert facts["humans_error_consistency"] != "not computed"
