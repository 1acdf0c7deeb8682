from dataclasses import replace

import pandas as pd
import pytest

from gcbook.stats.conventions import SummarySettings
from gcbook.stats.differences import against_humans, model_differences
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def shipped():
    return Summaries.read()


def with_tests(shipped, *rows):
    columns = ["a", "b", "difference", "low", "high", "p"]
    tests = pd.DataFrame(rows, columns=columns).assign(
        family="error_consistency:models", a_source="model-vs-human", b_source="model-vs-human"
    )
    return replace(shipped, tests=tests.assign(metric="error_consistency", p_corrected=tests["p"]))


def test_pairs_are_turned_so_that_the_difference_is_positive(shipped):
    small = with_tests(
        shipped,
        ("alexnet", "vgg16", -0.2, -0.3, -0.1, 0.001),
        ("alexnet", "vgg19", 0.1, -0.1, 0.2, 0.3),
        ("vgg16", "vgg19", 0.3, 0.2, 0.4, 0.002),
    )
    table = model_differences(small)
    first = table.iloc[0]
    assert [first["higher"], first["lower"]] == ["VGG-16", "AlexNet"]
    assert [first["difference"], first["low"], first["high"]] == [0.2, 0.1, 0.3]
    ranks = dict(zip(table["lower"], table["lower_rank"], strict=True))
    assert ranks == {"AlexNet": 2, "VGG-19": 3}
    assert table.loc[table["higher"] == "VGG-16", "higher_rank"].unique().tolist() == [1]


def test_corrected_over_all_pairs_whichever_are_shown(shipped):
    small = with_tests(
        shipped,
        ("alexnet", "vgg16", 0.2, 0.1, 0.3, 0.02),
        ("alexnet", "vgg19", 0.1, 0.0, 0.2, 0.08),
        ("vgg16", "vgg19", 0.1, 0.0, 0.2, 0.5),
    )
    assert model_differences(small).sort_values("p")["differs"].tolist() == [True, False, False]
    alone = model_differences(small, ["alexnet", "vgg19"])
    assert alone["p_corrected"].tolist() == [0.08]


def test_too_few_draws_decide_nothing(shipped):
    small = with_tests(shipped, ("alexnet", "vgg16", 0.2, 0.1, 0.3, 0.002))
    few = SummarySettings(resampling=Resampling(draws=500, confidence=0.999))
    words = "cannot be decided with these draws: 1,000 are needed"
    assert model_differences(replace(small, settings=few))["differs"].tolist() == [words]
    enough = replace(
        small, settings=SummarySettings(resampling=Resampling(draws=1000, confidence=0.999))
    )
    assert model_differences(enough)["differs"].tolist() == [False]


def test_the_level_is_that_of_the_intervals(shipped):
    small = with_tests(shipped, ("alexnet", "vgg16", 0.2, 0.1, 0.3, 0.02))
    strict = replace(small, settings=SummarySettings(resampling=Resampling(confidence=0.99)))
    assert model_differences(small)["differs"].tolist() == [True]
    assert model_differences(strict)["differs"].tolist() == [False]


def test_shipped_tests(shipped):
    humans = against_humans(shipped, "error_consistency")
    assert len(humans) == 9
    assert humans["differs"].all()
    assert (humans["high"] < 0).all()
    alone = against_humans(shipped, "shape_bias", ["resnet50"])
    assert alone["p_corrected"].tolist() == [pytest.approx(1 / 10_001, abs=1e-6)]
    pairs = model_differences(shipped)
    assert len(pairs) == 36
    assert (pairs["higher_rank"] < pairs["lower_rank"]).all()
    neighbours = pairs[pairs["lower_rank"] == pairs["higher_rank"] + 1]
    assert neighbours["differs"].sum() == 1


def test_without_draws_the_tables_are_empty(shipped):
    bare = replace(shipped, tests=shipped.tests.iloc[:0])
    assert model_differences(bare).empty
    assert against_humans(bare, "shape_bias").empty


def test_pairs_are_compared_in_the_metric_asked_for(shipped):
    pairs = model_differences(shipped, metric="shape_bias")
    assert len(pairs) == 36 and (pairs["difference"] >= 0).all()
    best = pairs.loc[pairs["higher_rank"] == 1, "higher"].unique()
    assert best.tolist() == ["SWAG RegNetY-128GF"]
    assert set(model_differences(shipped).loc[lambda t: t["higher_rank"] == 1, "higher"]) == {
        "SWAG RegNetY-16GF"
    }
