"""The scorecard: every claim of the paper with the marks of what was found."""

import re

from gcbook.book.scorecard import scorecard_page, scorecard_table
from gcbook.claims.paper import PaperClaim, paper_claims

PAPER = {
    "a": PaperClaim(
        place="Fig. 2, caption; Section 4",
        statement="A is `high`.",
        printed={"n_datasets": "17"},
        evidence="miniature",
        checked_in="muse",
    ),
    "b": PaperClaim(place="Fig. 1", statement="B.", evidence="published only", why_not="Not open."),
    "c": PaperClaim(
        place="Fig. 1, caption", statement="C.", evidence="miniature", checked_in="turned"
    ),
}


def answer(chapter, evidence, verdict, state="holds"):
    return {
        "chapter": chapter,
        "answers": ["a"],
        "evidence": evidence,
        "verdict": verdict,
        "state": state,
    }


def row(book, name="a"):
    return scorecard_table({name: PAPER[name]}, book).splitlines()[-2]


def cells(book, name="a"):
    return [each.strip() for each in row(book, name).strip("|").split(" | ")]


def test_marks_lead_to_the_chapters_of_the_answers():
    claim, here, miniature = cells(
        [
            answer("method", "computed", "agrees"),
            answer("tables", "published only", "contradicts"),
            answer("muse", "miniature", "contradicts"),
        ]
    )
    assert claim == "A is `high`. [Fig. 2]{.gc-place}"
    assert here == "[✓ agrees](method.ipynb) [✗ contradicts†](tables.ipynb)"
    assert miniature.removesuffix("|").strip() == "[✗ does not hold](muse.ipynb)"


def test_one_mark_for_several_answers_of_a_chapter():
    book = [answer("muse", "miniature", "agrees")] * 2
    assert row(book).count("✓") == 1


def test_what_does_not_hold_is_not_counted_as_an_answer():
    _, _, miniature = cells([answer("muse", "miniature", "agrees", state="fails")])
    assert miniature.startswith("[cannot be checked with these parameters](muse.ipynb)")


def test_evidence_may_leave_a_claim_open():
    book = [answer("muse", "miniature", "leaves open")]
    assert cells(book)[2].removesuffix("|").strip() == "[? leaves open](muse.ipynb)"
    assert "| ? stay open | 1 |" in scorecard_page(PAPER | paper_claims(), book)


def test_what_cannot_be_checked_says_why():
    claim, here, miniature = cells([], "b")
    assert claim == "B. [Fig. 1 · Not open.]{.gc-place}"
    assert (here, miniature.removesuffix("|").strip()) == ("cannot be checked", "–")
    assert cells([], "c")[1] == "[cannot be checked](turned.ipynb)"


def test_the_page_has_every_claim_and_counts_outcomes():
    paper = paper_claims()
    (name,) = [name for name in paper if name == "human-observers"]
    page = scorecard_page(paper, [answer("method", "computed", "agrees") | {"answers": [name]}])
    assert f"Of the {len(paper)} claims" in page
    assert "| ✓ agree with what was recomputed | 1 |" in page
    assert f"| cannot be checked | {len(paper) - 1} |" in page
    statements = re.findall(r"(?m)^\| .*\{\.gc-place\}", page)
    assert len(statements) == len(paper)
    parts = re.findall(r"(?m)^## (.*)", page)
    assert parts == [
        *("The four properties", "Introduction and method", "Results"),
        *("Where the shape bias comes from", "Discussion", "Appendix and tables"),
    ]
