import pytest
from tiny.charts import names, params

from gcbook.chapters.error_consistency.charts import (
    consistency_panels,
    dataset_agreement,
    observed_against_expected,
)
from gcbook.chapters.error_consistency.tables import (
    agreement_with_humans,
    consistency_by_condition,
    means_by_kind,
    observed_and_expected,
)
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.theme import HUMAN
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def summaries():
    return Summaries.read()


def test_agreement_has_a_row_a_dataset_the_humans_highest_first(summaries):
    rows = agreement_with_humans(summaries)
    spec = chart_spec(dataset_agreement(rows))
    levels = rows[rows["observer"] == "Humans"].sort_values("kappa", ascending=False)
    svg = static_svg(spec)
    places = [svg.index(f">{name}<") for name in levels["dataset"]]
    assert places == sorted(places)
    # Single humans are in the table and not in the chart.
    drawn = next(data for data in spec["datasets"].values() if isinstance(data[0]["kappa"], list))
    found = names(spec, {key for row in drawn for key in row["observer_id"]})
    assert set(found) == set(rows.loc[rows["kind"] != "Humans", "observer"])


def test_agreement_shows_what_a_highlighted_model_could_reach(summaries):
    spec = chart_spec(dataset_agreement(agreement_with_humans(summaries)))
    highlight = params(spec)["agrees"]
    assert names(spec, [highlight["value"]]) == ["ResNet-50"]
    (tick,) = (layer for layer in spec["layer"] if layer["mark"]["type"] == "tick")
    assert tick["encoding"]["x"]["field"] == "most"
    with_ticks = static_svg(spec)
    highlight["value"] = "none"
    # A mark and a tick on each of 17 datasets.
    assert with_ticks.count("<path") - static_svg(spec).count("<path") == 2 * 17


def test_panels_one_a_dataset_with_shading_where_the_benchmark_leaves_out(summaries):
    rows = consistency_by_condition(summaries)
    spec = chart_spec(consistency_panels(rows))
    titles = list(dict.fromkeys(rows["dataset"]))
    assert len(spec["concat"]) == len(titles) == 12
    assert params(spec)["highlight"]["bind"]["labels"][:2] == ["none", "BagNet-33"]
    contrast = spec["concat"][titles.index("Contrast")]
    shade = contrast["layer"][0]
    shaded = spec["datasets"][shade["data"]["name"]]
    assert [row["condition"] for row in shaded] == ["100", "3", "1"]
    order = shade["encoding"]["x"]["sort"]
    assert order == ["100", "50", "30", "15", "10", "5", "3", "1"]
    assert shade["encoding"]["x"]["title"] == "Contrast (%)"


def test_the_highlighted_model_is_drawn_over_the_others(summaries):
    rows = consistency_by_condition(summaries, ["resnet50", "bagnet33"])
    spec = chart_spec(consistency_panels(rows[rows["dataset"] == "Rotation"]))
    plain = static_svg(spec)
    menu = params(spec)["highlight"]
    menu["value"] = menu["bind"]["options"][menu["bind"]["labels"].index("ResNet-50")]
    chosen = static_svg(spec)
    # A line, four points and four intervals more.
    assert (
        chosen.count("<path") + chosen.count("<line") - plain.count("<path") - plain.count("<line")
        == 9
    )


def test_no_parametric_dataset_is_said_to_be_so(summaries):
    rows = consistency_by_condition(summaries).iloc[:0]
    assert (
        "No dataset with several conditions" in chart_spec(consistency_panels(rows))["description"]
    )


def test_scatter_has_a_mark_a_dataset_and_kind(summaries):
    rows = means_by_kind(observed_and_expected(summaries))
    assert len(rows) == 3 * 17
    spec = chart_spec(observed_against_expected(rows))
    lines = next(d for d in spec["datasets"].values() if "level" in d[0])
    for row in lines:
        kappa = (row["observed"] - row["expected"]) / (1 - row["expected"] or 1)
        assert kappa == pytest.approx(row["level"] if row["expected"] < 1 else 0)


def test_kinds_of_pairs_differ_in_shape_as_well_as_in_colour(summaries):
    spec = chart_spec(observed_against_expected(means_by_kind(observed_and_expected(summaries))))
    points = next(layer for layer in spec["layer"] if "shape" in layer.get("encoding", {}))
    assert len(set(points["encoding"]["shape"]["scale"]["range"])) == 3
    assert points["encoding"]["color"]["scale"]["range"][0] == HUMAN
