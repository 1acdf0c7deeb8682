"""What the figures of error consistency draw, beside the tables behind them."""

import pandas as pd
import pytest
from tiny.charts import names, params, rendered

from gcbook.chapters.error_consistency.charts import fig_datasets, fig_matrix, fig_standings
from gcbook.chapters.error_consistency.tables import (
    MATRICES,
    agreement_with_humans,
    consistency_pairs,
    matrix_pairs,
)
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.paper.observers import known_networks
from gcbook.stats.benchmark_tables import benchmark_rows, standing_rows
from gcbook.stats.summaries import Summaries

SHIPPED = Summaries.read()


@pytest.fixture(scope="module")
def pairs() -> pd.DataFrame:
    return matrix_pairs(consistency_pairs(SHIPPED))


def test_the_human_band_lies_within_the_axis() -> None:
    rows = standing_rows(benchmark_rows(SHIPPED), "error_consistency")
    spec = chart_spec(fig_standings(rows))
    (end,) = {layer["encoding"]["x"]["scale"]["domain"][1] for layer in spec["layer"]
              if "scale" in layer["encoding"].get("x", {})}  # fmt: skip
    assert rows["high"].max() < end


def test_datasets_are_rows_the_humans_highest_first() -> None:
    rows = agreement_with_humans(SHIPPED)
    spec = chart_spec(fig_datasets(rows))
    levels = rows[rows["observer"] == "Humans"].sort_values("kappa", ascending=False)
    svg = static_svg(spec)
    places = [svg.index(f">{name}<") for name in levels["dataset"]]
    assert places == sorted(places)
    # Single humans are in the table and not in the chart.
    drawn = next(rows for rows in spec["datasets"].values() if "observer_id" in rows[0])
    found = set(names(spec, {row["observer_id"] for row in drawn}))
    assert found == {"Humans"} | set(rows.loc[rows["kind"] != "Humans", "observer"])
    # A mark and a tick of the highlighted network on each of 17 datasets.
    nobody = rendered(spec, agrees="none")
    assert names(spec, [params(spec)["agrees"]["value"]]) == ["ResNet-50"]
    assert svg.count("<path") - nobody.count("<path") == 2 * 17


def test_matrices_are_of_five_datasets_people_and_a_network_of_every_family(pairs) -> None:
    assert tuple(dict.fromkeys(pairs["dataset"])) == MATRICES
    sizes = pairs.groupby("dataset").size()
    everyone = 10 + known_networks()["family"].nunique()
    assert sizes["Cue conflict"] == everyone * (everyone - 1) / 2
    networks = set(pairs.loc[pairs["a_kind"] != "Humans", "a"])
    assert {"ResNet-50 (SIN)", "BagNet-33"} & networks


def test_cells_are_the_pairs_on_either_side_of_the_diagonal(pairs) -> None:
    spec = chart_spec(fig_matrix(pairs))
    labels = params(spec)["names"]["value"]
    (packed,) = spec["datasets"].values()
    found = {}
    for there in packed:
        shown = [name.removeprefix("◆ ") for name in labels[there["dataset"]]]
        for row, column, kappa in zip(there["row"], there["column"], there["kappa"], strict=True):
            found[there["dataset"], shown[row], shown[column]] = kappa
    expected = {}
    for pair in pairs.itertuples():
        for one, other in ((pair.a, pair.b), (pair.b, pair.a)):
            expected[pair.dataset, one, other] = pair.kappa
    on_diagonal = {key: kappa for key, kappa in found.items() if key[1] == key[2]}
    assert set(on_diagonal.values()) == {None}
    rest = {key: kappa for key, kappa in found.items() if key[1] != key[2]}
    assert rest == pytest.approx(expected, abs=0.0051)  # drawn in hundredths


def test_rows_are_in_order_of_agreement_with_humans_and_people_have_a_diamond(pairs) -> None:
    there = pairs[pairs["dataset"] == "Edge"]
    humans = dict(zip(there["a"], there["a_humans"], strict=True))
    humans |= dict(zip(there["b"], there["b_humans"], strict=True))
    shown = params(chart_spec(fig_matrix(pairs)))["names"]["value"]["Edge"]
    values = [humans[name.removeprefix("◆ ")] for name in shown]
    assert values == sorted(values, reverse=True)
    assert [name.startswith("◆") for name in shown].count(True) == 10


def test_no_matrix_is_said_in_words(pairs) -> None:
    assert "None of the datasets" in chart_spec(fig_matrix(pairs.iloc[:0]))["description"]
