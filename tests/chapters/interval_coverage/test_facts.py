"""The chapter's numbers, from a run written by hand."""

import math

import pandas as pd
import pytest
from scipy.stats import binom
from tiny.coverage_run import ROWS, RUN, run_of

from gcbook.chapters.claims import claims_of
from gcbook.chapters.interval_coverage.facts import interval_coverage_facts
from gcbook.chapters.interval_coverage.tables import design_rows
from gcbook.claims.claim import names_in


def facts(run=RUN):
    return interval_coverage_facts(design_rows(run), run)


def test_ranges_are_from_the_worst_design_to_the_best():
    found = facts()
    assert (found.designs, found.statistics) == (5, 4)
    assert found.regular == (0.92, 0.96)
    assert found.conflicts_width == (pytest.approx(1), pytest.approx(1.2))
    assert found.across_width == (pytest.approx(1.1), pytest.approx(1.8))
    # Of each design by itself: .22 over .2, and .36 over .24.
    assert found.across_wider == (pytest.approx(1.1), pytest.approx(1.5))
    assert (found.few_shapes, found.mixed) == ((0.93, 0.93), (0.9, 0.9))
    assert found.survey == (0.8, 0.8)


def test_kappa_is_held_against_the_percentiles_of_others():
    found = facts()
    assert (found.kappa_least, found.klein_least) == (0.94, 0.6)
    assert found.klein_worst_gap == pytest.approx(0.34)


def test_designs_unlike_the_trials_and_exceptions_stand_apart():
    found = facts()
    assert (found.alone, found.few_errors) == ((0.6, 0.6), (0.7, 0.7))
    # Networks of one recipe that do not differ say nothing of several seeds.
    assert (found.seeds, found.two_seeds) == ((0.96, 0.96), 0.6)
    assert math.isnan(min(found.category))


def test_coverages_are_held_against_chance():
    found = facts()
    assert found.within == pytest.approx(4 / 5)
    assert found.error == pytest.approx(1.96 * math.sqrt(0.95 * 0.05 / 250))
    worst = round(250 * found.by_chance)
    none_is_worse = [1 - binom.cdf(each - 1, 250, 0.95) for each in (worst, worst + 1)]
    assert none_is_worse[0] ** 5 >= 0.95 > none_is_worse[1] ** 5


def test_a_candidate_with_less_loss_is_counted_on_the_designs_of_the_choice():
    def one(method, ours, coverage):
        return ("accuracy", {"images": "80"}, False, method, ours, 0.5, coverage, 0.1)

    def beaten(*rows):
        return facts(pd.concat([run_of(ROWS), run_of(rows, split="choose")])).beaten

    # .01 below the band is worse than .015 above it, and better than .025.
    assert beaten(one("Wilson", True, 0.92), one("logit", False, 0.985)) == 1
    assert beaten(one("Wilson", True, 0.92), one("logit", False, 0.995)) == 0
    assert facts().beaten == 0


def test_claims_are_about_facts_that_there_are():
    known = vars(facts())
    for name, claim in claims_of("interval-coverage").items():
        assert set(names_in(claim.holds)) <= known.keys(), name
