"""The scorecard: every claim of the paper with the marks of what was found."""

import re

from gcbook.book.claims import scorecard_page, scorecard_table
from gcbook.claims.paper import PaperClaim, paper_claims

PAPER = {
    "a": PaperClaim(
        place="Fig. 2, caption; Section 4",
        statement="A is `high`.",
        printed={"n_datasets": "17"},
        evidence="miniature",
        checked_in="weighting",
    ),
    "b": PaperClaim(place="Fig. 1", statement="B.", evidence="published only", why_not="Not open."),
}


def answer(chapter, evidence, verdict, **changes):
    return {
        "chapter": chapter,
        "name": "own",
        "answers": ["a"],
        "evidence": evidence,
        "verdict": verdict,
        "state": "holds",
        **changes,
    }


def cells(book, name="a"):
    row = scorecard_table({name: PAPER[name]}, book).splitlines()[-2]
    return [each.strip() for each in row.strip("|").split(" | ")]


def test_marks_say_evidence_and_verdict_and_lead_to_the_answers():
    claim, found = cells(
        [
            answer("method", "recomputed from public trials", "agrees"),
            answer("tables", "published only", "not as printed"),
            answer("weighting", "miniature", "same way"),
        ]
    )
    assert claim == "A is `high`. [Fig. 2]{.gc-place}"
    assert re.findall(r"\[\[([^]]+)\]\((\w+)\.ipynb\)\]\{([^}]*)\}", found) == [
        ("recomputed: agrees", "method", ".gc-found .gc-found-recomputed"),
        ("not as printed", "tables", ".gc-found .gc-found-as-printed .gc-found-against"),
        ("in miniature: same way", "weighting", ".gc-found .gc-found-asked-of-miniatures"),
    ]


def test_the_page_has_every_claim_once_and_counts_by_grade():
    paper = paper_claims()
    recomputed = answer("method", "recomputed from public trials", "agrees")
    printed = answer("method", "published only", "as printed")
    book = [each | {"answers": ["human-observers"]} for each in (recomputed, printed)]
    page = scorecard_page(paper, book)
    assert f"Of {len(paper)} claims" in page
    assert "| agrees 1 · does not agree 0 |" in page
    assert "| as printed 1 · not as printed 0 |" in page
    assert "| same way 0 · other way 0 · cannot tell 0 |" in page
    assert f"| {len(paper) - 1} |" in page
    for claim in paper.values():
        assert page.count(f"| {claim.statement} [") == 1
    assert "${" not in page
