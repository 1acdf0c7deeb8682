import pytest

from gcbook.chapters.error_consistency.charts import (
    benchmark_panels,
    error_consistency_ranking,
)
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.stats.benchmark_tables import benchmark_rows, standing_rows
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def rows():
    return standing_rows(benchmark_rows(Summaries.read()))


def params(spec):
    return {param["name"]: param for param in spec["params"]}


def test_ranking_has_a_row_a_model_in_the_order_of_the_table(rows):
    ranking = rows[rows["metric"] == "error_consistency"]
    svg = static_svg(chart_spec(error_consistency_ranking(ranking)))
    places = [svg.index(f">{name}<") for name in ranking["model"].head(5)]
    assert places == sorted(places)
    assert svg.index(">BagNet-33<") > places[-1]


def test_ranking_can_be_narrowed(rows):
    ranking = rows[rows["metric"] == "error_consistency"]
    spec = chart_spec(error_consistency_ranking(ranking))
    params(spec)["show"]["value"] = "recomputed only"
    svg = static_svg(spec)
    assert ">BagNet-33<" in svg
    assert ">DenseNet-201<" not in svg
    params(spec)["show"]["value"] = "generative models and humans"
    svg = static_svg(spec)
    assert ">Stable Diffusion<" in svg
    assert ">BagNet-33<" not in svg


def test_published_marks_are_hollow_and_recomputed_ones_filled(rows):
    spec = chart_spec(error_consistency_ranking(rows[rows["metric"] == "error_consistency"]))
    filled, hollow = spec["layer"][-2:]
    assert filled["mark"]["filled"] and "recomputed" in str(filled["transform"])
    assert not hollow["mark"]["filled"] and "paper" in str(hollow["transform"])


def test_humans_level_does_not_follow_the_filter(rows):
    spec = chart_spec(error_consistency_ranking(rows[rows["metric"] == "error_consistency"]))
    band = spec["layer"][0]
    assert "transform" not in band
    (human,) = spec["datasets"][band["data"]["name"]]
    assert human["model"] == "Humans"


def test_four_panels_each_with_its_own_places(rows):
    spec = chart_spec(benchmark_panels(rows))
    assert len(spec["concat"]) == 4
    lines = params(spec)["lines"]["value"]
    assert lines["error_consistency"]["Imagen"] == "Imagen: 0.309, place 2 of 69"
    # Models that only Table 1 lists have no accuracy difference.
    assert lines["accuracy_difference"]["Imagen"].endswith("of 66")
    assert "Parti" not in lines["accuracy_difference"]
    svg = static_svg(spec)
    assert "ResNet-50: 0.208, place" in svg
    params(spec)["highlight"]["value"] = "Imagen"
    assert "Imagen: 0.309, place 2 of 69" in static_svg(spec)


def test_panels_name_the_first_and_the_humans(rows):
    spec = chart_spec(benchmark_panels(rows))
    named = [" · ".join(filter(None, panel["title"]["subtitle"])) for panel in spec["concat"]]
    assert named[0].startswith("1 ViT-22B-224 · 2 Noisy Student")
    assert named[0].endswith("9 Humans")
    assert named[3].startswith("1 Humans · 2 Imagen · 3 CLIP (80 prompts)")
    # Equally many lines, or the panels of a row would not start at one height.
    assert len({len(panel["title"]["subtitle"]) for panel in spec["concat"]}) == 1


def test_observed_by_shape_too(rows):
    spec = chart_spec(benchmark_panels(rows))
    marks = [layer for layer in spec["concat"][0]["layer"] if "shape" in layer["encoding"]]
    assert marks
    assert len(set(marks[0]["encoding"]["shape"]["scale"]["range"])) == 5
