"""What the chapter computes in its cells: shape bias by hand, and numbers that the paper prints."""

import pandas as pd
import pytest
from tiny.notebooks import names_after, names_of_cell

from gcbook.miniworld.results.noised import CLEAN, ONE_DRAW
from gcbook.stats.shares import PLAIN


@pytest.fixture(scope="module")
def found():
    return names_after("blurred-images", "measure")


def test_shape_bias_counts_the_answers_that_name_a_cue(found):
    rows = pd.DataFrame({"who": ["a", "a", "a", "b"], "n": [3, 1, 5, 2]})
    rows["cue"] = ["shape", "texture", "other", "texture"]
    assert found["shape_bias"](rows, "who")["shape_bias"].to_dict() == {"a": 0.75, "b": 0}


def test_noise_raises_shape_bias_twice(found):
    bias = found["shape_bias"](found["conflicts"], "trained", "tested")["shape_bias"].round(2)
    assert bias["clean", "clean images"] == 0.19
    assert bias["noised"].to_dict() == {"clean images": 0.28, "one draw of noise": 0.43}


def test_nine_networks_correlate_as_in_the_text(found):
    names = names_of_cell("blurred-images", "networks", found)
    names = names_of_cell("blurred-images", "claims-networks", names)
    blurred, ranks = names["blurred"], names["by_rank"]
    assert (blurred["n"], round(blurred["r"], 2), round(ranks["r"], 2)) == (9, 0.77, 0.72)
    assert round(names["no_bagnet"]["r"], 2) == 0.48
    assert round(names["whole"]["r"]["High-pass"], 2) == 0.89


SHARES = {
    ("mini-cnn", CLEAN): (2, 6, 9),
    ("mini-cnn-seed1", CLEAN): (4, 4, 9),
    ("mini-cnn-noise", CLEAN): (6, 2, 8),
    ("mini-cnn-noise", ONE_DRAW): (4, 0, 5),
}
"""How many of ten conflicts are answered by shape and by texture, and of ten other images right."""


def answers(shares):
    """Marked answers that are as many."""
    rows = []
    for (model, tested), (shape, texture, right) in shares.items():
        trained = "noised" if "noise" in model else "clean"
        about = {"observer": model, "recipe": model.partition("-seed")[0], "trained": trained}
        for i in range(10):
            category = ("cat", "dog")[i % 2]
            image = {"tested": tested, "category": category, "silhouette": f"{category}{i}"}
            cue = "shape" if i < shape else "texture" if i < shape + texture else "other"
            conflict = {"dataset": "cue-conflict", "cue": cue, "right": False}
            plain = {"dataset": PLAIN, "cue": "agree", "right": i < right}
            rows += [about | image | each for each in (conflict, plain)]
    return pd.DataFrame(rows)


def test_changes_are_differences_of_cells(found):
    given = found | {"answers": answers(SHARES), "claim": lambda *_, **__: None}
    names = names_of_cell("blurred-images", "noise", given | {"CATEGORIES": ["cat", "dog"]})
    training, testing = names["training"].loc["shape_bias"], names["testing"]
    assert training[["before", "after"]].tolist() == [0.375, 0.75]
    assert training["low"] <= 0.375 <= training["high"]
    assert training["after_low"] <= training["after"]
    assert testing.loc["accuracy", ["before", "after"]].tolist() == [0.8, 0.5]
    # Even images are cats; of the noised ones none names a texture.
    cats = names["each"].iloc[0]
    assert cats[["before", "after"]].tolist() == [0.375, 1]
    assert cats["low"] <= 0.625 <= cats["high"]
