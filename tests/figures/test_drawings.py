"""The drawings with their parts."""

from gcbook.figures.chart import chart_spec, static_svg
from gcbook.figures.drawings import fig_drawings, part_rows
from gcbook.stimuli.drawings import DRAWINGS


def test_a_panel_a_drawing_and_an_outline_a_part():
    spec = chart_spec(fig_drawings())
    assert [panel["title"] for panel in spec["concat"]] == list(DRAWINGS)
    for panel, drawing in zip(spec["concat"], DRAWINGS.values(), strict=True):
        assert len(panel["layer"]) == (2 if drawing.parts else 1)
    assert static_svg(spec).count("<image") == len(DRAWINGS)
    scale = spec["concat"][0]["layer"][1]["encoding"]["color"]["scale"]
    assert len(set(scale["range"])) == len(scale["domain"])


def test_parts_as_a_table():
    rows = part_rows()
    assert len(rows) == sum(len(each.parts) for each in DRAWINGS.values())
    assert (rows["left"] < rows["right"]).all()
    assert (rows["top"] < rows["bottom"]).all()
    assert rows[["left", "top"]].min().min() >= 0
