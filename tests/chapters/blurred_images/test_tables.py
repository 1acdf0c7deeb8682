"""Accuracy beside shape bias: on trials counted by hand, and on the shipped summaries."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tiny.noise_answers import SHARES, answers

from gcbook.chapters.blurred_images import tables
from gcbook.chapters.blurred_images.tables import (
    BLURRED,
    RESNET,
    accuracy_and_bias,
    clean_biases,
    dataset_rows,
    noise_rows,
    printed_correlations,
    resnet_rows,
    sharp_difference,
)
from gcbook.files.errors import InputError
from gcbook.miniworld.results.noised import CLEAN, category_rows
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.correlation_tables import EVERYBODY, FAMILY_MEANS, correlation_rows
from gcbook.stats.resampling import Resampling
from gcbook.stats.shape_tables import CATEGORY_MEAN, POOLED, bias_by_category
from gcbook.stats.summaries import Summaries, summarise

SHIPPED = Summaries.read()
ROWS = accuracy_and_bias(SHIPPED)


@cache
def correlations():
    return correlation_rows(ROWS)


def trials(observers, datasets=("cue-conflict", "low-pass")):
    """Observers → (answers to cat1-dog1 and dog1-cat1, answers to two cats blurred by 3 px)."""
    shown = {
        "cue-conflict": [("cat1-dog1.png", "cat", "0"), ("dog1-cat1.png", "dog", "0")],
        "low-pass": [("n1_1.png", "cat", "3"), ("n1_2.png", "cat", "3")],
    }
    rows = []
    for (observer, kind), given in observers.items():
        for dataset, responses in zip(shown, given, strict=True):
            if dataset in datasets and responses:
                rows += [
                    ("model-vs-human", observer, kind, dataset, condition, image, category, answer)
                    for (image, category, condition), answer in zip(
                        shown[dataset], responses, strict=True
                    )
                ]
    columns = ["source", "observer", "observer_kind", "dataset", "condition", "image_id"]
    return pd.DataFrame(rows, columns=[*columns, "category", "response"])


HAND = {
    ("subject-01", "human"): (["cat", "dog"], ["cat", "cat"]),
    # Right on both blurred images and by shape on both conflicts; half; none.
    ("resnet50", "model"): (["cat", "dog"], ["cat", "cat"]),
    ("bagnet33", "model"): (["cat", "cat"], ["cat", "dog"]),
    ("mine", "model"): (["dog", "cat"], ["dog", "dog"]),
    # Saw no blurred image.
    ("vgg16", "model"): (["cat", "dog"], []),
}


def hand_rows(observers=()):
    settings = SummarySettings(
        datasets=("cue-conflict", "low-pass"), resampling=Resampling(draws=0)
    )
    return accuracy_and_bias(summarise(trials(HAND), settings), observers)


def test_networks_that_saw_no_blurred_image_cannot_be_asked_for():
    assert set(hand_rows(("resnet50",))["observer"]) >= {"ResNet-50"}
    with pytest.raises(InputError, match=r"found vgg16\. These did: bagnet33, mine and resnet50\."):
        hand_rows(("resnet50", "vgg16"))


def test_both_numbers_of_one_observer_stand_in_one_row():
    whole = hand_rows().query("measured_on == @BLURRED").set_index("observer")
    assert whole["accuracy"].to_dict() == {"ResNet-50": 1, "BagNet-33": 0.5, "mine": 0, "Humans": 1}
    assert whole["shape_bias"].to_dict() == {
        "ResNet-50": 1,
        "BagNet-33": 0.5,
        "mine": 0,
        "Humans": 1,
    }
    assert whole["family"].to_dict() == {
        "ResNet-50": "ResNet",
        "BagNet-33": "BagNet",
        "mine": "mine",
        "Humans": HUMANS_TITLE,
    }
    assert "VGG-16" not in set(hand_rows()["observer"])


def test_single_strengths_follow_the_whole():
    assert list(dict.fromkeys(hand_rows()["measured_on"])) == [
        BLURRED,
        "Low-pass, filter of 3 px",
    ]
    blurs = ROWS[ROWS["measured_on"].str.startswith(BLURRED)]
    strengths = blurs["strength"].drop_duplicates().tolist()
    assert np.isnan(strengths[0])
    assert strengths[1:] == [0, 1, 3, 5, 7, 10, 15, 40]


def test_humans_are_shown_and_not_counted():
    found = correlation_rows(hand_rows())
    found = found[found["left_out"] == EVERYBODY]
    assert set(found["n"]) == {3}
    assert found.set_index(["measured_on", "coefficient"]).loc[(BLURRED, "Pearson"), "r"] == 1


def test_named_networks_are_kept_alone():
    assert set(hand_rows(["mine"])["observer"]) == {"mine", "Humans"}


def test_a_missing_dataset_is_named():
    settings = SummarySettings(datasets=("cue-conflict",), resampling=Resampling(draws=0))
    with pytest.raises(InputError, match="found none of low-pass"):
        accuracy_and_bias(summarise(trials(HAND, ["cue-conflict"]), settings))


def test_shipped_networks_have_the_values_of_the_other_chapters():
    row = ROWS[(ROWS["measured_on"] == BLURRED) & (ROWS["observer"] == "ResNet-50")].iloc[0]
    assert row["shape_bias"] == pytest.approx(0.2142)
    values = SHIPPED.estimates
    accuracy = values[
        (values["metric"] == "accuracy")
        & (values["dataset"] == "low-pass")
        & (values["condition"] == "")
        & (values["observer"] == "resnet50")
    ]["value"]
    assert row["accuracy"] == pytest.approx(accuracy.item(), abs=1e-4)
    # One and the same networks for every dataset.
    networks = ROWS[ROWS["kind"] != HUMANS_TITLE].groupby("measured_on")["observer"].agg(set)
    assert all(names == networks.iloc[0] for names in networks)
    assert len(networks.iloc[0]) == 9


def test_families_are_left_out_or_averaged():
    chosen = correlations()[
        (correlations()["measured_on"] == BLURRED) & (correlations()["coefficient"] == "Pearson")
    ].set_index("left_out")
    assert chosen["n"].to_dict() == {
        EVERYBODY: 9,
        "BagNet": 8,
        "ResNet": 8,
        "SWAG": 3,
        "SimCLR": 8,
        FAMILY_MEANS: 4,
    }
    blurred = ROWS[(ROWS["measured_on"] == BLURRED) & (ROWS["kind"] != HUMANS_TITLE)]
    means = blurred.groupby("family")[["accuracy", "shape_bias"]].mean()
    assert chosen.loc[FAMILY_MEANS, "r"] == pytest.approx(
        np.corrcoef(means["accuracy"], means["shape_bias"])[0, 1], abs=1e-4
    )
    assert chosen.loc[EVERYBODY, "arrangements"] == 362_880


def test_too_few_networks_have_no_coefficient():
    few = correlation_rows(hand_rows(["mine"]))
    assert few["r"].isna().all()
    assert set(few["n"]) == {0, 1}


def test_blurred_and_high_pass_images_are_compared_over_the_same_networks():
    found = sharp_difference(ROWS, 0.95)
    pearson = correlations()[
        (correlations()["coefficient"] == "Pearson") & (correlations()["left_out"] == EVERYBODY)
    ].set_index("measured_on")["r"]
    assert found["blurred"] == pytest.approx(pearson[BLURRED], abs=1e-4)
    assert found["sharp"] == pytest.approx(pearson["High-pass"], abs=1e-4)
    assert found["closer"] == pytest.approx(found["sharp"] - found["blurred"])
    assert found["low"] < found["closer"] < found["high"]
    alone = sharp_difference(ROWS[ROWS["measured_on"] == BLURRED], 0.95)
    assert np.isnan([*alone.values()]).all()


def test_datasets_by_their_coefficient():
    table = dataset_rows(ROWS, correlations())
    assert len(table) == 16
    assert table["r"].is_monotonic_decreasing
    assert table["measured_on"].tolist()[1] == "High-pass"
    blurred = table.set_index("measured_on").loc[BLURRED]
    assert (blurred["lowest"], blurred["without"]) == (0.4796, "BagNet")
    # SWAG cannot be left out: three networks would stay.
    pearson = correlations().query("measured_on == @BLURRED and coefficient == 'Pearson'")
    left_out = pearson[pearson["left_out"].isin(["BagNet", "ResNet", "SimCLR"])]
    assert blurred["lowest"] == left_out["r"].min()


def test_the_bracket_can_count_degrees_of_freedom_or_models():
    rows = printed_correlations().set_index(["coefficient", "points"])
    assert list(rows.index) == [(c, n) for c in ("Pearson", "Spearman") for n in (60, 58)]
    # The beta distribution of r under no correlation gives the same p.
    for points in (60, 58):
        by_beta = 2 * stats.beta.sf((0.59 + 1) / 2, (points - 2) / 2, (points - 2) / 2)
        assert rows.loc[("Pearson", points), "p"] == pytest.approx(by_beta)


def test_the_public_resnet_by_category():
    bias = bias_by_category(SHIPPED)
    own = resnet_rows(bias).query("observer == @RESNET")
    assert len(own) == 16
    assert (own["low"] <= own["texture_share"]).all()
    assert (own["texture_share"] <= own["high"]).all()
    of_resnet = bias[bias["observer"] == RESNET].set_index("category")["shape_bias"]
    answers = own[["shape_answers", "texture_answers"]].sum()
    assert answers.iloc[0] / answers.sum() == pytest.approx(of_resnet[POOLED], abs=1e-4)
    assert 1 - own["texture_share"].mean() == pytest.approx(of_resnet[CATEGORY_MEAN], abs=1e-4)
    assert own["category_mean"].to_numpy() == pytest.approx(1 - of_resnet[CATEGORY_MEAN], abs=1e-4)


def test_the_papers_three_cells_by_category():
    categories = category_rows(answers(SHARES), resampling=Resampling(draws=0))
    rows = noise_rows(categories).set_index(["noise", "category"])
    # Two networks without noise; one with it in training, tested on clean images and on one draw.
    assert rows["shape_answers"].unstack().to_dict("index") == {
        "No noise": {"cat": 3, "dog": 3},
        "Noise in training": {"cat": 3, "dog": 3},
        "Noise in training and testing": {"cat": 2, "dog": 2},
    }
    assert rows.loc[("No noise", "cat"), "texture_share"] == 0.625


def test_biases_on_clean_images_pool_the_seeds(monkeypatch):
    given = answers({key: shares for key, shares in SHARES.items() if key[1] == CLEAN})
    asked = given.drop(columns=["recipe", "trained", "tested"])
    monkeypatch.setattr(tables, "miniature_answers", lambda sets, models: asked)
    monkeypatch.setattr(tables, "with_recipe", lambda rows: rows.assign(recipe=given["recipe"]))
    found = clean_biases("default", resampling=Resampling(draws=100))
    assert {name: value for name, (value, _, _) in found.items()} == {
        "mini-cnn": 6 / 16,
        "mini-cnn-noise": 6 / 8,
    }
    assert all(low <= value <= high for value, low, high in found.values())
