"""Figures of weightings draw what their tables hold."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.weighting.charts import fig_shares, fig_sweep
from gcbook.charts.chart import chart_spec, static_svg

KS = (0, 7, 20)
OTHERS = {"eps": "SNR", "elbo": "likelihood bound"}


MODELS = ("mini-pixel", "mini-latent")


def sweep(models=MODELS):
    rows = []
    for i, model in enumerate(models):
        for j, (name, k) in enumerate(
            [*((f"exp:{k}", k) for k in KS), *((o, None) for o in OTHERS)]
        ):
            row = {"model": model, "weighting": name, "title": OTHERS.get(name, name), "k": k}
            for offset, measure in ((0, "accuracy"), (0.3, "shape_bias")):
                value = 0.1 + offset + 0.05 * j + 0.01 * i
                row |= {measure: value, f"{measure}_low": value - 0.02}
                row |= {f"{measure}_high": value + 0.03}
            rows.append(row)
    return pd.DataFrame(rows).astype({"k": float})


SHARES = pd.DataFrame(
    [
        (model, name, tenth, part, share)
        for model in MODELS
        for name, last in (("exp:7", 0.19), ("uniform", 0.55))
        for part in ("weight", "variance")
        for tenth in range(1, 11)
        for share in [last if tenth == 10 else (1 - last) / 9]
    ],
    columns=["model", "weighting", "tenth", "part", "share"],
)


@pytest.fixture(scope="module")
def panels():
    return chart_spec(fig_sweep(sweep()))


def rows_of(spec, panel):
    layers = [layer for layer in panel["layer"] if layer["mark"]["type"] == "line"]
    data = (panel.get("data") or layers[0].get("data"))["name"]
    return pd.DataFrame(spec["datasets"][data])


def test_a_panel_a_measure_with_values_and_intervals(panels):
    for panel, name in zip(panels["vconcat"], ("accuracy", "shape_bias"), strict=True):
        rows, table = rows_of(panels, panel), sweep()
        assert rows["value"].to_numpy() == pytest.approx(table[name].to_numpy())
        assert rows["low"].to_numpy() == pytest.approx(table[f"{name}_low"].to_numpy())
        assert rows["high"].to_numpy() == pytest.approx(table[f"{name}_high"].to_numpy())
    first, second = (panel["title"] for panel in panels["vconcat"])
    assert "Accuracy" in first and "Shape bias" in second


def test_k_is_where_it_is_and_others_stand_apart(panels):
    rows = rows_of(panels, panels["vconcat"][0])
    curve = rows[rows["k"].notna()]
    assert curve["place"].tolist() == curve["k"].tolist() == [*KS, *KS]
    rest = rows[rows["k"].isna()]
    assert rest["place"].min() > 22
    # Neither weightings nor models stand on each other.
    assert len(set(rest["place"])) == 4
    assert np.diff(sorted(rest["place"])).min() >= 0.5


def test_the_axis_names_the_other_weightings_and_the_papers_k():
    svg = static_svg(chart_spec(fig_sweep(sweep())))
    for word in (">SNR<", ">bound<", ">the paper's<", ">chance<", ">20<"):
        assert word in svg
    assert ">23<" not in svg and ">26<" not in svg
    # Chance is that of 16 categories, and of accuracy alone.
    assert svg.count(">chance<") == 1 and svg.count(">the paper's<") == 2


def test_models_differ_in_more_than_colour(panels):
    (line,) = (e for e in panels["vconcat"][0]["layer"] if e["mark"]["type"] == "line")
    for channel in ("color", "strokeDash"):
        scale = line["encoding"][channel]["scale"]
        assert scale["domain"] == list(MODELS)
        assert len({str(value) for value in scale["range"]}) == 2


def test_a_sweep_without_intervals_can_be_drawn():
    table = sweep(MODELS[:1])
    table.loc[:, table.columns.str.endswith(("_low", "_high"))] = np.nan
    assert "NaN" not in static_svg(chart_spec(fig_sweep(table)))


def test_shares_of_the_weighting_that_is_chosen():
    spec = chart_spec(fig_shares(SHARES))
    (param,) = spec["params"]
    assert param["value"] == "exp:7"
    assert (param["bind"]["options"], param["bind"]["labels"]) == (
        ["exp:7", "uniform"],
        ["exp(−7t)", "uniform"],
    )
    assert [panel["title"] for panel in spec["vconcat"]] == list(MODELS)
    for panel, model in zip(spec["vconcat"], MODELS, strict=True):
        rows = pd.DataFrame(spec["datasets"][panel["data"]["name"]])
        wanted = SHARES[SHARES["model"] == model].drop(columns="model")
        assert rows.round(5).values.tolist() == wanted.round(5).values.tolist()
        assert panel["transform"] == [{"filter": "datum.weighting===shares_weighting"}]
    assert "tenth" in spec["description"]
