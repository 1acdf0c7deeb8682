"""The chapter's facts: by hand, and what they are by the shipped summaries."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.ood_accuracy.facts import ood_accuracy_facts
from gcbook.chapters.ood_accuracy.tables import (
    accuracy_by_condition,
    near_guessing,
    single_condition_accuracy,
)
from gcbook.stats.benchmark_tables import benchmark_rows, standing_rows
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.differences import against_humans
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries, summarise

SHIPPED = Summaries.read()
TESTS = against_humans(SHIPPED, "ood_accuracy")


def tables(summaries: Summaries, observers: tuple[str, ...] = ()) -> dict[str, pd.DataFrame]:
    return {
        "standings": standing_rows(benchmark_rows(summaries, observers), "ood_accuracy"),
        "tests": against_humans(summaries, "ood_accuracy", observers),
        "conditions": accuracy_by_condition(summaries, observers, individuals=True),
        "single": single_condition_accuracy(summaries, observers),
        "guesses": near_guessing(summaries, observers),
    }


SHOWN = tables(SHIPPED)


def facts_of(**other: pd.DataFrame) -> SimpleNamespace:
    return ood_accuracy_facts(**SHOWN | other)


@pytest.fixture(scope="module")
def facts():
    return facts_of()


def steps(rows: list[tuple]) -> pd.DataFrame:
    """From (step, observer, value, counted), each value ± 0.04; "person" is one human."""
    table = pd.DataFrame(rows, columns=["step", "observer", "value", "counted"])
    table = table.assign(low=table["value"] - 0.04, high=table["value"] + 0.04)
    kinds = {"Humans": "Humans", "person 1": "One human", "person 2": "One human"}
    return table.assign(
        dataset="Low-pass",
        condition=table["step"].astype(str),
        kind=table["observer"].map(kinds).fillna("Discriminative model"),
        n=160,
    )


def test_means_and_what_the_paper_prints(facts):
    low, high = facts.humans_interval
    assert 0.71 < low < facts.humans < high < 0.733 and str(facts.humans) == "0.723"
    assert f"{facts.imagen} {facts.stable_diffusion} {facts.parti}" == "0.706 0.689 0.58"
    assert facts.parti_behind == pytest.approx(0.143, abs=1e-3)
    # ViT-22B twice, Noisy Student and ViT-L are above people's interval.
    assert (facts.printed_above, facts.printed_rows) == (4, 58)


def test_nothing_printed_is_compared_with_another_mean():
    edges = summarise(
        pd.DataFrame(
            {
                "observer": ["subject-01", "resnet50"],
                "observer_kind": ["human", "model"],
                "source": "model-vs-human",
                "dataset": "edge",
                "condition": "0",
                "session": "1",
                "trial": 1,
                "image_id": "cat1.png",
                "category": "cat",
                "response": ["cat", "dog"],
                "rt": np.nan,
                "imagename": "cat1.png",
            }
        ),
        SummarySettings(datasets=("edge",), resampling=Resampling(draws=0)),
    )
    facts = ood_accuracy_facts(**tables(edges))
    assert math.isnan(facts.parti_behind)
    assert (facts.printed_above, facts.above, facts.tested) == (None, None, None)
    assert (facts.n_conditions, facts.averaged) == (0, None)


def test_verdicts_follow_the_corrected_p_and_the_sign(facts):
    assert (facts.tested, facts.above, facts.swag_above, facts.below) == (9, 3, 3, 4)
    assert facts.doubtful == "SWAG RegNetY-16GF" and facts.doubtful_p > 0.05
    few = TESTS.assign(differs="cannot be decided with these draws: 1,000 are needed")
    undecided = facts_of(tests=few)
    assert (undecided.above, undecided.below) == (None, None)
    sure = TESTS.assign(differs=True)
    assert (facts_of(tests=sure).above, facts_of(tests=sure).doubtful) == (4, None)


def test_leads_by_hand():
    # Step 1 is unchanged; at 2 the humans are ahead of both networks, at 3 of one, at 4 of neither.
    rows = [
        *((1, who, value, "no: image unchanged") for who, value in
          (("Humans", 0.8), ("a", 0.9), ("b", 0.7))),
        *((2, who, value, "yes") for who, value in (("Humans", 0.8), ("a", 0.5), ("b", 0.5))),
        *((3, who, value, "yes") for who, value in (("Humans", 0.6), ("a", 0.7), ("b", 0.5))),
        *((4, who, value, "yes") for who, value in (("Humans", 0.1), ("a", 0.3), ("b", 0.19))),
    ]  # fmt: skip
    facts = facts_of(conditions=steps(rows))
    assert (facts.n_conditions, facts.ahead_most, facts.behind_most) == (3, 1, 1)
    assert facts.ahead_in_noise_or_blur == 1
    assert (facts.easy_pairs, facts.easy_ahead, facts.easy_behind) == (2, 1, 1)
    assert facts.least_drop == pytest.approx(0.7 - 1.19 / 3)
    assert facts.most_drop == pytest.approx(0.9 - 0.5)
    assert facts.drops[0] == pytest.approx((0.4 - 0.08, 0.4 + 0.08))
    assert facts.humans_drop == pytest.approx(0.8 - 0.5)
    # Where intervals overlap nobody is ahead, and without intervals nothing is counted.
    wide = facts_of(conditions=steps(rows).assign(low=0.0, high=1.0))
    assert (wide.ahead_most, wide.behind_most, wide.easy_ahead) == (0, 0, 0)
    bare = facts_of(conditions=steps(rows).assign(low=np.nan, high=np.nan))
    assert (bare.ahead_most, bare.easy_behind) == (None, None)


def test_people_are_closer_where_their_deviation_is_smaller():
    observers = ("person 1", "person 2", "a", "b")
    values = {2: (0.5, 0.6, 0.1, 0.9), 3: (0.1, 0.9, 0.5, 0.6), 4: (0.4, 0.4, 0.3, 0.4)}
    rows = [
        *((step, who, value, "yes") for step, each in values.items()
          for who, value in zip(observers, each, strict=True)),
        *((5, who, 0.5, "no: too hard for humans") for who in observers),
        (6, "a", 0.5, "yes"),
    ]  # fmt: skip
    facts = facts_of(conditions=steps(rows))
    assert (facts.closer, facts.compared) == (2, 3)


def test_the_published_conditions(facts):
    assert facts.n_conditions == 41 and facts.ahead_most == facts.ahead_in_noise_or_blur > 0
    assert facts.easy_pairs == 108 > facts.easy_ahead > 81
    assert (facts.closer, facts.compared) == (37, 41)
    assert (str(facts.blur_humans), str(facts.blur_best)) == ("38%", "17%")
    assert (str(facts.faint_worst), str(facts.faint_best)) == ("18%", "99%")
    assert (str(facts.turned_cost), str(facts.turned_most)) == ("0.05", "0.32")
    assert (facts.outlined, str(facts.edge_others)) == (32, "47%")
    assert facts.outline_level == facts.outline_swag == 3
    low = SHOWN["single"].assign(low=SHOWN["single"]["low"].mask(
        SHOWN["single"]["observer"] == "Humans", 0.5
    ))  # fmt: skip
    assert facts_of(single=low).outline_level > 3
    assert min(facts_of(single=low).conflict_leads)[0] < 0 < min(facts.conflict_leads)[0]


def test_without_drawings_nothing_is_said_of_them():
    facts = facts_of(single=SHOWN["single"].iloc[:0])
    assert facts.outlined is None
    assert math.isnan(facts.edge_humans)


def test_favourites_by_hand():
    rows = [("human", 0.2), ("human", 0.4), ("model", 1.0)]
    guesses = pd.DataFrame(rows, columns=["observer_kind", "share"])
    own = guesses.tail(1).assign(source="mine", share=0.1)
    guesses = pd.concat([guesses.assign(source="model-vs-human"), own])
    facts = facts_of(guesses=guesses)
    assert (str(facts.people_share), str(facts.network_share)) == ("30%", "100%")


def test_favourites_of_the_published_trials(facts):
    assert (str(facts.people_share), str(facts.network_share)) == ("26%", "63%")


def test_an_image_weighs_less_where_there_are_many():
    conditions = steps([(2, "net", 0.5, "yes"), (3, "net", 0.5, "yes")])
    left_out = steps([(1, "net", 0.5, "no: image unchanged")])
    pooled = steps([(2, "Humans", 0.5, "yes")]).assign(n=4000)
    single = pd.DataFrame(
        {
            "dataset": "Edge",
            "observer": "net",
            "kind": "Discriminative model",
            "value": 0.5,
            "n": [60],
        }
    ).assign(low=0.4, high=0.6)
    facts = facts_of(conditions=pd.concat([conditions, left_out, pooled]), single=single)
    assert (facts.smallest, facts.smallest_images) == ("Edge", 60)
    assert (facts.largest, str(facts.largest_images), facts.averaged) == ("Low-pass", "320", 2)
    assert facts.weight == pytest.approx(320 / 60)


def test_the_claims_hold_and_can_fail(facts):
    assert_guarded("ood-accuracy", facts, "networks_above_people", above=2)
