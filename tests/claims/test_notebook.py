"""Claims of a notebook: held, marked, recorded, and read without running it."""

import json
from dataclasses import dataclass

import nbformat.v4 as v4
import numpy as np
import pytest

from gcbook.book import claims as book
from gcbook.claims import ClaimFailed
from gcbook.claims.claim import CLAIMS_MIME, MARK_MIME
from gcbook.claims.notebook import Claims, claims_in, described
from gcbook.files.errors import GcbookError, InputError


@dataclass
class Chosen:
    draws: int = 2000


def claims(**changed):
    return Claims(Chosen(**changed))


def notebook(code, text, *shown):
    """A notebook as executed: its claims, their marks in the text, and the record."""
    found = claims()
    exec(code, {"claim": found})
    marks = [
        {"expression": f"claim.{name}", "result": {"data": mark(found, name)}} for name in text
    ]
    record = v4.new_output("display_data", data={CLAIMS_MIME: [found[name] for name in shown]})
    return v4.new_notebook(
        cells=[
            v4.new_code_cell(code, outputs=[record] if shown else []),
            v4.new_markdown_cell("", metadata={"user_expressions": marks}),
        ]
    )


def mark(found, name):
    return getattr(found, name)._repr_mimebundle_()


def test_what_holds_is_recorded_and_shows_nothing():
    claim = claims()
    claim("a", "It is above.", np.float64(2) > 1, answers="humans-shape-bias")
    assert mark(claim, "a")["text/plain"] == ""
    assert mark(claim, "a")[MARK_MIME] == {"name": "a", "state": "holds", "marked": False}
    (record,) = json.loads(json.dumps(claim._repr_mimebundle_()[CLAIMS_MIME]))
    assert (record["sentence"], record["state"]) == ("It is above.", "holds")
    assert (record["answers"], record["verdict"]) == (["humans-shape-bias"], "agrees")
    with pytest.raises(AttributeError, match="no claim is called 'b'; claims: a"):
        claim.b  # noqa: B018


@pytest.mark.parametrize(
    ("holds", "says"), [(np.bool_(False), "does not hold"), (None, "cannot be checked")]
)
def test_what_does_not_hold_stops_the_chapter_and_is_marked_in_a_rerun(holds, says):
    with pytest.raises(ClaimFailed, match=f"claim a {says} with the chapter's own parameters: A"):
        claims()("a", "A.", holds)
    rerun = claims(draws=100)
    rerun("a", "A.", holds)
    assert mark(rerun, "a")["text/plain"] == f"[{says} with these parameters]"


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"evidence": "hearsay"}, "expected as evidence one of recomputed"),
        ({"answers": "humans-shape-bias, nobody"}, "answers nobody, which is no claim of the pape"),
        ({"verdict": "agrees"}, "a verdict answers a claim"),
        (
            {"answers": "humans-shape-bias", "verdict": "same way"},
            "expected one of agrees, does not agree",
        ),
        (
            {"answers": "humans-shape-bias", "evidence": "miniature", "verdict": "cannot tell"},
            "smallest_effect and effect belong to",
        ),
        ({"effect": "a difference of kappa"}, "smallest_effect and effect belong to"),
    ],
)
def test_evidence_answers_and_verdict_fit_each_other(about, says):
    with pytest.raises(InputError, match=f"claim a: {says}"):
        described("a", "A.", **about)


BLIND = """
claim("blind", "Nothing is seen.", True, evidence="miniature", answers="humans-shape-bias",
      verdict="cannot tell", smallest_effect=1 / 8, effect="a difference of kappa")
"""


def test_the_source_says_what_the_record_says_but_for_what_is_computed():
    (record,) = book.recorded_claims(notebook(BLIND, ["blind"], "blind"), "moved")
    (stated,) = claims_in([v4.new_code_cell(BLIND)]).values()
    assert record["facts"] == {"smallest_effect": 0.125}
    computed = {"sentence": "", "facts": {"smallest_effect": None}}
    assert stated == {k: v for k, v in record.items() if k != "state"} | computed


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("claim(name, 'A.', True)", "expected the name of a claim, in quotes"),
        ("claim('a', 'A.', True)\nclaim('a', 'B.', True)", "claim a is stated twice"),
        ("claim('a', 'A.', True, answers=paper)", "claim a: expected answers in quotes"),
    ],
)
def test_a_source_that_hides_a_claim_is_refused(code, says):
    with pytest.raises(GcbookError, match=says):
        claims_in([v4.new_code_cell(code)])


TWO = "claim('a', 'A.', True)\nclaim('b', 'B.', True)"


@pytest.mark.parametrize(
    ("text", "shown", "says"),
    [
        ("ab", "", "found none of a, b. Its last code cell must be `claim`"),
        ("ab", "a", "found none of b"),
        ("a", "ab", "the claim b (.*) has no place in the text. Put {eval}`claim.b`"),
    ],
)
def test_a_chapter_records_all_its_claims_and_marks_them(text, shown, says):
    with pytest.raises(GcbookError, match=says):
        book.recorded_claims(notebook(TWO, text, *shown), "moved")
    whole = book.recorded_claims(notebook(TWO, "ab", *"ab"), "moved")
    assert [each["name"] for each in whole] == ["a", "b"]
