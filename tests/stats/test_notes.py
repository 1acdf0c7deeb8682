from dataclasses import replace

import pytest

from gcbook.stats.benchmark_tables import benchmark_rows
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.differences import model_differences
from gcbook.stats.notes import (
    claim_facts,
    confound_facts,
    consistency_facts,
    human_facts,
    interval_note,
    public_on_some,
    reproduction_sentence,
    resolution_sentence,
)
from gcbook.stats.summaries import Summaries, _without_intervals


@pytest.fixture(scope="module")
def summaries():
    return Summaries.read()


def test_interval_note_says_what_was_done(summaries):
    assert interval_note(summaries) == (
        "Intervals: 95%, bootstrap over images with 10,000 draws, the humans held fixed."
    )
    assert interval_note(summaries, "kappa").endswith(
        "held fixed. The interval of kappa is corrected for its bias, the value is not."
    )
    made = summaries.provenance
    both = replace(summaries, provenance=made | {"resample_observers": True, "confidence": 0.9})
    assert "90%" in interval_note(both)
    assert "humans resampled too" in interval_note(both)
    none = replace(summaries, provenance=made | {"draws": 0})
    assert interval_note(none).startswith("No intervals")


def test_consistency_facts(summaries):
    facts = consistency_facts(benchmark_rows(summaries))
    assert facts["humans"] == "0.431"
    assert facts["imagen"] == "0.309"
    assert facts["vit_22b"] == "0.281"
    assert [facts["best"], facts["best_value"]] == ["SWAG RegNetY-16GF", "0.225"]
    assert facts["n_networks"] == 9
    assert facts["above_humans"] == 4
    # CLIP and the best ViT-22B.
    assert facts["above_stable_diffusion"] == 2
    assert facts["above_parti"] == 11


def test_best_network_stands_among_the_papers_models_only_over_the_same(summaries):
    rows = benchmark_rows(summaries)
    printed = rows["error_consistency_published"].dropna()
    above = int((printed > 0.225).sum())
    said = consistency_facts(rows)["standing"]
    # Table 1 lists models that Table 2 does not, so there may be more than these.
    number = int(said.split()[1])
    assert said == f"which {number} of the published models surpass"
    assert number >= above > 0
    everything = replace(summaries, provenance=summaries.provenance | {"conditions": "all"})
    assert "not comparable" in consistency_facts(benchmark_rows(everything))["standing"]


def test_resolution_is_a_yardstick(summaries):
    said = resolution_sentence(model_differences(summaries))
    assert "by 0.028 (0.309 against 0.281)" in said
    assert "36 pairs" in said
    assert "Without bootstrap draws" in resolution_sentence(
        model_differences(replace(summaries, tests=summaries.tests.iloc[:0]))
    )


def test_reproduction_counts_the_digits_that_come_out(summaries):
    rows = benchmark_rows(summaries)
    assert "Of the 8 numbers that Tables 2 and 3 print for these, 8 come out" in (
        reproduction_sentence(rows, summaries)
    )
    assert "For 15 more, decisions" in reproduction_sentence(rows, summaries)
    wrong = rows.assign(ood_accuracy=rows["ood_accuracy"] + 0.01)
    assert "print for these, 6 come out" in reproduction_sentence(wrong, summaries)
    assert "leave no number" in reproduction_sentence(rows[rows["key"] == ""], summaries)


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


def test_models_of_the_paper_with_public_decisions(summaries):
    names = public_on_some(summaries)
    # Two on all datasets; of the 25 CNNs, ten are not in the paper.
    assert len(names) == 17
    assert {"ResNet-50", "Inception v3", "VGG-11 (BN)", "SqueezeNet 1.0"} <= names
    assert not {"VGG-16", "CORnet-S", "BagNet-33"} & names


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
