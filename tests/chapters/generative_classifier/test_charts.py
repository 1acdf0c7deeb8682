"""Figures of the toy's images: what the sliders reach, and what is drawn there."""

import re
from collections import Counter
from functools import cache

import numpy as np
import pytest
from tiny.charts import params, rendered

from gcbook.chapters.generative_classifier.charts import (
    CLASS_COLORS,
    fig_restorations,
    fig_toy_images,
)
from gcbook.chapters.generative_classifier.tables import (
    EXAMPLES,
    TIMES,
    error_table,
    restoration_table,
    sample_table,
)
from gcbook.charts.chart import chart_spec
from gcbook.classifiers.toy import make_toy, toy_classifier

TOY = make_toy()


@cache
def samples():
    return sample_table(TOY, 40, 0)


@cache
def restored():
    return restoration_table(toy_classifier(TOY), 0)


@cache
def errors_at_times():
    return error_table(toy_classifier(TOY))


@pytest.fixture(scope="module")
def images():
    return chart_spec(fig_toy_images(samples()))


@pytest.fixture(scope="module")
def restorations():
    return chart_spec(fig_restorations(restored(), errors_at_times()))


def test_images_are_the_samples_with_noise_put_on_by_the_chart(images):
    assert samples().to_dict("records") in images["datasets"].values()
    slider = params(images)["toy_t"]["bind"]
    assert (slider["min"], slider["max"]) == (0, 1)
    _, noised = images["concat"]
    found = {step["as"]: step["calculate"] for step in noised["transform"]}
    for axis in "xy":
        assert found[f"{axis}_t"] == (
            f"cos(PI / 2 * toy_t) * datum.{axis} + sin(PI / 2 * toy_t) * datum.noise_{axis}"
        )


def test_noise_moves_the_second_panel_only(images):
    start, end = rendered(images, toy_t=0), rendered(images, toy_t=1)
    assert "Noised, t = 0.00" in start and "Noised, t = 1.00" in end
    # At t = 0 every point is drawn in the same place of both panels.
    assert twice(start) == 40 and twice(end) < 5


def test_every_position_of_the_slider_has_restorations_and_errors(restorations):
    slider, choice = params(restorations)["restored_t"], params(restorations)["restored_image"]
    bind = slider["bind"]
    reached = np.arange(bind["min"], bind["max"] + bind["step"] / 2, bind["step"])
    assert reached == pytest.approx(TIMES)
    assert choice["bind"]["options"] == list(EXAMPLES)
    assert slider["value"] in TIMES and choice["value"] in EXAMPLES
    packed, errors = restorations["datasets"].values()
    if "error" in packed[0]:
        packed, errors = errors, packed
    for image in EXAMPLES:
        for t in reached:
            (row,) = [r for r in packed if r["image"] == image and abs(r["t"] - t) < 1e-3]
            assert [row["label"].count(c) for c in ("clean", "noised", *"ABCD")] == [1] + [12] * 5
            bars = [r["label"] for r in errors if r["image"] == image and abs(r["t"] - t) < 1e-3]
            assert bars == list("ABCD")


def test_packed_rows_are_the_table(restorations):
    packed = next(rows for rows in restorations["datasets"].values() if "x" in rows[0])
    row = next(r for r in packed if r["image"] == "both cues say A" and r["t"] == 0.4)
    rows = restored()[(restored()["image"] == "both cues say A") & (restored()["t"] == 0.4)]
    assert row["x"] == pytest.approx(rows["x"].tolist())
    assert row["y"] == pytest.approx(rows["y"].tolist())
    assert row["label"] == rows["label"].tolist()


@pytest.mark.parametrize(("t", "label"), [(0.04, "B"), (0.8, "A")])
def test_the_smallest_error_is_marked(restorations, t, label):
    image = "cloud of A, clump of B"
    svg = rendered(restorations, restored_image=image, restored_t=t)
    assert f"Restorations at t = {t:.2f}" in svg
    assert svg.count(">smallest<") == 1
    errors = errors_at_times()
    rows = errors[(errors["image"] == image) & (abs(errors["t"] - t) < 1e-3)]
    assert rows.loc[rows["error"].idxmin(), "label"] == label
    # The word stands at the height of the class's name.
    heights = {text: height(svg, text) for text in ("smallest", *"ABCD")}
    nearest = min("ABCD", key=lambda c: abs(heights[c] - heights["smallest"]))
    assert nearest == label


def twice(svg: str) -> int:
    """How many places of points occur twice."""
    found = re.findall(r'translate\(([-\d.]+,[-\d.]+)\)"[^>]*fill="(#\w+)"', svg)
    places = Counter(place for place, colour in found if colour in CLASS_COLORS)
    return sum(count == 2 for count in places.values())


def height(svg: str, text: str) -> float:
    """Where a word first stands in a panel, from the top."""
    before = svg[: svg.index(f">{text}<")]
    return float(before[before.rindex("translate(") + 10 :].split(")")[0].split(",")[1])
