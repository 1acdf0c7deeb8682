"""The method chapter's facts by the shipped summaries, and where something is missing."""

import math
from dataclasses import replace

import numpy as np
import pytest

from gcbook.chapters.claims import check_claims
from gcbook.chapters.method.facts import method_facts
from gcbook.chapters.method.pictures import five_images, five_trials
from gcbook.chapters.method.tables import EXAMPLES, evaluations_of, interval_widths
from gcbook.chapters.parameters import check_parameters
from gcbook.miniworld.results.steps import Steps
from gcbook.paper.experiments import EXPERIMENTS, PARAMETRIC
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries
from gcbook.stimuli.pictures import pictures_of

SHIPPED = Summaries.read()
DENOISED = Steps((), (), (), *(np.zeros(1) for _ in range(4)), copies=3)
COSTS = evaluations_of()


def facts_of(summaries=SHIPPED, five=None, draws=1000, **conventions):
    five = five_images() if five is None else five
    return method_facts(
        summaries,
        SummarySettings(resampling=Resampling(draws=draws, seed=0), **conventions),
        interval_widths(summaries, EXAMPLES),
        pictures_of("cue-conflict"),
        five,
        five_trials(five),
        DENOISED,
        COSTS,
    )


@pytest.fixture(scope="module")
def facts():
    return facts_of()


def test_metrics_of_five_images_by_hand(facts):
    assert (str(facts.person_accuracy), str(facts.network_accuracy)) == ("0.8", "0.4")
    assert (str(facts.person_bias), str(facts.network_bias)) == ("0.750", "0.333")
    assert facts.observed == pytest.approx(3 / 5)
    assert facts.expected == pytest.approx(0.8 * 0.4 + 0.2 * 0.6)
    assert facts.kappa == pytest.approx((0.6 - 0.44) / (1 - 0.44))
    assert facts.bound == pytest.approx((1 - 0.4 - 0.44) / (1 - 0.44))
    assert str(facts.squared_gap) == "0.16"


def test_another_answer_gives_other_metrics():
    five = five_images()
    five.loc[0, "network"] = "bird"
    other = facts_of(five=five, draws=0)
    assert other.network_bias == pytest.approx(2 / 3)
    assert other.kappa == pytest.approx((0.8 - 0.56) / (1 - 0.56))
    assert math.isnan(min(other.five_kappa))


def test_observers_conditions_and_widths(facts):
    assert (facts.humans, facts.networks, facts.everywhere, facts.datasets) == (90, 32, 9, 17)
    assert (str(facts.human_trials), str(facts.network_trials)) == ("85,120", "202,720")
    assert (facts.parametric, facts.single) == (12, 5)
    assert float(facts.too_hard_median) < float(facts.counted_median) / 2
    assert str(facts.narrow) == "0.187 to 0.244"
    assert min(facts.wide) < min(facts.narrow) < max(facts.narrow) < max(facts.wide)
    assert facts.too_narrow >= facts.least_ratio > 1
    assert (facts.shown_by_shape, facts.shown_by_texture, facts.shown_answers) == (94, 4, 120)


def test_people_recognise_what_counts_and_not_what_is_too_hard(facts):
    people = SHIPPED.estimates.query("metric == 'accuracy' and observer == 'humans'")
    people = people[people["dataset"].isin(PARAMETRIC) & (people["condition"] != "")]
    by_status = {"counted": [], "too_hard": [], "unchanged": []}
    for row in people.itertuples():
        experiment = EXPERIMENTS[row.dataset]
        hard, same = row.condition in experiment.too_hard, row.condition in experiment.unchanged
        by_status["too_hard" if hard else "unchanged" if same else "counted"].append(row.value)
    assert all(by_status.values())
    assert facts.counted_median == pytest.approx(np.median(by_status["counted"]))
    assert facts.too_hard_median == pytest.approx(np.median(by_status["too_hard"]))
    everything = facts_of(draws=0, conditions="all")
    assert everything.counted_median == pytest.approx(
        np.median(np.concatenate([*by_status.values()]))
    )
    assert math.isnan(everything.too_hard_median)


def test_costs_are_labels_times_draws(facts):
    assert (facts.diffusion, facts.masked, facts.autoregressive, facts.cnn) == (512, 512, 16, 1)
    assert str(facts.conflict_evaluations) == "655,360"
    assert (facts.copies, str(facts.gain)) == (3, "1.1")


def test_all_claims_hold_by_the_books_own_parameters(facts):
    outcomes = check_claims(check_parameters("method"), facts)
    assert {each.state for each in outcomes.values()} == {"holds"}


def test_what_is_not_there_has_no_fact():
    of = SHIPPED.estimates.assign(low=np.nan, high=np.nan)
    bare = replace(SHIPPED, estimates=of)
    none = facts_of(bare, draws=0)
    assert math.isnan(none.too_narrow)
    assert str(none.wide) == "nan"
    outcomes = check_claims(check_parameters("method", draws=0), none)
    assert outcomes.exemplars_widen.state == "unknown"
