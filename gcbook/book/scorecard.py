"""The page that has every claim of the paper with what this book found for it.

Its prose stands in ``scorecard.md`` next to this module.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from gcbook.claims.found import (
    Answer,
    answers_to,
    count_grades,
    count_unchecked,
    counts_in_words,
)
from gcbook.claims.paper import MAIN, PaperClaim

_PARTS = {
    "introduction_and_method": ("Abstract", "Section 1", "Section 2"),
    "results": ("Section 3", "Table 1"),
    "where_it_comes_from": ("Section 4",),
    "discussion": ("Section 5",),
    "appendix_and_tables": ("Appendix", "Fig.", "Table 2", "Table 3"),
}
"""The paper's parts as the template calls them, by how a claim's first place begins."""

_HEAD = "| Claim of the paper | Found |\n|:--|:--|"


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
