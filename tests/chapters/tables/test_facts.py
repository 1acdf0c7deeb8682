"""How many printed numbers come out, by the shipped summaries."""

import math

from tiny.claims import assert_guarded

from gcbook.chapters.tables.facts import public_on_some, tables_facts
from gcbook.stats.benchmark_tables import benchmark_rows
from gcbook.stats.summaries import Summaries

SHIPPED = Summaries.read()
ROWS = benchmark_rows(SHIPPED)


def test_digits_that_come_out_are_counted():
    facts = tables_facts(ROWS, SHIPPED)
    assert (facts.listed, facts.both, facts.on_some, facts.unlisted) == (61, 2, 15, 7)
    assert (facts.same, facts.compared, str(facts.ranks_apart)) == (8, 8, "0.17")
    wrong = tables_facts(ROWS.assign(ood_accuracy=ROWS["ood_accuracy"] + 0.01), SHIPPED)
    assert (wrong.same, wrong.compared) == (6, 8)


def test_nothing_is_counted_where_nothing_is_both_printed_and_recomputed():
    facts = tables_facts(ROWS[ROWS["key"] == ""], SHIPPED)
    assert (facts.listed, facts.same) == (None, None)
    assert math.isnan(facts.ranks_apart)


def test_models_of_the_paper_with_public_decisions():
    names = public_on_some(SHIPPED)
    # Two on all datasets; of the 25 CNNs, ten are not in the paper.
    assert len(names) == 17
    assert {"ResNet-50", "Inception v3", "VGG-11 (BN)", "SqueezeNet 1.0"} <= names
    assert not {"VGG-16", "CORnet-S", "BagNet-33"} & names


def test_the_claims_hold_and_can_fail():
    assert_guarded("tables", tables_facts(ROWS, SHIPPED), "all_come_out", same=7)
