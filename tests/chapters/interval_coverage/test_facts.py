"""The chapter's numbers, from a run written by hand."""

import math

import pytest
from scipy.stats import binom
from tiny.coverage_run import RUN, run_of

from gcbook.chapters.claims import claims_of
from gcbook.chapters.interval_coverage.facts import interval_coverage_facts
from gcbook.chapters.interval_coverage.tables import coverage_rows
from gcbook.claims.claim import names_in


def facts(run=RUN):
    return interval_coverage_facts(coverage_rows(run), run)


def test_means_are_over_the_same_designs():
    found = facts()
    assert found.easy_designs == 7
    rest = (0.96 + 0.92 + 0.94 + 0.95 + 0.94 + 0.8 + 0.98) / 7
    assert found.ours_rest == pytest.approx(rest)
    assert (found.kappa, found.klein) == (0.94, 0.6)
    assert (found.klein_lower, found.kappa_kinds) == (1, 1)


def test_exceptions_stand_apart():
    found = facts()
    assert found.exceptions == 0
    assert found.regular == (pytest.approx(0.89), pytest.approx(0.945))
    assert found.seeds == (0.8, 0.8)
    assert found.two_seeds == 0.2
    assert (found.alone_least, found.few_least) == (0.6, 0.7)
    assert math.isnan(found.squared)


def test_the_band_is_held_against_chance():
    found = facts()
    assert found.within == pytest.approx(4 / 7)
    # .93 to .97 of 250 are 233 to 242.
    chance = binom.cdf(242, 250, 0.95) - binom.cdf(232, 250, 0.95)
    assert found.exact_within == pytest.approx(chance)
    assert found.error == pytest.approx(1.96 * math.sqrt(0.95 * 0.05 / 250))


def test_a_candidate_with_less_loss_is_counted():
    found = facts()
    # Accuracy: .005 against 0; seeds: (.26 + .01) / 2 against (0 + .03) / 2.
    assert found.beaten == 2


def test_to_claim_too_much_counts_twice():
    def one(method, ours, coverage):
        return ("accuracy", {"images": "20"}, False, method, ours, 0.5, coverage, 0.1)

    # .01 below the band is worse than .015 above it, and better than .025.
    below = [one("Wilson", True, 0.92)]
    assert facts(run_of([*below, one("logit", False, 0.985)])).beaten == 1
    assert facts(run_of([*below, one("logit", False, 0.995)])).beaten == 0


def test_claims_are_about_facts_that_there_are():
    known = vars(facts())
    for name, claim in claims_of("interval-coverage").items():
        assert set(names_in(claim.holds)) <= known.keys(), name


def test_squared_differences_stand_apart():
    squared = ("mean accuracy_difference", {"images": "20"}, False, "twice", True, 0.1, 0.99, 0.1)
    assert facts(run_of([squared])).exceptions == 1


def test_sixty_conditions_are_statistics_of_their_own_and_crossed_effects_are_means_of_designs():
    def one(statistic, coverage, method="centred", ours=True, **design):
        size = {"images": "160", "observers": "5"}
        return (statistic, size | design, False, method, ours, 0.3, coverage, 0.1)

    mean, humans = (f"mean error_consistency{each} over datasets" for each in ("", " of humans"))
    halfway = {"method": "smoothed draws, halfway", "ours": False}
    found = facts(
        run_of(
            [
                *(one(mean, each) for each in (0.94, 0.96)),
                one(humans, 0.97),
                *(one(mean, each, **halfway) for each in (0.9, 0.92)),
                one(humans, 0.88, **halfway),
                one("mean error_consistency", 0.5),
                *(one("kappa", each, effects="equal") for each in (0.9, 0.92)),
                one("kappa", 0.89, effects="texture and image"),
                one("kappa", 0.99, effects="mild"),
            ]
        )
    )
    assert found.sixty == (pytest.approx(0.95), pytest.approx(0.97))
    assert found.sixty_before == (pytest.approx(0.88), pytest.approx(0.91))
    assert found.crossed_kappa == (pytest.approx(0.89), pytest.approx(0.91))
