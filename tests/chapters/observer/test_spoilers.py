"""Who takes part has not read what is measured."""

import json
import re

from gcbook.book.project import find_project
from gcbook.chapters.observer.pack import TITLES

PROJECT = find_project()
TOLD = re.compile(r"shape|texture|conflict", re.IGNORECASE)


def test_the_page_does_not_say_what_is_measured_before_its_end():
    cells = json.loads((PROJECT.templates / "observer.ipynb").read_text("utf-8"))["cells"]
    prose = [each for each in cells if each["cell_type"] == "markdown"]
    before = prose[: [each["id"] for each in prose].index("measured")]
    assert "experiment" in [each["id"] for each in cells[: cells.index(before[-1])]]
    assert not TOLD.findall("\n".join("".join(each["source"]) for each in before))
    headings = re.findall(r"^#+ .*$", "\n".join("".join(each["source"]) for each in prose), re.M)
    assert len(headings) > 4
    assert not TOLD.findall("\n".join(headings))


def test_the_choice_of_images_does_not_say_it_either():
    scripts = PROJECT.book / "_static" / "observer"
    said = [(scripts / f"{name}.js").read_text("utf-8") for name in ("page", "form", "session")]
    words = re.findall(r'"([^"]*)"|`([^`]*)`', "\n".join(said))
    assert not TOLD.findall(" ".join([*TITLES.values(), *map("".join, words)]))
