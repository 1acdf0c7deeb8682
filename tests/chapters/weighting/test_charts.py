"""Figures of weightings draw what their tables hold."""

import pandas as pd
import pytest

from gcbook.chapters.weighting.charts import (
    fig_axis,
    fig_levels,
    fig_restored,
    fig_shares,
    fig_start,
    fig_sweep,
)
from gcbook.charts.chart import chart_spec, static_svg

MODELS, TITLES = ("mini-pixel", "mini-latent"), ("Default world", "Calibrated world")


def sweep():
    rows = []
    for w, world in enumerate(TITLES):
        for m, model in enumerate(MODELS):
            for k in (0, 7, 20):
                row = {"world": world, "model": model, "k": k, "held": k > 0}
                for offset, measure in ((0.5, "accuracy"), (0.1, "shape_bias")):
                    value = offset + 0.01 * k + 0.02 * m + 0.05 * w
                    row |= {measure: value, f"{measure}_low": value - 0.02}
                    row |= {f"{measure}_high": value + 0.03}
                rows.append(row)
    return pd.DataFrame(rows)


RESNETS = pd.DataFrame(
    {"world": [*TITLES, "64 pixels"], "shape_bias": [0.9, 0.2, 0.1], "accuracy": [0.8, 0.7, 0.6]}
)


def rows_of(spec, panel, mark):
    """The rows that the panel's layer with a mark draws."""
    (layer,) = (each for each in panel["layer"] if each["mark"]["type"] == mark)
    data = (layer.get("data") or panel["data"])["name"]
    return pd.DataFrame(spec["datasets"][data])


def test_a_panel_a_measure_and_world_with_values_and_intervals():
    spec = chart_spec(fig_sweep(sweep(), RESNETS))
    panels = iter(spec["concat"])
    for measure in ("shape_bias", "accuracy"):
        for world in TITLES:
            rows, own = rows_of(spec, next(panels), "line"), sweep()
            own = own[own["world"] == world]
            assert rows["value"].to_numpy() == pytest.approx(own[measure].to_numpy())
            assert rows["low"].to_numpy() == pytest.approx(own[f"{measure}_low"].to_numpy())
            assert rows["held"].tolist() == own["held"].tolist()


def test_each_panel_has_its_own_worlds_resnet():
    spec = chart_spec(fig_sweep(sweep(), RESNETS))
    found = []
    for panel in spec["concat"]:
        rules = [each for each in panel["layer"] if each["mark"]["type"] == "rule"]
        rows = [row for each in rules for row in spec["datasets"][each["data"]["name"]]]
        found += [row["value"] for row in rows if "value" in row]
    assert found == [0.9, 0.2, 0.8, 0.7]


def test_shares_of_weight_and_of_influence_stand_in_their_panels():
    shares = pd.DataFrame(
        [
            ("mini-pixel", name, tenth, part, (tenth if part == "weight" else 11 - tenth) / 55)
            for name in ("uniform", "exp:7", "elbo")
            for part in ("weight", "variance")
            for tenth in range(1, 11)
        ],
        columns=["model", "weighting", "tenth", "part", "share"],
    )
    spec = chart_spec(fig_shares(shares))
    for panel, part in zip(spec["concat"], ("weight", "variance"), strict=True):
        rows = rows_of(spec, panel, "line")
        wanted = shares[shares["part"] == part]["share"]
        assert rows["share"].to_numpy() == pytest.approx(wanted.to_numpy(), abs=1e-5)


def test_levels_are_those_of_the_world_that_is_chosen():
    rows = pd.DataFrame(
        [
            (world, model, answer, 0.25, 0, 0.5, 9, 0.1 * (1 + n), 0, 1)
            for world in TITLES
            for model in MODELS
            for n, answer in enumerate(("the shape", "the texture", "neither"))
        ],
        columns=["world", "model", "answer", "t", "t_low", "t_high", "n", "share", "low", "high"],
    )
    spec = chart_spec(fig_levels(rows))
    assert spec["params"][0]["bind"]["options"] == list(TITLES)
    for panel, model in zip(spec["concat"], MODELS, strict=True):
        own = rows[rows["model"] == model]
        assert rows_of(spec, panel, "line")["share"].tolist() == pytest.approx(own["share"])
        for layer in panel["layer"]:
            assert layer["transform"][0] == {"filter": "datum.world === levels_world"}


def test_lines_of_the_axis_are_named_at_their_ends():
    names = ("32 pixels, k = 0", "32 pixels, k = 7", "64 pixels, k = 7", "Imagen, k = 7")
    rows = pd.DataFrame(
        [(name, f, 0.1 * f, 0.1 * f, 0.1 * f) for name in names for f in (1, 2, 4)],
        columns=["weighting", "frequency", "share", "low", "high"],
    )
    svg = static_svg(chart_spec(fig_axis(rows, rows.head(0))))
    assert all(svg.count(f">{name}<") == 1 for name in names)


def test_an_own_model_is_drawn_on_the_axis_with_its_name():
    names = ("32 pixels, k = 0", "32 pixels, k = 7", "64 pixels, k = 7", "Imagen, k = 7")
    rows = pd.DataFrame(
        [(name, f, 0.1 * f, 0.1 * f, 0.1 * f) for name in names for f in (1, 2, 4)],
        columns=["weighting", "frequency", "share", "low", "high"],
    )
    mine = rows[rows["weighting"] == names[0]].assign(weighting="toString, k = 7")
    svg = static_svg(chart_spec(fig_axis(rows, mine)))
    assert svg.count(">toString, k = 7<") == 2  # a rim and itself


def test_levels_of_own_models_need_no_world():
    rows = pd.DataFrame(
        [
            ("mine", answer, 0.25, 0, 0.5, 9, 0.1, 0, 1)
            for answer in ("the shape", "the texture", "neither")
        ],
        columns=["model", "answer", "t", "t_low", "t_high", "n", "share", "low", "high"],
    )
    spec = chart_spec(fig_levels(rows))
    assert "params" not in spec
    assert [panel["title"] for panel in spec["concat"]] == ["mine"]


def test_diamonds_stand_where_the_axis_says():
    rows = pd.DataFrame(
        [
            (t, band, 8, t, t, t, at)
            for band, at in (("1 to 2", 0.8), ("2 to 4", 0.6), ("4 to 8", 0.4), ("8 on", 0.1))
            for t in (0.2, 0.9)
        ],
        columns=["t", "band", "images", "missed", "low", "high", "hidden_at"],
    )
    spec = chart_spec(fig_restored(rows))
    (panel,) = spec["concat"]
    (layer,) = (each for each in panel["layer"] if each["mark"].get("shape") == "diamond")
    drawn = pd.DataFrame(spec["datasets"][layer["data"]["name"]])
    assert drawn["hidden_at"].tolist() == [0.8, 0.6, 0.4, 0.1]
    assert set(drawn["missed"]) == {0.5}


def test_the_picture_without_scripts_says_its_numbers():
    rows = pd.DataFrame({"model": ["m"], "k": [7.0], "accuracy": [0.75], "shape_bias": [0.5]})
    spec = chart_spec(fig_start(rows))
    assert "m, k = 7: accuracy 0.75, shape bias 0.50." in spec["description"]
    (drawn,) = spec["datasets"].values()
    assert {each["measure"]: each["value"] for each in drawn} == {
        "Accuracy": 0.75,
        "Shape bias": 0.5,
    }
