"""What the figures of accuracy draw and say."""

import pandas as pd
from tiny.charts import names

from gcbook.chapters.ood_accuracy.charts import fig_differences, fig_single, fig_telling
from gcbook.charts.chart import chart_spec

ROWS = pd.DataFrame(
    {
        "place": ["Low-pass, 7", "Low-pass, 7", "Rotation, 90"],
        "dataset": ["Edge", "Edge", "Sketch"],
        "kind": ["Humans", "Discriminative model", "Own model"],
        "observer": ["Humans", "ResNet-50", "mine"],
        "value": [0.6, 0.2, 0.8],
        "low": [0.5, 0.1, 0.7],
        "high": [0.7, 0.3, 0.9],
    }
)


def test_people_and_the_range_of_networks_are_said() -> None:
    said = chart_spec(fig_telling(ROWS))["description"]
    assert "Low-pass, 7: humans 60%, networks 20% to 20%." in said
    assert "Edge: humans 60%, networks 20% to 20%." in chart_spec(fig_single(ROWS))["description"]


def test_no_dataset_is_said_in_words() -> None:
    assert "single condition" in chart_spec(fig_single(ROWS.iloc[:0]))["description"]
    assert "None" in chart_spec(fig_telling(ROWS.iloc[:0]))["description"]


def test_differences_that_survive_the_correction_stand_out() -> None:
    tests = pd.DataFrame(
        {
            "model": ["a", "b"],
            "kind": "Discriminative model",
            "difference": [0.1, -0.01],
            "low": [0.05, -0.02],
            "high": [0.15, 0.0],
            "p_corrected": [0.01, 0.2],
            "differs": [True, False],
        }
    )
    spec = chart_spec(fig_differences(tests))
    dots = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "point")
    assert names(spec, dots["encoding"]["y"]["sort"]) == ["a", "b"]
    marked = dots["encoding"]["color"]["condition"]["test"]
    assert marked["field"] == "model_id" and names(spec, marked["oneOf"]) == ["a"]
    assert "from +0.10 (a) to -0.01 (b)" in spec["description"]
    assert "resampled" in chart_spec(fig_differences(tests.iloc[:0]))["description"]
