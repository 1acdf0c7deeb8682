"""What holds of the claims of every chapter."""

from types import SimpleNamespace
from typing import Any

import pytest

from gcbook.chapters.claims import check_claims
from gcbook.chapters.parameters import check_parameters
from gcbook.claims import ClaimFailed


def assert_guarded(chapter: str, facts: Any, claim: str, **changed: Any) -> None:
    """All claims hold by the book's own parameters, and one that changed facts break is noticed."""
    p = check_parameters(chapter)
    assert {each.state for each in check_claims(chapter, p, facts).values()} == {"holds"}
    with pytest.raises(ClaimFailed, match=claim):
        check_claims(chapter, p, SimpleNamespace(**vars(facts) | changed))
