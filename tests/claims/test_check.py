"""Claims held against facts: hold, fail, or cannot be checked."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from gcbook.claims import Claim, ClaimFailed, Number, check
from gcbook.claims.check import CLAIMS_MIME, MARK_MIME
from gcbook.files.errors import InputError

CLAIMS = {
    "above": Claim(sentence="It is above.", holds="high > 0.5", evidence="miniature"),
    "all_below": Claim(sentence="All are below.", holds="max(each) < 1", evidence="computed"),
}
FACTS = SimpleNamespace(high=Number(0.75), each=(0.25, Number(0.5)), who="a", nobody=None)


def test_what_holds_shows_nothing_where_nothing_was_changed():
    outcomes = check(CLAIMS, FACTS, changed=False)
    assert list(outcomes) == ["above", "all_below"]
    assert outcomes.above.state == "holds"
    assert repr(outcomes.above) == ""
    assert outcomes.above._repr_mimebundle_()[MARK_MIME]["marked"] is False


def test_what_does_not_hold_is_an_error_with_sentence_condition_and_numbers():
    facts = SimpleNamespace(high=Number(0.25), each=(2.0,))
    with pytest.raises(ClaimFailed) as error:
        check(CLAIMS, facts, changed=False)
    said = str(error.value)
    assert said.startswith("2 claims do not hold")
    assert "above: It is above." in said
    assert "expected: high > 0.5" in said
    assert "found: high = 0.25" in said
    assert "found: each = [2.0]" in said


def test_with_other_parameters_a_mark_says_so():
    facts = SimpleNamespace(high=0.25, each=(0.5,))
    outcomes = check(CLAIMS, facts, changed=True)
    assert repr(outcomes.above) == "[does not hold with these parameters]"
    assert repr(outcomes.all_below) == "[holds here]"
    facts = SimpleNamespace(high=Number(float("nan")), each=(0.5,))
    assert repr(check(CLAIMS, facts, changed=True).above).startswith("[cannot be checked")


@pytest.mark.parametrize("each", [(0.5, None), [float("nan"), 0.5], ((0.25, 0.5), (0.5, None))])
def test_one_missing_number_among_several_leaves_a_claim_unchecked(each):
    claims = {"below": Claim(sentence="All are below.", holds="each != 1", evidence="computed")}
    outcomes = check(claims, SimpleNamespace(each=each), changed=True)
    assert outcomes.below.state == "unknown"
    with pytest.raises(ClaimFailed, match="a fact could not be computed"):
        check(claims, SimpleNamespace(each=each), changed=False)


@pytest.mark.parametrize("value", [None, float("nan"), Number(float("nan"))])
def test_what_cannot_be_computed_fails_the_chapter_by_its_own_parameters(value):
    facts = SimpleNamespace(high=value, each=(0.5,))
    with pytest.raises(ClaimFailed, match=r"high = None \(a fact could not be computed\)"):
        check(CLAIMS, facts, changed=False)


def test_facts_that_there_are_not_and_nonsense_are_errors():
    missing = {"a": Claim(sentence="A.", holds="low > 1", evidence="computed")}
    with pytest.raises(InputError, match=r"claim a: (.|\n)*names low(.|\n)*facts: high, each, who"):
        check(missing, FACTS, changed=True)
    wrong = {"a": Claim(sentence="A.", holds="who > 1", evidence="computed")}
    with pytest.raises(InputError, match="claim a: its condition 'who > 1' could not be computed"):
        check(wrong, FACTS, changed=True)


def test_the_record_is_json_with_plain_numbers():
    facts = SimpleNamespace(**vars(FACTS) | {"each": (np.float64(0.25), np.int64(0))})
    record = check(CLAIMS, facts, changed=True)._repr_mimebundle_()[CLAIMS_MIME]
    assert json.loads(json.dumps(record)) == record
    assert record[0]["facts"] == {"high": 0.75}
    assert record[1]["facts"] == {"each": [0.25, 0]}
    assert record[0]["state"] == "holds"


def test_an_unknown_name_is_an_error_that_lists_the_claims():
    with pytest.raises(AttributeError, match="no claim is called 'belwo'; claims: above, all_belo"):
        check(CLAIMS, FACTS, changed=True).belwo  # noqa: B018
