import json
import re

import pandas as pd
import pytest
from tiny.charts import params

from gcbook.chapters.error_consistency.charts import consistency_matrix, difference_matrix
from gcbook.chapters.error_consistency.tables import consistency_pairs
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.stats.differences import model_differences
from gcbook.stats.summaries import Summaries


@pytest.fixture(scope="module")
def pairs():
    return consistency_pairs(Summaries.read())


@pytest.fixture(scope="module")
def spec(pairs):
    return chart_spec(consistency_matrix(pairs))


def test_cells_decode_to_the_table(pairs, spec):
    found = params(spec)
    datasets = found["dataset"]["bind"]["options"]
    names = found["names"]["value"]
    (columns,) = spec["datasets"].values()
    data = [
        {"d": there["d"]} | dict(zip("ijkm", cell, strict=True))
        for there in columns
        for cell in zip(*(there[c] for c in "ijkm"), strict=True)
    ]
    cells = [row for row in data if row["i"] != row["j"]]
    rest = pairs[pairs["a"] != "Humans"]
    assert len(cells) == len(rest)
    decoded = pd.DataFrame(
        {
            "dataset": [datasets[row["d"]] for row in cells],
            "a": [names[row["d"]][row["i"]].removeprefix("◆ ") for row in cells],
            "b": [names[row["d"]][row["j"]].removeprefix("◆ ") for row in cells],
            "drawn": [row["k"] / 100 for row in cells],
            "most_drawn": [row["m"] / 100 for row in cells],
        }
    )
    both = rest.merge(decoded, on=["dataset", "a", "b"])
    assert len(both) == len(rest)
    assert (both["kappa"] - both["drawn"]).abs().max() < 0.0051
    assert (both["most"] - both["most_drawn"]).abs().max() < 0.0051
    # A diagonal for every observer of every dataset, which 3 numbers suffice to place.
    diagonal = [row for row in data if row["i"] == row["j"]]
    assert len(diagonal) == sum(map(len, names))


def test_names_are_in_order_of_agreement_with_humans(pairs, spec):
    found = params(spec)
    there = pairs[pairs["dataset"] == "Edge"]
    humans = {**dict(zip(there["a"], there["a_humans"], strict=True))}
    humans |= dict(zip(there["b"], there["b_humans"], strict=True))
    d = found["dataset"]["bind"]["options"].index("Edge")
    values = [humans[name.removeprefix("◆ ")] for name in found["names"]["value"][d]]
    assert values == sorted(values, reverse=True)
    assert [name.startswith("◆") for name in found["names"]["value"][d]].count(True) == 10


def test_the_human_level_stands_above(pairs, spec):
    row = pairs[(pairs["dataset"] == "Cue conflict") & (pairs["a"] == "Humans")].iloc[0]
    said = f"Humans among themselves: {row['kappa']:.2f}"
    assert said in spec["title"]["text"]["expr"]
    assert said in spec["description"]


def test_small_matrices_are_drawn_symmetric_with_values(pairs):
    small = pairs[pairs["dataset"] == "Colour"]
    svg = static_svg(chart_spec(consistency_matrix(small)))
    for name in ("BagNet-33", "ResNet-50"):
        assert svg.count(f">{name}<") == 2  # a row and a column
    written = re.findall(r">(−?1?\.\d\d)<", svg)
    values = (100 * small.loc[small["a"] != "Humans", "kappa"]).round() / 100
    assert len(written) == 2 * len(values)
    expected = sorted(f"{v:.2f}".replace("0.", ".").replace("-", "−") for v in values)
    assert sorted(written)[::2] == sorted(written)[1::2] == expected


def test_page_weight_of_all_datasets(spec):
    assert len(json.dumps(spec, separators=(",", ":"))) < 120_000


def test_difference_matrix_tells_significance_by_more_than_colour():
    rows = model_differences(Summaries.read())
    spec = chart_spec(difference_matrix(rows))
    filled, dashed, bold, plain = spec["layer"]
    assert filled["mark"]["type"] == "rect"
    assert dashed["mark"]["strokeDash"] and not dashed["mark"]["filled"]
    assert bold["mark"]["fontWeight"] == "bold" and "fontWeight" not in plain["mark"]
    svg = static_svg(spec)
    assert len(re.findall(r"font-weight=.bold.[^>]*>\.\d{3}<", svg)) == rows["differs"].sum()
    assert len(re.findall(r">\.\d{3}<", svg)) == len(rows)


def test_nothing_to_compare_is_said():
    empty = model_differences(Summaries.read()).iloc[:0]
    assert "Fewer than two networks" in chart_spec(difference_matrix(empty))["description"]
