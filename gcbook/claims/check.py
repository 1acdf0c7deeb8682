"""Claims held against the facts of a chapter.

With the chapter's own parameters a claim that does not hold is an error: the sentence is wrong, or
a number is. With others it stays on the page, and a mark after the sentence says whether it holds.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gcbook.claims.claim import FUNCTIONS, MARGINS, Claim
from gcbook.files.errors import GcbookError, InputError

MARK_MIME = "application/vnd.gcbook.claim+json"
CLAIMS_MIME = "application/vnd.gcbook.claims+json"

State = Literal["holds", "fails", "unknown"]

MARKS: Mapping[str, str] = {
    "holds": "holds here",
    "fails": "does not hold with these parameters",
    "unknown": "cannot be checked with these parameters",
}
"""What a reader is told of a claim under other parameters than the chapter's own."""


class ClaimFailed(GcbookError):
    """A claim does not hold with the parameters that it was written for."""


@dataclass(frozen=True)
class Outcome:
    """What became of one claim.

    In a Markdown cell, ``{eval}`claims.NAME` `` after the sentence shows its mark.

    Attributes:
        name: of the claim, within its chapter.
        claim: the claim.
        state: "holds", "fails", or "unknown" where a fact could not be computed.
        facts: the facts that it is about: numbers, words, None.
        marked: whether a reader is shown a mark.
    """

    name: str
    claim: Claim
    state: State
    facts: Mapping[str, Any]
    marked: bool

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            "name": self.name,
            **self.claim.model_dump(mode="json"),
            "state": self.state,
            "facts": {name: _json(value) for name, value in self.facts.items()},
        }

    def __repr__(self) -> str:
        """Return the mark, empty where a reader is shown none."""
        return f"[{MARKS[self.state]}]" if self.marked else ""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        mark = {"name": self.name, "state": self.state, "marked": self.marked}
        return {"text/plain": repr(self), MARK_MIME: mark}


class Checked(dict[str, Outcome]):
    """The outcomes of a chapter's claims, by name or as attributes.

    As the last line of a cell it lists them, and leaves a record in the notebook.
    """

    def __getattr__(self, name: str) -> Outcome:
        if name not in self:
            raise AttributeError(f"no claim is called {name!r}; claims: {', '.join(self)}.")
        return self[name]

    def __repr__(self) -> str:
        """Return a line a claim."""
        words = {"holds": "holds", "fails": "DOES NOT HOLD", "unknown": "not computed"}
        return "\n".join(f"{words[each.state]}: {each.claim.sentence}" for each in self.values())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        record = [each.as_dict() for each in self.values()]
        return {"text/plain": repr(self), CLAIMS_MIME: record}


def check(claims: Mapping[str, Claim], facts: Any, *, changed: bool) -> Checked:
    """Hold claims against facts.

    Args:
        claims: by name.
        facts: an object with the named facts as attributes: numbers, words, tuples of them; NaN
            or None where one could not be computed.
        changed: whether the facts were computed with other parameters than the chapter's own.

    Raises:
        InputError: a condition names a fact that there is not, or cannot be computed.
        ClaimFailed: a claim does not hold although nothing was changed.
    """
    outcomes = {name: _outcome(name, claims[name], vars(facts), changed) for name in claims}
    failed = [each for each in outcomes.values() if each.state != "holds"]
    if failed and not changed:
        raise ClaimFailed(_complaint(failed))
    return Checked(outcomes)


def _outcome(name: str, claim: Claim, facts: Mapping[str, Any], changed: bool) -> Outcome:
    missing = [each for each in claim.facts if each not in facts]
    if missing:
        raise InputError(
            f"claim {name}: its condition {claim.holds!r} names {', '.join(missing)}, which is no "
            f"fact of this chapter; facts: {', '.join(facts)}."
        )
    about = {each: facts[each] for each in claim.facts}
    state: State = "unknown"
    if not any(map(_not_computed, about.values())):
        try:
            code = compile(claim.holds, f"<claim {name}>", "eval")
            names = {**FUNCTIONS, **MARGINS, **about}
            state = "holds" if eval(code, {"__builtins__": {}}, names) else "fails"
        except (TypeError, ValueError, ArithmeticError) as error:
            raise InputError(
                f"claim {name}: its condition {claim.holds!r} could not be computed with "
                f"{_listed(about)}: {error}."
            ) from None
    return Outcome(name, claim, state, about, changed)


def _complaint(failed: list[Outcome]) -> str:
    what = "a claim does" if len(failed) == 1 else f"{len(failed)} claims do"
    lines = [f"{what} not hold with the chapter's own parameters."]
    for each in failed:
        why = " (a fact could not be computed)" if each.state == "unknown" else ""
        lines += [
            f"  {each.name}: {each.claim.sentence}",
            f"      expected: {each.claim.holds}",
            f"      found: {_listed(each.facts)}{why}",
        ]
    lines.append(
        "Either a number has changed that should not have, or the sentence is wrong: correct it "
        "in the notebook and in claims.yml of the chapter's room."
    )
    return "\n".join(lines)


def _listed(facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {_json(value)!r}" for name, value in facts.items())


def _not_computed(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return any(map(_not_computed, value))
    return value is None or (isinstance(value, float) and math.isnan(value))


def _json(value: Any) -> Any:
    """A fact as a plain value; what could not be computed is None."""
    if isinstance(value, tuple | list):
        return [_json(each) for each in value]
    if _not_computed(value):
        return None
    if isinstance(value, float):
        return float(value)
    # A scalar of numpy is no JSON.
    return value.item() if hasattr(value, "item") else value
