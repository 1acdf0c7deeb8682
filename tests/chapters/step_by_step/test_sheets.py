"""Sheets of restorations and reconstructions, as charts."""

import re

import pandas as pd
import pytest
from tiny.charts import rendered

from gcbook.chapters.step_by_step.sheets import SHOWN, fig_pictures
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
            "averaged": f"MEAN{title[:3]}{t}",
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


def test_the_pictures_are_those_of_the_choice(pictures):
    restored = images(render(pictures, steps_image=TITLES[1], steps_noise=3))
    assert restored == ["CLEANcar", "NOISEDcar0.9", "MEANcar0.9", *(f"R{k}" for k in range(16))]
    shown = images(render(pictures, steps_noise=1, steps_shown=SHOWN[1]))
    assert shown == ["CLEANcat", "NOISEDcat0.1", "MEANcat0.1", *(f"D{k}" for k in range(16))]
    assert ">Noised, t = 0.35<" in render(pictures, steps_noise=2)
    # Pixels stay squares, and one time is enough.
    one = static_svg(chart_spec(fig_pictures(PICTURES[PICTURES["t"] == 0.9])))
    assert len(images(one)) == one.count("pixelated") == 19


def test_best_shape_and_texture_are_marked_in_words(pictures):
    svg = render(pictures)
    assert svg.count("✓") == 1
    assert f">{BEST}<" in svg
    assert svg.count(">shape<") == svg.count(">texture<") == 1
    both = render(pictures, steps_image=TITLES[1])
    assert both.count(">shape + texture<") == 1 and ">shape<" not in both
