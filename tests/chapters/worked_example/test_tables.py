"""What the worked example costs and what it should give."""

import pytest

from gcbook.chapters.worked_example.tables import cost_table, expectation
from gcbook.paper.published import table1
from gcbook.stats.summaries import load_summaries


def test_hours_are_evaluations_over_rate():
    table = cost_table("diffusion", images=1280, draws=(1, 32), rates=(16, 160))
    assert table["evaluations"].tolist() == [20_480, 655_360]
    assert table["hours_0"].tolist() == pytest.approx([1280 / 3600, 32 * 1280 / 3600])
    assert table["hours_1"].tolist() == pytest.approx(table["hours_0"] / 10)


def test_one_pass_a_class_is_enough_where_nothing_is_random():
    assert cost_table("autoregressive", 10, (1, 32), (1,))["evaluations"].tolist() == [160, 160]


def test_expectation_is_the_papers_beside_the_humans_own_spread():
    found = expectation(load_summaries())
    printed = table1().set_index("key").loc["stable_diffusion"]
    assert found["shape_bias"] == printed["shape_bias"] == 0.93
    assert found["images"] == 1280
    assert found["humans_low"] < found["humans"] < found["humans_high"]
    assert found["humans"] == pytest.approx(0.9587, abs=1e-4)
    assert found["lowest_generative"] < found["shape_bias"] < found["highest_generative"]
