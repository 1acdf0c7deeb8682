"""Sentences on blurred images: they follow the tables."""

import numpy as np
import pandas as pd

from gcbook.chapters.blurred_images.tables import (
    BLURRED,
    EVERYBODY,
    FAMILY_MEANS,
    accuracy_and_bias,
    correlation_rows,
    lowest_rows,
    sharp_rows,
)
from gcbook.chapters.blurred_images.words import (
    arrangements_sentence,
    correlation_sentence,
    family_sentence,
    few_points_sentence,
    miniature_control_sentence,
    paper_networks_sentence,
    rank_sentence,
    sharp_sentence,
    stronger_sentence,
)
from gcbook.stats.summaries import Summaries

ROWS = accuracy_and_bias(Summaries.read())
CORRELATIONS = correlation_rows(ROWS)


def test_sentences_say_what_the_tables_hold():
    said = correlation_sentence(CORRELATIONS)
    row = CORRELATIONS.iloc[0]
    assert f"Pearson's coefficient over 9 networks is {row['r']:.2f}" in said
    assert "the paper prints 0.59 over its own models" in said
    assert "the paper prints 0.64" in said
    assert "without BagNet it is" in family_sentence(CORRELATIONS)
    assert "with one mean a family it is" in family_sentence(CORRELATIONS)


def made(values, r_of_others=0.3):
    """Dataset → Pearson's coefficient over all networks; intervals reach 0.3 to either side."""
    rows = [
        (name, EVERYBODY, "Pearson", 9, r, r - r_of_others, r + r_of_others, 0.1)
        for name, r in values.items()
    ]
    columns = ["measured_on", "left_out", "coefficient", "n", "r", "low", "high", "p"]
    return pd.DataFrame(rows, columns=columns)


def test_the_place_of_blurred_images_among_the_datasets():
    said = rank_sentence(
        made({"Edge": 0.9, BLURRED: 0.5, "Low-pass, filter of 3 px": 0.99, "Colour": -0.2})
    )
    assert "positively with shape bias on 2 of 3 datasets" in said
    assert "blurred images are number 2 (0.50)" in said
    assert rank_sentence(made({BLURRED: 0.5})) == (
        "There are no two datasets with a correlation to compare."
    )


def test_high_pass_images_are_the_control():
    lower = rank_sentence(made({"High-pass": 0.4, BLURRED: 0.5}))
    assert "High-pass images are number 2 (0.40), lower, as the explanation would have it" in lower
    higher = rank_sentence(made({"High-pass": 0.6, BLURRED: 0.5}))
    assert "number 1 (0.60), not lower, against what the explanation would have" in higher


def test_blurred_and_high_pass_images_are_compared_over_the_same_networks():
    table = sharp_rows(ROWS).set_index("left_out")
    every = table.loc[EVERYBODY]
    pearson = CORRELATIONS[
        (CORRELATIONS["coefficient"] == "Pearson") & (CORRELATIONS["left_out"] == EVERYBODY)
    ].set_index("measured_on")["r"]
    assert every["blurred"] == pearson[BLURRED]
    assert every["sharp"] == pearson["High-pass"]
    # SWAG cannot be left out: three networks would stay.
    assert "SWAG" not in table.index
    said = sharp_sentence(sharp_rows(ROWS))
    assert f"these are {every['blurred_given']:.2f}".replace("-", "−") in said
    assert f"of the {len(table)} rows" in said
    only = ROWS[ROWS["measured_on"] == BLURRED]
    assert sharp_sentence(sharp_rows(only)).startswith("There are too few networks")


def test_the_lowest_coefficient_with_a_family_left_out():
    low = lowest_rows(CORRELATIONS).set_index(["measured_on", "coefficient"])
    blurred = CORRELATIONS[
        (CORRELATIONS["measured_on"] == BLURRED)
        & (CORRELATIONS["coefficient"] == "Pearson")
        & CORRELATIONS["left_out"].isin(["BagNet", "ResNet", "SimCLR"])
    ]
    assert low.loc[(BLURRED, "Pearson"), "lowest"] == blurred["r"].min()
    assert low.loc[(BLURRED, "Pearson"), "without"] == "BagNet"


def test_the_papers_coefficient_has_an_interval_too():
    rows = CORRELATIONS[CORRELATIONS["measured_on"] == BLURRED]
    assert "rests on 60 points, and its own interval is 0.40 to 0.73. Were" in stronger_sentence(
        rows
    )
    assert stronger_sentence(rows).endswith("neither can be called the stronger.")
    apart = rows.assign(r=-0.5)
    assert stronger_sentence(apart).endswith("one of the two is the stronger.")
    assert stronger_sentence(rows.assign(low=np.nan)) == ""


def test_a_control_at_the_floor_is_none():
    def table(sharp):
        rows = [("High-pass", "a", sharp, 0.5), ("High-pass", "b", 0.05, 0.6)]
        return pd.DataFrame(rows, columns=["measured_on", "observer", "accuracy", "shape_bias"])

    correlations = pd.concat(
        made({BLURRED: low, "In-distribution": plain}).assign(left_out=name)
        for name, low, plain in ((EVERYBODY, 0.5, 0.2), ("a", 0.9, 0.95), ("b", 0.4, 0.1))
    )
    said = miniature_control_sentence(table(0.12), correlations)
    assert said.startswith("The best of these networks on high-pass images, a, answers 12%")
    assert "no control. And one miniature can make a pattern: without a the coefficient" in said
    assert "goes from 0.50 to 0.90, that of images as in training from 0.20 to 0.95." in said
    alone = miniature_control_sentence(table(0.6), correlations)
    assert "a is the best, with 60%. All others lie between 5% and 5% (chance" in alone
    assert "about that one network, and no control." in alone


def test_one_point_a_miniature_is_worth_its_interval():
    few = made({BLURRED: 0.1}).assign(left_out=FAMILY_MEANS, low=-0.8, high=0.9)
    said = few_points_sentence(few)
    assert said.endswith("the coefficient of blurred images is Pearson's 0.10 (−0.80 to 0.90).")
    both = pd.concat([few, few.assign(coefficient="Spearman", r=0.8)])
    assert few_points_sentence(both).endswith(" and Spearman's 0.80 (−0.80 to 0.90).")
    assert few_points_sentence(few.assign(low=np.nan)) == "" == few_points_sentence(few[:0])


def test_the_test_is_described_as_it_was_made():
    assert arrangements_sentence(CORRELATIONS).startswith("The test is exact")
    random = CORRELATIONS.assign(exact=False)
    assert "at random" in arrangements_sentence(random)
    assert arrangements_sentence(CORRELATIONS[:0]) == "There are too few networks for a test."


def test_networks_of_the_papers_tables_are_told_from_others():
    said = paper_networks_sentence(ROWS)
    assert said.startswith("Of these networks 2 are in the paper's tables; not there: BagNet-33,")
    inside = ROWS[ROWS["observer"].isin(["ResNet-50", "SimCLR ResNet-50x1", "Humans"])]
    assert paper_networks_sentence(inside) == "All of these networks are in the paper's tables."
    assert paper_networks_sentence(ROWS[ROWS["observer"] == "Humans"]) == ""


def test_without_a_coefficient_the_sentences_say_so():
    few = correlation_rows(ROWS[ROWS["observer"] == "ResNet-50"])
    assert np.isnan(few["r"]).all()
    assert "not defined for 1 network" in correlation_sentence(few)
    assert "it is not defined" in family_sentence(few)
