"""The worlds side by side: each one's rows are those of its own table."""

import pandas as pd
import pytest

from gcbook.miniworld.results import two_worlds
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.calibrated import CALIBRATED, CALIBRATED_WORLD, UNCALIBRATED
from gcbook.miniworld.results.findings import claim_rows
from gcbook.miniworld.results.kinds import recipes_in
from gcbook.miniworld.results.scores import bias_by_shape
from gcbook.miniworld.results.shipped import label_of, shipped_models
from gcbook.miniworld.results.two_worlds import (
    answers_in_both,
    bias_rows,
    claims_in_both,
    in_both,
    weighting_rows,
)
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, cue_shares

NONE = Resampling(draws=0)


@pytest.fixture(scope="module")
def answers():
    return answers_in_both()


def in_world(table, title):
    assert table.columns[0] == "world" and set(table["world"]) == {UNCALIBRATED, CALIBRATED}
    return table[table["world"] == title].drop(columns="world").reset_index(drop=True)


def test_the_worlds_are_compared_by_the_kinds_that_both_have(answers):
    default, calibrated = (answers[world]["observer"].unique() for world in two_worlds.WORLDS)
    assert set(calibrated) == set(map(label_of, shipped_models(CALIBRATED_WORLD)))
    assert recipes_in(default) == recipes_in(calibrated)
    assert set(answers["default"]["dataset"]) == set(TEST_SETS)


def test_a_worlds_rows_are_those_of_its_own_tables(answers):
    own = miniature_answers(TEST_SETS, shipped_models(CALIBRATED_WORLD))
    bias = in_world(bias_rows(answers, resampling=NONE), CALIBRATED)
    expected = bias_by_shape(own, resampling=NONE)
    assert bias[expected.columns].equals(expected)
    named = bias["shape_accuracy"] / (bias["shape_accuracy"] + bias["texture_accuracy"])
    assert named.to_numpy() == pytest.approx(bias["shape_bias"].to_numpy(), abs=1e-3)
    resnets = bias[bias["recipe"] == "mini-cnn"].drop_duplicates("recipe").iloc[0]
    networks = own[own["observer"].str.match(r"mini-cnn(-seed\d)?$") & (own["dataset"] == CONFLICT)]
    each = cue_shares(networks, resampling=NONE)["shape_bias"]
    assert len(each) == resnets["seeds"] == 5
    assert (resnets["seed_least"], resnets["seed_most"]) == (
        each.min().round(4),
        each.max().round(4),
    )
    claims = in_world(claims_in_both(answers, resampling=NONE), CALIBRATED)
    assert claims["difference"].equals(claim_rows(own, resampling=NONE)["difference"])
    default = in_world(claims_in_both(answers, resampling=NONE), UNCALIBRATED)
    assert default["compared"].equals(claims["compared"])


def test_weights_run_from_equal_ones_over_the_papers(answers):
    bias = bias_rows(answers, resampling=NONE)
    rows = weighting_rows(bias, resampling=NONE)
    pooled = bias[bias["category"] == "pooled"].set_index(["world", "recipe"])["shape_bias"]
    for world, title in two_worlds.WORLDS.items():
        of_world = rows[rows["world"] == title]
        by_k = of_world[of_world["recipe"] == "mini-pixel"].set_index("k")["shape_bias"]
        assert by_k.index.tolist() == list(range(21))
        assert by_k[7] == pytest.approx(pooled[title, "mini-pixel"], abs=1e-4)
        names = [name for name in shipped_models(world) if name.startswith("mini-pixel")]
        even = miniature_answers([CONFLICT], names, weighting="uniform")
        even = bias_by_shape(even, resampling=NONE)
        assert by_k[0] == pytest.approx(even["shape_bias"].iloc[0], abs=1e-4)
        resnet = of_world[of_world["recipe"] == "mini-cnn"]["shape_bias"]
        assert len(resnet) == 21 and set(resnet) == {pooled[title, "mini-cnn"]}


def test_a_table_of_each_world_is_told_apart():
    def rows_of(answers, word, *, resampling):
        return answers.assign(word=word, draws=resampling.draws)

    given = {name: pd.DataFrame({"of": [name]}) for name in two_worlds.WORLDS}
    rows = in_both(rows_of, given, "a", resampling=NONE)
    assert rows.to_dict("list") == {
        "world": [UNCALIBRATED, CALIBRATED],
        "of": ["default", "calibrated"],
        "word": ["a", "a"],
        "draws": [NONE.draws] * 2,
    }
