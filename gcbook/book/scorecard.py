"""The page that sets every claim of the paper beside what this book found for it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from gcbook.claims.check import MARKS
from gcbook.claims.found import Answer, Found, found_for
from gcbook.claims.paper import MAIN, PaperClaim

_SIGNS = {
    "agrees": "✓ agrees",
    "contradicts": "✗ contradicts",
    "leaves open": "? leaves open",
    "": MARKS["unknown"],
}
_IN_MINIATURE = {"agrees": "✓ holds", "contradicts": "✗ does not hold"}
_OUTCOMES: Mapping[str | tuple[str, bool], str] = {
    ("agrees", False): "✓ agree with what was recomputed",
    ("contradicts", False): "✗ are contradicted by it",
    ("agrees", True): "✓ hold in miniature",
    ("contradicts", True): "✗ do not hold in miniature",
    "mixed": "✓ ✗ agree in part",
    "leaves open": "? stay open",
    "unchecked": "cannot be checked",
}
"""What is counted; what agrees or contradicts apart by whether miniatures alone say so."""
_PRINTED, _NONE = "†", "–"
_PARTS = {
    ("Abstract", "Section 1", "Section 2"): "Introduction and method",
    ("Section 3", "Table 1"): "Results",
    ("Section 4",): "Where the shape bias comes from",
    ("Section 5",): "Discussion",
    ("",): "Appendix and tables",
}
"""The paper's parts, by how the place begins in which a claim stands first."""

_HEAD = "| Claim of the paper | Recomputed here | In miniature |\n|:--|:--|:--|"


def scorecard_page(paper: Mapping[str, PaperClaim], book: Sequence[Mapping[str, Any]]) -> str:
    """The page as MyST Markdown.

    Args:
        paper: the paper's claims by id.
        book: the book's claims, as a build collects them, each with its ``chapter``.
    """
    outcomes = Counter(_outcome(found_for(name, book)) for name in paper)
    counts = "\n".join(f"| {_OUTCOMES[name]} | {outcomes[name]} |" for name in _OUTCOMES)
    others = [name for name in paper if name not in MAIN]
    sections = "\n\n".join(
        f"## {part}\n\n{scorecard_table({name: paper[name] for name in names}, book)}"
        for part, names in groupby(others, lambda name: _part(paper[name]))
    )
    return f"""(scorecard)=
# Scorecard: every claim of the paper

Each mark leads to the chapter with the evidence. *Recomputed here* rests on public trials, on
equations or, marked {_PRINTED}, on the paper's printed numbers alone; *in miniature* on small
models trained for this book, which show what can happen, not what happened in Imagen.
`gcbook claims` prints the list with all numbers.

| Of the {len(paper)} claims | |
|:--|--:|
{counts}

## The four properties

{scorecard_table({name: paper[name] for name in MAIN}, book)}

{sections}
"""


def scorecard_table(paper: Mapping[str, PaperClaim], book: Sequence[Mapping[str, Any]]) -> str:
    """A row a claim: what the paper says and where first, and the marks of what was found.

    Args:
        paper: claims of the paper by id.
        book: the book's claims, as a build collects them, each with its ``chapter``.
    """
    rows = [_row(claim, found_for(name, book)) for name, claim in paper.items()]
    return "\n".join([":::{div} gc-scorecard", _HEAD, *rows, ":::"])


def _row(claim: PaperClaim, found: Found) -> str:
    first = claim.place.partition(";")[0].removesuffix(", caption")
    small = " · ".join(filter(None, [first, claim.why_not]))
    here = _marks(found.here) or (_NONE if found.miniature else _unanswered(claim))
    small_world = _marks(found.miniature, _SIGNS | _IN_MINIATURE) or _NONE
    return f"| {claim.statement} [{small}]{{.gc-place}} | {here} | {small_world} |"


def _outcome(found: Found) -> str | tuple[str, bool]:
    """Which line of `_OUTCOMES` a claim counts for."""
    outcome = found.outcome or "unchecked"
    in_miniature = not any(each.verdict == outcome for each in found.here)
    return (outcome, in_miniature) if (outcome, in_miniature) in _OUTCOMES else outcome


def _marks(answers: Iterable[Answer], signs: Mapping[str, str] = _SIGNS) -> str:
    links = [
        f"[{signs[each.verdict]}{_PRINTED if each.printed_only else ''}]({each.chapter}.ipynb)"
        for each in answers
    ]
    return " ".join(dict.fromkeys(links))


def _unanswered(claim: PaperClaim) -> str:
    cannot = "cannot be checked"
    return f"[{cannot}]({claim.checked_in}.ipynb)" if claim.checked_in else cannot


def _part(claim: PaperClaim) -> str:
    """The part of the paper in which a claim stands first."""
    return next(title for begins, title in _PARTS.items() if claim.place.startswith(begins))
