"""The paper's claims: a verdict follows from the interval alone."""

import numpy as np
import pandas as pd
import pytest
from tiny.erring import answered

from gcbook.miniworld.results.findings import (
    AGREES,
    CONTRADICTS,
    UNDECIDED,
    claim_differences,
    claim_rows,
    verdict_of,
)
from gcbook.stats.resampling import Resampling

IMAGES = [f"cat{i % 10 + 1}-dog{i + 1}.png" for i in range(60)]


def trials(shape, observer, dataset="cue-conflict", condition="0"):
    """The first ``shape`` of the images are answered by their shape, the rest by texture."""
    # Spread over silhouettes, so that resampling those does not decide.
    order = np.argsort([int(name.split("dog")[1].split(".")[0]) * 7 % 61 for name in IMAGES])
    named = np.full(len(IMAGES), "dog")
    named[order[:shape]] = "cat"
    return answered(zip(IMAGES, named, strict=True), observer, dataset, condition)


def claims(*tables, draws=200):
    return claim_rows(pd.concat(tables), resampling=Resampling(draws))


def row_of(rows, compared, measure="shape bias"):
    (row,) = rows[(rows["compared"] == compared) & (rows["measure"] == measure)].to_dict("records")
    return row


def test_clear_differences_are_called_by_their_sign():
    rows = claims(trials(50, "mini-pixel"), trials(30, "mini-cnn"), trials(8, "mini-cnn-noise"))
    higher = row_of(rows, "mini-pixel − mini-cnn")
    assert higher["verdict"] == AGREES
    assert (higher["a"], higher["b"]) == pytest.approx((50 / 60, 0.5), abs=1e-4)
    assert higher["difference"] == pytest.approx(20 / 60, abs=1e-3)
    assert higher["low"] < higher["difference"] < higher["high"]
    assert higher["paper"] == "0.99 against 0.21"
    lower = row_of(rows, "mini-cnn-noise − mini-cnn")
    assert lower["verdict"] == CONTRADICTS and lower["difference"] < 0


def test_small_differences_and_no_draws_decide_nothing():
    answers = (trials(31, "mini-pixel"), trials(30, "mini-cnn"))
    assert row_of(claims(*answers), "mini-pixel − mini-cnn")["verdict"] == UNDECIDED
    without = row_of(claims(trials(60, "mini-ar"), answers[1], draws=0), "mini-ar − mini-cnn")
    assert without["verdict"] == UNDECIDED and np.isnan(without["low"])
    assert verdict_of(float("nan"), float("nan")) == UNDECIDED


def test_all_seeds_count():
    rows = claims(trials(60, "mini-ar"), trials(10, "mini-cnn"), trials(50, "mini-cnn-seed1"))
    assert row_of(rows, "mini-ar − mini-cnn")["b"] == 0.5


def test_a_claim_takes_its_models_and_its_test_sets():
    rows = claims(trials(50, "mini-pixel"), trials(30, "mini-cnn"))
    assert rows["compared"].iloc[:-1].tolist() == ["mini-pixel − mini-cnn"]
    assert rows["measure"].iloc[0] == "shape bias"


def test_accuracy_on_one_set():
    rows = claims(
        *(
            trials(right, name, "high-pass", "1.5")
            for name, right in (("mini-pixel", 10), ("mini-latent", 45), ("mini-ar", 11))
        )
    )
    found = row_of(rows, "mini-latent − mini-pixel", "accuracy, high-pass")
    assert found["verdict"] == AGREES
    assert found["a"] == 0.75
    undecided = row_of(rows, "mini-ar − mini-pixel", "accuracy, high-pass")
    assert undecided["verdict"] == UNDECIDED


def test_conditions_that_the_benchmark_leaves_out_do_not_count():
    """With the unchanged images, on which both are alike, the difference would be half of this."""
    tables = [
        trials(right, name, "high-pass", condition)
        for name, right in (("mini-pixel", 10), ("mini-latent", 45))
        for condition in ("1.5", "inf")
    ]
    found = row_of(claims(*tables), "mini-latent − mini-pixel", "accuracy, high-pass")
    assert found["difference"] == pytest.approx(35 / 60, abs=1e-3)
    tables[1] = trials(45, "mini-pixel", "high-pass", "inf")
    again = row_of(claims(*tables), "mini-latent − mini-pixel", "accuracy, high-pass")
    assert again["difference"] == found["difference"]


def test_muse_made_no_claim():
    rows = claims(trials(50, "mini-masked"), trials(30, "mini-cnn"))
    assert not rows["compared"].str.contains("mini-masked").any()


def test_classifiers_have_to_err_more_like_each_other_than_like_generators():
    shapes = {"mini-pixel": 20, "mini-ar": 22, "mini-cnn": 50, "mini-cnn-noise": 48}
    rows = claims(*(trials(right, name) for name, right in shapes.items()))
    found = rows.iloc[-1]
    assert found["compared"] == "pairs of classifiers − pairs of two kinds"
    assert found["verdict"] == AGREES and found["difference"] > 0.3
    mixed = {"mini-pixel": 20, "mini-ar": 50, "mini-cnn": 49, "mini-cnn-noise": 22}
    assert claims(*(trials(r, n) for n, r in mixed.items())).iloc[-1]["verdict"] == CONTRADICTS


def test_differences_are_named_as_they_are_drawn():
    rows = pd.DataFrame(
        [
            ("mini-cnn-noise − mini-cnn", "shape bias"),
            ("mini-latent − mini-pixel", "accuracy, high-pass"),
            ("pairs of classifiers − pairs of two kinds", "error consistency, cue conflict"),
        ],
        columns=["compared", "measure"],
    ).assign(claim="A", difference=0.1, low=0.0, high=0.2, verdict="open", a=0.3, b=0.2, paper="")
    assert claim_differences(rows)["compared"].tolist() == [
        "Shape bias: cnn-noise − cnn",
        "High-pass: latent − pixel",
        "Kappa: within − across kinds",
    ]
