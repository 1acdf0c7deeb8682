"""What was found for the paper's claims, and for the book's own, as rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gcbook.claims.check import MARKS
from gcbook.claims.paper import PaperClaim

COLUMNS = (
    "claimed_by",
    "id",
    "place",
    "claim",
    "printed",
    "evidence",
    "chapter",
    "found",
    "numbers",
)


@dataclass(frozen=True)
class Answer:
    """What one claim of the book says of one of the paper's.

    Attributes:
        chapter: where it stands.
        verdict: "agrees", "contradicts" or "leaves open"; "" where it does not hold or was not
            computed with the parameters of the build.
        printed_only: whether it rests on the paper's printed numbers alone.
    """

    chapter: str
    verdict: str
    printed_only: bool


@dataclass(frozen=True)
class Found:
    """All that was found for one claim of the paper.

    Attributes:
        here: answers from public trials, equations, open weights and the paper's own numbers.
        miniature: answers from the miniatures.
    """

    here: tuple[Answer, ...]
    miniature: tuple[Answer, ...]

    @property
    def outcome(self) -> str:
        """In a word: a verdict, "mixed" where two are opposed, "" where nothing answers."""
        verdicts = {each.verdict for each in (*self.here, *self.miniature)} - {""}
        if {"agrees", "contradicts"} <= verdicts:
            return "mixed"
        return next(iter(verdicts - {"leaves open"} or verdicts), "")


def found_for(name: str, book: Iterable[Mapping[str, Any]]) -> Found:
    """Gather the answers to one claim of the paper.

    Args:
        name: its id.
        book: the book's claims, as a build collects them, each with its ``chapter``.
    """
    sides: dict[bool, list[Answer]] = {False: [], True: []}
    for each in book:
        if name in each["answers"]:
            verdict = each["verdict"] if each["state"] == "holds" else ""
            printed_only = each["evidence"] == "published only"
            small = each["evidence"] == "miniature"
            sides[small].append(Answer(each["chapter"], verdict, printed_only))
    return Found(tuple(sides[False]), tuple(sides[True]))


def claim_rows(
    paper: Mapping[str, PaperClaim], book: Iterable[Mapping[str, Any]], chapter: str = ""
) -> list[dict[str, str]]:
    """The paper's claims with what chapters found for them, then the book's own.

    Args:
        paper: the paper's claims by id.
        book: the book's, as a build collects them, each with its ``chapter``.
        chapter: keep what this chapter is about; nothing for all.

    Returns:
        Rows of `COLUMNS`, in words. ``found`` says of the paper's claims which of the book's agree
        or contradict, or why none does; of the book's whether they hold. ``numbers`` are the facts
        that the book's are about.
    """
    own = [each for each in book if chapter in ("", each["chapter"])]
    rows = [
        _paper_row(name, claim, [each for each in own if name in each["answers"]])
        for name, claim in paper.items()
        if chapter in ("", claim.checked_in) or any(name in each["answers"] for each in own)
    ]
    return rows + [_own_row(each) for each in own]


def _paper_row(name: str, claim: PaperClaim, answers: list[Mapping[str, Any]]) -> dict[str, str]:
    if answers:
        found = "; ".join(f"{each['verdict']} ({_id(each)}: {_state(each)})" for each in answers)
    elif claim.checked_in:
        found = f"no claim of {claim.checked_in} answers it yet"
    else:
        found = f"not checked: {claim.why_not}"
    return {
        "claimed_by": "paper",
        "id": name,
        "place": claim.place,
        "claim": claim.statement,
        "printed": ", ".join(claim.printed.values()),
        "evidence": claim.evidence,
        "chapter": claim.checked_in,
        "found": found,
        "numbers": "",
    }


def _own_row(claim: Mapping[str, Any]) -> dict[str, str]:
    return {
        "claimed_by": "book",
        "id": _id(claim),
        "place": claim["chapter"],
        "claim": claim["sentence"],
        "printed": "",
        "evidence": claim["evidence"],
        "chapter": claim["chapter"],
        "found": _state(claim),
        "numbers": ", ".join(f"{k} = {_shown(v)}" for k, v in claim["facts"].items()),
    }


def _id(claim: Mapping[str, Any]) -> str:
    return f"{claim['chapter']}.{claim['name']}"


def _state(claim: Mapping[str, Any]) -> str:
    return "holds" if claim["state"] == "holds" else MARKS[claim["state"]]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(_shown, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
