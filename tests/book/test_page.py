"""From executed notebooks to pages."""

import re
from collections import Counter

import nbformat
import nbformat.v4 as v4
import pytest

from gcbook.book.page import WORDS_A_MINUTE, page_of, rerun_section
from gcbook.book.project import find_project
from gcbook.chapters.parameters import defaults
from gcbook.charts.render import VEGA_MIME
from gcbook.files.errors import GcbookError
from gcbook.files.markdown import escape_markdown

START = defaults("shape-bias")


def display(data, **marks):
    metadata = {"gcbook": marks} if marks else {}
    return v4.new_output("display_data", data=data, metadata=metadata)


def paged(*cells):
    notebook = v4.new_notebook(cells=list(cells), metadata={"papermill": {"x": 1}})
    return page_of(notebook, "shape-bias", START)


def chart_cell():
    outputs = [
        display(
            {"text/html": "<img>", VEGA_MIME: {"mark": "bar", "t": "</script>"}},
            part="chart",
            name="fig-a",
        ),
        display({"text/html": "<div>notes</div>"}, part="notes"),
    ]
    return v4.new_code_cell("figure(…)", outputs=outputs)


def caption_cell(source):
    return v4.new_markdown_cell(source, metadata={"tags": ["caption"]})


def test_a_figure_gets_name_and_caption_and_its_notes_follow():
    words = v4.new_markdown_cell("Words.")
    figure, notes, after, rerun = paged(chart_cell(), caption_cell("A caption."), words).cells
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
    assert (after.source, rerun.cell_type) == ("Words.", "markdown")


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([chart_cell()], "fig-a has no caption"),
        ([chart_cell(), v4.new_markdown_cell("x"), caption_cell("C")], "above the caption 'C'"),
        ([caption_cell("C")], "found 0"),
    ],
)
def test_figures_have_captions_and_captions_figures(cells, says):
    with pytest.raises(GcbookError, match=says):
        paged(*cells)


def test_heading_and_caption_of_an_optional_figure_go_with_it():
    optional = {"tags": ["optional"]}
    before, heading = v4.new_markdown_cell("A."), v4.new_markdown_cell("## B", metadata=optional)
    empty, shown = v4.new_code_cell("None", metadata=optional), chart_cell()
    shown.metadata["tags"] = ["optional"]
    sources = [cell.source for cell in paged(before, heading, empty, caption_cell("C")).cells]
    assert sources[:-1] == ["A.", "None"]
    kept = paged(before, heading, shown, caption_cell("C")).cells
    assert [cell.source for cell in kept[:2]] == ["A.", "## B"]
    assert kept[2].metadata["mystnb"]["figure"]["caption"] == "C"
    with pytest.raises(GcbookError, match="found 0"):
        paged(v4.new_code_cell("None"), caption_cell("C"))


def test_code_is_folded_in_one_piece_unless_it_prints_or_says_otherwise():
    number = v4.new_code_cell("1 + 1", outputs=[display({"text/plain": "2"})])
    silent = [v4.new_code_cell(f"x = {i}") for i in range(2)]
    kept = v4.new_code_cell("x = 1", metadata={"tags": ["measure"]})
    cells = paged(number, *silent, kept).cells[:3]
    assert [cell.source for cell in cells] == ["1 + 1", "x = 0\n\nx = 1", "x = 1"]
    assert [cell.metadata["tags"] for cell in cells] == [
        ["hide-input"],
        ["hide-input"],
        ["measure"],
    ]
    assert cells[0].outputs[0].data == {"text/plain": "2"}


def test_the_rerun_section_states_the_parameters_of_the_page():
    section = rerun_section("shape-bias", {**START, "draws": 77, "datasets": "edge,sketch"})
    assert section.startswith("````{dropdown} Rerun this chapter with other parameters")
    assert "gcbook run shape-bias" in section
    assert "papermill notebooks/shape-bias.ipynb my-shape-bias.ipynb --engine gcbook" in section
    assert "-p draws 77" in section
    assert "-p datasets edge,sketch" in section
    assert "-p trials" not in section
    assert "{download}`this notebook <../../notebooks/shape-bias.ipynb>`" in section
    commands = [line for line in section.splitlines() if line.startswith(("gcbook", "    -"))]
    assert all(len(line) <= 80 for line in commands)


def test_a_page_with_other_parameters_says_so_after_its_title():
    title = v4.new_markdown_cell("# Title")
    notebook = v4.new_notebook(cells=[title])
    changed = page_of(notebook, "shape-bias", START | {"draws": 500, "observers": "resnet50"})
    assert changed.cells[0].source == "# Title"
    assert "observers = `resnet50`" in changed.cells[1].source
    assert "draws = `500`" in changed.cells[1].source
    assert "confidence" not in changed.cells[1].source
    assert len(page_of(notebook, "shape-bias", START).cells) == 2


def test_warnings_about_data_become_a_note_and_other_ones_stay():
    said = (
        "/a/b.py:12: SummariesWarning: own trials of <b>{x}`y`</b>: 1 of 17 datasets (edge)\n"
        "  summaries = load_summaries()\n"
        "/a/b.py:13: OffTimeWarning: 7 of 480 images were shown too long\n  x\n"
    )
    cell = v4.new_code_cell("load()", outputs=[v4.new_output("stream", name="stderr", text=said)])
    (output,) = paged(cell).cells[0].outputs
    note = output.data["text/markdown"]
    assert f"- own trials of {escape_markdown('<b>{x}`y`</b>')}: 1 of 17 datasets (edge)\n" in note
    assert note.endswith("- 7 of 480 images were shown too long\n```")
    assert "/a/b.py" not in note
    other = v4.new_output("stream", name="stderr", text="/a/b.py:1: UserWarning: odd\n")
    cell = v4.new_code_cell("load()", outputs=[other])
    assert paged(cell).cells[0].outputs == [other]


def test_parameters_end_no_block_and_no_cell():
    path = "a`b\n```\n````\n<b>|c"
    section = rerun_section("shape-bias", {**START, "trials": path})
    fences = re.findall(r"^(`+)bash$", section, re.MULTILINE)
    assert fences == ["`" * 5, "`" * 3]
    assert section.count(f"-p trials '{path}'") == 1
    (row,) = (line for line in section.splitlines() if line.startswith("| `trials`"))
    assert re.split(r"(?<!\\)\|", row)[2] == r" `````a`b ``` ```` <b>\|c````` "
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# Title")])
    note = page_of(notebook, "shape-bias", START | {"trials": path}).cells[1].source
    assert "trials = `````a`b ``` ```` <b>|c`````." in note


def test_a_page_says_how_long_it_takes_to_read_without_its_solutions():
    line = v4.new_markdown_cell("**Reading:** {minutes} minutes.")
    prose = v4.new_markdown_cell("word " * (2 * WORDS_A_MINUTE - 3))
    solution = v4.new_markdown_cell("```{solution} a\n" + "word " * WORDS_A_MINUTE + "\n```")
    code = v4.new_code_cell("word " * WORDS_A_MINUTE)
    cells = [line, prose, solution, code]
    assert paged(*cells).cells[0].source == "**Reading:** 2 minutes."
    one_more = v4.new_markdown_cell("word")
    assert paged(*cells, one_more).cells[0].source == "**Reading:** 3 minutes."


def test_a_figures_name_is_that_of_one_cell_in_the_whole_book():
    """What depends on the reader's files too: Sphinx sees it only in a book with such files."""
    names = Counter(
        cell.id
        for path in find_project().templates.glob("*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
        if cell.id.startswith(("fig-", "tab-"))
    )
    assert len(names) > 40
    assert [name for name, number in names.items() if number > 1] == []
