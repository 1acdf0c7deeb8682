"""Figures of Muse as a classifier."""

import numpy as np
import pandas as pd

from gcbook.chapters.muse.charts import fig_rules, fig_sixteen, fig_stick
from gcbook.chapters.muse.tables import RULES
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.charts.theme import DISCRIMINATIVE
from gcbook.miniworld.results.steps_pictures import png_text
from gcbook.paper.categories import CATEGORIES

PICTURE = png_text(np.zeros((4, 4)))
SIXTEEN = pd.DataFrame(
    [
        {
            "image": image,
            "hidden": hidden,
            "original": PICTURE,
            "label": list(CATEGORIES),
            "role": ["shape", "texture", *[""] * 14],
            "distance": [0.1 + hidden * k / 100 for k in range(16)],
            "place": list(range(1, 17)),
            "picture": [PICTURE] * 16,
        }
        for image in ("one", "two")
        for hidden in (0.25, 0.5, 0.9)
    ]
)


def test_the_smallest_distance_alone_is_framed_and_called_nearest():
    spec = chart_spec(fig_sixteen(SIXTEEN))
    svg = static_svg(spec)
    assert svg.count("<image") == 17
    assert svg.count("nearest 10.00") == 1
    assert "50% of the tokens hidden" in svg
    # The others' distances are grey.
    assert svg.count(f'fill="{DISCRIMINATIVE}"') == 15
    assert svg.count('stroke-width="4"') == 1


def test_image_and_share_can_be_chosen():
    bound = {
        p["name"]: p["bind"] for p in chart_spec(fig_sixteen(SIXTEEN))["params"] if "bind" in p
    }
    assert bound["muse_image"]["options"] == ["one", "two"]
    assert bound["muse_hidden"]["max"] == 3


def test_a_panel_a_rule():
    rows = pd.DataFrame(
        [
            (rule, how, 8, 160, 0.5, 0.4, 0.6)
            for rule in RULES.values()
            for how in (("8 draws",) if rule == RULES["bound"] else ("25% hidden", "50% hidden"))
        ],
        columns=["rule", "how", "evaluations", "n", "accuracy", "low", "high"],
    )
    spec = chart_spec(fig_rules(rows))
    assert [panel["title"] for panel in spec["concat"]] == list(RULES.values())
    svg = static_svg(spec)
    assert "8 draws" in svg
    assert "25% hidden" in svg


def test_a_point_a_prompt_with_its_name():
    rows = pd.DataFrame({"category": CATEGORIES, "distance": np.linspace(0.1, 0.2, 16)})
    svg = static_svg(chart_spec(fig_stick(rows.assign(named=0.1, drawn=0.5))))
    assert svg.count(">keyboard<") == 1


def at_left(rows):
    """Which names stand left of their points."""
    (data,) = (
        each for each in chart_spec(fig_stick(rows))["datasets"].values() if "category" in each[0]
    )
    return [row["at_left"] for row in data]


def test_names_that_would_touch_stand_on_either_side():
    rows = pd.DataFrame({"category": ["bottle", "keyboard", "cat"], "named": 0.1})
    rows = rows.assign(drawn=[0.22, 0.235, 0.6], distance=[0.0, -0.0001, 0.003])
    assert at_left(rows) == [True, False, False]
    assert at_left(rows.assign(distance=[0.0, 0.001, 0.003])) == [False, False, False]
    # There is no room left of a point at the axis.
    assert at_left(rows.assign(drawn=[0.01, 0.02, 0.6])) == [False, False, False]
