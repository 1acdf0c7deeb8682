"""What races cost, from rows written out, and from those that ship."""

from types import SimpleNamespace

import pandas as pd
import pytest

from gcbook.chapters.worked_example.races import (
    RULES,
    mean_rows,
    predictions,
    race_facts,
    race_rows,
)
from gcbook.scoring.racing import ClarkJaini, ExpectedGain


def _row(model, rule, constant, evaluations, agreement, *, settled=1.0, usual=True):
    return {
        "model": model,
        "rule": RULES[rule],
        "constant": constant,
        "usual": usual,
        "images": 10,
        "evaluations": evaluations,
        "agreement": agreement,
        "settled": settled,
        "regret": 0.01,
        "reference_evaluations": 1000.0,
    }


@pytest.fixture
def rows():
    return pd.DataFrame(
        [
            _row("a", "expected-gain", 1e-3, 305.0, 0.9, settled=0.98),
            _row("a", "expected-gain", 4e-3, 100.0, 0.8, usual=False),
            _row("a", "clark-jaini", 2e-3, 610.0, 0.95),
            _row("b", "expected-gain", 1e-3, 100.0, 1.0),
            _row("b", "expected-gain", 4e-3, 50.0, 0.9, usual=False),
            _row("b", "clark-jaini", 2e-3, 400.0, 1.0),
            _row("a", "fixed", 8, 128.0, 0.7, usual=False),
            _row("a", "fixed", 32, 512.0, 0.8, usual=False),
            _row("b", "fixed", 32, 512.0, 0.9, usual=False),
        ]
    )


def test_facts_are_of_the_network_where_the_race_is_worst(rows):
    facts = SimpleNamespace(**race_facts(rows))
    assert (facts.networks, facts.raced_images, facts.all_raced_images) == (2, 10, 20)
    assert facts.of_clark_jaini == pytest.approx(0.5)
    # 50 draws of 16 classes and 450 of 5, on every image.
    assert facts.li_evaluations == 3050
    assert facts.of_li == pytest.approx(0.1)
    assert facts.settled == pytest.approx(0.98)
    assert facts.behind == pytest.approx(0.05)
    assert facts.gain_agreement == pytest.approx(0.95)
    assert facts.fixed_agreement == pytest.approx(0.85)
    assert facts.predicted_most_of_li == predictions()["most_of_li"] == 0.125


def test_means_are_over_networks(rows):
    found = mean_rows(rows).set_index(["rule", "constant"])
    assert found.loc[(RULES["expected-gain"], 4e-3), "evaluations"] == 75
    assert found.loc[(RULES["clark-jaini"], 2e-3), "agreement"] == pytest.approx(0.975)


def test_what_ships_has_every_rule_on_every_network():
    rows = race_rows()
    assert set(rows["rule"]) == set(RULES.values())
    assert rows.groupby("model").size().nunique() == 1
    usual = rows[rows["usual"]]
    assert set(usual["constant"]) == {ExpectedGain.constant, ClarkJaini.p}
    assert (usual.groupby(["model", "rule"]).size() == 1).all()
    # Smaller constants take longer, and what ties is settled.
    by_constant = rows[rows["rule"] == RULES["expected-gain"]].sort_values("constant")
    assert by_constant.groupby("model")["evaluations"].is_monotonic_decreasing.all()
    assert (rows["settled"] >= rows["agreement"]).all()
    assert rows["agreement"].between(0, 1).all()
    assert (rows["regret"] >= 0).all()
