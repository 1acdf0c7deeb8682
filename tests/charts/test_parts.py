"""The forms that several chapters draw."""

import altair as alt
import pytest

from gcbook.charts.parts import chance_line, dropdown, kind_marks, look, radio, slider


def test_chance_stands_at_one_in_sixteen_of_its_channel():
    spec = chance_line(alt.Y("accuracy:Q", title="Accuracy")).to_dict()
    assert list(spec["datasets"].values()) == [[{"accuracy": 0.0625}]]
    assert list(spec["encoding"]) == ["y"]


@pytest.mark.parametrize(("control", "kind"), [(dropdown, "select"), (radio, "radio")])
def test_options_have_labels_where_they_are_given(control, kind):
    plain = control("a", "A ", ["x", "y"], "y").param.to_dict()
    assert plain["value"] == "y"
    assert plain["bind"] == {"input": kind, "options": ["x", "y"], "name": "A "}
    named = control("a", "A ", {"x": "first", "y": "second"}, "x").param.to_dict()["bind"]
    assert (named["options"], named["labels"]) == (["x", "y"], ["first", "second"])
    bound = slider("t", "Noise t ", 0.2, 0, 1, 0.1).param.to_dict()["bind"]
    assert (bound["min"], bound["max"], bound["step"]) == (0, 1, 0.1)


def test_a_look_has_the_channels_that_it_is_given_and_kinds_the_order_of_the_theme():
    made = look("model", ["a", "b"], color=["red", "blue"], dash=[[1, 0], [2, 2]], title="Model")
    assert list(made) == ["color", "strokeDash"]
    assert len({str(each.to_dict()["scale"]["domain"]) for each in made.values()}) == 1
    marks = kind_marks(["Imagen", "Humans"])
    assert marks["color"].to_dict()["scale"]["domain"] == ["Humans", "Imagen"]
    assert marks["shape"].to_dict()["scale"]["range"] == ["diamond", "square"]
