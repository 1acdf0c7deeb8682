"""The claims of executed chapters: recorded in each notebook, collected of a build.

``_build/claims.json`` holds what became of every claim of the book, in the order of the book: a
page, the command line and a comparison of two builds can be made from it. ``book/claims.json`` is
that of the build that a version was made from, for readers who have not built the book.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gcbook.book.project import Project
from gcbook.claims.claim import CLAIMS_MIME, MARK_MIME
from gcbook.claims.notebook import claims_in
from gcbook.files.errors import DataNotFoundError, GcbookError


def recorded_claims(notebook: Any, chapter: str) -> list[dict[str, Any]]:
    """What became of a chapter's claims, from its executed notebook.

    Args:
        notebook: the executed notebook (nbformat 4).
        chapter: the chapter's name.

    Raises:
        GcbookError: a claim was not recorded, or has no mark in the text.
    """
    record = {
        claim["name"]: dict(claim)
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for claim in output.get("data", {}).get(CLAIMS_MIME, [])
    }
    if unrecorded := set(claims_in(notebook.cells)) - set(record):
        raise GcbookError(
            f"chapter {chapter}: expected a record of all its claims, found none of "
            f"{', '.join(sorted(unrecorded))}. Its last code cell must be `claim`, below all "
            "claims."
        )
    marked = {
        each["result"].get("data", {}).get(MARK_MIME, {}).get("name")
        for cell in notebook.cells
        for each in cell.metadata.get("user_expressions", [])
    }
    for name, claim in record.items():
        if name not in marked:
            raise GcbookError(
                f"chapter {chapter}: the claim {name} ({claim['sentence']}) has no place in the "
                f"text. Put {{eval}}`claim.{name}` after its "
                "sentence, where a rerun is to say whether it still holds."
            )
    return list(record.values())


def claims_file(project: Project) -> Path:
    """Where the claims of the last build are."""
    return project.build / "claims.json"


def collected(records: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The claims of a build as JSON.

    Args:
        records: what became of each chapter's claims, by chapter in the order of the book.
    """
    claims = [{"chapter": name, **each} for name, record in records.items() for each in record]
    return json.dumps(claims, indent=1, ensure_ascii=False) + "\n"


def read_collected(project: Project) -> list[dict[str, Any]]:
    """The claims of the last build, else those that come with this version, by ``chapter``.

    Raises:
        DataNotFoundError: there was no build here, and the book comes with none.
    """
    for path in (claims_file(project), project.book / "claims.json"):
        if path.is_file():
            claims: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
            return claims
    raise DataNotFoundError(
        f"expected the claims of the last build in {claims_file(project)}, found no such file. "
        "Build the book first: gcbook build."
    )
