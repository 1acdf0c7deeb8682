"""The table that a page opens with shows what there is, and nothing where nobody is."""

import pandas as pd

from gcbook.charts.own_table import own_columns, own_table
from gcbook.stats.own import own_measures
from gcbook.stats.summaries import Summaries

ROW = {
    "observer": "a<b",
    "kind": "Own model",
    "measure": "shape_bias",
    "dataset": "",
    "value": 0.5,
    "low": 0.4,
    "high": 0.6,
    "n": 1200,
    "whole": "17 of 17",
    "rank": 2.0,
    "ranked": 33.0,
    "people_difference": -0.4,
    "people_difference_low": -0.5,
    "people_difference_high": -0.3,
    "resnet50_difference": float("nan"),
    "resnet50_difference_low": float("nan"),
    "resnet50_difference_high": float("nan"),
    "imagen_printed": 0.99,
    "parti_printed": float("nan"),
}


def test_nothing_is_shown_without_own_observers() -> None:
    assert own_table(own_measures(Summaries.read(), ["shape_bias"])) is None


def test_a_row_has_value_interval_rank_and_differences() -> None:
    shown = own_table(pd.DataFrame([ROW]))
    assert shown is not None
    assert shown.name == "tab-your-shape-bias"
    assert "Measured on your trials" in shown.notes
    for part in ("a&lt;b", "0.500", "[0.400, 0.600]", "2 of 33", "−0.400", "[−0.500, −0.300]"):
        assert part in shown.body
    assert "ResNet-50" not in shown.body and "Parti" not in shown.body
    assert "0.99" in shown.body


def test_who_saw_fewer_datasets_is_said_and_not_ranked() -> None:
    part = ROW | {"rank": float("nan"), "ranked": float("nan"), "whole": "3 of 17"}
    rows = pd.DataFrame([ROW, part])
    assert own_columns(rows)[-1] == "whole" and "whole" not in own_columns(rows.head(1))
    shown = own_table(rows)
    assert shown is not None and "not ranked" in shown.body and "3 of 17" in shown.body
