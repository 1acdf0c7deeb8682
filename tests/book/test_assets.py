"""Pages made lighter: what can come later stands in files beside them."""

import json
import xml.etree.ElementTree as ET

import altair as alt
import pandas as pd
import pytest

from gcbook.book.assets import split_book, split_page
from gcbook.charts.chart import chart_html, chart_image, chart_spec, static_svg
from gcbook.charts.gallery import Gallery, Picture, Strip
from gcbook.charts.tablehtml import csv_link

FONT = '<script defer src="../_static/scripts/fontawesome.js?digest=5"></script>\n'
MATHS = (
    '<script>window.MathJax = {"options": {"enableMenu": false}}</script>\n'
    '<script defer="defer" src="../_static/vendor/tex-svg.js?v=f"></script>\n'
)
ROWS = pd.DataFrame({"name": ["a & b's", '<i>"</script>'], "y": [1.5, 2]})


def spec():
    bars = alt.Chart(ROWS).mark_bar().encode(x="name:N", y="y:Q")
    return chart_spec(bars.properties(description='It\'s "so" & <so>'))


def taken(script):
    script = script.decode() if isinstance(script, bytes) else script
    assert script.startswith("gcbookTake(")
    assert script.endswith(");\n")
    return json.loads(script.removeprefix("gcbookTake(").removesuffix(");\n"))


def test_a_chart_leaves_its_image_and_its_specification():
    made = chart_html(chart_image(spec()), spec())
    page, files = split_page(f"<p>{made}{made}</p>", "shape-bias")
    assert list(files) == [
        f"shape-bias.files/chart-{n}.{end}" for n in (1, 2) for end in ("svg", "js")
    ]
    assert taken(files["shape-bias.files/chart-2.js"]) == spec()
    image = files["shape-bias.files/chart-1.svg"].decode()
    assert ET.canonicalize(image) == ET.canonicalize(static_svg(spec()))
    assert page.count('<div class="gc-chart" data-spec="shape-bias.files/chart-') == 2
    assert 'src="shape-bias.files/chart-1.svg"' in page
    assert 'alt="It&#x27;s &quot;so&quot; &amp; &lt;so&gt;"' in page
    assert "data:" not in page
    assert "<script" not in page


def test_a_pack_is_a_script_of_its_own_with_the_pictures_in_it():
    data = {"picture": "data:image/png;base64,AAAA", "said": "<i>"}
    body = f'<script type="application/json" class="gc-pack" data-name="all">{json.dumps(data)}'
    page, files = split_page(f"<p>{body}</script></p>", "observer")
    assert taken(files.pop("observer.files/all.js")) == data
    assert files == {}
    marked = 'class="gc-pack" data-name="all" data-file="observer.files/all.js"></script>'
    assert page == f'<p><script type="application/json" {marked}</p>'


def test_a_picture_is_a_file_once():
    made = Gallery((Strip((Picture(b"\x89PNG twice", "a"), Picture(b"\x89PNG twice", "b"))),)).body
    page, files = split_page(made, "method")
    ((name, content),) = files.items()
    assert (name.endswith(".png"), content) == (True, b"\x89PNG twice")
    assert page.count(f' src="{name}"') == 2
    assert "base64" not in page


@pytest.mark.parametrize(
    ("body", "kept"), [("<p>plain</p>", ""), ('<span class="math notranslate">x</span>', MATHS)]
)
def test_scripts_that_a_page_does_not_need_go(body, kept):
    assert split_page(f"{FONT}{MATHS}{body}", "a")[0] == f"{kept}{body}"


def test_the_book_gets_the_files_and_what_is_offered_a_twin(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "_downloads").mkdir()
    (tmp_path / "_static").mkdir()
    (tmp_path / "_downloads" / "a b.ipynb").write_text('{"cells": []}')
    link = (
        '<a class="reference download internal" download="" href="../_downloads/a%20b.ipynb">x</a>'
    )
    for folder in ("book", "_static"):
        (tmp_path / folder / "page.html").write_text(FONT + csv_link(ROWS, "fig-x") + link)
    split_book(tmp_path)
    assert (tmp_path / "book/page.files/fig-x.csv").read_text() == ROWS.to_csv(index=False)
    assert taken((tmp_path / "_downloads/a b.ipynb.js").read_text()) == '{"cells": []}'
    assert "fontawesome" not in (tmp_path / "book/page.html").read_text()
    assert (tmp_path / "_static/page.html").read_text().startswith(FONT)
