"""What was found for the paper's claims, by grade, and for the book's own, as rows.

There are three grades (see `gcbook.claims.claim.VERDICTS`), which are counted apart and never added
up: a claim that is answered in two of them counts once in each.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gcbook.claims.claim import MARKS, VERDICTS
from gcbook.claims.paper import PaperClaim

GRADES: Mapping[str, tuple[str, ...]] = {
    "recomputed": VERDICTS["recomputed from public trials"],
    "as printed": VERDICTS["published only"],
    "asked of miniatures": VERDICTS["miniature"],
}
"""Name of a grade → what it may say: yes, no and, in the last, neither."""

IN_PART = "in part"
"""What a grade says of a claim where its answers are opposed."""

_PREFIXES = {
    "recomputed from public trials": "recomputed: ",
    "published only": "",
    "miniature": "in miniature: ",
    "open weights": "open weights: ",
    "computed": "computed: ",
}
"""What a verdict rests on, in words to put before it; "as printed" needs none."""


@dataclass(frozen=True)
class Answer:
    """What one claim of the book says of one of the paper's.

    Attributes:
        chapter: where it stands.
        name: of the claim, within its chapter.
        evidence: what it rests on.
        verdict: one of `VERDICTS`.
        state: "holds", "fails" or "unknown"; no answer counts that does not hold.
        smallest: of "cannot tell", the smallest effect that would have been seen: the number and
            what it is an effect on; else "".
    """

    chapter: str
    name: str
    evidence: str
    verdict: str
    state: str
    smallest: str = ""

    @property
    def grade(self) -> str:
        """Which of `GRADES` it belongs to."""
        return next(grade for grade, verdicts in GRADES.items() if self.verdict in verdicts)

    @property
    def negative(self) -> bool:
        """Whether it speaks against the claim."""
        return self.state == "holds" and self.verdict == GRADES[self.grade][1]

    @property
    def words(self) -> str:
        """Evidence and verdict, or that it does not hold with the parameters of the build.

        >>> Answer("muse", "rule", "miniature", "other way", "holds").words
        'in miniature: other way'
        """
        verdict = self.verdict if self.state == "holds" else MARKS[self.state]
        return _PREFIXES[self.evidence] + verdict


def answers_to(name: str, book: Iterable[Mapping[str, Any]]) -> list[Answer]:
    """What the book's claims say of one claim of the paper, in the order of the book.

    Args:
        name: its id.
        book: the book's claims, as a build collects them, each with its ``chapter``.
    """
    return [
        Answer(
            each["chapter"],
            each["name"],
            each["evidence"],
            each["verdict"],
            each["state"],
            _smallest(each),
        )
        for each in book
        if name in each["answers"]
    ]


def _smallest(claim: Mapping[str, Any]) -> str:
    fact = claim.get("smallest_effect", "")
    return f"{_shown(claim['facts'][fact], '.2g')}, {claim['effect']}" if fact else ""


def verdicts_on(answers: Iterable[Answer]) -> dict[str, str]:
    """What each grade says of a claim: a verdict, or `IN_PART`; without grades that say nothing.

    One "cannot tell" beside an answer that could tell leaves that answer standing.
    """
    said: dict[str, set[str]] = {}
    for each in answers:
        if each.state == "holds":
            said.setdefault(each.grade, set()).add(each.verdict)
    found = {}
    for grade, verdicts in said.items():
        decided = [verdict for verdict in GRADES[grade][:2] if verdict in verdicts]
        found[grade] = IN_PART if len(decided) == 2 else (decided or list(verdicts))[0]
    return found


def count_grades(
    paper: Iterable[str], book: Iterable[Mapping[str, Any]]
) -> dict[str, dict[str, int]]:
    """How many of the paper's claims each grade answers, by what it says.

    Args:
        paper: ids of the paper's claims.
        book: the book's claims, as a build collects them, each with its ``chapter``.

    Returns:
        Grade → verdict or `IN_PART` → number of claims, all of them, zeros too.
    """
    own = list(book)
    said = Counter(pair for name in paper for pair in verdicts_on(answers_to(name, own)).items())
    return {
        grade: {verdict: said[grade, verdict] for verdict in (*verdicts, IN_PART)}
        for grade, verdicts in GRADES.items()
    }


def count_unchecked(paper: Iterable[str], book: Iterable[Mapping[str, Any]]) -> int:
    """How many of the paper's claims no grade answers."""
    own = list(book)
    return sum(not verdicts_on(answers_to(name, own)) for name in paper)


def counts_in_words(counts: Mapping[str, int]) -> str:
    """The counts of one grade in a line; "in part" only where there is something to count.

    >>> counts_in_words({"agrees": 12, "does not agree": 0, "in part": 0})
    'agrees 12 · does not agree 0'
    """
    return " · ".join(f"{verdict} {n}" for verdict, n in counts.items() if n or verdict != IN_PART)


def claim_rows(
    paper: Mapping[str, PaperClaim], book: Iterable[Mapping[str, Any]], chapter: str = ""
) -> list[dict[str, str]]:
    """The paper's claims with what chapters found for them, then the book's own.

    Args:
        paper: the paper's claims by id.
        book: the book's, as a build collects them, each with its ``chapter``.
        chapter: keep what this chapter is about; nothing for all.

    Returns:
        Rows of ``claimed_by, id, place, claim, printed, evidence, chapter, found, numbers``, in
        words. ``found`` says of the paper's claims what each grade found and where, or why nothing;
        of the book's whether they hold. ``numbers`` are the facts that the book's are about.
    """
    own = [each for each in book if chapter in ("", each["chapter"])]
    rows = [
        _paper_row(claim, answers_to(name, own)) | {"id": name}
        for name, claim in paper.items()
        if chapter in ("", claim.checked_in) or any(name in each["answers"] for each in own)
    ]
    return rows + [_own_row(each) for each in own]


def _paper_row(claim: PaperClaim, answers: list[Answer]) -> dict[str, str]:
    if answers:
        found = "; ".join(map(_found, answers))
    elif claim.checked_in:
        found = f"no claim of {claim.checked_in} answers it yet"
    else:
        found = f"not checked: {claim.why_not}"
    return {
        "claimed_by": "paper",
        "id": "",
        "place": claim.place,
        "claim": claim.statement,
        "printed": ", ".join(claim.printed.values()),
        "evidence": claim.evidence,
        "chapter": claim.checked_in,
        "found": found,
        "numbers": "",
    }


def _found(answer: Answer) -> str:
    seen = f", smallest effect that would have been seen: {answer.smallest}"
    return (
        f"{answer.words}{seen if answer.smallest and answer.state == 'holds' else ''} "
        f"({answer.chapter}.{answer.name})"
    )


def _own_row(claim: Mapping[str, Any]) -> dict[str, str]:
    return {
        "claimed_by": "book",
        "id": f"{claim['chapter']}.{claim['name']}",
        "place": claim["chapter"],
        "claim": claim["sentence"],
        "printed": "",
        "evidence": claim["evidence"],
        "chapter": claim["chapter"],
        "found": "holds" if claim["state"] == "holds" else MARKS[claim["state"]],
        "numbers": ", ".join(f"{k} = {_shown(v)}" for k, v in claim["facts"].items()),
    }


def _shown(value: Any, form: str = ".4g") -> str:
    if isinstance(value, list):
        return " ".join(_shown(each, form) for each in value)
    return f"{value:{form}}" if isinstance(value, float) else str(value)
