"""The numbers of the chapter's text, from tables written down."""

import pandas as pd
import pytest

from gcbook.chapters.muse.facts import muse_facts
from gcbook.chapters.muse.tables import RULES

DISTANCE, LESS, BOUND = RULES.values()
RULE_ROWS = pd.DataFrame(
    [
        (DISTANCE, "25% hidden", 8, 320, 0.12, 0.09, 0.15),
        (DISTANCE, "75% hidden", 8, 320, 0.16, 0.12, 0.2),
        (DISTANCE, "75%, mean of 8", 64, 320, 0.22, 0.17, 0.27),
        (LESS, "25% hidden", 8, 320, 0.11, 0.08, 0.14),
        (LESS, "75%, mean of 8", 64, 320, 0.23, 0.18, 0.28),
        (BOUND, "1 draw", 1, 320, 0.31, 0.26, 0.36),
        (BOUND, "8 draws", 8, 320, 0.52, 0.46, 0.58),
        (BOUND, "32 draws", 32, 320, 0.57, 0.51, 0.64),
    ],
    columns=["rule", "how", "evaluations", "n", "accuracy", "low", "high"],
)
GAIN = pd.Series({"one": 0.16, "several": 0.22, "gain": 0.06, "low": 0.01, "high": 0.11})
SHARES = {0.25: (0.013, 0.003), 0.75: (0.002, 0.005)}
RISING = pd.DataFrame({"drawn": range(16), "distance": range(16)})
FALLING = RISING.assign(distance=-RISING["distance"])


@pytest.fixture
def facts():
    return muse_facts(RULE_ROWS, GAIN, SHARES, {0.25: RISING, 0.75: FALLING})


def test_rules_are_compared_at_the_same_cost(facts):
    # The mean of eight takes eight times the evaluations.
    assert tuple(facts.distance) == (0.12, 0.16)
    assert (facts.distance_low, facts.best) == (0.09, 0.16)
    assert tuple(facts.less) == (0.11, 0.11)
    assert facts.bound_same == 0.52


def test_prompts_own_means_and_what_chance_gives(facts):
    assert tuple(facts.own) == (0.002, 0.013)
    assert facts.own_chance == 0.004


def test_correlations_of_all_shares(facts):
    assert tuple(facts.rho_drawn) == pytest.approx((-1, 1))
    assert facts.ratios == 2
    assert (facts.one, facts.several) == (0.16, 0.22)
