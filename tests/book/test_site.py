"""The Sphinx extension: scripts on board, markup mended."""

from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.utils import new_document

from gcbook.book import site
from gcbook.book.site import LetLongCodeBreak


@pytest.mark.parametrize("runs", [True, False])
def test_pages_are_mended_and_what_they_run_is_written(tmp_path, monkeypatch, runs):
    (tmp_path / "book").mkdir()
    attribute = ' data-networks="../_static/networks/"' if runs else ""
    (tmp_path / "book" / "page.html").write_text(f"<div{attribute}></div>")
    entry = '<div role="list" class="citation-list"><div role="doc-biblioentry" id="x">'
    (tmp_path / "other.html").write_text(entry)
    written = []
    monkeypatch.setattr(site, "write_networks", written.append)
    app = SimpleNamespace(
        outdir=str(tmp_path),
        builder=SimpleNamespace(format="html"),
        config=SimpleNamespace(titles_of_other_pages={}),
    )
    site._finish_pages(app, None)
    assert written == ([tmp_path / "_static" / "networks"] if runs else [])
    assert (tmp_path / "other.html").read_text() == '<div class="citation-list"><div id="x">'


def test_code_may_break_where_it_is_as_long_as_a_line():
    document = new_document("page")
    short, long = (nodes.literal("", text) for text in ("--draws " * 9, "x" * site.LONG))
    document += [short, long]
    LetLongCodeBreak(document).apply()
    assert (short["classes"], long["classes"]) == ([], ["gc-long"])
