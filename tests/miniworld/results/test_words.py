"""Sentences about the miniatures follow from the numbers."""

import numpy as np
import pandas as pd

from gcbook.miniworld.results.findings import AGREES, CONTRADICTS, NOT_TESTED
from gcbook.miniworld.results.words import (
    bias_sentence,
    blind_sentence,
    kinds_sentence,
    real_sentence,
    results_sentence,
    seeds_sentence,
    strength_sentence,
    takeaways,
)


def results(**bias):
    rows = [
        {
            "recipe": name.replace("_", "-"),
            "seeds": 1,
            "in_distribution": 0.9,
            "silhouette": 0.8,
            "texture": 0.3,
            "shape_bias": value,
            "shape_bias_low": value - 0.1,
            "shape_bias_high": value + 0.1,
            "shape_bias_range": None,
            "in_distribution_range": None,
        }
        for name, value in bias.items()
    ]
    return pd.DataFrame(rows)


def claims(*verdicts):
    return pd.DataFrame({"verdict": verdicts})


def test_bias_runs_from_the_lowest_to_the_highest():
    said = bias_sentence(results(mini_ar=0.7, mini_cnn=0.3, mini_pixel=0.6))
    assert "the 3 miniatures runs from 0.300 (mini-cnn; 0.200 to 0.400)" in said
    assert "to 0.700 (mini-ar;" in said and "2 of them go by shape" in said
    assert "1 of them goes by shape" in bias_sentence(results(mini_ar=0.7, mini_cnn=0.3))


def test_a_single_miniature_is_not_a_range():
    said = bias_sentence(results(mini_cnn=0.3))
    assert "The only miniature" in said and "by texture more often than by shape" in said
    assert "by shape more often than by texture" in bias_sentence(results(mini_cnn=0.8))


def test_accidental_answers_are_set_beside_those_given():
    table = results(mini_cnn=0.75, mini_ar=np.nan)
    table = table.assign(shape_accuracy=0.7, texture_accuracy=0.2333, blind_bias=0.9722)
    said = blind_sentence(table)
    assert said.count("\n") == 0 and said.startswith("- mini-cnn names the texture on 23.3%")
    assert "it would on 2.0%, and have a shape bias of 0.97 instead of 0.75." in said


def test_takeaways_count_verdicts():
    said = takeaways(results(mini_cnn=0.8), claims(AGREES, AGREES, CONTRADICTS, NOT_TESTED))
    assert "Of 3 comparisons" in said and "2 came out as in the paper, 1 the other" in said
    assert "0 are open" in said and "1 more comparison needs a model" in said
    none = takeaways(results(mini_cnn=0.8), claims(NOT_TESTED, NOT_TESTED))
    assert "Of 0" not in none and "2 comparisons need models" in none
    assert "needs" not in takeaways(results(mini_cnn=0.8), claims(AGREES))


def test_cues_are_compared_for_each_miniature():
    table = results(mini_cnn=0.8, mini_ar=0.2)
    table.loc[1, ["silhouette", "texture", "in_distribution"]] = [0.2, 0.5, 0.1]
    said = results_sentence(table)
    assert "shape alone is named more often than texture alone by mini-cnn" in said
    assert "at least as often as shape alone by mini-ar" in said
    assert "**Close to guessing:** mini-ar" in said
    assert "Close to guessing" not in results_sentence(results(mini_cnn=0.8))
    assert "runs from 10% (mini-ar) to 90% (mini-cnn)" in said


def test_seeds_are_reported_where_there_are_several():
    assert "trained once" in seeds_sentence(results(mini_cnn=0.8))
    table = results(mini_cnn=0.8).assign(
        seeds=5, shape_bias_range="0.700 to 0.900", in_distribution_range="0.850 to 0.910"
    )
    said = seeds_sentence(table)
    assert "trained 5 times, has a shape bias from 0.700 to 0.900" in said
    assert "trained once" not in said


BY_SET = pd.DataFrame(
    [
        ("In-distribution", "mini-cnn", 0.9),
        ("Edges", "mini-cnn", 0.2),
        ("Contrast", "mini-cnn", 0.6),
    ],
    columns=["dataset", "recipe", "value"],
)


def test_costliest_manipulation():
    rows = pd.DataFrame(
        [
            ("Contrast", "mini-cnn", 0.9, "no: unchanged"),
            ("Contrast", "mini-cnn", 0.7, "yes"),
            ("Contrast", "mini-cnn", 0.5, "yes"),
            ("Contrast", "mini-cnn", 0.0, "no: too hard"),
            ("Rotation", "mini-cnn", 0.8, "no: unchanged"),
            ("Rotation", "mini-cnn", 0.7, "yes"),
        ],
        columns=["dataset", "recipe", "value", "counted"],
    )
    said = strength_sentence(rows)
    assert "loses most to *Contrast* (90% on the unchanged images, 60% on average" in said
    assert "least to *Rotation* (80% and 70%)" in said
    assert "no scores" in strength_sentence(rows.head(0))


def test_real_drawings_are_set_beside_those_of_the_same_kind():
    real = pd.DataFrame(
        [("Real edges", "mini-cnn", 0.2, 0.1, 0.3), ("Real edges", "mini-ar", 0.4, 0.3, 0.5)],
        columns=["dataset", "recipe", "value", "low", "high"],
    )
    said = real_sentence(real, BY_SET.assign(value=0.55))
    assert "mini-cnn on real edges: 20% (10% to 30%); on those of its own world: 55%" in said
    assert "mini-ar" not in said


def test_kinds_are_set_beside_each_other():
    rows = [("mini-pixel", 0.59), ("mini-ar", 0.97), ("mini-cnn", 0.94), ("mini-cnn-noise", 0.96)]
    values = pd.DataFrame(rows, columns=["recipe", "shape_bias"]).assign(category="pooled")
    said = kinds_sentence(values)
    assert "those that generate is 0.59 (mini-pixel) and 0.97 (mini-ar)" in said
    assert "that of the classifiers 0.94 (mini-cnn) and 0.96 (mini-cnn-noise)" in said
    assert said.endswith("1 of 2 generators lie above the lowest of these.")
