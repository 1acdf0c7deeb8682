"""Addresses of pages that are no more lead to pages of the book."""

import posixpath

import pytest
import yaml

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
