"""The comparison of two builds sees every changed byte, and leaves out the times alone."""

import importlib.util
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[1] / "tools" / "build_twice.py"
FILES = (
    "_build/claims.json",
    "_build/executed/method.ipynb",
    "_build/html/.buildinfo",
    "_build/html/book/chapters/method.html",
    "_build/html/book/chapters/status.html",
    "_build/jupyter-book.log",
    "book/chapters/.method.json",
    "book/chapters/method.ipynb",
    "book/chapters/status.md",
)


@pytest.fixture(scope="module")
def tool():
    found = importlib.util.spec_from_file_location("build_twice", TOOL)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_all_that_differs_is_named_but_for_times_and_logs(tool, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for root in (one, two):
        for name in FILES:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("same")
    assert tool.differing(one, two) == []
    for name in FILES:
        (two / name).write_text("other")
    assert tool.differing(one, two) == [
        "_build/claims.json",
        "_build/executed/method.ipynb",
        "_build/html/.buildinfo",
        "_build/html/book/chapters/method.html",
        "book/chapters/method.ipynb",
    ]
    (one / "_build/html/only-here.html").write_text("")
    assert "_build/html/only-here.html" in tool.differing(one, two)
