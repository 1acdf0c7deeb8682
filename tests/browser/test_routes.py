"""The routes of the page for teachers: links that lead somewhere."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from gcbook.book.runtimes import IN_PAGE


@pytest.fixture(scope="module")
def routes(html):
    """The tables by title, with the page that they stand on."""
    page = html / "book" / "teach.html"
    sections = BeautifulSoup(page.read_text("utf-8"), "html.parser").select(
        "#three-routes > section"
    )
    found = {section.h3.get_text(): section.select("tbody tr") for section in sections}
    return page, {title: rows for title, rows in found.items() if rows}


def test_what_a_step_opens_is_there(routes):
    page, tables = routes
    links = [a["href"] for rows in tables.values() for row in rows for a in row.select("a")]
    assert len(links) > 10
    for link in links:
        parts = urlsplit(link)
        path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        assert path.is_file(), link
        text = path.read_text("utf-8")
        if path.name == "lab.html":
            assert parts.fragment in IN_PAGE
            continue
        assert not parts.fragment or f'id="{parts.fragment}"' in text, link
        asked = parse_qs(parts.query, keep_blank_values=True)
        if "predict" in asked:
            # The half of the title that is folded: gcbook-reading.js.
            title = BeautifulSoup(text, "html.parser").h1.get_text()
            assert "gc-predict" in text and (": " in title or ", " in title), link
