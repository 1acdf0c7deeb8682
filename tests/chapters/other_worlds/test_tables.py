"""The map over worlds, from answers written by hand."""

import numpy as np
import pandas as pd
import pytest
from tiny.cue_answers import COLUMNS, cue_answers

from gcbook.chapters.other_worlds.tables import (
    MEASURES,
    map_rows,
    map_sentence,
    sign_sentence,
    trend_sentence,
)
from gcbook.miniworld.results.worlds import sign_rows
from gcbook.miniworld.training.worlds import GRID
from gcbook.stats.correlation import correlate
from gcbook.stats.metrics import blind_bias
from gcbook.stats.resampling import Resampling

ABOUT = ["diagnosticity", "contrast", "recipe", "variant", "observer"]


def answers(shares):
    """(Point, recipe, variant, seed) → of 10 conflicts by shape, by texture, of 10 others right."""
    rows = []
    for (point, recipe, variant, seed), (shape, texture, right) in shares.items():
        about = (*point, recipe, variant, f"{recipe}-seed{seed}")
        rows += cue_answers(about, shape, texture, right)
    return pd.DataFrame(rows, columns=[*ABOUT, *COLUMNS])


HERE, THERE = (0.89, 1.0), (0.6, 0.5)
SHARES = {
    (HERE, "mini-cnn", "", 0): (9, 1, 9),
    (HERE, "mini-cnn", "", 1): (7, 1, 9),
    (HERE, "mini-pixel", "", 0): (3, 3, 8),
    (THERE, "mini-cnn", "", 0): (2, 6, 5),
    (THERE, "mini-pixel", "", 0): (6, 2, 6),
    (HERE, "mini-pixel", "longer", 0): (8, 0, 9),
    (HERE, "mini-cnn", "longer", 0): (6, 2, 9),
    (HERE, "mini-cnn", "whole", 0): (2, 6, 9),
}
ANSWERS = answers(SHARES)


def value(rows, point, recipe, measure, variant=""):
    chosen = rows[
        (rows["diagnosticity"] == point[0])
        & (rows["contrast"] == point[1])
        & (rows["recipe"] == recipe)
        & (rows["variant"] == variant)
        & (rows["measure"] == MEASURES[measure])
    ]
    return chosen.iloc[0]


def test_every_square_holds_the_counted_shares():
    rows = map_rows(ANSWERS, resampling=Resampling(draws=100))
    both = value(rows, HERE, "mini-cnn", "shape_bias")
    assert (both["value"], both["seeds"]) == (pytest.approx(16 / 18, abs=1e-4), 2)
    assert both["blind"] == pytest.approx(blind_bias(0.8), abs=1e-4)
    assert value(rows, THERE, "mini-cnn", "texture_accuracy")["value"] == 0.6
    assert value(rows, THERE, "mini-pixel", "accuracy")["value"] == 0.6
    assert np.isnan(value(rows, THERE, "mini-pixel", "accuracy")["blind"])
    assert value(rows, HERE, "mini-cnn", "shape_accuracy", "whole")["value"] == 0.2
    # A point with fewer seeds than another has intervals all the same.
    assert rows["low"].notna().all()


def test_a_generator_alone_is_compared_with_nobody():
    alone = ANSWERS[ANSWERS["recipe"] == "mini-pixel"]
    assert sign_rows(alone, resampling=Resampling(draws=0)).empty
    assert "nothing can be compared" in sign_sentence(
        sign_rows(alone, resampling=Resampling(draws=0))
    )


def test_sentences_follow_the_rows():
    said = map_sentence(map_rows(ANSWERS, resampling=Resampling(draws=0)))
    assert (
        "- mini-cnn: shape bias from 0.25 (interval not computed; diagnosticity 0.6, contrast × "
        "0.5) to 0.89" in said
    )
    ends = [f"{blind_bias(share):.2f}" for share in (0.2, 0.8)]
    blind = f"never uses texture would have {ends[0]} to {ends[1]}."
    assert (
        f"worlds. An observer who names shapes as often and {blind} The model names 50% to 90% of"
        in said
    )
    said = map_sentence(map_rows(ANSWERS, resampling=Resampling(draws=100)))
    # Of ten conflicts, the ResNet names the texture of one here and of six there.
    assert "90% of ordinary images right, and textures clearly beyond accident in 1 of 2" in said
    rows = pd.DataFrame(
        [
            (0.6, 0.5, "", 0.7, 0.2, 0.5, 0.4, 0.6),
            (0.89, 1.0, "", 0.5, 0.9, -0.4, -0.5, -0.3),
            (1.0, 1.5, "", 0.5, 0.5, 0.0, -0.1, 0.1),
            (0.89, 1.0, "longer", 0.9, 0.8, 0.1, 0.05, 0.2),
            (0.6, 0.5, "whole", 0.7, 0.1, 0.6, 0.5, 0.7),
        ],
        columns=[
            "diagnosticity", "contrast", "variant", "generator", "classifier", "difference",
            "low", "high",
        ],
    )  # fmt: skip
    said = sign_sentence(rows)
    assert said.startswith(
        "The diffusion model is clearly more shape-biased than the ResNet in 1 of 3 worlds, "
        "clearly less in 1, and the difference is not clear of 0 in 1."
    )
    longer = "diagnosticity 0.89, contrast × 1: −0.40 → +0.10 (+0.05 to +0.20, the other sign)"
    turned = "the sign turns in 1 of 1 world."
    assert f"With both trained twice as long, {longer}: {turned}" in said
    whole = "diagnosticity 0.6, contrast × 0.5: +0.50 → +0.60 (+0.50 to +0.70)"
    turned = "the sign turns in 0 of 1 world."
    assert f"With the ResNet trained on whole images, {whole}: {turned}" in said


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ((-0.5, -0.3), (-0.1, 0.2), "(−0.10 to +0.20, no longer clear of 0): the sign turns in 0"),
        ((-0.1, 0.2), (0.1, 0.2), "(+0.10 to +0.20, clear of 0 now): the sign turns in 0"),
        ((-0.1, 0.2), (-0.3, 0.1), "(−0.30 to +0.10): the sign turns in 0"),
        ((0.1, 0.2), (-0.3, -0.1), "(−0.30 to −0.10, the other sign): the sign turns in 1"),
        ((np.nan, np.nan), (np.nan, np.nan), "Nothing was resampled, so it cannot be said which"),
    ],
)
def test_a_sign_has_turned_where_both_differences_are_clear(before, after, says):
    rows = pd.DataFrame(
        [
            {
                "diagnosticity": 0.6, "contrast": 0.5, "variant": variant,
                "difference": (low + high) / 2, "low": low, "high": high,
            }
            for variant, (low, high) in (("", before), ("longer", after))
        ]
    )  # fmt: skip
    assert says in sign_sentence(rows)


def test_a_trend_is_looked_for_on_the_whole_map():
    rows = pd.DataFrame(
        {
            "diagnosticity": [point.diagnosticity for point in GRID],
            "contrast": [point.contrast for point in GRID],
            "variant": "",
            # Falls with diagnosticity alone.
            "difference": [0.5 - point.diagnosticity / 2 for point in GRID],
        }
    )
    said = trend_sentence(rows)
    expected = correlate(rows["diagnosticity"], rows["difference"])[1]
    assert expected.r == pytest.approx(-1)
    assert (
        "Over 9 worlds the rank correlation of the difference is, with diagnosticity ρ = −1.00 "
        f"(p = {expected.p:.2g}) and with contrast" in said
    )
    assert "with contrast ρ = 0.00 (p = 1)" in said
    assert trend_sentence(rows.assign(difference=0.2)).startswith("The difference is the same")
    # On the diagonal both properties rise together.
    assert trend_sentence(rows.iloc[::4]).endswith("once both models are here in all 9 worlds.")


def test_the_difference_is_that_of_one_world():
    rows = sign_rows(ANSWERS, resampling=Resampling(draws=100)).set_index(
        ["diagnosticity", "contrast", "variant"]
    )
    assert rows.loc[(*HERE, ""), "difference"] == pytest.approx(0.5 - 16 / 18, abs=1e-4)
    assert rows.loc[(*THERE, ""), "difference"] == pytest.approx(0.75 - 0.25)
    assert rows.loc[(*HERE, "longer"), "difference"] == pytest.approx(1 - 0.75)
    # The classifier alone is trained otherwise.
    assert rows.loc[(*HERE, "whole"), "difference"] == pytest.approx(0.5 - 0.25)
    assert (*THERE, "longer") not in rows.index
