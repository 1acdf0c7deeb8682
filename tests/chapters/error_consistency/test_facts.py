"""The chapter's facts: by the shipped summaries, from tables written by hand, and without draws."""

import math

import numpy as np
import pandas as pd
import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.claims import claims_of
from gcbook.chapters.error_consistency.facts import consistency_facts
from gcbook.chapters.error_consistency.tables import (
    agreement_with_humans,
    consistency_pairs,
    shared_errors,
)
from gcbook.claims.check import check
from gcbook.stats.agreement import error_consistency
from gcbook.stats.benchmark_tables import benchmark_rows
from gcbook.stats.differences import against_humans, model_differences
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def tables():
    summaries = Summaries.read()
    return {
        "rows": benchmark_rows(summaries),
        "pairs": consistency_pairs(summaries),
        "agreement": agreement_with_humans(summaries),
        "against": against_humans(summaries, "error_consistency"),
        "differences": model_differences(summaries),
    }


@pytest.fixture(scope="module")
def facts(tables):
    return consistency_facts(**tables)


def test_shipped_numbers(facts):
    assert [str(facts.humans), str(facts.imagen), str(facts.parti)] == ["0.431", "0.309", "0.23"]
    assert [facts.best, str(facts.best_kappa)] == ["SWAG RegNetY-16GF", "0.225"]
    assert (facts.networks, facts.more_accurate) == (9, 3)
    # CLIP and the best ViT-22B.
    assert facts.above_stable_diffusion == 2
    assert facts.above_parti == 11
    assert [str(facts.humans_share), str(facts.resnet50_share)] == ["52%", "39%"]
    assert str(facts.lead) == "0.028"


def test_the_claims_hold_and_can_fail(facts):
    assert_guarded("error-consistency", facts, "networks_below_people", tested_below=8)


def test_datasets_on_which_a_network_reaches_people(tables):
    agreement = pd.DataFrame(
        {
            "dataset": ["Edge"] * 3 + ["Sketch"] * 3,
            "observer": ["Humans", "ResNet-50", "m"] * 2,
            "kind": ["Humans", "x", "x"] * 2,
            "kappa": [0.4, 0.1, 0.2, 0.6, 0.3, 0.7],
            "low": [0.35, 0.05, 0.15, 0.1, 0.1, 0.1],
            "high": [0.45, 0.15, 0.25, 0.9, 0.9, 0.9],
            "most": [0.8, 0.2, 0.5, 1.0, 0.6, 0.9],
        }
    )
    facts = consistency_facts(**tables | {"agreement": agreement})
    assert (facts.all_below, facts.reached, facts.datasets) == (1, 1, 2)
    assert (facts.reached_on, facts.reached_by, facts.reached_of) == ("Sketch", "m", 2)
    assert facts.reached_lead == pytest.approx((-0.8, 0.8))
    assert facts.resnet50_share == pytest.approx(0.2 / 0.4)
    assert facts.median_share == pytest.approx((0.2 / 0.4 + 0.7 / 0.6) / 2)
    # No observer without all datasets is compared.
    fewer = consistency_facts(**tables | {"agreement": agreement.drop(index=1)})
    assert math.isnan(fewer.resnet50_share)


def test_without_draws_nothing_is_said_of_chance(tables):
    none = {name: tables[name].iloc[:0] for name in ("against", "differences")}
    facts = consistency_facts(**tables | none)
    assert facts.tested is None and facts.pairs is None
    states = check(claims_of("error-consistency"), facts, changed=True)
    assert states["networks_below_people"].state == "unknown"
    assert states["accuracy_buys_nothing"].state == states["lead_often_missed"].state == "unknown"
    assert states["people_reach_more"].state == "holds"


def test_few_draws_decide_nothing(tables):
    words = "cannot be decided with these draws: 100 are needed"
    few = {name: tables[name].assign(differs=words) for name in ("against", "differences")}
    facts = consistency_facts(**tables | few)
    assert facts.tested == 9 and facts.tested_below is None and facts.pairs_differ is None


def test_without_two_networks_there_is_nothing_to_compare(tables):
    pairs = tables["pairs"]
    facts = consistency_facts(
        **tables | {"pairs": pairs[(pairs["a_kind"] == "Humans") | (pairs["b_kind"] == "Humans")]}
    )
    assert facts.compared == 0 and math.isnan(facts.among_most) and facts.among_most_on is None


def test_power_is_that_of_a_normal_difference(tables):
    # Ends 0.0392 apart: a standard error of 0.01; 2.8 of them are found four times in five.
    pairs = tables["differences"].assign(low=0.0, high=0.0392)
    facts = consistency_facts(**tables | {"differences": pairs})
    assert facts.standard_error == pytest.approx(0.01, abs=1e-5)
    assert facts.found_alone == pytest.approx(0.02802, abs=1e-4)
    # Bonferroni's critical value for 36 tests is 3.197.
    assert facts.found_among == pytest.approx(0.04039, abs=1e-4)
    assert 0.3 < facts.lead_found < 0.4
    one = consistency_facts(**tables | {"differences": pairs.iloc[:1]})
    assert one.found_among == pytest.approx(one.found_alone)


def test_a_networks_lead_over_another_keeps_its_sign(tables):
    pairs = tables["differences"]
    (row,) = pairs[(pairs["higher"] == "ResNet-50") & (pairs["lower"] == "SWAG ViT-L/16")].to_dict(
        "records"
    )
    facts = consistency_facts(**tables)
    assert (-row["high"], -row["low"]) in [tuple(each) for each in facts.accurate_over_resnet]


def test_errors_are_shared_as_they_are_counted() -> None:
    # Of 100 images the person misses 10, the network 50, of which 9 are the person's.
    person = np.arange(100) >= 10
    network = ~((np.arange(100) < 9) | (np.arange(100) >= 59))
    counted = shared_errors(0.9, 0.5, error_consistency(person, network))
    assert [str(counted.cap), str(counted.persons)] == ["0.20", "90%"]
    assert str(counted.networks) == "18%"
    assert str(shared_errors(0.7, 0.6, 0.0).persons) == "40%"
