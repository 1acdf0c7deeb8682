"""What differs between two executed notebooks, and what is refused."""

import json

import nbformat.v4 as v4
import pandas as pd
import pytest
from tiny.command import call

from gcbook.book.compare import compare_builds, compare_tables
from gcbook.charts.tablehtml import csv_link
from gcbook.files.errors import InputError

ROWS = pd.DataFrame(
    {
        "who": ['a & "z"', "b", "b", "c'é<"],
        "value": [0.1, 0.2, 0.3, 0.4],
        "low": [0.0, 0.15, 0.25, 0.35],
        "high": [0.2, 0.25, 0.35, 0.45],
        "n": [10, 20, 30, 40],
    }
)


def write_run(path, rows=ROWS, name="fig-a"):
    shown = v4.new_output("display_data", data={"text/html": csv_link(rows, name)})
    notebook = v4.new_notebook(cells=[v4.new_code_cell("x", outputs=[shown])])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))
    return path


def table(**columns):
    return pd.DataFrame({name: list(map(str, values)) for name, values in columns.items()})


def test_what_lies_beyond_its_interval_is_said(tmp_path):
    changed = ROWS.assign(value=[0.15, 0.2, 0.9, 0.4], n=[10, 20, 30, 41])
    write_run(tmp_path / "one" / "chapter.ipynb")
    write_run(tmp_path / "two" / "chapter.ipynb", changed)
    # 0.15 lies within 0 to 0.2, the interval of 0.1; a number of images has none.
    assert compare_builds(tmp_path / "one", tmp_path / "two") == [
        "chapter fig-a: b, value: 0.3 -> 0.9",
        "chapter fig-a: c'é<, n: 40 -> 41",
    ]


@pytest.mark.parametrize(
    ("value", "low", "high", "differs"),
    [
        ("3", "1", "3", False),  # at the end of the other's interval, which is 1 to 3
        ("3.1", "1", "4", True),
        ("3", "2.5", "4", True),  # the other's value, 2, lies outside this one
        ("2", "0", "9", False),
        ("", "", "", True),
    ],
)
def test_each_value_lies_in_the_interval_of_the_other(value, low, high, differs):
    one = table(who="a", v="2", v_low="1", v_high="3")
    other = pd.DataFrame({"who": ["a"], "v": [value], "v_low": [low], "v_high": [high]})
    for pair in ((one, other), (other, one)):
        assert bool(list(compare_tables(*pair))) == differs


def test_ends_belong_to_the_column_that_they_name_or_follow():
    ends = {"Bias": ["1"], "n": ["5"], "Bias, lower end": ["0"], "Bias, upper end": ["2"]}
    one = table(**ends)
    assert list(compare_tables(one, one.assign(Bias="2"))) == []
    assert list(compare_tables(one, one.assign(n="6"))) == ["n: 5 -> 6"]
    one = table(n="5", value="1", low="0", high="2")
    assert list(compare_tables(one, one.assign(value="2"))) == []
    assert list(compare_tables(one, one.assign(n="6"))) == ["n: 5 -> 6"]


def test_rows_belong_together_by_their_words():
    one = table(who=["a", "b", "c", ""], value=[1, 2, "", 9])
    other = table(who=["c", "d", "b", ""], value=["", 4, 2, 9])
    assert list(compare_tables(one, other)) == ["only in the first: a", "only in the second: d"]
    assert list(compare_tables(table(x=[1, 2]), table(x=[1, 3]))) == ["x: 2 -> 3"]


def test_books_are_compared_chapter_by_chapter(tmp_path):
    for name in ("a", "b"):
        write_run(tmp_path / "book" / "executed" / f"{name}.ipynb")
    for name in ("b", "c"):
        write_run(tmp_path / "checkout" / "_build" / "executed" / f"{name}.ipynb")
    assert compare_builds(tmp_path / "book", tmp_path / "checkout") == [
        "a fig-a: only in one of the two",
        "c fig-a: only in one of the two",
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', "[" * 100_000, "\0"], ids=range(6))
def test_what_is_no_executed_notebook_is_refused(tmp_path, text):
    one = write_run(tmp_path / "one.ipynb")
    other = tmp_path / "two.ipynb"
    other.write_text(text)
    with pytest.raises(InputError, match=r"two\.ipynb: expected"):
        compare_builds(one, other)


def test_other_chapters_and_nothing_are_refused(tmp_path):
    one, two = (write_run(tmp_path / name / f"{name}.ipynb") for name in "ab")
    with pytest.raises(InputError, match="expected a figure or table that"):
        compare_builds(one, two)
    for place in (tmp_path / "none", tmp_path):
        with pytest.raises(InputError, match=f"{place}: expected a notebook of gcbook"):
            compare_builds(place, two)


def test_the_command_says_it_by_its_status_and_names_cannot_steer_a_terminal(tmp_path, capsys):
    one = write_run(tmp_path / "one" / "c.ipynb")
    two = write_run(tmp_path / "two" / "c.ipynb", ROWS.assign(who=["\x1b[2J", *ROWS["who"][1:]]))
    assert call(capsys, "compare", one, one) == (0, "", "")
    status, out, _ = call(capsys, "compare", one, two)
    assert (status, len(out.splitlines())) == (1, 2)
    assert "\x1b" not in out and "only in the second: �[2J" in out
