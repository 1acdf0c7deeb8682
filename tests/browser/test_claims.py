"""The claims that come with the book are those that its build found."""

import json

from gcbook.book.claims import claims_file
from gcbook.book.project import find_project

KEPT = ("chapter", "name", "sentence", "evidence", "answers", "verdict", "state")


def test_claims_that_ship_are_those_of_the_build():
    """If they are not: ``cp _build/claims.json book/claims.json``."""
    project = find_project()
    shipped, built = (
        [{name: claim[name] for name in KEPT} for claim in json.loads(path.read_text("utf-8"))]
        for path in (project.book / "claims.json", claims_file(project))
    )
    assert shipped == built
