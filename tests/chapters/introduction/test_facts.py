"""What the introduction quotes: the shipped summaries', and three observers counted by hand."""

import pandas as pd
import pytest

from gcbook.chapters.introduction.facts import headline
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries, summarise


def test_headline_of_the_shipped_summaries() -> None:
    values = headline(Summaries.read())
    assert values["imagen_error_consistency"] == 0.31
    assert values["parti_ood_accuracy"] == 0.58
    assert values["humans_ood_accuracy"] == pytest.approx(0.723, abs=5e-4)
    assert values["resnet50_error_consistency"] == pytest.approx(0.208, abs=5e-4)
    assert (values["networks"], values["below_half"], values["below_humans"]) == (32, 31, 32)
    assert (values["best_network"], round(values["best_shape_bias"], 3)) == (
        "ResNet-50 (SIN)",
        0.814,
    )


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
    few = headline(summarise(trials, settings))
    assert (few["lowest_human"], few["best_shape_bias"]) == (0.75, 0.5)
    assert (few["networks"], few["below_half"], few["below_humans"]) == (2, 1, 2)
