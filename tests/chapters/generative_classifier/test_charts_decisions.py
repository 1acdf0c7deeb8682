"""Maps and weights: every position of every slider has something to show, and the right thing."""

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
import torch
from tiny.charts import params, rendered

from gcbook.chapters.generative_classifier.charts import (
    CLASS_COLORS,
    fig_accuracy_by_weight,
    fig_evidence,
    fig_regions,
)
from gcbook.chapters.generative_classifier.tables import (
    DECAYS,
    TIMES,
    accuracy_table,
    evidence_table,
    expected_errors,
    region_boxes,
)
from gcbook.charts.chart import chart_spec
from gcbook.classifiers.toy import HALF_WIDTH, make_toy, toy_classifier

TOY = make_toy()
SIDE = 8
IMAGES, LABEL = TOY.sample(60, np.random.default_rng(0))


@cache
def expected():
    return expected_errors(toy_classifier(TOY), IMAGES, nodes=3)


@cache
def accuracies():
    table = accuracy_table(TOY, IMAGES, LABEL, expected())
    # Recognisable numbers, so that an accuracy above a map can be told from its neighbours'.
    return table.assign(accuracy=np.arange(len(table)) / 100)


@cache
def region_rows():
    return region_boxes(TOY, SIDE)


@cache
def evidence_rows():
    return evidence_table(TOY, IMAGES, expected())


@pytest.fixture(scope="module")
def regions():
    return chart_spec(fig_regions(region_rows(), accuracies()))


@pytest.fixture(scope="module")
def by_weight():
    return chart_spec(fig_accuracy_by_weight(accuracies()))


@pytest.fixture(scope="module")
def evidence():
    return chart_spec(fig_evidence(evidence_rows()))


def positions(param) -> np.ndarray:
    bind = param["bind"]
    return np.arange(bind["min"], bind["max"] + bind["step"] / 2, bind["step"])


def rows(spec, panel) -> list[dict]:
    return spec["datasets"][panel["data"]["name"]]


def accuracy(rule, value=None) -> str:
    found = accuracies()[accuracies()["rule"] == rule].set_index("value")["accuracy"]
    return f"{found.iloc[0] if value is None else found[value]:.1%} right"


def test_every_position_of_the_sliders_has_a_map(regions):
    one_t, all_t, best = regions["concat"]
    chosen = params(regions)
    assert positions(chosen["region_t"]) == pytest.approx(TIMES)
    assert positions(chosen["region_k"]).tolist() == list(DECAYS)
    assert chosen["region_only"]["value"] is False
    assert [row["value"] for row in rows(regions, one_t)] == pytest.approx(TIMES)
    assert [row["value"] for row in rows(regions, all_t)] == list(DECAYS)
    assert len(rows(regions, best)) == 1
    for name in ("region_t", "region_k"):
        assert min(abs(positions(chosen[name]) - chosen[name]["value"])) < 1e-9


def test_boxes_are_drawn_in_the_units_of_the_images(regions):
    packed = rows(regions, regions["concat"][2])[0]
    cell = 2 * HALF_WIDTH / SIDE
    places = {
        step["as"]: step["calculate"]
        for step in regions["concat"][2]["transform"]
        if "calculate" in step
    }
    area = 0
    for left, right, low, high, label in zip(
        *(packed[name] for name in ("left", "right", "low", "high", "label")), strict=True
    ):
        values = {"left": left, "right": right, "low": low, "high": high}
        x, x2, y, y2 = (
            eval(re.sub(r"datum\.(\w+)", r"values['\1']", places[name]), {"values": values})
            for name in ("x", "x2", "y", "y2")
        )
        # The class at a point inside the box, from the densities.
        point = torch.tensor([[x + cell / 2, y + cell / 2]], dtype=torch.float64)
        assert "ABCD"[TOY.log_density(point).argmax()] == label
        area += (x2 - x) * (y2 - y)
    assert area == pytest.approx((2 * HALF_WIDTH) ** 2, rel=1e-4)


@pytest.mark.parametrize(("t", "k"), [(0.04, 0), (0.28, 7), (1.0, 20)])
def test_the_accuracy_above_a_map_is_that_of_its_t_or_k(regions, t, k):
    svg = rendered(regions, region_t=t, region_k=k)
    assert f"One t: t = {t:.2f}" in svg and f"All t: k = {k}" in svg
    assert accuracy("one t", t) in svg
    assert accuracy("exp(−kt)", k) in svg
    assert accuracy("best possible") in svg
    assert "The best possible" in svg


def fills(svg: str) -> list[tuple[str, str]]:
    """Colour and opacity of each box."""
    found = []
    for path in re.findall(r"<path[^>]*>", svg):
        fill = re.search(r'fill="(#\w+)"', path)
        if fill and fill[1] in CLASS_COLORS and 'stroke-width="0.4"' in path:
            faded = 'opacity="0.2"' in path
            found.append((fill[1], "faded" if faded else "full"))
    return found


def test_agreement_is_faded_on_demand(regions):
    shown = region_rows()
    chosen = shown[
        ((shown["rule"] == "one t") & (abs(shown["value"] - 0.6) < 1e-6))
        | ((shown["rule"] == "exp(−kt)") & (shown["value"] == 3))
        | (shown["rule"] == "best possible")
    ]
    assert 0 < chosen["differs"].sum() < len(chosen)
    for only in (False, True):
        boxes = fills(rendered(regions, region_t=0.6, region_k=3, region_only=only))
        assert len(boxes) == len(chosen)
        colours = pd.Series([colour for colour, _ in boxes]).value_counts().to_dict()
        labels = chosen["label"].map(dict(zip("ABCD", CLASS_COLORS, strict=True)))
        assert colours == labels.value_counts().to_dict()
        full = sum(state == "full" for _, state in boxes)
        assert full == (chosen["differs"].sum() if only else len(chosen))


def test_accuracy_and_bias_are_two_lines_in_either_panel(by_weight):
    for panel, rule in zip(by_weight["concat"], ("one t", "exp(−kt)"), strict=True):
        limit, line, _ = panel["layer"]
        drawn = pd.DataFrame(rows(by_weight, line))
        found = drawn.pivot(index="value", columns="measure", values="share").to_numpy()
        table = accuracies()[accuracies()["rule"] == rule].set_index("value")
        assert found == pytest.approx(table[["accuracy", "coarse_bias"]].to_numpy())
        best = {row["measure"]: row["share"] for row in rows(by_weight, limit)}
        (row,) = accuracies()[accuracies()["rule"] == "best possible"].to_dict("records")
        assert best == {"Accuracy": row["accuracy"], "Bias to the coarse cue": row["coarse_bias"]}


def test_every_weighting_on_offer_is_a_column_or_computed(evidence):
    chosen = params(evidence)
    options = chosen["evidence_weight"]["bind"]["options"]
    assert set(options) - {"exp"} == set(evidence_rows().columns) - {"t", "log_snr", "gap"}
    assert len(chosen["evidence_weight"]["bind"]["labels"]) == len(options)
    assert positions(chosen["evidence_k"]).tolist() == list(DECAYS)
    found = max(evidence["datasets"].values(), key=len)
    assert [row["gap"] for row in found] == pytest.approx(evidence_rows()["gap"], rel=1e-4)


@pytest.mark.parametrize(("weighting", "k"), [("exp", 0), ("exp", 20), ("eps", 7), ("elbo", 7)])
def test_the_sum_says_which_cue_wins(evidence, weighting, k):
    weights = (
        np.exp(-k * evidence_rows()["t"]) if weighting == "exp" else evidence_rows()[weighting]
    )
    cue = "fine" if (evidence_rows()["gap"] * weights).sum() > 0 else "coarse"
    assert f"Sum: {cue} cue" in rendered(evidence, evidence_weight=weighting, evidence_k=k)


def test_both_outcomes_occur(evidence):
    sums = [(evidence_rows()["gap"] * np.exp(-k * evidence_rows()["t"])).sum() for k in (0, 20)]
    assert sums[0] < 0 < sums[1]
