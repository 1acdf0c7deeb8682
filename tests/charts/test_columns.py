"""The vocabulary of columns: one heading each, and ends of intervals named by their column."""

import pytest

from gcbook.charts.columns import column, formats_of, headings_of, tooltips
from gcbook.files.errors import InputError


def test_ends_are_named_and_written_like_their_column():
    names = ["model", "accuracy", "low", "high", "shape_bias", "shape_bias_low", "t_low"]
    assert list(headings_of(names).values()) == [
        *("Model", "Accuracy", "Accuracy, lower end", "Accuracy, upper end"),
        *("Shape bias", "Shape bias, lower end", "t, from"),  # the last is no end
    ]
    named = headings_of(["value", "low"], {"value": "Probability"})
    assert named == {"value": "Probability", "low": "Probability, lower end"}
    usual = formats_of(["p_corrected", "r", "high"])
    assert usual == {"p_corrected": ".4f", "r": ".2f", "high": ".2f"}
    assert formats_of(["r", "low"], {"r": ".1%"}) == {"r": ".1%", "low": ".1%"}
    assert column("download_gb").title == "Download (GB)"


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["error_consistency", "kappa"], r"'Error consistency'.*error_consistency, kappa"),
        (["wisdom"], r"'wisdom'.*columns\.csv"),
    ],
)
def test_what_has_no_heading_of_its_own_is_refused(names, says):
    with pytest.raises(InputError, match=says):
        headings_of(names)


def test_tooltips_take_headings_and_their_own_digits_first():
    shown = [each.to_dict() for each in tooltips(["observer", "shape_bias", "low", "r", "n"])]
    assert [(each["title"], each.get("format")) for each in shown] == [
        ("Observer", None),
        ("Shape bias", ".3f"),
        ("Shape bias, lower end", ".3f"),
        ("r", ".2f"),
        ("Images", ","),
    ]
    assert [each["type"] for each in shown] == ["nominal", *["quantitative"] * 4]
    special = tooltips(["value", "high"], titles={"value": "Share"}, formats={"value": ".1%"})
    value, high = (each.to_dict() for each in special)
    assert (value["title"], high["title"]) == ("Share", "Share, upper end")
    assert value["format"] == high["format"] == ".1%"
    (words,) = tooltips(["texture"], formats={"texture": ""})
    assert words.to_dict()["type"] == "nominal"
