"""The race of single images as a chart."""

import re

import pandas as pd
import pytest

from gcbook.chapters.step_by_step.charts import ROLE_COLORS, fig_step_race
from gcbook.charts.chart import chart_spec, static_svg

LABELS = {"cat": "shape", "dog": "texture", "oven": "neither"}
RACE = pd.DataFrame(
    [
        (image, label, role, draw, 1.0, behind)
        for image in ("first image", "second image")
        for k, (label, role) in enumerate(LABELS.items())
        for draw in range(1, 7)
        for behind in [float(k * (8 if image == "first image" else 0.2) / draw)]
    ],
    columns=["image", "label", "role", "draw", "error", "behind"],
)
LEADERS = pd.DataFrame(
    [
        (image, draw, draw / 10, "cat", "shape", "dog", 8 / draw)
        for image in ("first image", "second image")
        for draw in range(1, 7)
    ],
    columns=["image", "draw", "t", "leader", "role", "second", "margin"],
)


@pytest.fixture(scope="module")
def spec():
    return chart_spec(fig_step_race(RACE, LEADERS))


def render(spec, **values):
    changed = [
        {**param, "value": values.get(param["name"], param["value"])} for param in spec["params"]
    ]
    return static_svg({**spec, "params": changed})


def points(svg):
    """Where the marks at the chosen draw stand, by their fill."""
    drawn = svg.split("role-legend")[0]
    found = re.findall(
        r'<path transform="translate\(([-\d.]+),([-\d.]+)\)"[^>]*fill="(#\w+)"', drawn
    )
    return {colour: (float(x), float(y)) for x, y, colour in found}


def test_images_and_draws_can_be_chosen(spec):
    params = {param["name"]: param for param in spec["params"]}
    assert params["race_image"]["bind"]["options"] == ["first image", "second image"]
    bind = params["race_draws"]["bind"]
    assert (bind["min"], bind["max"], params["race_draws"]["value"]) == (1, 6, 4)
    two = chart_spec(fig_step_race(RACE[RACE["draw"] < 3], LEADERS[LEADERS["draw"] < 3]))
    assert {param["name"]: param["value"] for param in two["params"]}["race_draws"] == 2


def test_words_tell_who_leads_after_the_chosen_draws(spec):
    one = render(spec, race_draws=1)
    assert ">After 1 draw: cat (shape)<" in one
    assert ">8.00 % before dog; this draw: t = 0.10<" in one
    four = render(spec, race_draws=4)
    assert ">After 4 draws: cat (shape)<" in four
    assert ">2.00 % before dog; this draw: t = 0.40<" in four


def test_marks_stand_at_the_values_of_the_chosen_draw(spec):
    first, last = points(render(spec, race_draws=1)), points(render(spec, race_draws=6))
    shape, texture, neither = (ROLE_COLORS[i] for i in (1, 2, 3))
    assert set(first) == set(last) == {shape, texture, neither}
    # The leader is at the top, the others below it in their order, and nearer at the end.
    assert first[shape][1] == last[shape][1] == 0
    assert first[texture][1] < first[neither][1]
    assert 0 < last[texture][1] < first[texture][1]
    assert len({x for x, _ in last.values()}) == 1
    assert last[shape][0] > first[shape][0]


def test_the_scale_is_that_of_the_image(spec):
    wide = points(render(spec, race_draws=1))
    narrow = points(render(spec, race_image="second image", race_draws=1))
    # The largest distance of either image is at the bottom.
    assert narrow[ROLE_COLORS[3]][1] == pytest.approx(wide[ROLE_COLORS[3]][1], abs=1)


def test_lines_are_packed_and_told_apart_without_colour(spec):
    rows = max(spec["datasets"].values(), key=lambda table: "behind" in table[0])
    assert len(rows) == 6 and all(len(row["behind"]) == 6 for row in rows)
    dash = spec["layer"][0]["encoding"]["strokeDash"]
    assert dash["legend"] == spec["layer"][0]["encoding"]["color"]["legend"]
    by_role = dict(zip(dash["scale"]["domain"], dash["scale"]["range"], strict=True))
    assert by_role["shape"] != by_role["texture"]
    widths = [layer["mark"].get("strokeWidth") for layer in spec["layer"][:3]]
    assert widths[2] > 2 * widths[1]


def test_lines_beyond_the_chosen_draw_are_faint(spec):
    faint, others, named = spec["layer"][:3]
    assert faint["mark"]["opacity"] < 0.5
    filters = [[step.get("filter") for step in layer["transform"]] for layer in (others, named)]
    assert all("datum.draw <= race_draws" in each for each in filters)
    assert "datum.draw <= race_draws" not in [step.get("filter") for step in faint["transform"]]
