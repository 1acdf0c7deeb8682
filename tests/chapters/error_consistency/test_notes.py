from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.error_consistency.tables import (
    against_sentence,
    agreement_with_humans,
    bound_sentence,
    ceiling_sentence,
    consistency_facts,
    differences_sentence,
    faultless_sentence,
    kinds_sentence,
    mixed_kappa,
    share_sentence,
    shared_errors,
    spread_sentence,
    telling_pairs_sentence,
)
from gcbook.stats.agreement import error_consistency
from gcbook.stats.benchmark_tables import benchmark_rows
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def summaries():
    return Summaries.read()


@pytest.fixture
def agreement():
    return pd.DataFrame(
        {
            "dataset": ["Edge"] * 3 + ["Sketch"] * 3,
            "observer": ["Humans", "ResNet-50", "m"] * 2,
            "kind": ["Humans", "x", "x"] * 2,
            "value": [0.4, 0.1, 0.2, 0.6, 0.3, 0.4],
            "most": [0.8, 0.2, 0.5, 1.0, 0.6, 0.5],
        }
    )


def test_ceiling_sentence():
    ranges = pd.DataFrame(
        {
            "dataset": ["Edge", "Sketch"],
            "ceiling": [0.5, 0.4],
            "ceiling_low": [0.45, np.nan],
            "ceiling_high": [0.55, np.nan],
            "best": ["m", "n"],
            "best_value": [0.6, 0.2],
            "share": [1.2, 0.5],
            "n_models": [7, 7],
        }
    )
    said = ceiling_sentence(ranges)
    assert "from 0.40 (Sketch) to 0.50 (Edge)" in said
    assert "On 1 of 2 datasets no network comes up to it" in said
    assert "On Edge, m agrees" in said
    assert "0.60 against 0.50; the interval of the latter: 0.45 to 0.55" in said
    assert "best of 7 networks" in said
    alone = ceiling_sentence(ranges.iloc[1:].assign(best_value=np.nan))
    assert alone == "The human–human level is 0.40 for Sketch."


def pairs(**columns):
    return pd.DataFrame({"dataset": "Edge", "a": ["h1", "h2", "h3", "h4"], **columns})


def test_telling_pairs_are_the_extremes():
    table = pairs(
        b=["m1", "m2", "m3", "m4"],
        pair=["Human and model"] * 3 + ["Two humans"],
        expected=[0.84, 0.9, 0.4, 0.1],
        observed=[0.85, 0.91, 0.6, 0.2],
        value=[0.04, 0.03, 0.33, 0.4],
        most=[0.8, 0.03, 0.5, 1.0],
    )
    said = telling_pairs_sentence(table)
    assert "h1 and m1 are both right or both wrong on 85%" in said
    assert "would allow 0.80" in said
    # As high as it can be: no example of errors that have nothing in common.
    assert "h2 and m2 coincide even on 91%: κ = 0.03, and it could not be higher" in said
    assert "h3 and m3 coincide on only 60%" in said
    assert "m4" not in said
    assert telling_pairs_sentence(table.iloc[1:2]).startswith("The chosen datasets hold no pairs")


def test_kinds_of_pairs_are_compared():
    table = pairs(
        pair=["Two models", "Two models", "Human and model", "Two humans"],
        value=[0.4, 0.2, 0.1, 0.5],
    )
    said = kinds_sentence(table)
    assert "on 1 of 1 datasets, between 3.0 times (Edge)" in said
    assert "reach 20% (Edge) to 20% (Edge)" in said
    assert kinds_sentence(table.iloc[:2]) == ""


def test_bound_is_averaged_over_datasets(agreement):
    rows = pd.DataFrame({"model": ["Humans", "ResNet-50", "m"], "ood_accuracy": [0.7, 0.6, 0.8]})
    said = bound_sentence(rows, agreement)
    assert "Two humans could reach 0.90 in the mean over the datasets, and reach 56%" in said
    assert "ResNet-50 with humans could reach 0.40 and reaches 50%" in said
    assert "The 1 networks that are more accurate than the humans could reach 0.50 to 0.50" in said
    # An observer without all datasets is not compared.
    assert "ResNet-50" not in bound_sentence(rows, agreement.drop(index=1))


def test_shipped_bounds(summaries):
    said = bound_sentence(benchmark_rows(summaries), agreement_with_humans(summaries))
    assert "Two humans could reach 0.82" in said
    assert "ResNet-50 with humans could reach 0.53 and reaches 39%" in said


def test_share_on_one_dataset(agreement):
    said = share_sentence(agreement, "Sketch")
    assert "κ = 0.35 with humans, but its accuracy allows only 0.55" in said
    assert "two humans have 0.60 where 1.00 would be possible" in said
    assert share_sentence(agreement, "Rotation") == ""


def test_spread_names_both_ends(agreement):
    assert spread_sentence(agreement, ["Edge", "Rotation"]) == (
        "Edge: 0.10 (ResNet-50) to 0.20 (m), humans 0.40."
    )
    assert spread_sentence(agreement, ["Rotation"]).startswith("Too few")


def test_conditions_without_an_error_are_counted(summaries):
    said = faultless_sentence(summaries)
    assert said.startswith("24 of 657 times")
    assert "10 times in one that the benchmark counts" in said
    assert faultless_sentence(summaries, ["bagnet33"]).startswith("0 of 73")


def test_nearest_and_farthest_from_the_humans():
    rows = pd.DataFrame(
        {
            "model": ["m", "n"],
            "difference": [-0.1, -0.3],
            "low": [-0.2, -0.4],
            "high": [-0.05, -0.2],
            "differs": [True, True],
        }
    )
    said = against_sentence(rows)
    assert "2 of 2 networks differ" in said
    assert "m, is 0.100 below them (0.050 to 0.200)" in said
    assert "n, 0.300 (0.200 to 0.400)" in said
    few = rows.assign(differs="cannot be decided with these draws: 100 are needed")
    assert against_sentence(few).startswith(
        "Whether networks differ from the humans cannot be decided with these draws: 100 are "
        "needed. The nearest"
    )
    assert against_sentence(rows.iloc[:0]).startswith("Without bootstrap draws")


@pytest.mark.parametrize("accuracy", [0.6, 0.95])
def test_kappa_is_the_share_of_one_mind(accuracy: float) -> None:
    rng = np.random.default_rng(0)
    a, own = rng.random((2, 400_000)) < accuracy
    b = np.where(rng.random(len(a)) < 0.4, a, own)
    assert error_consistency(a, b) == pytest.approx(0.4, abs=0.01)
    assert mixed_kappa(0.4, accuracy) == pytest.approx(0.4)
    easy = rng.random(len(a)) < 0.4
    assert mixed_kappa(0.4, accuracy, 1.0) == pytest.approx(
        error_consistency(a | easy, own | easy), abs=0.01
    )


def test_errors_are_shared_as_they_are_counted() -> None:
    # Of 100 images the person misses 10, the network 50, of which 9 are the person's.
    person = np.arange(100) >= 10
    network = ~((np.arange(100) < 9) | (np.arange(100) >= 59))
    counted = shared_errors(0.9, 0.5, error_consistency(person, network))
    assert counted == {"cap": "0.20", "persons": "90%", "chance": "50%", "networks": "18%"}
    assert shared_errors(0.7, 0.7, 1.0)["persons"] == shared_errors(0.7, 0.7, 1.0)["networks"]
    assert shared_errors(0.7, 0.6, 0.0)["persons"] == "40%"


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


def test_sentence_counts():
    rows = pd.DataFrame({"differs": [True, False, False], "difference": [0.05, 0.02, 0.01]})
    assert differences_sentence(rows) == (
        "Of 3 pairs of networks, 1 differ after the correction, the closest of them by 0.050; "
        "2 do not, although they lie up to 0.020 apart."
    )
    few = rows.assign(differs="cannot be decided with these draws: 100 are needed")
    assert differences_sentence(few) == (
        "Which of 3 pairs of networks differ cannot be decided with these draws: 100 are needed."
    )
