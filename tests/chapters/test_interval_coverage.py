"""*Intervals*: no statistic of the stored simulation is left out for want of a name."""

from tiny.notebooks import names_after


def test_every_statistic_has_a_kind():
    names = names_after("interval-coverage", "coverage")
    assert set(names["run"]["statistic"]) == set(names["KIND_OF"])
