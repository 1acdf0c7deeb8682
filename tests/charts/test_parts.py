"""The forms that several chapters draw, by their specifications."""

import altair as alt
import pandas as pd
import pytest

from gcbook.charts.names import Names
from gcbook.charts.parts import (
    NOBODY,
    chance_line,
    condition_x,
    dropdown,
    highlight,
    kind_marks,
    left_out,
    look,
    radio,
    slider,
    small_panels,
)


def test_chance_stands_at_one_in_sixteen_of_its_channel():
    spec = chance_line(alt.Y("accuracy:Q", title="Accuracy")).to_dict()
    (rows,) = spec["datasets"].values()
    assert rows == [{"accuracy": 0.0625}]
    assert spec["encoding"]["y"]["field"] == "accuracy"
    assert "x" not in spec["encoding"]


def test_a_slider_moves_between_its_ends():
    bound = slider("t", "Noise t ", 0.2, 0, 1, 0.1).param.to_dict()
    assert bound["value"] == 0.2
    assert bound["bind"] == {"input": "range", "min": 0, "max": 1, "step": 0.1, "name": "Noise t "}


@pytest.mark.parametrize(("control", "kind"), [(dropdown, "select"), (radio, "radio")])
def test_options_have_labels_where_they_are_given(control, kind):
    plain = control("a", "A ", ["x", "y"], "y").param.to_dict()
    assert plain["value"] == "y"
    assert plain["bind"] == {"input": kind, "options": ["x", "y"], "name": "A "}
    named = control("a", "A ", {"x": "first", "y": "second"}, "x").param.to_dict()["bind"]
    assert (named["options"], named["labels"]) == (["x", "y"], ["first", "second"])


def test_networks_to_highlight_are_in_the_order_of_a_list():
    names = ["SimCLR", "Humans", "BagNet-17", "SWAG", "BagNet-9", "mine", "SWAG"]
    kinds = ["Humans" if name == "Humans" else "Own model" for name in names]
    rows = pd.DataFrame({"observer": names, "kind": kinds})
    menu = highlight(rows, Names.of(names), "who", "Highlight ", "SWAG").param
    assert menu.bind.labels == [NOBODY, "BagNet-9", "BagNet-17", "mine", "SimCLR", "SWAG"]
    assert menu.bind.options == [NOBODY, "o4", "o2", "o5", "o0", "o3"]
    assert menu.value == "o3"
    # Whoever is not there cannot stand out.
    assert highlight(rows, Names.of(names), "who", start="ResNet-50").param.value == NOBODY


def test_a_look_has_the_channels_that_it_is_given():
    made = look("model", ["a", "b"], color=["red", "blue"], dash=[[1, 0], [2, 2]], title="Model")
    assert list(made) == ["color", "strokeDash"]
    for channel, values in (("color", ["red", "blue"]), ("strokeDash", [[1, 0], [2, 2]])):
        spec = made[channel].to_dict()
        assert spec["scale"] == {"domain": ["a", "b"], "range": values}
        assert (spec["field"], spec["title"]) == ("model", "Model")


def test_kinds_keep_the_order_of_the_theme():
    marks = kind_marks(["Imagen", "Humans"])
    assert marks["color"].to_dict()["scale"]["domain"] == ["Humans", "Imagen"]
    assert marks["shape"].to_dict()["scale"]["range"] == ["diamond", "square"]


def test_panels_share_their_conditions_axis_with_what_is_left_out():
    x = condition_x(["none", "weak", "strong"], "Filter standard deviation (pixels)", -40)
    spec = x.to_dict()
    assert spec["sort"] == ["none", "weak", "strong"]
    assert spec["title"] == ["Filter standard", "deviation (pixels)"]
    assert spec["axis"]["labelAngle"] == -40
    shade = left_out(pd.DataFrame({"condition": ["strong"]}), x)
    panels = [alt.layer(shade, title=name) for name in "abcd"]
    chart = small_panels(
        panels, [dropdown("who", "Who ", ["x"], "x")], "Four panels.", shared=["color"]
    ).to_dict()
    assert chart["columns"] == 3 and len(chart["concat"]) == 4
    assert chart["resolve"]["scale"] == {"x": "independent", "color": "shared"}
    assert chart["description"] == "Four panels."
