"""Claims as they are written: what a condition may do, and what a file may hold."""

import pytest

from gcbook.claims.claim import names_in, read_claims
from gcbook.files.errors import GcbookError

PAPER = {"humans": None}
GOOD = """
people:
  sentence: >
    People go by
    the shape.
  holds: humans > 0.9 and (networks < 3 or not low in (1, 2))
  evidence: recomputed from public trials
  answers: [humans]
  verdict: agrees
"""


def claims_of(tmp_path, text):
    path = tmp_path / "claims.yml"
    path.write_text(text)
    return read_claims(path, PAPER)


def test_claims_are_read_with_their_names(tmp_path):
    (people,) = claims_of(tmp_path, GOOD).values()
    assert people.sentence == "People go by the shape."
    assert names_in(people.holds) == ("humans", "networks", "low")
    assert claims_of(tmp_path, "") == {}


@pytest.mark.parametrize(
    "condition",
    [
        "humans.imag > 0",
        "__import__('os')",
        "open('x')",
        "humans[0] > 1",
        "[x for x in humans]",
        "(lambda: humans)()",
        "f'{humans}'",
        "min(humans, key=print)",
        "humans = 0.9",
        "humans >",
        "1 < 2",
    ],
)
def test_a_condition_compares_and_computes_and_no_more(tmp_path, condition):
    text = GOOD.replace("humans > 0.9 and (networks < 3 or not low in (1, 2))", f'"{condition}"')
    with pytest.raises(GcbookError, match=r"claims\.yml: people: holds: "):
        claims_of(tmp_path, text)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("answers: [humans]", "answers: [animals]", "answers animals, which is no claim of the pa"),
        ("  verdict: same way\n", "", "answers and verdict belong together"),
        ("same way", "agrees", "expected one of same way, other way, cannot tell"),
        ("same way", "cannot tell", "smallest_effect (a fact) and effect"),
        ("  verdict: same way\n", "  verdict: same way\n  effect: x\n", "smallest_effect (a fact)"),
        ("miniature", "hearsay", "evidence: Input should be"),
        ("people:", "go-by-shape:", "name of letters, digits and _, found 'go-by-shape'"),
        ("  holds:", "  hold:", "holds: Field required"),
        ("people:", "people: [", "claims.yml"),
        ("people:", "people: {}\npeople:", "people stands twice"),
        (
            "  verdict: same way\n",
            "  verdict: same way\n  holds: humans > 1\n",
            "holds stands twice",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, old, new, says):
    text = GOOD.replace("recomputed from public trials", "miniature").replace("agrees", "same way")
    assert old in text
    with pytest.raises(GcbookError, match=r"claims\.yml: ") as error:
        claims_of(tmp_path, text.replace(old, new))
    assert says in str(error.value)
