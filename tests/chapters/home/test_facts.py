"""The landing page's numbers, and its claims."""

import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.home.facts import home_facts
from gcbook.chapters.home.tables import accuracy_rows, dial_rows, miniature_rows
from gcbook.stats.summaries import Summaries
from gcbook.stimuli.pictures import pictures_of


@pytest.fixture(scope="module")
def dial():
    return dial_rows()


@pytest.fixture(scope="module")
def facts(dial):
    example = pictures_of("example")
    return home_facts(Summaries.read(), dial, miniature_rows(), accuracy_rows(), example)


def test_the_dial_has_a_mark_for_each_weighting(dial):
    assert dial.groupby("recipe")["k"].agg(list).to_dict() == {
        "mini-latent": list(range(21)),
        "mini-pixel": list(range(21)),
    }
    both = dial["shape_accuracy"] + dial["texture_accuracy"]
    assert (dial["shape_accuracy"] / both).to_list() == pytest.approx(dial["shape_bias"].to_list())


def test_the_dial_at_the_papers_weighting_is_what_the_model_decides(dial, facts):
    assert facts.paper_k == 7
    assert facts.pixel_paper == pytest.approx(facts.mini_pixel, abs=1e-4)
    assert facts.mini_pixel == pytest.approx(0.5877, abs=1e-3)
    assert facts.mini_pixel_accuracy == pytest.approx(0.4678, abs=1e-3)


def test_miniatures_are_taken_over_all_their_seeds(facts):
    # As the chapters have it: the ResNet was trained five times.
    assert facts.mini_cnn == pytest.approx(0.9364, abs=1e-3)
    assert facts.mini_cnn_accuracy == pytest.approx(0.5969, abs=1e-3)


def test_recomputed_and_printed_numbers(facts):
    assert (repr(facts.humans_shape_bias), repr(facts.imagen_shape_bias)) == ("0.96", "0.99")
    assert (repr(facts.humans_error_consistency), repr(facts.vit_22b)) == ("0.43", "0.28")
    assert round(facts.best_network_bias, 2) == 0.81


def test_the_example_is_named_by_its_shape(facts):
    assert (facts.shape, facts.texture, facts.network_said) == ("elephant", "bottle", "bottle")
    assert (facts.people, facts.by_shape) == (10, 10)


def test_claims_hold_and_a_changed_number_is_noticed(facts):
    assert_guarded("home", facts, "miniature_the_other_way", mini_cnn=0.5)
