"""Facts of the discussion: of rows written by hand, and of the shipped summaries."""

import math

import pandas as pd
import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.discussion.facts import discussion_facts
from gcbook.claims import Interval
from gcbook.stats.benchmark_tables import benchmark_rows
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.summaries import Summaries, _without_intervals

WEIGHTED = pd.DataFrame(
    {
        "recipe": ["mini-pixel", "mini-pixel", "mini-latent", "mini-ar", "mini-cnn"],
        "category": ["pooled", "bear", "pooled", "pooled", "pooled"],
        "shape_bias": [0.11, 0.9, 0.08, 0.35, 0.19],
    }
)
EVEN = pd.DataFrame({"recipe": ["mini-pixel"], "category": ["pooled"], "shape_bias": [0.52]})

LEADS = {
    "pixel": (-0.11, -0.05),
    "latent": (-0.14, -0.08),
    "ar": (0.13, 0.19),
    "pixel_even": (0.28, 0.38),
}


@pytest.fixture(scope="module")
def summaries():
    return Summaries.read()


@pytest.fixture(scope="module")
def rows(summaries):
    return benchmark_rows(summaries)


@pytest.fixture(scope="module")
def facts(summaries, rows):
    return discussion_facts(summaries, rows, WEIGHTED, EVEN, LEADS)


def test_people_and_their_images(facts):
    assert (facts.people, facts.fewest_people, facts.most_people) == (90, 4, 10)
    assert (facts.images, facts.shared_images) == (14_661, 1_688)
    assert facts.humans_kappa == pytest.approx(0.431, abs=5e-4)


def test_printed_numbers(facts):
    assert [facts.imagen_bias, facts.parti_accuracy, facts.clip_kappa] == [0.99, 0.58, 0.28]
    assert (facts.first_by_rank, facts.first_rank) == ("vit_22b_ft_384", 2.333)
    assert (facts.most_accurate, facts.highest_accuracy) == ("vit_22b_ft_224", 0.837)
    assert [facts.imagen_side, facts.parti_side, facts.stable_diffusion_side] == [64, 256, 512]


def test_miniatures_are_pooled_over_categories(facts):
    assert (facts.pixel, facts.pixel_even, facts.ar, facts.cnn) == (0.11, 0.52, 0.35, 0.19)


def test_what_the_datasets_do_not_give_is_no_number(summaries):
    bare = _without_intervals(summaries, SummarySettings(datasets=("colour",)))
    nobody = benchmark_rows(summaries).query("key != ''")
    facts = discussion_facts(bare, nobody, WEIGHTED, EVEN, LEADS)
    assert math.isnan(facts.humans_kappa)


def test_claims_hold_and_a_changed_number_is_noticed(facts):
    changed = {"pixel_even_lead": Interval(-0.1, 0.1)}
    assert_guarded("discussion", facts, "both_cues_are_modelled", **changed)
