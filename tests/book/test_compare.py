"""What differs between two executed notebooks, and what is refused."""

import json

import nbformat.v4 as v4
import pandas as pd
import pytest

from gcbook.book import compare
from gcbook.book.compare import compare_runs, compare_tables, in_words, notebooks_of
from gcbook.charts.tablehtml import csv_link
from gcbook.claims.check import CLAIMS_MIME
from gcbook.files.errors import InputError

ROWS = pd.DataFrame(
    {
        "who": ["a", "b", "b", "c"],
        "value": [0.1, 0.2, 0.3, 0.4],
        "low": [0.0, 0.15, 0.25, 0.35],
        "high": [0.2, 0.25, 0.35, 0.45],
        "n": [10, 20, 30, 40],
    }
)


def write_run(path, rows=ROWS, draws=100, state="holds", fact="0.5", name="fig-a", code="1"):
    inputs = {"template": "t", "parameters": {"draws": draws}, "files": {}}
    inputs |= {"code": code, "data": "d", "libraries": {"numpy": "2"}}
    claim = {"name": "one", "sentence": "People are good.", "state": state}
    text = {"status": "ok", "data": {"text/plain": fact}, "metadata": {}}
    cells = [
        v4.new_markdown_cell(
            "x", metadata={"user_expressions": [{"expression": "facts.x", "result": text}]}
        ),
        v4.new_code_cell(
            "x",
            outputs=[
                v4.new_output("display_data", data={CLAIMS_MIME: [claim]}),
                v4.new_output("display_data", data={"text/html": csv_link(rows, name)}),
            ],
        ),
    ]
    notebook = v4.new_notebook(cells=cells, metadata={"gcbook": {"inputs": inputs}})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))
    return path


def words(*paths):
    return "\n".join(in_words(compare_runs(*paths)))


def test_a_run_does_not_differ_from_itself(tmp_path):
    one = write_run(tmp_path / "one" / "chapter.ipynb")
    found = compare_runs(one, write_run(tmp_path / "two" / "chapter.ipynb"))
    assert not found.differ
    assert words(one, one) == "no difference: chapter"
    assert found.as_dict()["chapters"] == []


def test_what_differs_is_told(tmp_path):
    changed = ROWS.assign(value=[0.15, 0.2, 0.9, 0.4], n=[10, 20, 30, 41])
    one = write_run(tmp_path / "one" / "chapter.ipynb")
    options = {"draws": 200, "state": "fails", "fact": "0.7", "code": "2"}
    two = write_run(tmp_path / "two" / "chapter.ipynb", changed, **options)
    (chapter,) = compare_runs(tmp_path / "one", tmp_path / "two").as_dict()["chapters"]
    assert chapter["parameters"] == [{"what": "draws", "before": 100, "after": 200}]
    assert chapter["claims"] == [{"what": "People are good.", "before": "holds", "after": "fails"}]
    assert chapter["text"] == [{"what": "facts.x", "before": "0.5", "after": "0.7"}]
    assert chapter["made_from"] == ["code of gcbook"]
    (table,) = chapter["tables"]
    numbers = [
        (each["what"], each["column"], each["before"], each["after"], each["against"])
        for each in table["numbers"]
    ]
    assert numbers == [
        ("a", "value", 0.1, 0.15, "inside"),
        ("b, 2", "value", 0.3, 0.9, "outside"),
        ("c", "n", 40, 41, "no interval"),
    ]
    assert words(one, two).splitlines()[1:] == [
        "  made from another code of gcbook",
        "  parameters: 1 changed",
        "    draws: 100 -> 200",
        "  claims: 1 changed",
        "    People are good.: holds -> fails",
        "  values in the text: 1 changed",
        "    facts.x: 0.5 -> 0.7",
        "  fig-a: 1 number changed by more than the interval, 1 changed inside of it, 1 changed "
        "that have none (4 rows in both)",
        "    b, 2, value: 0.3 -> 0.9 (outside)",
        "    c, n: 40 -> 41 (no interval)",
        "    a, value: 0.1 -> 0.15 (inside)",
    ]


def test_rows_belong_together_by_their_words():
    rows = [{"who": who, "value": value} for who, value in (("a", "1"), ("b", "2"), ("c", ""))]
    found = compare_tables("t", rows, [rows[2], {"who": "d", "value": "4"}, rows[1]])
    assert (found.added, found.removed, found.numbers, found.rows) == (["d"], ["a"], [], 2)
    # What is not computed any more is a change; a value at the end of an interval lies inside.
    found = compare_tables("t", rows, [*rows[:2], {"who": "c", "value": "3"}])
    assert [(each.before, each.after, each.against) for each in found.numbers] == [
        (None, 3.0, "no interval")
    ]
    ends = {"low": "1", "high": "3"}
    for value, against in (("3", "inside"), ("3.1", "outside")):
        found = compare_tables("t", [{"v": "2", **ends}], [{"v": value, **ends}])
        assert [each.against for each in found.numbers] == [against]
    wider = compare_tables("t", [{"v": "2", **ends}], [{"v": "2", "low": "0", "high": "3"}])
    assert (wider.intervals, wider.numbers) == (1, [])


def test_books_are_compared_chapter_by_chapter(tmp_path):
    for name in ("a", "b"):
        write_run(tmp_path / "book" / "executed" / f"{name}.ipynb")
    for name in ("b", "c"):
        write_run(tmp_path / "checkout" / "_build" / "executed" / f"{name}.ipynb")
    found = compare_runs(tmp_path / "book", tmp_path / "checkout")
    assert (found.added, found.removed, found.differ) == (["c"], ["a"], True)
    html = tmp_path / "checkout" / "_build" / "html"
    html.mkdir()
    assert set(notebooks_of(html)) == {"b", "c"}


def test_a_page_stands_for_the_notebook_beside_it(tmp_path):
    notebook = write_run(tmp_path / "chapter.ipynb")
    page = tmp_path / "chapter.html"
    page.write_text("")
    assert notebooks_of(page) == {"chapter": notebook}
    notebook.unlink()
    with pytest.raises(InputError, match="keep the two together"):
        notebooks_of(page)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"cells": 3}', '{"metadata": {}, "cells": []}', "[" * 100_000, "\0"],
)
def test_what_is_no_executed_notebook_is_refused(tmp_path, text):
    one = write_run(tmp_path / "one.ipynb")
    other = tmp_path / "two.ipynb"
    other.write_text(text)
    with pytest.raises(InputError, match=r"two\.ipynb: expected"):
        compare_runs(one, other)


def test_other_chapters_and_nothing_are_refused(tmp_path, monkeypatch):
    one, two = (write_run(tmp_path / n / f"{n}{m}.ipynb") for n in "ab" for m in "1")
    assert not compare_runs(one, two).differ  # one notebook each, called otherwise
    write_run(tmp_path / "a" / "a2.ipynb")
    with pytest.raises(InputError, match="expected two runs of one chapter"):
        compare_runs(tmp_path / "a", tmp_path / "b")
    with pytest.raises(InputError, match="expected an executed notebook, found none"):
        compare_runs(tmp_path / "none", two)
    monkeypatch.setattr(compare, "_MOST_CELLS", 7)
    with pytest.raises(InputError, match="cells in all at most"):
        compare_runs(two, two)


def test_names_cannot_steer_a_terminal(tmp_path):
    one = write_run(tmp_path / "one.ipynb")
    two = write_run(tmp_path / "two.ipynb", fact="\x1b[2J\nx", draws="\x1b]0;")
    said = words(one, two)
    assert "\x1b" not in said and "� x" not in said and "�[2J x" in said


def test_long_lists_are_cut(tmp_path):
    many = pd.DataFrame({"who": [f"w{i}" for i in range(50)], "value": range(50)})
    one = write_run(tmp_path / "one.ipynb", many)
    two = write_run(tmp_path / "two.ipynb", many.assign(value=many["value"] + 1))
    assert words(one, two).splitlines()[-1] == "    and 38 more (--json names all)"
