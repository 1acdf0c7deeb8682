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
    assert (found.designs, found.statistics) == (6, 4)
    assert found.regular == (0.92, 0.96)
    assert found.regular_width == pytest.approx(1.5)
    assert (found.conflicts, found.across, found.survey) == ((0.95, 0.95), (1, 1), (0.8, 0.8))
    assert found.across_width == (pytest.approx(1.8), pytest.approx(1.8))
    assert (found.kappa_least, found.klein_least) == (0.94, 0.6)
    assert found.klein_worst_gap == pytest.approx(0.34)


def test_hard_designs_and_exceptions_stand_apart():
    found = facts()
    assert (found.alone_least, found.few_least) == (0.6, 0.7)
    assert found.seeds == (0.96, 0.96)
    assert found.two_seeds == 0.6
    assert math.isnan(min(found.squared))


def test_coverages_are_held_against_chance():
    found = facts()
    # Accuracy, kappa and shape bias: 4 designs of 250 experiments; .93 to .97 are 233 to 242.
    assert found.within == pytest.approx(2 / 4 + 1 / 4)
    chance = binom.cdf(242, 250, 0.95) - binom.cdf(232, 250, 0.95)
    assert found.exact_within == pytest.approx(chance)
    assert found.error == pytest.approx(1.96 * math.sqrt(0.95 * 0.05 / 250))
    worst = round(250 * found.by_chance)
    none_is_worse = [1 - binom.cdf(each - 1, 250, 0.95) for each in (worst, worst + 1)]
    assert none_is_worse[0] ** 4 >= 0.95 > none_is_worse[1] ** 4


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
