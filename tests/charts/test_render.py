"""How figures and tables are shown."""

import base64
import json
import re
from urllib.parse import unquote

import altair as alt
import numpy as np
import pandas as pd
import pytest

from gcbook.charts import figure, table
from gcbook.charts.chart import chart_html, chart_spec
from gcbook.charts.gallery import Gallery, Picture, Strip
from gcbook.charts.tablehtml import data_table, marked_table
from gcbook.files.errors import InputError

ROWS = pd.DataFrame({"observer": ["humans", "resnet50"], "value": [0.959, 0.2141234567]})


def chart(**properties):
    described = {"description": "Shape bias of two observers; humans lead.", **properties}
    return alt.Chart(ROWS, **described).mark_bar().encode(x="value:Q", y="observer:N")


def show(**changes):
    given = {"name": "fig-two", "source": "recomputed", **changes}
    return figure(given.pop("chart", chart()), given.pop("table", ROWS), **given)


def csv_of(markup):
    uri = re.search(r'href="data:text/csv;charset=utf-8,([^"]*)"', markup)[1]
    return unquote(uri)


def test_the_image_carries_the_description_and_the_marks():
    shown = show(chart=chart(description='Bars & "quotes" <of> bias'))
    assert 'alt="Bars &amp; &quot;quotes&quot; &lt;of&gt; bias"' in shown.body
    svg = unquote(re.search(r'src="data:image/svg\+xml,([^"]*)"', shown.body)[1])
    assert svg.startswith("<svg")
    assert "resnet50" in svg
    assert "background" not in svg.partition("<g")[0]


def test_the_specification_cannot_end_its_script():
    rows = ROWS.assign(observer=["</script><b>", "<!--"])
    spec = chart_spec(
        alt.Chart(rows, description="d").mark_bar().encode(x="value:Q", y="observer:N")
    )
    markup = chart_html("<img>", spec)
    inside = re.search(r'<script type="application/json">(.*?)</script>', markup)[1]
    assert "<" not in inside
    assert json.loads(inside) == spec
    assert "</script><b>" in json.dumps(spec)


def test_notes_state_source_and_data_and_the_file_has_full_precision():
    shown = show(source="both", columns=["value"], headings={"value": "Shape bias"})
    assert "Recomputed and published" in shown.notes
    assert "Data table (2 rows)" in shown.notes
    assert 'download="fig-two.csv"' in shown.notes
    assert csv_of(shown.notes) == "Shape bias\n0.959\n0.2141234567\n"
    assert "<td>humans" not in shown.notes
    assert '<th scope="col">Shape bias</th>' in shown.notes


def test_lists_in_a_row_have_a_row_an_element():
    kept = pd.DataFrame({"image": ["a", "b"], "label": [["x", "y"], ["z"]], "d": [[1, 2], [3.5]]})
    shown = show(
        table=kept, columns=["image", "label", "d"], headings={"label": "Prompt", "d": "Distance"}
    )
    assert csv_of(shown.notes) == "Image,Prompt,Distance\na,x,1\na,y,2\nb,z,3.5\n"
    assert "Data table (3 rows)" in shown.notes
    assert csv_of(show(table=kept).notes).startswith("image,label,d\na,x,1\n")


@pytest.mark.parametrize(("n", "rows", "says"), [(150, 150, False), (151, 60, True)])
def test_long_tables_show_the_first_rows_and_the_file_has_all(n, rows, says):
    shown = show(table=pd.DataFrame({"x": range(n)}))
    assert shown.notes.count("<tr>") == rows + 1
    assert ("The first 60 rows are shown" in shown.notes) is says
    assert len(csv_of(shown.notes).splitlines()) == n + 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"chart": alt.Chart(ROWS).mark_bar().encode(x="value:Q")}, "no description"),
        ({"chart": chart(description="  ")}, "no description"),
        ({"columns": ["bias"]}, r"'bias'.*found observer, value"),
        ({"name": "shape"}, "fig-shape-bias"),
        ({"name": "fig-Shape"}, "lower-case"),
        ({"name": "tab-two"}, "fig-"),
        ({"source": "measured"}, "recomputed, published, both, computed"),
    ],
)
def test_what_cannot_be_shown_is_refused(changes, says):
    with pytest.raises(InputError, match=says):
        show(**changes)


def test_cells_are_marked_by_what_is_known():
    rows = pd.DataFrame(
        {
            "observer": ["a", "b", "c", "d"],
            "kappa": [0.2079, 0.2, np.nan, np.nan],
            "kappa_published": [0.208, np.nan, 0.25, np.nan],
            "kappa_low": [0.18, np.nan, np.nan, np.nan],
            "kappa_high": [0.24, np.nan, np.nan, np.nan],
        }
    )
    shown = table(rows, name="tab-marks", source="both", columns=["observer", "kappa"])
    both, ours, theirs, neither = re.findall(r"<tr><td>.</td>(.*?)</tr>", shown.body)
    assert "0.208 <abbr" in both
    assert "R + P" in both
    assert "paper 0.208, difference +0.000" in both
    assert "[0.180, 0.240]" in both
    assert 'data-value="0.2079"' in both
    assert ">R</abbr>" in ours
    assert "paper" not in ours
    assert "0.250 <abbr" in theirs
    assert ">P</abbr>" in theirs
    assert "not public" in neither
    assert "data-value" not in neither
    header = csv_of(shown.notes).splitlines()[0]
    assert header == "observer,kappa,kappa_published,kappa_low,kappa_high"


def test_the_difference_is_that_of_the_printed_numbers_and_missing_ones_are_a_dash():
    rows = pd.DataFrame({"value": [0.0874], "value_published": [0.089]})
    assert "difference −0.002" in table(rows, name="tab-x", source="both").body
    rows = pd.DataFrame({"model": ["<b>", None], "value": [1.0, np.nan], "n": [1200, 3]})
    body = table(rows, name="tab-x", source="recomputed").body
    assert '<td class="gc-missing">–</td><td class="gc-missing gc-number">–</td>' in body
    assert ">1,200<" in body
    assert "<b>" not in body and "&lt;b&gt;" in body


def test_a_zero_has_no_sign() -> None:
    table = pd.DataFrame(
        {"k": [-0.0002], "k_low": [-0.0003], "k_high": [0.01], "k_published": [0.0]}
    )
    shown = marked_table(table, "Kappa")
    assert "[0.000, 0.010]" in shown
    assert "difference +0.000" in shown
    assert "−0" not in shown
    assert "−0" not in data_table(pd.DataFrame({"k": [-0.0]}), "Kappa")


PNG, JPEG = b"\x89PNG....", b"\xff\xd8\xff...."


def gallery():
    first = Picture(PNG, 'A "cat" & <dog>', ("cat <b>", "7 / 0"))
    return Gallery((Strip((first, Picture(JPEG, "bird")), "Row <i>", columns=2),))


def test_every_picture_is_there_once_with_alternative_and_words():
    body = gallery().body
    urls = re.findall(r'src="data:image/(\w+);base64,([^"]*)"', body)
    assert [(kind, base64.b64decode(data)) for kind, data in urls] == [("png", PNG), ("jpeg", JPEG)]
    assert 'alt="A &quot;cat&quot; &amp; &lt;dog&gt;"' in body
    assert "<span>cat &lt;b&gt;</span><span>7 / 0</span>" in body
    assert "Row &lt;i&gt;" in body
    assert "minmax(max(50% - .4rem, 4.2rem),1fr)" in body
