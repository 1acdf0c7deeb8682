"""Addresses of pages that are no more lead to pages of the book."""

import posixpath
import re
from string import Template

import pytest
import yaml
from bs4 import BeautifulSoup

from gcbook.book.chapters import read_contents
from gcbook.book.project import find_project

PROJECT = find_project()
CONFIG = yaml.safe_load((PROJECT.root / "_config.yml").read_text("utf-8"))["sphinx"]["config"]
FORWARDS = CONFIG["redirects"]
CONTENTS = read_contents(PROJECT)


@pytest.mark.parametrize("old", FORWARDS)
def test_an_old_address_leads_to_a_page_and_to_a_label_on_it(old):
    page, _, label = FORWARDS[old].partition("#")
    new = posixpath.normpath(posixpath.join(posixpath.dirname(old), page))
    assert new.removesuffix(".html") in CONTENTS
    if label:
        name = posixpath.basename(page).removesuffix(".html")
        sources = [PROJECT.book / f"{name}.md", PROJECT.templates / f"{name}.ipynb"]
        text = next(each.read_text("utf-8") for each in sources if each.is_file())
        assert f"({label})=" in text


def test_no_page_of_the_book_is_forwarded():
    assert set(FORWARDS) & set(CONTENTS) == set()


def test_a_forward_needs_neither_script_nor_server():
    template = (PROJECT.root / CONFIG["redirect_html_template_file"]).read_text("utf-8")
    page = BeautifulSoup(Template(template).substitute(to_uri="new.html#part"), "html.parser")
    assert re.fullmatch(
        r"0; url=new\.html#part", page.find("meta", {"http-equiv": "refresh"})["content"]
    )
    assert page.find("link", rel="canonical")["href"] == "new.html#part"
    assert page.a["href"] == "new.html#part"
    assert not page.find("script")
