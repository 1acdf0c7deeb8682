"""Paired tests: where resampling can make them, and where it cannot."""

import numpy as np

from gcbook.stats.comparisons import compare
from gcbook.stats.resampling import Resampling

HUMAN, MODEL, EXTREME = ("lab", "humans", "human"), ("lab", "net", "model"), ("lab", "one", "model")


def compared(*observers):
    rng = np.random.default_rng(0)
    values = {
        HUMAN: 0.9 + 0.01 * rng.standard_normal(200),
        MODEL: 0.3 + 0.01 * rng.standard_normal(200),
        EXTREME: np.zeros(200),
    }
    bias = {who: values[who] for who in observers}
    means = {"shape_bias": bias, "ood_accuracy": {}, "error_consistency": {}}
    return compare(means, Resampling()).set_index("a")


def test_clear_difference_is_found():
    row = compared(HUMAN, MODEL).loc["net"]
    assert row["low"] < row["difference"] < row["high"] < 0
    assert row["p"] == 2 / 200


def test_one_decision_is_no_evidence():
    """A bias of exactly 0 in every resample has no spread, so no test is made of it."""
    tests = compared(HUMAN, MODEL, EXTREME)
    assert tests.loc["one", ["low", "high", "p", "p_holm"]].isna().all()
    assert np.isfinite(tests.loc["one", "difference"])
    assert tests.loc["net", "p_holm"] == tests.loc["net", "p"]
