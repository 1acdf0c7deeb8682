"""Differences stand beside the observers they are of, and nowhere else."""

import math

from gcbook.chapters.shape_bias.tables import with_differences
from gcbook.stats.differences import against_humans
from gcbook.stats.shape_tables import bias_by_category, pooled_bias
from gcbook.stats.summaries import Summaries

SHIPPED = Summaries.read()


def test_each_network_has_its_difference_and_people_have_none():
    ranking = pooled_bias(bias_by_category(SHIPPED))
    tests = against_humans(SHIPPED, "shape_bias")
    rows = with_differences(ranking, tests)
    assert rows["observer"].to_list() == ranking["observer"].to_list()
    by_name = rows.set_index("observer")
    assert by_name["difference"].notna().sum() == len(tests) == 32
    resnet = by_name.loc["ResNet-50"]
    humans = by_name.loc["Humans"]
    assert abs(resnet["difference"] - (resnet["shape_bias"] - humans["shape_bias"])) < 2e-4
    assert resnet["difference_low"] < resnet["difference"] < resnet["difference_high"] < 0
    assert math.isnan(humans["difference"]) and math.isnan(by_name.loc["Imagen", "p_corrected"])


def test_where_nothing_was_tested_the_ranking_stays():
    ranking = pooled_bias(bias_by_category(SHIPPED, ["resnet50"]))
    rows = with_differences(ranking, against_humans(SHIPPED, "shape_bias").head(0))
    assert len(rows) == len(ranking)
    assert rows["difference"].isna().all()
