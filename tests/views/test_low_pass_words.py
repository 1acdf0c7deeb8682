"""Sentences on blurred images: they follow the tables."""

import numpy as np
import pandas as pd

from gcbook.summaries import Summaries
from gcbook.views.low_pass import BLURRED, EVERYBODY, accuracy_and_bias, correlation_rows
from gcbook.views.low_pass_words import (
    arrangements_sentence,
    correlation_sentence,
    family_sentence,
    paper_networks_sentence,
    rank_sentence,
)

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
    assert "of 1 datasets lie above the interval" in said
    assert "those of 1 below it." in said
    assert rank_sentence(made({BLURRED: 0.5})) == "There is no other dataset to compare with."


def test_high_pass_images_are_the_control():
    lower = rank_sentence(made({"High-pass": 0.4, BLURRED: 0.5}))
    assert "High-pass images are number 2 (0.40), lower, as the explanation would have it" in lower
    assert lower.endswith("blurred images do not stand out.")
    higher = rank_sentence(made({"High-pass": 0.6, BLURRED: 0.5}))
    assert "number 1 (0.60), not lower, as the explanation would have it" in higher


def test_the_test_is_described_as_it_was_made():
    assert arrangements_sentence(CORRELATIONS).startswith("The test is exact")
    random = CORRELATIONS.assign(exact=False)
    assert "at random" in arrangements_sentence(random)
    assert arrangements_sentence(CORRELATIONS[:0]) == "There is nothing to test."


def test_networks_of_the_papers_tables_are_told_from_others():
    said = paper_networks_sentence(ROWS)
    assert said.startswith("Of these networks 2 are in the paper's tables; not there: BagNet-33,")
    inside = ROWS[ROWS["observer"].isin(["ResNet-50", "SimCLR ResNet-50x1", "Humans"])]
    assert paper_networks_sentence(inside) == "All of these networks are in the paper's tables."


def test_without_a_coefficient_the_sentences_say_so():
    few = correlation_rows(ROWS[ROWS["observer"] == "ResNet-50"])
    assert np.isnan(few["r"]).all()
    assert "not defined for 1 network" in correlation_sentence(few)
    assert "it is not defined" in family_sentence(few)
