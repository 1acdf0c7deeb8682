"""What miniatures do with bands of frequency, from scores that are made up."""

import numpy as np
import pandas as pd
import pytest
from tiny.shipped import least, ship_model, ship_scores, use_data

from gcbook.chapters.fine_detail.bands import (
    MEASURES,
    ORDER,
    WHOLE,
    band_models,
    band_rows,
    band_sentence,
    sharp_outline_sentence,
)
from gcbook.miniworld.bands import BANDS
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.resampling import Resampling

PAIRS = [(CATEGORIES[i], CATEGORIES[i - 1]) for i in range(16)]


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Right where coarse detail is left, by shape; by texture where only fine detail is."""
    data = use_data(tmp_path / "data", monkeypatch)
    ship_model(data, "mini-cnn")
    for test_set, pairs in (
        ("filtered", [(c, c) for c in CATEGORIES]),
        ("filtered-conflict", PAIRS),
    ):
        names = [f"{shape}1-{texture}1-{band}.png" for band in BANDS for shape, texture in pairs]

        def errors(rows):
            fine = rows["image_id"].str.contains("-high-4")
            return least(rows, np.where(fine, rows["texture"], rows["category"]))

        ship_scores(data, "mini-cnn", test_set, names, errors, kind="discriminative")
        images = pd.read_parquet(data / "scores/mini-cnn" / test_set / "images.parquet")
        images["condition"] = images["image_id"].str.extract(r"-((?:low|high)-\d)\.png")[0]
        images.to_parquet(data / "scores/mini-cnn" / test_set / "images.parquet")
    whole = {
        "low-pass": [f"{shape}1-{shape}1-0.png" for shape, _ in PAIRS],
        # More images than were filtered; the others are left out.
        "cue-conflict": [f"{shape}{i}-{texture}1.png" for shape, texture in PAIRS for i in (1, 2)],
    }
    for test_set, names in whole.items():
        ship_scores(
            data, "mini-cnn", test_set, names, lambda r: least(r, r["category"]),
            kind="discriminative",
        )  # fmt: skip
    return data


@pytest.mark.usefixtures("shipped")
def test_every_measure_by_what_is_left():
    assert band_models() == ("mini-cnn",)
    rows = band_rows(resampling=Resampling(draws=100))
    assert list(dict.fromkeys(rows["band"])) == list(ORDER)
    assert list(dict.fromkeys(rows["measure"])) == list(MEASURES.values())
    value = rows.set_index(["measure", "band"])["value"]
    assert (value[MEASURES["accuracy"]] == 1).all()
    bias = value[MEASURES["shape_bias"]]
    assert bias["high-4"] == 0
    assert (bias.drop("high-4") == 1).all()
    assert value[MEASURES["texture_accuracy"], "high-4"] == 1
    assert (rows["n"] == 16).all()
    said = band_sentence(rows)
    assert said.startswith("- mini-cnn (above chance on low-2, low-4, low-8, high-1, high-2 and")
    assert "low-4: 100% right, conflicts 100% by shape and 0% by texture, shape bias 1.00" in said
    assert "high-4: 100% right, conflicts 0% by shape and 100% by texture, shape bias 0.00" in said
    assert "Nothing was resampled" in band_sentence(band_rows(resampling=Resampling(draws=0)))
    # Here fine detail brings the texture, and nobody turns away from it.
    assert sharp_outline_sentence(rows) == ""
    blind = rows[rows["measure"] == MEASURES["shape_bias"]].set_index("band")["blind"]
    assert blind["high-4"] == 0
    assert blind["low-2"] == 1


def test_nothing_is_said_of_no_model(tmp_path, monkeypatch):
    use_data(tmp_path / "data", monkeypatch)
    assert band_rows(resampling=Resampling(draws=100)).empty
    assert band_sentence(band_rows(resampling=Resampling(draws=100))).startswith("No miniature")
    assert ORDER.index(WHOLE) == 3
    assert sharp_outline_sentence(band_rows(resampling=Resampling(draws=100))) == ""


def test_who_turns_to_the_outline_when_coarse_detail_goes_is_named():
    fine = {"accuracy": 0.6, "shape_accuracy": 0.3, "texture_accuracy": 0.1, "shape_bias": 0.75}
    whole = {"accuracy": 0.9, "shape_accuracy": 0.3, "texture_accuracy": 0.5, "shape_bias": 0.38}
    table = [
        (recipe, MEASURES[name], band, value, value - 0.05, value + 0.05)
        for recipe, of in (("a", fine), ("b", whole))
        for band, values in (("high-4", of), (WHOLE, whole))
        for name, value in values.items()
    ]
    rows = pd.DataFrame(table, columns=["recipe", "measure", "band", "value", "low", "high"])
    assert "with high-4, a names the texture clearly less often" in sharp_outline_sentence(rows)
