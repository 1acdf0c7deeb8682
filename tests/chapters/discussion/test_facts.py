"""Facts of the discussion: of rows written by hand, and of the shipped summaries."""

import math

import pandas as pd
import pytest

from gcbook.chapters.claims import check_claims
from gcbook.chapters.discussion.facts import discussion_facts
from gcbook.chapters.parameters import check_parameters
from gcbook.stats.benchmark_tables import benchmark_rows
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.summaries import Summaries, _without_intervals

SIGNS = pd.DataFrame(
    {
        "variant": ["", "", "", "longer"],
        "difference": [0.2, -0.2, -0.01, 0.3],
        "low": [0.1, -0.3, -0.1, 0.2],
        "high": [0.3, -0.1, 0.1, 0.4],
    }
)


@pytest.fixture(scope="module")
def summaries():
    return Summaries.read()


@pytest.fixture(scope="module")
def rows(summaries):
    return benchmark_rows(summaries)


@pytest.fixture(scope="module")
def facts(summaries, rows):
    return discussion_facts(summaries, rows, SIGNS)


def test_people_and_their_images(facts):
    assert (facts.people, facts.trials) == (90, 85_120)
    assert (facts.fewest_people, facts.most_people) == (4, 10)
    assert (facts.images, facts.shared_images) == (14_661, 1_688)
    assert facts.overlap == 1_688 / 14_661


def test_recomputed_metrics(facts):
    assert facts.humans_bias == pytest.approx(0.959, abs=5e-4)
    assert [facts.lowest_human, facts.highest_human] == pytest.approx([0.919, 0.987], abs=5e-4)
    assert (facts.networks, facts.networks_below) == (32, 32)
    assert facts.humans_accuracy == pytest.approx(0.723, abs=5e-4)
    assert facts.humans_kappa == pytest.approx(0.431, abs=5e-4)


def test_printed_means_that_come_out_are_counted(summaries, rows, facts):
    assert (facts.printed_numbers, facts.reproduced_numbers) == (8, 8)
    wrong = rows.assign(ood_accuracy=rows["ood_accuracy"] + 0.01)
    assert discussion_facts(summaries, wrong, SIGNS).reproduced_numbers == 6


def test_printed_numbers(facts):
    assert [facts.imagen_bias, facts.parti_accuracy, facts.clip_kappa] == [0.99, 0.58, 0.28]
    assert (facts.first_by_rank, facts.first_rank) == ("vit_22b_ft_384", 2.333)
    assert (facts.most_accurate, facts.highest_accuracy) == ("vit_22b_ft_224", 0.837)
    assert (facts.clip_rows, facts.clip_rows_vit_b) == (2, 2)
    assert [facts.imagen_side, facts.parti_side, facts.stable_diffusion_side] == [64, 256, 512]


def test_the_papers_tables_against_themselves(facts):
    assert facts.mean_ranks_possible == facts.accuracy_ranks_possible == facts.table_rows == 58
    assert (facts.shared_possible, facts.shared_numbers) == (12, 12)
    assert (facts.toolbox_models, facts.toolbox_rows, facts.models_in_text) == (52, 51, 59)


def test_clear_differences_between_worlds_are_counted_without_variants(facts):
    assert (facts.worlds, facts.worlds_below, facts.worlds_less) == (3, 2, 1)


def test_what_the_datasets_do_not_give_is_no_number(summaries, rows):
    bare = _without_intervals(summaries, SummarySettings(datasets=("colour",)))
    facts = discussion_facts(bare, rows[rows["key"] == ""], SIGNS)
    assert math.isnan(facts.humans_bias) and math.isnan(facts.lowest_human)
    assert facts.networks is facts.networks_below is None
    assert facts.printed_numbers is None
    assert not math.isnan(facts.humans_kappa)


def test_all_claims_hold_by_the_books_own_parameters(summaries, rows):
    ends = {"low": [-0.2, -0.2, -0.1], "high": [-0.1, -0.1, 0.1]}
    shipped = pd.DataFrame({"variant": "", "difference": [-0.15, -0.15, -0.01], **ends})
    outcomes = check_claims(
        check_parameters("discussion"), discussion_facts(summaries, rows, shipped)
    )
    assert {each.state for each in outcomes.values()} == {"holds"}
