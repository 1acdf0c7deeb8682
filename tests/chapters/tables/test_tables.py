"""The rows of Fig. 9 and of the specification curve."""

import pandas as pd

from gcbook.chapters.tables.tables import COMPARISONS, WORDS, specification_rows
from gcbook.stats.specifications import CONVENTIONS, HEADLINES, load_specifications

ROWS = specification_rows(load_specifications())


def test_every_headline_and_convention_has_words() -> None:
    assert list(COMPARISONS) == list(HEADLINES)
    assert list(WORDS) == list(CONVENTIONS)
    assert list(dict.fromkeys(ROWS["comparison"])) == list(COMPARISONS.values())


def test_specifications_stand_by_value_and_the_books_own_is_marked() -> None:
    for _, rows in ROWS.groupby("comparison"):
        assert rows["difference"].is_monotonic_increasing
        (ours,) = rows.index[rows["main"] == "yes"]
        for name, (book, _) in WORDS.items():
            assert rows.loc[ours, name] in (book, "")


def test_rows_say_in_words_what_the_table_holds() -> None:
    table = pd.DataFrame(
        {
            "headline": ["accuracy"] * 2,
            "conditions": ["all", "benchmark"],
            "zero_division": "nan",
            "resample_observers": [True, False],
            "within_categories": True,
            "of_ceiling": False,
            "observer": "resnet50",
            "difference": [0.2, 0.1],
            "low": [0.1, 0.0],
            "high": 0.3,
        }
    )
    rows = specification_rows(table)
    assert rows["main"].tolist() == ["yes", "no"]
    assert rows["model"].tolist() == ["ResNet-50"] * 2
    assert rows["conditions"].tolist() == ["benchmark", "all"]
    assert rows["resample_observers"].tolist() == ["fixed", "resampled"]
    assert rows["of_ceiling"].tolist() == ["", ""]
