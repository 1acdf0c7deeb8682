"""Inline expressions are evaluated where they stand, and kept as JupyterLab keeps them."""

import nbformat
import nbformat.v4 as v4

from gcbook.book.execute import run_notebook


def test_expressions_are_evaluated_at_their_place(tmp_path):
    stale = {"user_expressions": [{"expression": "old", "result": {"status": "ok"}}]}
    cells = [
        v4.new_code_cell("x, word = 1, 'a'", metadata={"tags": ["parameters"]}),
        v4.new_markdown_cell("{eval}`x`, {eval}`word`, {eval}`y`, {eval}`x + `, {eval}`x`"),
        v4.new_code_cell("x = 2\nx"),
        v4.new_markdown_cell("{eval}`x`", metadata={"user_expressions": []}),
        v4.new_markdown_cell("None.", metadata=stale),
        v4.new_code_cell("x + 1"),
    ]
    template, output = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
    nbformat.write(v4.new_notebook(cells=cells), template)
    run_notebook(template, output, {})
    first, second, third, last = (
        nbformat.read(output, as_version=4).cells[i] for i in (1, 3, 4, 5)
    )
    x, word, y, broken = first.metadata["user_expressions"]
    assert x == {
        "expression": "x",
        "result": {"status": "ok", "data": {"text/plain": "1"}, "metadata": {}},
    }
    assert word["result"]["data"] == {"text/plain": "'a'"}
    assert (y["result"]["status"], y["result"]["ename"]) == ("error", "NameError")
    assert broken["expression"] == "x +"
    assert broken["result"]["ename"] == "SyntaxError"
    assert second.metadata["user_expressions"][0]["result"]["data"]["text/plain"] == "2"
    assert "user_expressions" not in third.metadata
    # What lies between does not count as an execution.
    assert (last.execution_count, last.outputs[0]["data"]["text/plain"]) == (3, "3")
