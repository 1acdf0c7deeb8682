"""How many printed numbers come out, by the shipped summaries."""

import math

import pytest
from tiny.claims import assert_guarded

from gcbook.chapters.tables.facts import tables_facts
from gcbook.chapters.tables.tables import metric_rows
from gcbook.claims import Interval
from gcbook.stats.benchmark_tables import benchmark_rows
from gcbook.stats.specifications import load_specifications
from gcbook.stats.summaries import Summaries

ROWS = benchmark_rows(Summaries.read())
CURVE = load_specifications()


def facts_of(rows):
    return tables_facts(rows, metric_rows(rows), CURVE)


def test_digits_that_come_out_are_counted():
    facts = facts_of(ROWS)
    assert (facts.listed, facts.both) == (61, 2)
    assert (facts.same, facts.compared, str(facts.ranks_apart)) == (8, 8, "0.17")
    wrong = facts_of(ROWS.assign(ood_accuracy=ROWS["ood_accuracy"] + 0.01))
    assert (wrong.same, wrong.compared) == (6, 8)


def test_the_papers_tables_against_themselves():
    facts = facts_of(ROWS)
    assert facts.mean_ranks_possible == facts.accuracy_ranks_possible == facts.table_rows == 58
    assert (facts.shared_possible, facts.shared_numbers) == (12, 12)
    assert (facts.toolbox_models, facts.toolbox_rows) == (52, 51)
    assert (facts.clip_rows, facts.clip_rows_vit_b) == (2, 2)
    assert (facts.single_datasets, facts.single_datasets_shown) == (5, 4)


def test_squares_are_corrected_by_their_interval():
    ends = {"accuracy_difference_low": 0.004, "accuracy_difference_high": 0.006}
    facts = facts_of(ROWS.assign(**ends))
    assert facts.humans_square == pytest.approx(0.006566, abs=1e-6)
    assert facts.humans_square_corrected == pytest.approx(0.005)
    none = facts_of(ROWS.assign(accuracy_difference_low=math.nan))
    assert math.isnan(none.humans_square_corrected)


def test_metrics_are_recomputed_where_that_can_be():
    metrics = metric_rows(ROWS).set_index("observer")
    assert metrics["ood_accuracy"].is_monotonic_decreasing
    assert metrics.loc["ResNet-50", "error_consistency"] == 0.208
    assert metrics.loc["Imagen", "error_consistency"] == 0.309
    facts = facts_of(ROWS)
    assert facts.accuracy_difference_rho < -0.9 < 0.9 < facts.observed_consistency_rho


def test_nothing_is_counted_where_nothing_is_both_printed_and_recomputed():
    facts = facts_of(ROWS[ROWS["key"] == ""])
    assert (facts.listed, facts.same) == (None, None)
    assert math.isnan(facts.ranks_apart)


def test_the_claims_hold_and_can_fail():
    assert_guarded("tables", facts_of(ROWS), "all_come_out", same=7)


@pytest.mark.parametrize(
    ("claim", "fact", "turned"),
    [
        ("headlines_stand", "shares", (Interval(-0.1, 0.01),)),
        ("ceiling_decides", "accurate_shares", (Interval(-0.01, 0.1),)),
        ("undefined_does_not_matter", "undefined_changes", 0.01),
    ],
)
def test_one_specification_that_turns_is_noticed(claim, fact, turned):
    facts = facts_of(ROWS)
    known = getattr(facts, fact)
    changed = known + turned if isinstance(known, tuple) else turned
    assert_guarded("tables", facts, claim, **{fact: changed})
