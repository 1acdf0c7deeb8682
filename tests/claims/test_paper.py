"""The paper's claims: every entry can be checked, or says why not."""

import pytest

from gcbook.chapters.claims import claims_of
from gcbook.chapters.parameters import rooms
from gcbook.claims.claim import read_entries
from gcbook.claims.found import claim_rows
from gcbook.claims.paper import PaperClaim, paper_claims
from gcbook.files.errors import GcbookError

PAPER = {
    "a": PaperClaim(
        place="Table 1", statement="A.", printed=0.5, evidence="miniature", checked_in="muse"
    ),
    "b": PaperClaim(place="Fig. 1", statement="B.", evidence="published only", why_not="Not open."),
}
BOOK = [
    {
        "chapter": "muse",
        "name": "own",
        "sentence": "Own.",
        "evidence": "miniature",
        "answers": ["a"],
        "verdict": "contradicts",
        "state": "holds",
        "facts": {"x": 0.123456, "n": 3, "each": [1.0, None]},
    }
]


def test_the_file_is_valid_and_names_chapters_that_there_are():
    claims = paper_claims()
    assert claims
    assert {claim.checked_in for claim in claims.values()} <= {"", *rooms()}


def test_answers_come_from_the_chapters_that_the_paper_file_names():
    for chapter in rooms():
        for claim in claims_of(chapter).values():
            assert all(paper_claims()[name].checked_in for name in claim.answers)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{place: x, statement: y, evidence: miniature}", "checked_in, or why_not"),
        ("{place: x, statement: y, evidence: miniature, why_not: z, unit: '%'}", "without a prin"),
        ("{place: x, statement: y, evidence: z, why_not: z}", "evidence: Input should be"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, entry, says):
    path = tmp_path / "paper.yml"
    path.write_text(f"a: {entry}\n")
    with pytest.raises(GcbookError, match=says):
        read_entries(path, PaperClaim)


def test_rows_say_what_was_found():
    checked, unchecked, own = claim_rows(PAPER, BOOK)
    assert checked["found"] == "contradicts (muse.own: holds)"
    assert (checked["printed"], checked["place"]) == ("0.5", "Table 1")
    assert unchecked["found"] == "not checked: Not open."
    assert own["numbers"] == "x = 0.1235, n = 3, each = 1 None"
    assert claim_rows(PAPER, [])[0]["found"] == "not checked in the last build of muse"


def test_rows_of_a_chapter():
    assert [row["id"] for row in claim_rows(PAPER, BOOK, "muse")] == ["a", "muse.own"]
    assert claim_rows(PAPER, BOOK, "zoo") == []
