"""The vocabulary of columns: one heading each, and ends of intervals named by their column."""

import pytest

from gcbook.charts.columns import column, formats_of, headings_of, tooltips
from gcbook.files.errors import InputError


def test_ends_are_named_by_their_column():
    names = ["model", "accuracy", "low", "high", "shape_bias", "shape_bias_low"]
    assert list(headings_of(names).values()) == [
        "Model",
        "Accuracy",
        "Accuracy, lower end",
        "Accuracy, upper end",
        "Shape bias",
        "Shape bias, lower end",
    ]
    named = headings_of(["value", "low"], {"value": "Probability"})
    assert named == {"value": "Probability", "low": "Probability, lower end"}


def test_an_end_with_an_entry_of_its_own_is_no_end():
    assert headings_of(["t_low"]) == {"t_low": "t, from"}


def test_a_unit_stands_behind_its_heading():
    assert column("download_gb").title == "Download (GB)"


def test_ends_are_written_like_their_column():
    assert formats_of(["p_corrected", "r", "high"]) == {
        "p_corrected": ".4f",
        "r": ".2f",
        "high": ".2f",
    }
    assert formats_of(["r", "low"], {"r": ".1%"}) == {"r": ".1%", "low": ".1%"}


def test_two_columns_under_one_heading_are_refused():
    with pytest.raises(InputError, match=r"'Error consistency'.*error_consistency, kappa"):
        headings_of(["error_consistency", "kappa"])


def test_a_column_without_a_heading_is_refused():
    with pytest.raises(InputError, match=r"'wisdom'.*columns\.csv"):
        headings_of(["wisdom"])


def test_tooltips_take_headings_and_their_own_digits_first():
    shown = [each.to_dict() for each in tooltips(["observer", "shape_bias", "low", "r", "n"])]
    assert shown == [
        {"field": "observer", "type": "nominal", "title": "Observer"},
        {"field": "shape_bias", "type": "quantitative", "title": "Shape bias", "format": ".3f"},
        {
            "field": "low",
            "type": "quantitative",
            "title": "Shape bias, lower end",
            "format": ".3f",
        },
        {"field": "r", "type": "quantitative", "title": "r", "format": ".2f"},
        {"field": "n", "type": "quantitative", "title": "Images", "format": ","},
    ]


def test_what_is_special_of_a_tooltip_holds_for_the_ends_too():
    shown = tooltips(["value", "high"], titles={"value": "Share"}, formats={"value": ".1%"})
    value, high = (each.to_dict() for each in shown)
    assert (value["title"], high["title"]) == ("Share", "Share, upper end")
    assert value["format"] == high["format"] == ".1%"


def test_a_tooltip_without_a_format_shows_words():
    (shown,) = tooltips(["texture"], formats={"texture": ""})
    assert shown.to_dict() == {"field": "texture", "type": "nominal", "title": "Texture"}
