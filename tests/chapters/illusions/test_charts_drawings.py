"""The drawings with their parts."""

import numpy as np

from gcbook.chapters.illusions.charts_drawings import fig_drawings, fig_poses, part_rows
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.illusions.drawings import DRAWINGS, FIGURE, rotated


def test_a_panel_a_drawing_and_an_outline_a_part():
    spec = chart_spec(fig_drawings())
    assert [panel["title"] for panel in spec["concat"]] == list(DRAWINGS)
    for panel, drawing in zip(spec["concat"], DRAWINGS.values(), strict=True):
        drawn = 1 + len(drawing.outlines) + len(drawing.holes)
        assert len(panel["layer"]) == drawn + bool(drawing.parts)
        # Curves and parts in the same coordinates.
        assert len({str(layer["encoding"]["x"]["scale"]) for layer in panel["layer"]}) == 1
    svg = static_svg(spec)
    assert svg.count(f'fill="#{3 * format(round(255 * FIGURE), "02x")}"') >= len(DRAWINGS)
    scale = spec["concat"][0]["layer"][-1]["encoding"]["color"]["scale"]
    assert len(set(scale["range"])) == len(scale["domain"])


def test_turned_drawings_are_turned():
    drawing = DRAWINGS["duck–rabbit"]
    spec = chart_spec(fig_poses([drawing, rotated(drawing)]))
    upright, turned = spec["concat"]
    assert spec["usermeta"]["square"]
    assert turned["title"] == ["duck–rabbit", "turned by 90°"]
    first, second = (
        [(p["x"], p["y"]) for p in spec["datasets"][panel["layer"][1]["data"]["name"]]]
        for panel in (upright, turned)
    )
    # Clockwise: what is at the left comes to the top.
    assert np.allclose([(1 - y, x) for x, y in first], second, atol=2e-3)


def test_parts_as_a_table():
    rows = part_rows()
    assert len(rows) == sum(len(each.parts) for each in DRAWINGS.values())
    assert (rows["left"] < rows["right"]).all()
    assert (rows["top"] < rows["bottom"]).all()
    assert rows[["left", "top"]].min().min() >= 0
