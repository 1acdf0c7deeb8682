"""Sheets of pictures at places in pixels."""

import re

import altair as alt
import pandas as pd

from gcbook.charts.chart import static_svg
from gcbook.charts.placed import at, below, data_url, framed, image_mark


def test_frames_lie_on_pictures_and_words_stand_below_them():
    rows = pd.DataFrame({"px": [180, 320], "word": ["cat", "dog"], "number": range(2)})
    rows = rows.assign(py=22, px2=rows["px"] + 100, py2=122, middle=rows["px"] + 50, picture="x")
    squares = alt.Chart(rows.assign(spoken="a " + rows["word"]))
    pictures = image_mark(squares.transform_calculate(url=data_url("picture")), "100")
    layers = alt.layer(
        pictures.encode(x=at("px"), y=at("py"), url="url:N"),
        framed(squares, stroke="#d0273c"),
        below(squares, "word", 5, spoken=True, fontWeight="bold"),
        below(squares, "number", 20),
    )
    svg = static_svg(layers.properties(width=600, height=200).to_dict())
    assert svg.count("data:image/png;base64,x") == 2
    assert svg.count("M180,22h100v100h-100Z") + svg.count("M320,22h100v100h-100Z") == 2
    words = re.findall(
        r'<text[^>]*translate\(([\d.]+),\s*([\d.]+)\)[^>]*font-weight="bold"[^>]*>(\w+)', svg
    )
    assert [(float(x), word) for x, _, word in words] == [(230, "cat"), (370, "dog")]
    assert all(float(y) > 122 for _, y, _ in words)
    # The other line is not read out.
    assert [label for label in re.findall('aria-label="([^"]*)"', svg) if label in "0 1"] == []
    assert 'aria-label="a cat"' in svg
