"""Claims and the text around them: every claim has its place, and no other is named."""

import nbformat
import pytest

from gcbook.book.chapters import find_chapters
from gcbook.book.inline import expressions_in
from gcbook.book.project import find_project
from gcbook.claims.notebook import claims_in

CHAPTERS = {chapter.name: chapter.template for chapter in find_chapters(find_project())}


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_text_names_the_claims_of_its_chapter(name):
    cells = nbformat.read(CHAPTERS[name], as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    named = {each for each in expressions_in(prose) if each.startswith("claim.")}
    assert named == {f"claim.{claim}" for claim in claims_in(cells)}
    assert named, "a chapter that claims nothing is guarded by nothing"
