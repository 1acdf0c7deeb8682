"""How figures and tables are shown."""

import json
import re
from urllib.parse import unquote

import altair as alt
import numpy as np
import pandas as pd
import pytest

from gcbook.charts import figure, render, table
from gcbook.charts.chart import chart_html, chart_spec
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


def test_a_chart_without_description_is_refused():
    with pytest.raises(InputError, match="no description"):
        show(chart=alt.Chart(ROWS).mark_bar().encode(x="value:Q"))
    with pytest.raises(InputError, match="no description"):
        show(chart=chart(description="  "))


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


def test_data_are_written_once_and_rounded():
    doubled = (chart() + chart()).properties(description="Twice the same rows, in two layers.")
    spec = chart_spec(doubled)
    assert len(spec["datasets"]) == 1
    (rows,) = spec["datasets"].values()
    assert rows[1]["value"] == 0.214123
    assert json.dumps(spec).count("0.214123") == 1


def test_large_data_are_no_error():
    rows = pd.DataFrame({"x": np.arange(6000)})
    spec = chart_spec(alt.Chart(rows, description="d").mark_point().encode(x="x:Q"))
    assert len(next(iter(spec["datasets"].values()))) == 6000


def test_dark_twins_travel_with_the_chart():
    assert chart_spec(chart())["usermeta"]["dark"]["#1a1a1a"] == "#e6e6e6"


def test_notes_state_source_and_data():
    shown = show(source="both")
    assert "Recomputed and published" in shown.notes
    assert "Data table (2 rows)" in shown.notes
    assert 'download="fig-two.csv"' in shown.notes


def test_columns_are_chosen_and_named_and_the_file_has_full_precision():
    shown = show(columns=["value"], headings={"value": "Shape bias"})
    assert csv_of(shown.notes) == "Shape bias\n0.959\n0.2141234567\n"
    assert "<td>humans" not in shown.notes
    assert '<th scope="col">Shape bias</th>' in shown.notes
    with pytest.raises(InputError, match=r"'bias'.*found observer, value"):
        show(columns=["bias"])


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
        ({"name": "shape"}, "fig-shape-bias"),
        ({"name": "fig-Shape"}, "lower-case"),
        ({"name": "tab-two"}, "fig-"),
        ({"source": "measured"}, "recomputed, published, both, computed"),
    ],
)
def test_labels_are_checked(changes, says):
    with pytest.raises(InputError, match=says):
        show(**changes)


def test_the_outputs_are_what_jupyter_and_the_book_read():
    (body, label), (notes, part) = show().outputs()
    assert label["gcbook"] == {"part": "chart", "name": "fig-two"}
    assert body[render.VEGA_MIME]["mark"] == {"type": "bar"}
    assert "gc-notes" in notes["text/html"]
    assert part == {"gcbook": {"part": "notes"}}


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


def test_a_cell_without_meaning_is_no_hidden_number():
    # The humans have a value but no rank; a model of the paper whose rank is not printed has one.
    rows = pd.DataFrame(
        {
            "model": ["h", "m"],
            "value": [0.4, np.nan],
            "r": np.nan,
            "value_published": [np.nan, 0.3],
            "r_published": np.nan,
        }
    )
    shown = table(
        rows,
        name="tab-ranks",
        source="both",
        columns=["model", "value", "r"],
    )
    humans, model = re.findall(r"<tr><td>.</td>(.*?)</tr>", shown.body)
    assert "not public" not in humans and ">–<" in humans
    assert "not public" in model


def test_the_difference_is_that_of_the_printed_numbers():
    rows = pd.DataFrame({"value": [0.0874], "value_published": [0.089]})
    shown = table(rows, name="tab-x", source="both")
    assert "difference −0.002" in shown.body


def test_missing_text_and_numbers_are_a_dash():
    rows = pd.DataFrame({"model": ["x", None], "value": [1.0, np.nan], "n": [1200, 3]})
    shown = table(rows, name="tab-x", source="recomputed")
    assert '<td class="gc-missing">–</td><td class="gc-missing gc-number">–</td>' in shown.body
    assert ">1,200<" in shown.body


def test_cells_are_escaped():
    rows = pd.DataFrame({"model": ["<script>"], "value": [1.0]})
    shown = table(rows, name="tab-x", source="recomputed")
    assert "<script>" not in shown.body
    assert "&lt;script&gt;" in shown.body
