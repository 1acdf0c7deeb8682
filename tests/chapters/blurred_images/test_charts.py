"""Correlations by dataset, and Fig. 13."""

import pandas as pd
from tiny.charts import names

from gcbook.chapters.blurred_images.charts import fig_datasets, fig_noised_resnet
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.stats.shape_tables import noised_resnets

FOREST = pd.DataFrame(
    {
        "networks": ["All networks", "All networks"],
        "coefficient": ["Pearson", "Spearman"],
        "measured_on": ["High-pass", "Low-pass"],
        "points": [9, 9],
        "r": [0.8, 0.7],
        "low": [0.2, 0.1],
        "high": [0.9, 0.9],
        "p": [0.01, 0.04],
        "lowest": [0.5, 0.4],
        "without": ["BagNet", "BagNet"],
    }
)


def test_blurred_and_high_pass_images_stand_out():
    spec = chart_spec(fig_datasets(FOREST))
    color = spec["layer"][-1]["encoding"]["color"]["condition"]["test"]
    assert set(names(spec, color["oneOf"])) == {"Low-pass", "High-pass"}
    assert "tick" in {each["mark"]["type"] for each in spec["layer"]}


def test_fig_13_has_the_printed_averages():
    row = ("ResNet-50", "cat", 0.8, 0.7, 0.9, 2, 8, 0.8)
    columns = ["observer", "category", "texture_share", "low", "high", "shape_answers"]
    rows = pd.DataFrame([row], columns=[*columns, "texture_answers", "category_mean"])
    svg = static_svg(chart_spec(fig_noised_resnet(rows, noised_resnets())))
    assert "noise in training: 0.57" in svg
    assert "noise in training and testing: 0.78" in svg
