from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gcbook.files.errors import InputError
from gcbook.paper.observers import HUMANS
from gcbook.paper.published import table2
from gcbook.stats.benchmark_tables import (
    METRICS,
    benchmark_rows,
    comparable_with_paper,
    dataset_rows,
    shape_bias_rows,
    standing_rows,
    table1_recomputed,
    table2_rows,
    table3_rows,
)
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def summaries():
    return Summaries.read()


@pytest.fixture(scope="module")
def rows(summaries):
    return benchmark_rows(summaries)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("Humans", [0.723, 0.007, 0.809, 0.431]),
        ("ResNet-50", [0.559, 0.087, 0.665, 0.208]),
        ("SimCLR ResNet-50x1", [0.596, 0.080, 0.667, 0.179]),
    ],
)
def test_recomputed_values_are_the_papers(rows, model, expected):
    row = rows.set_index("model").loc[model]
    assert row[list(METRICS)].astype(float).round(3).tolist() == expected
    if model != "Humans":
        assert row[[f"{m}_published" for m in METRICS]].astype(float).tolist() == expected


def test_every_observer_stands_once(rows):
    assert rows["model"].is_unique
    assert (rows["key"] != "").sum() == 61
    assert (rows["observer"] != "").sum() == 10
    assert rows.loc[rows["key"] == "imagen", list(METRICS)].isna().all(axis=None)


def test_a_rank_is_among_the_papers_rows_with_the_own_row_replaced(rows):
    bagnet = rows.set_index("model").loc["BagNet-33"]
    # Worse than all 58 rows of the paper in every metric.
    assert bagnet["mean_rank"] == 59
    assert bagnet["ood_rank"] == 59
    resnet = rows.set_index("model").loc["ResNet-50"]
    # Its own printed numbers are the recomputed ones, so the rank is that of the printed row.
    printed = table2()
    own = printed["key"] == "resnet50"
    by_hand = [
        (printed[m] < printed.loc[own, m].item()).sum()
        + ((printed[m] == printed.loc[own, m].item()).sum() + 1) / 2
        if m == "accuracy_difference"
        else (printed[m] > printed.loc[own, m].item()).sum()
        + ((printed[m] == printed.loc[own, m].item()).sum() + 1) / 2
        for m in ("accuracy_difference", "observed_consistency", "error_consistency")
    ]
    assert resnet["mean_rank"] == pytest.approx(np.mean(by_hand), abs=1e-6)
    assert resnet["ood_rank"] == resnet["ood_rank_published"] == 36
    assert np.isnan(rows.set_index("model").loc["Humans", "mean_rank"])


def test_published_values_stand_only_beside_comparable_ones(summaries):
    assert comparable_with_paper(summaries)
    other = replace(summaries, settings=SummarySettings(conditions="all"))
    assert not comparable_with_paper(other)
    rows = benchmark_rows(other)
    assert len(rows) == 10
    assert rows[[f"{m}_published" for m in METRICS]].isna().all(axis=None)
    assert rows["mean_rank"].isna().all()


def test_chosen_observers_are_kept_beside_the_paper(summaries):
    rows = benchmark_rows(summaries, ["bagnet33"])
    assert sorted(rows.loc[rows["observer"] != "", "model"]) == ["BagNet-33", "Humans"]
    # A network that the reader left out does not come back as a row of the paper.
    assert "ResNet-50" not in set(rows["model"])
    assert "Imagen" in set(rows["model"])
    with pytest.raises(InputError, match="nobody"):
        benchmark_rows(summaries, ["nobody"])


def test_an_own_model_with_a_published_name_is_not_the_papers(summaries):
    own = summaries.estimates[summaries.estimates["observer"] == "resnet50"]
    own = own[own["source"] == "model-vs-human"].assign(source="mine")
    both = replace(summaries, estimates=pd.concat([summaries.estimates, own]))
    rows = benchmark_rows(both).set_index("model")
    assert rows.loc["ResNet-50 (mine)", "kind"] == "Own model"
    assert rows.loc["ResNet-50 (mine)", "key"] == ""
    assert rows.loc["ResNet-50", "key"] == "resnet50"


@pytest.mark.parametrize(
    ("metric", "first"), [("error_consistency", "Humans"), ("ood_accuracy", "ViT-22B-224")]
)
def test_places_run_from_the_best(rows, metric, first):
    standing = standing_rows(rows, metric)
    assert standing["value"].is_monotonic_decreasing
    assert standing["position"].tolist() == list(range(1, len(standing) + 1))
    assert standing.loc[0, "model"] == first


def test_figure_4_marks_what_is_recomputed(summaries):
    rows = standing_rows(benchmark_rows(summaries), "error_consistency").set_index("model")
    assert rows["origin"].value_counts().to_dict() == {"published": 59, "recomputed": 10}
    assert rows.loc["Imagen", ["value", "origin"]].tolist() == [0.309, "published"]
    assert rows.loc["ResNet-50", "paper"] == 0.208
    assert rows.loc["ResNet-50", "low"] < 0.208 < rows.loc["ResNet-50", "high"]


def test_tables_2_and_3_keep_the_printed_order(rows):
    second = table2_rows(rows)
    assert second["model"].iloc[0] == "Humans"
    assert "Parti" not in set(second["model"])
    printed = second[second["key"] != ""].dropna(subset="mean_rank_published")
    assert len(printed) == 58
    alone = printed[printed["mean_rank"].isna()]
    assert alone["mean_rank_published"].is_monotonic_increasing
    third = table3_rows(rows)
    assert third["key"].iloc[1] == "vit_22b_ft_224"
    # Three SWAG networks would all be fourth, each alone among the paper's.
    ranks = third.set_index("model")["ood_rank"]
    assert ranks.drop(["ResNet-50", "SimCLR ResNet-50x1"]).isna().all()
    assert ranks["ResNet-50"] == 36
    mine = rows["model"] == "SWAG ViT-L/16"
    own = table3_rows(rows.assign(kind=rows["kind"].mask(mine, "Own model")))
    assert own.set_index("model")["ood_rank"]["SWAG ViT-L/16"] == 4


def test_dataset_rows_cover_every_dataset(summaries):
    rows = dataset_rows(summaries)
    sizes = rows.groupby("dataset").size()
    assert len(sizes) == 17
    # Humans and nine networks; on three datasets 23 more that no other source holds.
    assert sorted(set(sizes)) == [10, 33]
    assert rows["dataset"].iloc[0] == "Colour"
    one = rows[(rows["dataset"] == "Cue conflict") & (rows["model"] == "Humans")].iloc[0]
    assert one["accuracy_low"] < one["accuracy"] < one["accuracy_high"]


def test_shape_bias_rows(summaries):
    rows = shape_bias_rows(summaries).set_index("model")
    assert rows.index[0] == "Humans"
    assert round(rows.loc["Humans", "shape_bias"], 3) == 0.959
    assert round(rows.loc["ResNet-50", "shape_bias"], 3) == 0.214
    assert round(rows.loc["ResNet-50", "shape_bias_category_mean"], 3) == 0.198
    assert rows.loc["ResNet-50", "shape_bias_published"] == 0.21
    assert rows.loc["Imagen", "shape_bias_published"] == 0.99
    assert np.isnan(rows.loc["Imagen", "shape_bias"])


def test_table1_puts_both_values_side_by_side(summaries):
    table = table1_recomputed(summaries).set_index("model")
    assert len(table) == 10
    resnet = table.loc["ResNet-50"]
    for metric in ("shape_bias", "ood_accuracy", "error_consistency"):
        assert round(resnet[metric], 2) == resnet[f"{metric}_published"]
        assert resnet[f"{metric}_low"] < resnet[metric] < resnet[f"{metric}_high"]
    assert round(table.loc["Humans", "shape_bias"], 2) == 0.96
    assert table.loc["Humans", "shape_bias_published"] == 0.96
    assert table.loc["Humans", "ood_accuracy"] == pytest.approx(0.723, abs=5e-4)
    assert table.loc["Humans", "error_consistency"] == pytest.approx(0.431, abs=5e-4)
    best = table[table["shape_bias_best"]]
    assert list(best.index) == ["Imagen", "ViT-22B-384"]
    # Imagen and CLIP share the two digits that are printed.
    assert table["ood_accuracy_best"].sum() == 3
    others = table.drop(index=["Humans", "ResNet-50"])
    assert others[["shape_bias", "ood_accuracy", "error_consistency"]].isna().all(axis=None)
    assert others.filter(like="_published").notna().all(axis=None)


def test_table1_has_the_humans_of_all_sources(summaries):
    humans = summaries.estimates["observer"] == HUMANS
    source = summaries.estimates["source"].where(~humans, "my-lab+model-vs-human")
    more = replace(summaries, estimates=summaries.estimates.assign(source=source))
    pd.testing.assert_frame_equal(table1_recomputed(more), table1_recomputed(summaries))


def test_table1_sets_no_other_aggregate_beside_the_papers(summaries):
    made = replace(summaries, settings=SummarySettings(conditions="all"))
    rows = table1_recomputed(made).set_index("model")
    assert rows[["ood_accuracy", "error_consistency"]].isna().all(axis=None)
    assert rows.loc["Humans", "shape_bias"] == pytest.approx(0.9587, abs=1e-4)
    assert rows["ood_accuracy_published"].notna().sum() == 9
