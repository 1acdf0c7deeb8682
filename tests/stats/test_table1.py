"""Table 1: what is printed beside what comes out."""

from dataclasses import replace

import pytest

from gcbook.stats.summaries import Summaries
from gcbook.stats.table1 import table1_recomputed

SHIPPED = Summaries.read()


def test_table1_puts_both_values_side_by_side() -> None:
    table = table1_recomputed(SHIPPED).set_index("model")
    assert len(table) == 10
    resnet = table.loc["ResNet-50"]
    for metric in ("shape_bias", "ood_accuracy", "error_consistency"):
        assert round(resnet[metric], 2) == resnet[f"{metric}_published"]
        assert resnet[f"{metric}_low"] < resnet[metric] < resnet[f"{metric}_high"]
    assert round(table.loc["Humans", "shape_bias"], 2) == 0.96
    assert table.loc["Humans", "shape_bias_published"] == 0.96
    assert table.loc["Humans", "ood_accuracy"] == pytest.approx(0.723, abs=5e-4)
    assert table.loc["Humans", "error_consistency"] == pytest.approx(0.431, abs=5e-4)
    others = table.drop(index=["Humans", "ResNet-50"])
    assert others[["shape_bias", "ood_accuracy", "error_consistency"]].isna().all(axis=None)
    assert others.filter(like="_published").notna().all(axis=None)


def test_table1_sets_no_other_aggregate_beside_the_papers() -> None:
    made = replace(SHIPPED, provenance=SHIPPED.provenance | {"conditions": "all"})
    rows = table1_recomputed(made).set_index("model")
    assert rows[["ood_accuracy", "error_consistency"]].isna().all(axis=None)
    assert rows.loc["Humans", "shape_bias"] == pytest.approx(0.9587, abs=1e-4)
    assert rows["ood_accuracy_published"].notna().sum() == 9
