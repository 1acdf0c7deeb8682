"""Claims and the text around them: every claim of a room has its place, and no other is named."""

import nbformat
import pytest

from gcbook.book.chapters import find_chapters
from gcbook.book.inline import expressions_in
from gcbook.book.project import find_project
from gcbook.chapters.claims import claims_of

CHAPTERS = {chapter.name: chapter.template for chapter in find_chapters(find_project())}


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_text_names_the_claims_of_its_room(name):
    cells = nbformat.read(CHAPTERS[name], as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    named = {each for each in expressions_in(prose) if each.startswith("claims.")}
    assert named == {f"claims.{claim}" for claim in claims_of(name)}
    assert named, "a chapter that claims nothing is guarded by nothing"
