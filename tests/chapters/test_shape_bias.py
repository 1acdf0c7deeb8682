"""*Shape bias*: its measure is that of the summaries."""

import numpy as np
from tiny.notebooks import names_after


def test_the_shares_of_all_answers_add_up_and_their_ratio_is_the_bias():
    rows = names_after("shape-bias", "observers")["ours"]
    assert np.allclose(rows["shape_accuracy"] + rows["texture_accuracy"] + rows["other_answers"], 1)
    ratio = rows["shape_accuracy"] / (rows["shape_accuracy"] + rows["texture_accuracy"])
    assert np.allclose(ratio, rows["shape_bias"], equal_nan=True)
    # The summaries estimate the same value, and its interval is around it.
    assert rows["shape_bias"].between(rows["low"] - 1e-6, rows["high"] + 1e-6).mean() > 0.99
