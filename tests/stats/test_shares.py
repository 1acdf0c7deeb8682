"""Shares are those of the answers, and their intervals know that images share silhouettes."""

import re

import numpy as np
import pandas as pd
import pytest

from gcbook.miniworld.results.answers import mark
from gcbook.stats.clustered import silhouettes
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies, cue_shares, pooled_measures, shape_biases


def answered(rows, observer):
    """Marked answers of one observer: pairs of an image's name and the response."""
    names, responses = zip(*rows, strict=True)
    columns = {"image_id": names, "imagename": names, "response": responses}
    columns["category"] = [re.match("[a-z]+", name)[0] for name in names]
    about = {"observer": observer, "dataset": "cue-conflict", "condition": "0"}
    return mark(pd.DataFrame(columns).assign(**about))


FOUR = [
    ("cat1-dog1.png", "cat"),
    ("cat1-car2.png", "car"),
    ("cat2-dog3.png", "dog"),
    ("cat2-dog4.png", "oven"),
]


def test_marks_say_what_an_image_shows():
    marked = answered([*FOUR, ("dog3-cat-c50.png", "dog"), ("none-cat4.png", "cat")], "a")
    assert marked["texture"].tolist() == ["dog", "car", "dog", "dog", "", "cat"]
    assert marked["silhouette"].tolist() == ["cat1", "cat1", "cat2", "cat2", "dog3", "none-cat4"]
    assert marked["cue"].tolist()[:4] == ["shape", "texture", "texture", "other"]
    assert marked["right"].tolist()[:5] == [True, False, False, False, True]


def test_values_are_the_shares():
    four, resampling = answered(FOUR, "a"), Resampling(draws=50)
    row = cue_shares(four, resampling=resampling).iloc[0]
    assert (row["n"], row["shape_accuracy"], row["texture_accuracy"]) == (4, 0.25, 0.5)
    assert row["shape_bias"] == pytest.approx(1 / 3)
    assert accuracies(four, resampling=resampling).iloc[0]["accuracy"] == 0.25


def test_agreeing_images_are_no_conflicts():
    agree = [*FOUR, ("cat3-cat1.png", "cat")]
    row = cue_shares(answered(agree, "a"), resampling=Resampling(draws=50)).iloc[0]
    assert row["n"] == 4


def test_shape_bias_of_nothing_named_is_undefined():
    none = answered([("cat1-dog1.png", "oven")], "a")
    row = cue_shares(none, resampling=Resampling(draws=50)).iloc[0]
    assert np.isnan(row["shape_bias"])
    assert (row["shape_accuracy"], row["texture_accuracy"]) == (0, 0)


def test_shape_bias_of_all_networks_is_drawn_as_the_table_has_it():
    one, some = answered(FOUR, "a"), Resampling(draws=200)
    two = pd.concat([one, answered([(name, "cat") for name, _ in FOUR], "b")])
    biases = shape_biases(two, resampling=some)
    assert biases[0] == pytest.approx(5 / 7)
    row = cue_shares(two, ["dataset"], resampling=some).iloc[0]
    assert some.interval(biases, n=2) == pytest.approx(
        (row["shape_bias_low"], row["shape_bias_high"])
    )


def test_silhouettes_are_drawn_within_their_category():
    answers = answered([*FOUR, ("dog1-cat5.png", "dog"), ("dog2-cat6.png", "dog")], "a")
    names, factor = silhouettes(answers)
    assert names.tolist() == ["cat1", "cat2", "dog1", "dog2"]
    weights = Resampling(draws=200).weights(factor)
    assert (weights[:, :2].sum(axis=1) == 2).all()
    # Of two, one is drawn and counted twice.
    assert set(weights[1:, 0]) == {0, 2}


def test_interval_is_that_of_clusters():
    """Ten images of one silhouette that fare alike tell as much as one: the binomial of 20."""
    rng = np.random.default_rng(0)
    fares = rng.random(200) < 0.5
    rows = [
        (f"cat{silhouette}-dog{10 * silhouette + image}.png", "cat" if fare else "dog")
        for silhouette, fare in enumerate(fares)
        for image in range(10)
    ]
    row = accuracies(answered(rows, "a"), resampling=Resampling(draws=2000)).iloc[0]
    expected = 1.96 * np.sqrt(0.25 / 200)
    assert (row["high"] - row["low"]) / 2 == pytest.approx(expected, rel=0.1)
    row = cue_shares(answered(rows, "a"), resampling=Resampling(draws=2000)).iloc[0]
    assert (row["shape_bias_high"] - row["shape_bias_low"]) / 2 == pytest.approx(expected, rel=0.1)


def test_groups_share_their_resamples():
    """Two observers who answer alike have one interval, whatever else is in the table."""
    rows_of = {"a": FOUR, "b": FOUR, "c": FOUR[:2]}
    answers = pd.concat([answered(rows, name) for name, rows in rows_of.items()])
    table = accuracies(answers, resampling=Resampling(draws=500)).set_index("observer")
    assert table.loc["a", ["low", "high"]].tolist() == table.loc["b", ["low", "high"]].tolist()
    assert table.loc["c", "n"] == 2


def answers():
    """Two networks: 3 of 4 conflicts by shape and 1 by texture; 1 by shape and 3 by neither."""
    rows = []
    for observer, cues, right in (
        ("m", ["shape", "shape", "shape", "texture"], 4),
        ("m-seed1", ["shape", "other", "other", "other"], 2),
    ):
        for image, cue in enumerate(cues):
            name = f"cat{image}"
            rows.append(("r", observer, "cue-conflict", "cat", name, cue, cue == "shape"))
            rows.append(("r", observer, "in-distribution", "cat", name, "agree", image < right))
        # Shape and texture of one category: no conflict.
        rows.append(("r", observer, "cue-conflict", "cat", "cat9", "agree", True))
    columns = ["recipe", "observer", "dataset", "category", "silhouette", "cue", "right"]
    return pd.DataFrame(rows, columns=columns)


def test_each_network_by_itself():
    keys, values, n = pooled_measures(
        answers(), ["recipe"], resampling=Resampling(draws=0, seed=0), together=False
    )
    assert keys["observer"].tolist() == ["m", "m-seed1"]
    assert values["shape_bias"][:, 0].tolist() == [0.75, 1]
    assert values["shape_accuracy"][:, 0].tolist() == [0.75, 0.25]
    assert values["texture_accuracy"][:, 0].tolist() == [0.25, 0]
    assert values["accuracy"][:, 0].tolist() == [1, 0.5]
    assert n["shape_bias"].tolist() == [4, 4]


def test_seeds_are_pooled_by_their_answers_and_resampled():
    keys, values, n = pooled_measures(
        answers(), ["recipe"], resampling=Resampling(draws=500, seed=0), together=True
    )
    assert keys.to_dict("list") == {"recipe": ["r"], "seeds": [2]}
    assert values["shape_bias"][0, 0] == pytest.approx(4 / 5)
    assert values["accuracy"][0, 0] == pytest.approx(6 / 8)
    assert (n["accuracy"].item(), n["shape_accuracy"].item()) == (8, 8)
    # With one seed drawn twice its own values come out, whatever the silhouettes.
    assert values["accuracy"][0].max() == 1
    assert np.isfinite(values["accuracy"]).all()
