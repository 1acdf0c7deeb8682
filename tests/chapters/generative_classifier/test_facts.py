"""The facts of the toy's chapter: those of its tables, by hand where that is short."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.claims import check_claims
from gcbook.chapters.generative_classifier.facts import (
    bound_facts,
    decision_facts,
    diffusers_schedule,
    evidence_facts,
    exercise_facts,
    schedule_facts,
)
from gcbook.chapters.generative_classifier.tables import (
    accuracy_table,
    bound_table,
    cue_decisions,
    error_table,
    evidence_table,
    expected_errors,
    weight_table,
)
from gcbook.chapters.parameters import check_parameters
from gcbook.classifiers.toy import make_toy, toy_classifier

TOY = make_toy()
CLASSIFIER = toy_classifier(TOY)
IMAGES, LABEL = TOY.sample(150, np.random.default_rng(0))
ERRORS = expected_errors(CLASSIFIER, IMAGES)
TABLE = accuracy_table(TOY, IMAGES, LABEL, ERRORS)


@pytest.fixture(scope="module")
def decisions():
    return decision_facts(TABLE, error_table(CLASSIFIER))


def test_decisions_are_those_of_the_table(decisions):
    rows = TABLE.set_index(["rule", "value"])
    by_k, by_t = rows.loc["exp(−kt)"], rows.loc["one t"]
    assert decisions["small_bias"] == by_t.loc[0.04, "coarse_bias"]
    assert decisions["large_bias"] == by_t.loc[1.0, "coarse_bias"]
    assert by_k.loc[decisions["top_k"], "agreement"] == by_k["agreement"].max()
    assert decisions["top_agreement"] == by_k["agreement"].max()
    assert decisions["low_bias"] == by_k["coarse_bias"].min()
    assert decisions["high_bias"] == by_k["coarse_bias"].max()
    best = cue_decisions(TOY, IMAGES, TOY.log_density(IMAGES).argmax(1).numpy())
    assert decisions["best_bias"] == pytest.approx(best["coarse_bias"], abs=1e-4)
    assert decisions["paper_bias"] == by_k.loc[7.0, "coarse_bias"]
    assert decisions["paper_agreement"] == by_k.loc[7.0, "agreement"]
    assert decisions["paper_accuracy"] == by_k.loc[7.0, "accuracy"] < decisions["best_accuracy"]
    assert decisions["elbo_agreement"] > 0.98


def test_an_example_is_answered_by_its_clump_then_by_its_cloud(decisions):
    assert (decisions["first"], decisions["last"]) == ("B", "A")
    assert str(decisions["grown"]) == "95"


def test_evidence_by_hand():
    table = pd.DataFrame({"t": [0.1, 0.2, 0.3, 0.4], "gap": [0.1, 0.2, -2.0, 0.05]})
    facts = evidence_facts(table)
    assert facts["turn"] == 0.2
    assert facts["times"] == pytest.approx(10)
    assert facts["fall"] == pytest.approx(np.exp(2.1))
    parts = np.array([0.1, 0.2, 2, 0.05]) * np.exp([-0.7, -1.4, -2.1, -2.8])
    assert facts["coarse_part"] == pytest.approx(parts[2] / parts.sum())
    assert np.isnan(evidence_facts(table.assign(gap=[-1, 1, 1, 1]))["turn"])
    nowhere = evidence_facts(table.assign(gap=np.nan))
    assert np.isnan([nowhere["turn"], nowhere["times"], nowhere["coarse_part"]]).all()


def kept(family: str) -> np.ndarray:
    """Products of 1 − β over the 1,000 steps, as Nichol & Dhariwal and Rombach et al. have them."""
    if family == "IF":
        edge = np.cos((np.arange(1001) / 1000 + 0.008) / 1.008 * np.pi / 2) ** 2
        beta = np.minimum(1 - edge[1:] / edge[:-1], 0.999)
    else:
        beta = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    return np.cumprod(1 - beta)


@pytest.mark.parametrize("family", ["IF", "StableDiffusion"])
def test_schedules_of_diffusers_are_the_published_formulas(family):
    t = np.arange(1, 1001) / 1000
    schedule = diffusers_schedule(family)
    # diffusers counts in single precision, which tells at IF's end.
    assert schedule.alpha(t) ** 2 == pytest.approx(kept(family), rel=5e-3, abs=1e-6)
    assert schedule.alpha(t) ** 2 + schedule.sigma(t) ** 2 == pytest.approx(np.ones(1000))


@pytest.mark.parametrize("family", ["IF", "StableDiffusion"])
def test_log_snr_at_half_time(family):
    part = kept(family)[499]
    assert schedule_facts()[family] == pytest.approx(np.log(part / (1 - part)), abs=5e-3)


def test_the_gap_is_told_at_both_ends_and_middles_are_where_half_is_added_up():
    bounds = pd.DataFrame({"steps": [16, 64, 256], "gap": [8.0, 2.0, 0.5]})
    weights = pd.DataFrame(
        {
            "weighting": ["elbo"] * 3 + ["uniform"] * 3,
            "t": [0.2, 0.4, 0.9] * 2,
            "below": [0.4, 0.6, 1.0, 0.0, 0.1, 1.0],
        }
    )
    facts = bound_facts(bounds, weights, TOY, IMAGES)
    assert (facts["gap_first"], facts["gap_last"], facts["gap_divides"]) == (8, 0.5, 4)
    assert (str(facts["steps_first"]), str(facts["steps_last"])) == ("16", "256")
    assert facts["least_gap"] == 0.5
    assert facts["bound_middle"] == pytest.approx(0.3)
    assert facts["equal_middle"] == pytest.approx(np.interp(0.5, [0.1, 1], [0.4, 0.9]))
    assert facts["few_agree"] > 0.98


def test_all_claims_hold_and_notice_a_change(decisions):
    facts = SimpleNamespace(
        **decisions,
        **evidence_facts(evidence_table(TOY, IMAGES, ERRORS)),
        **bound_facts(bound_table(TOY), weight_table(TOY), TOY, IMAGES),
        **schedule_facts(),
    )
    changed = check_parameters("generative-classifier", samples=150)
    outcomes = check_claims(changed, facts)
    assert {each.state for each in outcomes.values()} == {"holds"}
    facts.least_gap = -0.01
    assert check_claims(changed, facts)["bound_closes"].state == "fails"


def test_solutions_of_the_exercises():
    facts = exercise_facts(TOY, ERRORS, 0)
    assert facts["few"] == 150
    assert facts["blurred_best"] < facts["sharp_best"]
    assert facts["blurred_best_bias"] > facts["sharp_best_bias"]
    assert facts["elbo_same"] >= facts["exp_same"] > 0.9
