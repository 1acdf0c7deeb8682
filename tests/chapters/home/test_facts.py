"""The landing page's numbers, and its claims."""

import pandas as pd
import pytest
from tiny.claims import assert_guarded

from gcbook.book.claims import stated_claims
from gcbook.book.project import find_project
from gcbook.chapters.home.facts import home_facts
from gcbook.chapters.home.tables import (
    ACCURACY,
    DIFFUSION,
    MINIATURES,
    PEOPLE,
    PHOTOGRAPHS,
    PRINTED,
    SMALL_NETWORK,
    contrast_rows,
    dial_rows,
)
from gcbook.claims import Interval
from gcbook.claims.paper import paper_claims
from gcbook.stats.benchmark_tables import table1_quoted
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries
from gcbook.stimuli.pictures import pictures_of

CONTRASTS = pd.DataFrame({"contrast": ["flat_over_resnet"], "low": [0.2], "high": [0.4]})


@pytest.fixture(scope="module")
def dial():
    return dial_rows(table1_quoted(Summaries.read()))


@pytest.fixture(scope="module")
def facts(dial):
    contrasts = contrast_rows(resampling=Resampling(draws=200))
    claimed = stated_claims(find_project())
    return home_facts(dial, contrasts, pictures_of("example"), claimed)


def test_one_model_moves_and_the_others_stand(dial):
    moving = dial[dial["k"].notna()]
    assert set(moving["model"]) == {DIFFUSION}
    assert moving.groupby("lane")["k"].agg(list).to_dict() == {
        ACCURACY: list(range(21)),
        MINIATURES: list(range(21)),
    }
    still = dial[dial["k"].isna()].set_index(["lane", "model"])["value"].round(2).to_dict()
    assert still[PHOTOGRAPHS, PEOPLE] == 0.96
    assert still[PHOTOGRAPHS, "ResNet-50"] == 0.21
    assert still[PHOTOGRAPHS, PRINTED] == 0.99
    assert still[MINIATURES, SMALL_NETWORK] == 0.19
    assert still[ACCURACY, SMALL_NETWORK] == 0.84


def test_what_the_weighting_does(facts):
    assert facts.paper_k == 7
    found = (facts.flat, facts.paper, facts.resnet)
    assert found == pytest.approx((0.517, 0.108, 0.188), abs=1e-3)
    # Both networks of the model, each compared with the ResNet on the same images.
    assert len(facts.flat_over_resnet) == len(facts.flat_accuracy_change) == 2
    low, high = facts.paper_over_resnet[0]
    assert low < 0.113 - 0.188 < high
    low, high = facts.flat_accuracy_change[0]
    assert low < 0.681 - 0.859 < high


def test_the_readme_says_the_same(facts):
    readme = (find_project().root / "README.md").read_text(encoding="utf-8")
    flat, paper, resnet = (repr(each)[1:] for each in (facts.flat, facts.paper, facts.resnet))
    assert f"{flat} with equal weights and {paper} with the paper's" in readme
    assert f"has {resnet}." in readme


def test_the_example_is_named_by_its_shape(facts):
    assert (facts.shape, facts.texture, facts.network_said) == ("elephant", "bottle", "bottle")
    assert (facts.people, facts.by_shape) == (10, 10)


def test_claims_are_counted_by_grade(facts):
    assert facts.claims == len(paper_claims())
    asked = facts.same_way + facts.other_way + facts.asked_in_part + facts.cannot_tell
    printed = facts.as_printed + facts.not_as_printed + facts.printed_in_part
    recomputed = facts.agree + facts.disagree + facts.agree_in_part
    assert max(asked, printed, recomputed) <= facts.claims - facts.unchecked
    assert asked + printed + recomputed >= facts.claims - facts.unchecked


def test_without_chapters_nothing_is_answered(dial):
    nothing = home_facts(dial, CONTRASTS, pictures_of("example"), [])
    assert (nothing.agree, nothing.same_way) == (0, 0)
    assert nothing.unchecked == len(paper_claims())


def test_claims_hold_and_a_changed_number_is_noticed(facts):
    assert_guarded("home", facts, "weights_decide", flat_over_resnet=(Interval(-0.1, 0.4),))
