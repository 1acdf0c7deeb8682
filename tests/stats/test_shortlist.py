"""Which dozen models a figure shows."""

import pandas as pd

from gcbook.stats.benchmark_tables import benchmark_rows, standing_rows
from gcbook.stats.shortlist import best_of_families, with_table1
from gcbook.stats.summaries import Summaries

ROWS = pd.DataFrame(
    [
        ("Humans", "Humans", 0.9),
        ("VGG-16", "Discriminative model", 0.3),
        ("VGG-19", "Discriminative model", 0.4),
        ("BagNet-9", "Discriminative model", 0.1),
        ("BagNet-17", "Discriminative model", 0.1),
        ("Imagen", "Imagen", 0.2),
        ("VGG-16", "Own model", 0.1),
    ],
    columns=["observer", "kind", "value"],
)


def test_of_a_family_the_best_is_kept_and_all_who_have_none() -> None:
    kept = best_of_families(ROWS, "value")
    assert kept.index.tolist() == [0, 2, 3, 5, 6]
    assert kept["observer"].tolist() == ["Humans", "VGG-19", "BagNet-9", "Imagen", "VGG-16"]


def test_the_benchmark_comes_down_to_people_and_twelve_models() -> None:
    standings = standing_rows(benchmark_rows(Summaries.read()), "ood_accuracy")
    kept = with_table1(standings)
    assert len(kept) == 13
    assert {"Humans", "Imagen", "Parti", "ResNet-50", "BagNet-33"} <= set(kept["model"])
    assert kept["position"].is_monotonic_increasing
    # Of the six SWAG networks the most accurate.
    swag = standings[standings["model"].str.startswith("SWAG")]
    assert kept["model"].str.startswith("SWAG").sum() == 1
    assert set(kept["model"]) & set(swag["model"]) == {swag["model"].iloc[0]}


def test_a_readers_own_model_is_shown_too() -> None:
    standings = standing_rows(benchmark_rows(Summaries.read()), "ood_accuracy")
    own = standings.tail(1).assign(model="mine", kind="Own model", origin="recomputed", paper=None)
    kept = with_table1(pd.concat([standings, own], ignore_index=True))
    assert len(kept) == 14 and kept["model"].iloc[-1] == "mine"
