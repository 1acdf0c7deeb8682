"""The claims of executed chapters: recorded in each notebook, collected of a build, on a page.

``_build/claims.json`` holds what became of every claim of the book, in the order of the book: a
page, the command line and a comparison of two builds can be made from it. ``book/claims.json`` is
that of the build that a version was made from, for readers who have not built the book. The prose
of the scorecard, which has every claim of the paper, is ``scorecard.md`` beside this module.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from gcbook.book.project import Project
from gcbook.claims.claim import CLAIMS_MIME, MARK_MIME
from gcbook.claims.found import (
    Answer,
    answers_to,
    count_grades,
    count_unchecked,
    counts_in_words,
)
from gcbook.claims.notebook import claims_in
from gcbook.claims.paper import MAIN, PaperClaim
from gcbook.files.errors import DataNotFoundError, GcbookError

_PARTS = {
    "introduction_and_method": ("Abstract", "Section 1", "Section 2"),
    "results": ("Section 3", "Table 1"),
    "where_it_comes_from": ("Section 4",),
    "discussion": ("Section 5",),
    "appendix_and_tables": ("Appendix", "Fig.", "Table 2", "Table 3"),
}
"""The paper's parts as the template calls them, by how a claim's first place begins."""

_HEAD = "| Claim of the paper | Found |\n|:--|:--|"


def recorded_claims(notebook: Any, chapter: str) -> list[dict[str, Any]]:
    """What became of a chapter's claims, from its executed notebook.

    Args:
        notebook: the executed notebook (nbformat 4).
        chapter: the chapter's name.
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
    """The claims of the last build, else those that come with this version, by ``chapter``."""
    for path in (claims_file(project), project.book / "claims.json"):
        if path.is_file():
            claims: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
            return claims
    raise DataNotFoundError(
        f"expected the claims of the last build in {claims_file(project)}, found no such file. "
        "Build the book first: gcbook build."
    )


def scorecard_page(paper: Mapping[str, PaperClaim], book: Sequence[Mapping[str, Any]]) -> str:
    """The page as MyST Markdown.

    Args:
        paper: the paper's claims by id.
        book: the book's claims, as a build collects them, each with its ``chapter``.
    """
    counts = {
        grade.replace(" ", "_"): counts_in_words(each)
        for grade, each in count_grades(paper, book).items()
    }
    parts = {"four_properties": {name: paper[name] for name in MAIN}} | {
        part: {
            name: claim
            for name, claim in paper.items()
            if name not in MAIN and claim.place.startswith(places)
        }
        for part, places in _PARTS.items()
    }
    tables = {part: scorecard_table(claims, book) for part, claims in parts.items()}
    unchecked = count_unchecked(paper, book)
    values = {"claims": len(paper), "unchecked": unchecked, **counts, **tables}
    text = Path(__file__).with_name("scorecard.md").read_text(encoding="utf-8")
    return Template(text).substitute(values)


def scorecard_table(paper: Mapping[str, PaperClaim], book: Sequence[Mapping[str, Any]]) -> str:
    """A row a claim: what the paper says and where first, and the marks of what was found.

    Args:
        paper: claims of the paper by id.
        book: the book's claims, as a build collects them, each with its ``chapter``.
    """
    rows = [_row(claim, answers_to(name, book)) for name, claim in paper.items()]
    return "\n".join([":::{div} gc-scorecard", _HEAD, *rows, ":::"])


def _row(claim: PaperClaim, answers: Sequence[Answer]) -> str:
    first = claim.place.partition(";")[0].removesuffix(", caption")
    marks = " ".join(dict.fromkeys(map(_mark, answers))) or "not checked"
    why = f" [{claim.why_not}]{{.gc-place}}" if claim.why_not else ""
    return f"| {claim.statement} [{first}]{{.gc-place}} | {marks}{why} |"


def _mark(answer: Answer) -> str:
    """A link in words, framed by grade and filled where it speaks against the claim."""
    grade = answer.grade.replace(" ", "-")
    classes = f".gc-found .gc-found-{grade}" + (" .gc-found-against" if answer.negative else "")
    seen = answer.smallest and answer.state == "holds"
    smallest = f" [would have seen {answer.smallest}]{{.gc-place}}" if seen else ""
    return f"[[{answer.words}]({answer.chapter}.ipynb)]{{{classes}}}{smallest}"
