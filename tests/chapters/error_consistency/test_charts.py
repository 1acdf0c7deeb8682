import pandas as pd
import pytest

from gcbook.chapters.error_consistency.charts import (
    consistency_panels,
    dataset_agreement,
    observed_against_expected,
)
from gcbook.chapters.error_consistency.tables import (
    agreement_with_humans,
    consistency_by_condition,
    observed_and_expected,
)
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.theme import DARK, HUMAN
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def summaries():
    return Summaries.read()


def params(spec):
    return {param["name"]: param for param in spec["params"]}


def test_agreement_starts_with_cue_conflict_and_offers_every_dataset(summaries):
    rows = agreement_with_humans(summaries)
    spec = chart_spec(dataset_agreement(rows))
    dataset = params(spec)["dataset"]
    assert dataset["value"] == "Cue conflict"
    assert dataset["bind"]["options"] == list(dict.fromkeys(rows["dataset"]))
    assert "Cue conflict" in spec["description"]


def test_agreement_draws_the_humans_level_behind_the_sorted_observers(summaries):
    rows = agreement_with_humans(summaries, ["resnet50", "bagnet33"])
    spec = chart_spec(dataset_agreement(rows[rows["dataset"] == "Colour"]))
    svg = static_svg(spec)
    # Four humans, two models; the pooled humans are a band and a line, not a row.
    places = [svg.index(f">{name}<") for name in ("Human 2", "Human 3", "BagNet-33", "ResNet-50")]
    assert places == sorted(places)
    assert ">Humans<" in svg  # in the legend
    assert svg.count(">Human ") == 4
    band, rule = spec["layer"][:2]
    assert band["mark"]["type"] == "rect"
    assert rule["mark"]["strokeDash"]
    assert "datum.observer == 'Humans'" in str(band["transform"])
    (tick,) = (layer for layer in spec["layer"] if layer["mark"]["type"] == "tick")
    assert tick["encoding"]["x"]["field"] == "most"


def test_panels_one_a_dataset_with_shading_where_the_benchmark_leaves_out(summaries):
    rows = consistency_by_condition(summaries)
    spec = chart_spec(consistency_panels(rows))
    titles = list(dict.fromkeys(rows["dataset"]))
    assert len(spec["concat"]) == len(titles) == 12
    assert params(spec)["highlight"]["bind"]["options"][:2] == ["none", "BagNet-33"]
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
    params(spec)["highlight"]["value"] = "ResNet-50"
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


def test_scatter_points_decode_to_the_table(summaries):
    rows = observed_and_expected(summaries)
    spec = chart_spec(observed_against_expected(rows))
    names = params(spec)["names"]["value"]
    datasets = params(spec)["dataset"]["bind"]["options"]
    columns = next(d for d in spec["datasets"].values() if "k" in d[0])
    data = [
        {"d": there["d"]} | dict(zip("abxykm", point, strict=True))
        for there in columns
        for point in zip(*(there[c] for c in "abxykm"), strict=True)
    ]
    assert len(data) == len(rows)
    decoded = pd.DataFrame(
        {
            "dataset": [datasets[row["d"]] for row in data],
            "a": [names[row["a"]] for row in data],
            "b": [names[row["b"]] for row in data],
            "expected": [row["x"] / 1000 for row in data],
            "observed": [row["y"] / 1000 for row in data],
            "value": [row["k"] / 1000 for row in data],
            "most": [row["m"] / 1000 for row in data],
        }
    )
    keys = ["dataset", "a", "b"]
    both = rows.merge(decoded, on=keys, suffixes=("", "_drawn"))
    assert len(both) == len(rows)
    for column in ("expected", "observed", "value", "most"):
        assert (both[column] - both[f"{column}_drawn"]).abs().max() < 1e-9


def test_lines_of_equal_kappa():
    rows = pd.DataFrame(
        {
            "dataset": ["Edge"],
            "a": ["Human 1"],
            "b": ["m"],
            "pair": ["Human and model"],
            "expected": [0.5],
            "observed": [0.7],
            "value": [0.4],
            "most": [0.9],
            "n": [160],
        }
    )
    spec = chart_spec(observed_against_expected(rows))
    lines = next(d for d in spec["datasets"].values() if "level" in d[0])
    for row in lines:
        kappa = (row["observed"] - row["expected"]) / (1 - row["expected"] or 1)
        assert kappa == pytest.approx(row["level"] if row["expected"] < 1 else 0)
    assert params(spec)["dataset"]["value"] == "Edge"


def test_pairs_differ_in_shape_as_well_as_in_colour(summaries):
    spec = chart_spec(observed_against_expected(observed_and_expected(summaries)))
    points = next(layer for layer in spec["layer"] if "shape" in layer.get("encoding", {}))
    assert len(set(points["encoding"]["shape"]["scale"]["range"])) == 3
    assert points["encoding"]["color"]["scale"]["range"][0] == HUMAN
    assert spec["usermeta"]["dark"] == DARK
