"""The chapter's facts by the shipped scores, and its claims."""

import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.miniature_world.facts import miniature_world_facts
from gcbook.chapters.miniature_world.pictures import quiz_table
from gcbook.miniworld.named import DEFAULT
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.findings import claim_differences, claim_rows
from gcbook.miniworld.results.scores import accuracy_by_set
from gcbook.miniworld.results.shipped import shipped_models
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import load_summaries


@pytest.fixture(scope="module")
def answers():
    return miniature_answers(TEST_SETS, shipped_models())


@pytest.fixture(scope="module")
def facts(answers):
    few, none = Resampling(draws=200), Resampling(draws=0)
    return miniature_world_facts(
        DEFAULT,
        load_summaries(),
        answers,
        accuracy_by_set(answers, ("in-distribution", "silhouette", "texture"), resampling=none),
        claim_differences(claim_rows(answers, resampling=few)),
        quiz_table(),
    )


def test_the_choices_of_the_world(facts):
    assert f"{facts.patch_accuracy} of {facts.patch_images}" == "88.9% of 640"
    assert [str(facts.ratio_steepest), str(facts.ratio_shallowest)] == ["0.27", "0.75"]
    assert (str(facts.contrast), str(facts.nothing)) == ("0.27 to 0.75", "0.053")


def test_what_the_miniatures_can_do(facts):
    assert f"{facts.lowest_accuracy} ({facts.lowest})" == "57% (mini-masked)"
    assert f"{facts.highest_accuracy} ({facts.highest})" == "92% (mini-latent)"
    assert (facts.miniatures, facts.shape_alone_better) == (6, 6)


def test_verdicts_add_up(facts):
    assert facts.agree + facts.contradict + facts.undecided == facts.compared == 11
    assert str(facts.noise) == "+0.02" and str(facts.fine) == "+0.17"


def test_the_solution_counts_first_seeds_only(facts, answers):
    one = answers[answers["image_id"] == quiz_table().loc[0, "image_id"]]
    named = one.set_index("observer")["cue"]
    first = named[[name for name in named.index if "-seed" not in name]]
    assert len(first) == 6
    assert facts.quiz_by_shape[0] == (first == "shape").sum()
    assert facts.quiz_by_texture[0] == (first == "texture").sum()
    assert (facts.quiz_shape[0], facts.quiz_texture[0]) == ("bird", "dog")


def test_all_claims_hold_and_a_changed_number_is_noticed(facts):
    assert_guarded("miniature-world", facts, "shape_alone", shape_alone_better=5)
