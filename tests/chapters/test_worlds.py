"""Chapters that take a world, run for the calibrated one, which has fewer models and courses."""

import nbformat
import pytest

from gcbook.book.chapters import find_chapters
from gcbook.book.claims import recorded_claims
from gcbook.book.execute import run_notebook
from gcbook.book.project import find_project
from gcbook.chapters.claims import claims_of
from gcbook.chapters.parameters import parameters_of, smoke_values
from gcbook.miniworld.results.calibrated import CALIBRATED_WORLD

CHAPTERS = {
    chapter.name: chapter.template
    for chapter in find_chapters(find_project())
    if "world" in parameters_of(chapter.name).model_fields
}


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_claim_is_put_to_the_calibrated_world(name, tmp_path):
    executed = tmp_path / "executed.ipynb"
    values = smoke_values(name) | {"world": CALIBRATED_WORLD}
    run_notebook(CHAPTERS[name], executed, values, tmp_path)
    recorded = recorded_claims(nbformat.read(executed, as_version=4), name)
    assert {claim["name"] for claim in recorded} == set(claims_of(name))
