"""Groups of images and kinds of pairs, of miniatures that err by construction."""

import pandas as pd
import pytest
from tiny.erring import CLASSIFIES, RIGHT, flipped, trials

from gcbook.chapters.miniature_consistency.facts import miniature_consistency_facts
from gcbook.chapters.miniature_consistency.tables import (
    KINDS,
    consistency_of,
    kind_rows,
    pair_rows,
)
from gcbook.miniworld.results.consistency import GROUPS
from gcbook.stats.resampling import Resampling

# In distribution mini-latent errs like the classifiers.
ELSEWHERE = RIGHT | {"mini-latent": flipped(CLASSIFIES, 1)}
ANSWERS = pd.concat(
    [trials(right, name, "cue-conflict") for name, right in RIGHT.items()]
    + [trials(right, name, "in-distribution") for name, right in ELSEWHERE.items()]
)


@pytest.fixture(scope="module")
def found():
    return consistency_of(ANSWERS, resampling=Resampling(draws=100))


def test_a_group_of_images_has_every_model(found):
    assert [each.group for each in found] == list(GROUPS)
    for each in found:
        assert set(each.order) == set(each.right) == set(RIGHT)
    assert found[1].right["mini-cnn"] == CLASSIFIES.mean()
    assert set(pair_rows(found)["group"]) == set(GROUPS)


def test_kinds_are_those_that_there_are(found):
    rows = kind_rows(found)
    assert rows.groupby("group", sort=False)["kind"].agg(list).tolist() == [[*KINDS.values()]] * 2
    across = rows[rows["kind"] == KINDS["across"]].set_index("group")
    assert across["pairs"].tolist() == [4, 4]
    assert across["share"].to_numpy() == pytest.approx(
        (across["kappa"] / across["most"]).to_numpy(), abs=1e-3
    )
    classifiers = ANSWERS[ANSWERS["observer"].str.startswith("mini-cnn")]
    few = kind_rows(consistency_of(classifiers, resampling=Resampling(draws=0)))
    assert set(few["kind"]) == {KINDS["seeds"], KINDS["discriminative"]}


def test_facts_say_whether_the_halves_are_the_kinds(found):
    facts = miniature_consistency_facts(found)
    assert facts.conflict_pure and not facts.other_pure
    assert facts.conflict_smaller_half == ("mini-latent", "mini-pixel")
    assert facts.other_smaller_half == ("mini-pixel",)
    right = [RIGHT[name].mean() for name in RIGHT if name.startswith("mini-cnn")]
    assert tuple(facts.conflict_classifiers_right) == (min(right), max(right))
    gap = facts.conflict_discriminative - facts.conflict_across
    assert min(facts.conflict_gap_interval) <= gap <= max(facts.conflict_gap_interval)
