import pytest
from tiny.charts import params

from gcbook.chapters.error_consistency.charts import (
    benchmark_panels,
    error_consistency_ranking,
)
from gcbook.chapters.error_consistency.tables import metric_rows, ranking_rows
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.stats.benchmark_tables import benchmark_rows
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def rows():
    return benchmark_rows(Summaries.read())


def test_ranking_has_a_row_a_model_in_the_order_of_the_table(rows):
    ranking = ranking_rows(rows)
    assert ranking["position"].tolist() == list(range(1, len(ranking) + 1))
    svg = static_svg(chart_spec(error_consistency_ranking(ranking)))
    places = [svg.index(f">{name}<") for name in ranking["observer"].head(5)]
    assert places == sorted(places)
    assert svg.index(">BagNet-33<") > places[-1]


def test_ranking_can_be_narrowed(rows):
    spec = chart_spec(error_consistency_ranking(ranking_rows(rows)))
    params(spec)["show"]["value"] = "recomputed only"
    svg = static_svg(spec)
    assert ">BagNet-33<" in svg
    assert ">DenseNet-201<" not in svg
    params(spec)["show"]["value"] = "generative models and humans"
    svg = static_svg(spec)
    assert ">Stable Diffusion<" in svg
    assert ">BagNet-33<" not in svg


def test_published_marks_are_hollow_and_recomputed_ones_filled(rows):
    spec = chart_spec(error_consistency_ranking(ranking_rows(rows)))
    filled, hollow = spec["layer"][-2:]
    assert filled["mark"]["filled"] and "recomputed" in str(filled["transform"])
    assert not hollow["mark"]["filled"] and "paper" in str(hollow["transform"])


def test_metrics_are_recomputed_where_they_can_be(rows):
    metrics = metric_rows(rows).set_index("observer")
    assert metrics.loc["Imagen", "error_consistency"] == 0.309
    assert metrics.loc["BagNet-33", "error_consistency"] == pytest.approx(
        rows.set_index("model").loc["BagNet-33", "error_consistency"], abs=5e-4
    )
    assert metrics["ood_accuracy"].is_monotonic_decreasing
    # Table 1 alone lists Parti, and prints no accuracy difference.
    assert metrics.loc[["Parti"], "accuracy_difference"].isna().all()


def test_a_panel_a_comparison_each_with_axis_titles(rows):
    spec = chart_spec(benchmark_panels(metric_rows(rows)))
    titles = [panel["layer"][0]["encoding"]["y"]["title"] for panel in spec["concat"]]
    assert titles == ["Accuracy difference", "Observed consistency", "Error consistency"]
    assert {panel["layer"][0]["encoding"]["x"]["title"] for panel in spec["concat"]} == {
        "OOD accuracy"
    }
    # One look in all panels, though Parti is in the last alone.
    looks = {str(panel["layer"][1]["encoding"]["shape"]["scale"]) for panel in spec["concat"]}
    assert len(looks) == 1 and "Parti" in looks.pop()


def test_a_followed_model_is_ringed_in_every_panel(rows):
    spec = chart_spec(benchmark_panels(metric_rows(rows)))
    ringed = static_svg(spec)
    params(spec)["follow"]["value"] = "none"
    assert ringed.count("<path") - static_svg(spec).count("<path") == 3
