"""Pictures of single images and the races of their classes, as charts."""

import re

import pandas as pd
import pytest
from tiny.charts import params, rendered

from gcbook.chapters.step_by_step.charts import ROLE_COLORS, SHOWN, fig_pictures, fig_step_race
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.miniworld.results.steps import ROLES
from gcbook.paper.categories import CATEGORIES

TIMES = (0.1, 0.35, 0.9)
TITLES = ("cat shape, dog texture", "car shape, car texture")


def roles(title):
    shape, texture = (part.split()[0] for part in title.split(", "))
    both, one, other = ROLES[:3]
    named = {shape: one, texture: other} if shape != texture else {shape: both}
    return [named.get(label, ROLES[3]) for label in CATEGORIES]


ERRORS = pd.DataFrame(
    [
        (title, t, label, role, 0.05 + t / 10 + 0.001 * ((k + 3) % 16), 2.0 * ((k + 3) % 16), place)
        for title in TITLES
        for t in TIMES
        for k, (label, role) in enumerate(zip(CATEGORIES, roles(title), strict=True))
        for place in [(k + 3) % 16 + 1]
    ],
    columns=["image", "t", "label", "role", "error", "excess", "place"],
)
PICTURES = pd.DataFrame(
    [
        {
            "image": title,
            "t": t,
            "clean": f"CLEAN{title[:3]}",
            "noised": f"NOISED{title[:3]}{t}",
            **rows[["label", "role", "error", "place"]].to_dict("list"),
            "restored": [f"R{k}" for k in range(16)],
            "difference": [f"D{k}" for k in range(16)],
        }
        for (title, t), rows in ERRORS.groupby(["image", "t"], sort=False)
    ]
)
BEST = CATEGORIES[13]


@pytest.fixture(scope="module")
def pictures():
    return chart_spec(fig_pictures(PICTURES))


def render(spec, width=0, **values):
    fit = {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}} if width else {}
    return rendered(spec | fit, **values)


def images(svg):
    return re.findall(r'href="data:image/png;base64,([\w.]+)"', svg)


def boxes(svg):
    """Left, top and side of every picture."""
    places = []
    for tag in re.findall(r"<image[^>]*>", svg):
        left, top = re.search(r"translate\(([-\d.]+), ?([-\d.]+)\)", tag).groups()
        width, height = (
            float(re.search(rf' {name}="([\d.]+)"', tag)[1]) for name in ("width", "height")
        )
        assert width == pytest.approx(height, abs=0.2)
        places.append((float(left), float(top), width))
    return places


def test_all_choices_are_offered(pictures):
    offered = params(pictures)
    assert offered["steps_image"]["bind"]["options"] == list(TITLES)
    bind = offered["steps_noise"]["bind"]
    assert (bind["input"], bind["min"], bind["max"]) == ("range", 1, 3)
    assert 1 <= offered["steps_noise"]["value"] <= 3
    assert pictures["params"][-1]["bind"]["options"] == list(SHOWN)


def test_the_pictures_are_those_of_the_choice(pictures):
    restored = images(render(pictures, steps_image=TITLES[1], steps_noise=3))
    assert restored == ["CLEANcar", "NOISEDcar0.9", *(f"R{k}" for k in range(16))]
    shown = images(render(pictures, steps_noise=1, steps_shown=SHOWN[1]))
    assert shown == ["CLEANcat", "NOISEDcat0.1", *(f"D{k}" for k in range(16))]


def test_the_heading_names_the_time(pictures):
    assert ">Noised, t = 0.35<" in render(pictures, steps_noise=2)


def test_best_shape_and_texture_are_marked_in_words(pictures):
    svg = render(pictures)
    assert svg.count("✓") == 1
    assert f">{BEST}<" in svg
    assert svg.count(">shape<") == svg.count(">texture<") == 1
    both = render(pictures, steps_image=TITLES[1])
    assert both.count(">shape + texture<") == 1 and ">shape<" not in both


def test_the_best_is_framed_even_if_it_is_a_cue():
    changed = PICTURES.assign(role=[[ROLES[1] if x == BEST else ROLES[3] for x in CATEGORIES]] * 6)
    svg = render(chart_spec(fig_pictures(changed)))
    # Its frame is solid, and no dashed one lies on it.
    assert ">shape<" in svg and "stroke-dasharray" not in svg
    assert svg.count('stroke-width="4"') == 1


@pytest.mark.parametrize("width", [300, 368, 425, 445, 680, 900])
def test_no_picture_covers_another_or_leaves_the_chart(pictures, width):
    svg = render(pictures, width=width)
    places = boxes(svg)
    assert len(places) == 18
    for n, (left, top, side) in enumerate(places):
        assert side > 55
        assert left >= 0 and left + side <= width
        for other_left, other_top, other_side in places[n + 1 :]:
            beside = left + side <= other_left + 0.2 or other_left + other_side <= left + 0.2
            below = top + side <= other_top + 0.2 or other_top + other_side <= top + 0.2
            assert beside or below
    bottom = max(top + side for _, top, side in places)
    assert bottom + 40 <= pictures["height"]


def test_pictures_stay_crisp(pictures):
    svg = render(pictures)
    assert svg.count("image-rendering") >= 18 and svg.count("pixelated") == 18


def test_one_time_is_enough():
    one = PICTURES[PICTURES["t"] == 0.9]
    svg = static_svg(chart_spec(fig_pictures(one)))
    assert len(images(svg)) == 18


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


def points(svg):
    """Where the marks at the chosen draw stand, by their fill."""
    drawn = svg.split("role-legend")[0]
    found = re.findall(
        r'<path transform="translate\(([-\d.]+),([-\d.]+)\)"[^>]*fill="(#\w+)"', drawn
    )
    return {colour: (float(x), float(y)) for x, y, colour in found}


def test_images_and_draws_can_be_chosen(spec):
    offered = params(spec)
    assert offered["race_image"]["bind"]["options"] == ["first image", "second image"]
    bind = offered["race_draws"]["bind"]
    assert (bind["min"], bind["max"], offered["race_draws"]["value"]) == (1, 6, 4)
    two = chart_spec(fig_step_race(RACE[RACE["draw"] < 3], LEADERS[LEADERS["draw"] < 3]))
    assert params(two)["race_draws"]["value"] == 2


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
