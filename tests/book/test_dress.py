"""From executed notebooks to pages."""

import nbformat.v4 as v4

from gcbook.book.dress import VEGA_MIME, dress, rerun_section
from gcbook.chapters.parameters import defaults, parameters_of

START = defaults(parameters_of("shape-bias"))


def display(data, **marks):
    metadata = {"gcbook": marks} if marks else {}
    return v4.new_output("display_data", data=data, metadata=metadata)


def dressed(*cells):
    notebook = v4.new_notebook(cells=list(cells), metadata={"papermill": {"x": 1}})
    return dress(notebook, "shape-bias", START, 3.2)


def chart_cell():
    outputs = [
        display(
            {"text/html": "<img>", VEGA_MIME: {"mark": "bar", "t": "</script>"}},
            part="chart",
            name="fig-a",
            caption="A caption.",
        ),
        display({"text/markdown": "A caption."}, part="caption"),
        display({"text/html": "<div>notes</div>"}, part="notes"),
    ]
    return v4.new_code_cell("figure(…)", outputs=outputs)


def test_a_figure_gets_name_and_caption_and_its_notes_follow():
    figure, notes, rerun = dressed(chart_cell()).cells
    assert figure.metadata["mystnb"]["figure"]["name"] == "fig-a"
    assert figure.metadata["mystnb"]["figure"]["caption"] == "A caption."
    (output,) = figure.outputs
    assert list(output.data) == ["text/html"]
    assert output.data["text/html"].startswith(
        '<div class="gc-chart"><img><script type="application'
    )
    assert output.data["text/html"].count("</script>") == 1
    assert notes.outputs[0].data["text/html"] == "<div>notes</div>"
    assert notes.source.strip(), "MyST-NB drops cells without source"
    assert "remove-input" in notes.metadata["tags"]
    assert rerun.cell_type == "markdown"


def test_the_executed_notebook_is_left_as_it_was():
    cell = chart_cell()
    before = v4.writes(v4.new_notebook(cells=[cell]))
    dressed(cell)
    assert v4.writes(v4.new_notebook(cells=[cell])) == before


def test_tables_are_figures_of_their_own_kind():
    cell = v4.new_code_cell(
        "table(…)", outputs=[display({"text/html": "<t>"}, part="table", name="tab-a", caption="C")]
    )
    figure = dressed(cell).cells[0].metadata["mystnb"]["figure"]
    assert "gc-table-figure" in figure["classes"]


def test_code_is_folded_and_left_out_where_it_makes_a_sentence():
    sentence = v4.new_code_cell("text(…)", outputs=[display({"text/markdown": "Hi."})])
    number = v4.new_code_cell("1 + 1", outputs=[display({"text/plain": "2"})])
    silent = v4.new_code_cell("x = 1")
    kept = v4.new_code_cell("x = 1", metadata={"tags": ["show-input"]})
    tags = [cell.metadata["tags"] for cell in dressed(sentence, number, silent, kept).cells[:4]]
    assert tags == [["remove-input"], ["hide-input"], ["hide-input"], ["show-input"]]


def test_other_outputs_stay():
    cell = v4.new_code_cell("print(1)", outputs=[v4.new_output("stream", text="1\n")])
    assert dressed(cell).cells[0].outputs[0].text == "1\n"


def test_the_rerun_section_states_the_parameters_of_the_page():
    section = rerun_section("shape-bias", {**START, "draws": 77, "datasets": "edge,sketch"}, 4.4)
    assert section.startswith("## Rerun this chapter")
    assert "gcbook run shape-bias" in section
    assert "papermill notebooks/shape-bias.ipynb" in section
    assert section.count("-p draws 77") == 2
    assert section.count("-p datasets edge,sketch") == 2
    assert "-p trials" not in section
    assert "{download}`this notebook <../../notebooks/shape-bias.ipynb>`" in section
    commands = [line for line in section.splitlines() if line.startswith(("gcbook", "    -"))]
    assert all(len(line) <= 80 for line in commands)


def test_a_value_with_spaces_is_quoted():
    section = rerun_section("shape-bias", {**START, "trials": "my trials.csv"}, 1)
    assert "-p trials 'my trials.csv'" in section


def test_a_page_with_other_parameters_says_so_after_its_title():
    title = v4.new_markdown_cell("# Title")
    notebook = v4.new_notebook(cells=[title])
    changed = dress(notebook, "shape-bias", START | {"draws": 500, "observers": "resnet50"}, 1.0)
    assert changed.cells[0].source == "# Title"
    assert "observers = `resnet50`" in changed.cells[1].source
    assert "draws = `500`" in changed.cells[1].source
    assert "confidence" not in changed.cells[1].source
    assert len(dress(notebook, "shape-bias", START, 1.0).cells) == 2


def test_warnings_about_data_become_a_note_and_other_ones_stay():
    said = (
        "/a/b.py:12: SummariesWarning: own trials of mine: 1 of 17 datasets (edge)\n"
        "  summaries = load_summaries()\n"
        "/a/b.py:12: MissingImagesWarning: only part of a dataset was seen\n  x\n"
    )
    cell = v4.new_code_cell("load()", outputs=[v4.new_output("stream", name="stderr", text=said)])
    (output,) = dressed(cell).cells[0].outputs
    note = output.data["text/markdown"]
    assert "- own trials of mine: 1 of 17 datasets (edge)\n- only part" in note
    assert "/a/b.py" not in note
    other = v4.new_output("stream", name="stderr", text="/a/b.py:1: UserWarning: odd\n")
    cell = v4.new_code_cell("load()", outputs=[other])
    assert dressed(cell).cells[0].outputs == [other]
