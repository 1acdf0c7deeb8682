"""What the introduction quotes: the shipped summaries', and three observers counted by hand."""

from typing import Any

import pandas as pd
import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.introduction.facts import introduction_facts
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling
from gcbook.stats.shape_tables import bias_by_category
from gcbook.stats.summaries import Summaries, summarise


@pytest.fixture(scope="module")
def facts() -> Any:
    summaries = Summaries.read()
    return introduction_facts(summaries, bias_by_category(summaries))


def test_printed_and_recomputed(facts: Any) -> None:
    assert (facts.imagen_error_consistency, facts.parti_ood_accuracy) == (0.31, 0.58)
    assert facts.humans_ood_accuracy == pytest.approx(0.723, abs=5e-4)
    assert facts.resnet50_error_consistency == pytest.approx(0.208, abs=5e-4)
    assert facts.others_most_consistent == pytest.approx(0.281)
    low, high = facts.humans_ood_accuracy_interval
    assert low < facts.humans_ood_accuracy < high
    assert len(facts.people_by_category) == 16


def test_networks_beside_people(facts: Any) -> None:
    assert (facts.networks, facts.below_half) == (32, 31)
    assert f"{facts.best_network} at {facts.best_shape_bias}" == "ResNet-50 (SIN) at 0.81"
    assert (facts.public_humans, facts.public_human_trials) == (90, 85_120)


def test_a_weighting_moves_the_same_errors_past_the_resnet(facts: Any) -> None:
    bias = (facts.pixel_paper, facts.resnet_of_world, facts.pixel_equal)
    assert [str(value) for value in bias] == ["0.11", "0.19", "0.52"]
    assert facts.accuracy_equal < facts.accuracy_paper


def test_all_claims_hold_and_a_changed_number_is_noticed(facts: Any) -> None:
    assert_guarded("introduction", facts, "most_by_texture", below_half=30)


def test_networks_are_counted_below_one_half_and_below_the_humans() -> None:
    answers = {
        ("human", "subject-01"): ["cat", "cat", "cat", "car"],
        ("model", "resnet50"): ["cat", "cat", "dog", "car"],
        ("model", "vgg16_bn"): ["dog", "dog", "dog", "cat"],
    }
    rows = [
        (kind, observer, image, response)
        for (kind, observer), responses in answers.items()
        for image, response in zip(
            ("cat1-dog1.png", "cat2-dog2.png", "cat3-dog3.png", "cat4-car1.png"),
            responses,
            strict=True,
        )
    ]
    trials = pd.DataFrame(rows, columns=["observer_kind", "observer", "image_id", "response"])
    trials = trials.assign(
        source="model-vs-human", dataset="cue-conflict", condition="0", category="cat"
    )
    settings = SummarySettings(datasets=("cue-conflict",), resampling=Resampling(draws=0))
    few = summarise(trials, settings)
    facts = introduction_facts(few, bias_by_category(few))
    assert (facts.least_human, facts.best_shape_bias) == (0.75, 0.5)
    assert (facts.networks, facts.below_half) == (2, 1)
