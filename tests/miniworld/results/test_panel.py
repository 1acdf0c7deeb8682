"""Matrices of right and wrong, with silhouettes resampled."""

import numpy as np
import pandas as pd
import pytest
from tiny.erring import answered

from gcbook.files.errors import InputError
from gcbook.miniworld.results.panel import OOD_SETS, counted, make_panel
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies, cue_shares

IMAGES = ["cat1-dog1.png", "cat1-car2.png", "cat2-dog3.png", "dog1-cat1.png"]
A = answered(zip(IMAGES, ["cat", "car", "cat", "oven"], strict=True), "mini-ar")
B = answered(zip(IMAGES, ["dog", "cat", "cat", "dog"], strict=True), "mini-cnn")
B1 = answered(zip(IMAGES, ["cat", "cat", "dog", "dog"], strict=True), "mini-cnn-seed1")
BLUR = pd.concat(
    [
        answered([("cat1-cat1-3.png", a), ("dog1-dog1-3.png", b)], name, "low-pass", "3")
        for name, a, b in (("mini-ar", "cat", "cat"), ("mini-cnn", "cat", "dog"))
    ]
)


def test_rows_are_models_and_columns_images():
    panel = make_panel(pd.concat([A, B]).sample(frac=1, random_state=3), Resampling(20))
    assert sorted(panel.models) == ["mini-ar", "mini-cnn"]
    right = pd.DataFrame(panel.right, panel.models, panel.images["image_id"])
    assert right.loc["mini-ar", IMAGES].tolist() == [True, False, True, False]
    shape = pd.DataFrame(panel.shape, panel.models, panel.images["image_id"])
    texture = pd.DataFrame(panel.texture, panel.models, panel.images["image_id"])
    assert texture.loc["mini-ar", IMAGES].tolist() == [False, True, False, False]
    assert shape.loc["mini-cnn", IMAGES].tolist() == [False, True, True, True]


def test_images_of_a_silhouette_are_drawn_together():
    weights = make_panel(A, Resampling(50, seed=1)).weights
    images = make_panel(A, Resampling(50, seed=1)).images["image_id"].tolist()
    one, two = images.index(IMAGES[0]), images.index(IMAGES[1])
    assert (weights[one] == weights[two]).all()
    assert (weights[:, 0] == 1).all()
    # Two cats: each is drawn 0, 1 or 2 times, the other as often as is left.
    assert (weights[one] + weights[images.index(IMAGES[2])] == 2).all()
    assert weights[one].std() > 0


def test_a_model_without_all_images_is_named():
    with pytest.raises(InputError, match="fewer of mini-cnn"):
        make_panel(pd.concat([A, B.head(3)]), Resampling(5))


def test_values_and_intervals_are_those_of_the_shares():
    both, resampling = pd.concat([A, B]), Resampling(200, seed=4)
    panel = make_panel(both, resampling)
    shares = cue_shares(both, resampling=resampling).set_index("observer")
    right = accuracies(both, resampling=resampling).set_index("observer")
    for name in ("mini-ar", "mini-cnn"):
        accuracy = panel.accuracy(name, ["cue-conflict"], resampling=resampling)
        assert accuracy[0] == pytest.approx(right.loc[name, "accuracy"])
        assert panel.shape_bias(name)[0] == pytest.approx(shares.loc[name, "shape_bias"])
        ends = resampling.interval(accuracy, n=len(set(both["silhouette"])))
        assert ends == pytest.approx(right.loc[name, ["low", "high"]].tolist(), abs=1e-6)


def test_seeds_are_averaged_and_sets_weigh_alike():
    some = Resampling(3)
    panel = make_panel(pd.concat([B, B1]), some)
    right = panel.accuracy("mini-cnn", ["cue-conflict"], resampling=some)[0]
    assert right == pytest.approx((0.75 + 0.75) / 2)
    assert panel.shape_bias("mini-cnn")[0] == pytest.approx(6 / 8)
    two = make_panel(pd.concat([A, B, BLUR]), some)
    sets = ["cue-conflict", "low-pass"]
    # Four images in one set and two in the other: (2/4 + 1/2) / 2.
    assert two.accuracy("mini-ar", sets, resampling=some)[0] == pytest.approx(0.5)
    assert two.accuracy("mini-cnn", sets, resampling=some)[0] == pytest.approx(0.875)


def test_several_networks_are_resampled_too():
    some = Resampling(200)
    worse = answered(zip(IMAGES, ["dog", "oven", "oven", "oven"], strict=True), "mini-cnn-seed1")
    alike = B.assign(observer="mini-cnn-seed1")
    spreads = [
        make_panel(pd.concat([B, second]), some)
        .accuracy("mini-cnn", ["cue-conflict"], resampling=some)
        .std()
        for second in (alike, worse)
    ]
    assert spreads[1] > 2 * spreads[0]


def test_shape_bias_without_either_cue_is_undefined():
    none = answered(zip(IMAGES, ["oven"] * 4, strict=True), "mini-ar")
    assert np.isnan(make_panel(none, Resampling(3)).shape_bias("mini-ar")).all()


def test_what_counts_is_what_the_benchmark_counts():
    table = pd.DataFrame(
        [
            ("contrast", "c100"),
            ("contrast", "c30"),
            ("contrast", "c03"),
            ("in-distribution", "0"),
            ("cue-conflict", "0"),
            ("texture", "0"),
        ],
        columns=["dataset", "condition"],
    )
    assert counted(table).tolist() == [False, True, False, True, True, True]


def test_out_of_distribution_sets():
    assert set(TEST_SETS) - set(OOD_SETS) == {"in-distribution", "texture"}
