"""The chapter's numbers, its figure and its claims."""

import pytest
from scipy.stats import fisher_exact
from tiny.claims import assert_guarded

from gcbook.chapters.observer.charts import fig_observers
from gcbook.chapters.observer.facts import observer_facts
from gcbook.chapters.observer.pack import Experiment
from gcbook.chapters.observer.parts import BLOCKS, parts_of
from gcbook.chapters.observer.tables import observer_rows
from gcbook.charts.chart import chart_spec
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def rows():
    return observer_rows()


@pytest.fixture(scope="module")
def facts(rows):
    experiment = Experiment([part for block in BLOCKS for part in parts_of(block)])
    return observer_facts(Summaries.read(), rows, experiment)


def test_rows_are_people_and_networks_on_eighty_images(rows):
    assert rows.groupby("kind").size().to_dict() == {"Humans": 10, "Discriminative model": 32}
    assert set(rows["n"]) == {80}
    assert rows["shape_bias"].is_monotonic_decreasing
    # subject-02 named 62 shapes and one texture.
    (second,) = rows[rows["observer"] == "Human 2"].to_dict("records")
    assert second["shape_bias"] == pytest.approx(62 / 63)
    assert second["shape_accuracy"] == pytest.approx(62 / 80)
    inside = (rows["low"] <= rows["shape_bias"]) & (rows["shape_bias"] <= rows["high"])
    assert inside.all() and (rows["high"] > rows["low"]).all()


def test_sizes_and_ends_are_counted(facts):
    assert (facts.few, facts.photographs_images) == (16, 80)
    assert (facts.miniatures, facts.miniature_pixels) == (14, 32)
    assert repr(facts.few_interval) == "0.69 to 0.99"
    assert repr(facts.people_all) == "0.96"


def test_eighty_images_tell_no_two_people_apart(facts):
    # The furthest apart named 66 shapes and no texture, and 50 shapes and 3 textures.
    assert (facts.pairs, facts.pairs_told) == (45, 0)
    assert facts.least_p == pytest.approx(fisher_exact([[66, 0], [50, 3]])[1])
    # A normal approximation to the difference of two shares of 63 answers says nearly the same.
    p, q = facts.typical, facts.found_below
    error = ((p * (1 - p) + q * (1 - q)) / 63) ** 0.5
    assert 2.4 < (p - q) / error < 3.0


def test_claims_hold_and_a_changed_number_is_noticed(facts):
    assert_guarded("observer", facts, "people_above_networks", people_least=0.5)


def test_the_figure_has_a_mark_for_everybody(rows):
    spec = chart_spec(fig_observers(rows))
    ((_, marks),) = spec["datasets"].items()
    assert len(marks) == len(rows) == 42
    assert spec["layer"][0]["encoding"]["x"]["field"] == "shape_bias"
