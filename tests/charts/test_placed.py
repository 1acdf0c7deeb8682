"""Sheets of pictures at places in pixels."""

import re

import altair as alt
import pandas as pd

from gcbook.charts.chart import static_svg
from gcbook.charts.placed import (
    Grid,
    at,
    below,
    data_url,
    framed,
    heading,
    image_mark,
    large_picture,
)

GRID = Grid(columns=3, words=30, side=100, narrow=60, large=150)


def drawn(width):
    """Seven squares of one width of page, and a large picture, as (x, y, side) in pixels."""
    base = alt.Chart(pd.DataFrame({"number": range(7), "picture": "x"}))
    squares = GRID.place(base, "datum.number", url=data_url("picture"))
    marks = image_mark(squares, GRID.square).encode(x=at("px"), y=at("py"), url="url:N")
    one = base.transform_filter("datum.number === 0")
    large = large_picture(one, "'large'", "picture", "0", str(GRID.top), GRID.picture)
    chart = alt.layer(*large, marks, heading(one, "'squares'", GRID.left, GRID.upper))
    spec = chart.properties(width=width, height=500).to_dict()
    found = re.findall(r"<image[^>]*>", static_svg(spec))
    places = []
    for image in found:
        move = re.search(r'transform="translate\(([\d.]+),\s*([\d.]+)\)"', image)
        side = re.search(r'width="([\d.]+)"', image)
        places.append((float(move[1]), float(move[2]), float(side[1])))
    return places


def test_on_a_wide_page_squares_stand_right_of_the_large_picture():
    large, *squares = drawn(600)
    assert large == (0, 22, 150)
    assert squares[0] == (180, 22, 100)
    assert [round(x) for x, _, _ in squares[:3]] == [180, 320, 460]
    assert [y for _, y, _ in squares] == [22] * 3 + [152] * 3 + [282]


def test_on_a_phone_they_stand_below_it():
    large, *squares = drawn(300)
    assert large == (0, 22, 118)
    assert squares[0] == (0, 2 * 22 + 118, 60)
    assert [x for x, _, _ in squares[:3]] == [0, 100, 200]


def test_frames_lie_on_squares_and_words_stand_below_them():
    rows = pd.DataFrame({"number": range(2), "word": ["cat", "dog"]})
    squares = GRID.place(alt.Chart(rows), "datum.number", spoken="'a ' + datum.word")
    layers = alt.layer(
        framed(squares, stroke="#d0273c"),
        below(squares, "word", 5, spoken=True, fontWeight="bold"),
        below(squares, "number", 20),
    )
    svg = static_svg(layers.properties(width=600, height=200).to_dict())
    assert svg.count("M180,22h100v100h-100Z") + svg.count("M320,22h100v100h-100Z") == 2
    words = re.findall(
        r'<text[^>]*translate\(([\d.]+),\s*([\d.]+)\)[^>]*font-weight="bold"[^>]*>(\w+)', svg
    )
    assert [(float(x), word) for x, _, word in words] == [(230, "cat"), (370, "dog")]
    assert all(float(y) > 122 for _, y, _ in words)
    # The other line is not read out.
    assert [label for label in re.findall('aria-label="([^"]*)"', svg) if label in "0 1"] == []
    assert 'aria-label="a cat"' in svg
