"""*Shape bias*: its code reproduces what the paper prints, and follows a reader's parameters."""

import numpy as np
import pytest
from tiny.notebooks import run_chapter


@pytest.fixture(scope="module")
def chapter():
    return run_chapter("shape-bias")


def test_the_papers_numbers_come_out(chapter):
    run, _ = chapter
    assert round(run["humans"].shape_bias, 2) == 0.96
    assert (round(run["person"].min(), 2), round(run["person"].max(), 2)) == (0.92, 0.99)
    assert run["recomputed"].round(2).tolist() == [0.21, 0.56, 0.21]
    assert run["generators"].tolist() == [0.99, 0.93, 0.92]
    assert (len(run["person"]), len(run["network"]), len(run["tests"])) == (10, 32, 32)


def test_the_shares_of_all_answers_add_up_and_their_ratio_is_the_bias(chapter):
    rows = chapter[0]["ours"]
    assert np.allclose(rows["shape_accuracy"] + rows["texture_accuracy"] + rows["other_answers"], 1)
    ratio = rows["shape_accuracy"] / (rows["shape_accuracy"] + rows["texture_accuracy"])
    assert np.allclose(ratio, rows["shape_bias"], equal_nan=True)
    # The summaries estimate the same value, and its interval is around it.
    assert rows["shape_bias"].between(rows["low"] - 1e-6, rows["high"] + 1e-6).mean() > 0.99
