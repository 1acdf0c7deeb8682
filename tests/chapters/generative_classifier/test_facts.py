"""The facts of the toy's chapter: those of its tables, by hand where that is short."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.claims import check_claims
from gcbook.chapters.generative_classifier.facts import (
    decision_facts,
    diffusers_schedule,
    evidence_facts,
    exercise_facts,
    race_facts,
    schedule_facts,
)
from gcbook.chapters.generative_classifier.tables import (
    accuracy_table,
    cue_decisions,
    draw_errors,
    error_table,
    evidence_table,
    expected_errors,
    sharing_ratio,
    weighted_decisions,
)
from gcbook.chapters.parameters import check_parameters
from gcbook.classifiers.toy import make_toy, toy_classifier
from gcbook.scoring.racing import race_summary
from gcbook.scoring.settings import Racing

TOY = make_toy()
CLASSIFIER = toy_classifier(TOY)
IMAGES, LABEL = TOY.sample(150, np.random.default_rng(0))
ERRORS = expected_errors(CLASSIFIER, IMAGES)
TABLE = accuracy_table(TOY, IMAGES, LABEL, ERRORS)
SEVEN = weighted_decisions(ERRORS, "exp:7")


@pytest.fixture(scope="module")
def decisions():
    return decision_facts(TABLE, error_table(CLASSIFIER), cue_decisions(TOY, IMAGES, SEVEN))


@pytest.fixture(scope="module")
def races():
    errors = draw_errors(CLASSIFIER, IMAGES[:5], list("abcde"), 100, "exp:7", 0)
    summary = race_summary(errors, LABEL[:5].numpy(), Racing(max_draws=100))
    return race_facts(summary, sharing_ratio(CLASSIFIER, IMAGES[:60], 64, "exp:7", 0))


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
    assert decisions["own_bias"] == pytest.approx(by_k.loc[7.0, "coarse_bias"], abs=1e-4)
    assert decisions["elbo_agreement"] > 0.98


def test_an_example_is_answered_by_its_clump_then_by_its_cloud(decisions):
    assert (decisions["first"], decisions["last"]) == ("B", "A")
    assert str(decisions["grown"]) == "95"


def test_evidence_by_hand():
    table = pd.DataFrame({"t": [0.1, 0.2, 0.3, 0.4], "gap": [0.1, 0.2, -2.0, 0.05]})
    facts = evidence_facts(table, 10)
    assert facts["turn"] == 0.2
    assert facts["times"] == pytest.approx(10)
    assert facts["fall"] == pytest.approx(np.exp(3))
    parts = np.array([0.1, 0.2, 2, 0.05]) * np.exp([-1, -2, -3, -4])
    assert facts["coarse_part"] == pytest.approx(parts[2] / parts.sum())
    assert np.isnan(evidence_facts(table.assign(gap=[-1, 1, 1, 1]), 1)["turn"])
    nowhere = evidence_facts(table.assign(gap=np.nan), 7)
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
    assert schedule_facts(7)[family] == pytest.approx(np.log(part / (1 - part)), abs=5e-3)


@pytest.mark.parametrize("decay", [0, 7, 20, 50])
def test_last_step_by_hand(decay):
    facts = schedule_facts(decay)
    part = kept("IF")
    parts = np.exp(-decay * np.arange(1, 1001) / 1000) * (1 - part) / part
    parts /= parts.sum()
    assert facts["last_share"] == pytest.approx(parts[-1], rel=5e-3)
    assert facts["last_alpha"] == pytest.approx(part[-1] ** 0.5, rel=5e-3)


def test_shares_of_races_are_those_of_the_summary(races):
    assert races["images"] == 5
    assert races["nfe_fixed"] == 400
    assert races["saved"] == pytest.approx(1 - races["nfe"] / 400)


def test_every_claim_is_about_facts_that_there_are(decisions, races):
    facts = SimpleNamespace(
        **decisions,
        **evidence_facts(evidence_table(TOY, IMAGES, ERRORS), 7),
        **schedule_facts(7),
        **races,
    )
    outcomes = check_claims(check_parameters("generative-classifier", samples=150), facts)
    assert "unknown" not in {each.state for each in outcomes.values()}
    fails = {name for name, each in outcomes.items() if each.state == "fails"}
    # With a few draws most races end undecided.
    assert fails <= {"racing_saves", "undecided_cost_most"}


def test_solutions_of_the_exercises():
    facts = exercise_facts(TOY, ERRORS, 0)
    assert facts["few"] == 150
    assert facts["blurred_best"] < facts["sharp_best"]
    assert facts["blurred_best_bias"] > facts["sharp_best_bias"]
    assert facts["elbo_same"] >= facts["exp_same"] > 0.9
