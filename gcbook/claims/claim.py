"""A claim: a sentence, and the condition on a chapter's facts under which it is true.

The claims of a chapter stand in ``claims.yml`` of its room, each under a name of its own::

    humans_go_by_shape:
      sentence: Every single person decides for the shape in more than 90% of the decisions.
      holds: lowest_human > 0.9
      evidence: recomputed from public trials
      answers: [humans-shape-bias]
      verdict: agrees

What a claim says of one of the paper's is graded by what it rests on, and the grades are never
mixed: see `VERDICTS`.

A data file, and expressions in it, because whoever writes the sentence should also write what it
says in numbers, beside it, without knowing more Python than a comparison. The names in a condition
are the chapter's facts. It is parsed when it is read, so that a slip is noticed where it stands,
and it may do no more than compare and compute: see `Claim.holds`.
"""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gcbook.claims.entries import read_entries
from gcbook.claims.margins import above, below, margins, undecided, within
from gcbook.files.errors import GcbookError

Evidence = Literal[
    "recomputed from public trials", "miniature", "open weights", "published only", "computed"
]
"""What a claim rests on; "computed" needs neither trials nor a network: a toy, an equation."""

_OTHER_MODELS = ("same way", "other way", "cannot tell")

VERDICTS: Mapping[Evidence, tuple[str, ...]] = {
    "recomputed from public trials": ("agrees", "does not agree"),
    "published only": ("as printed", "not as printed"),
    "miniature": _OTHER_MODELS,
    "open weights": _OTHER_MODELS,
    "computed": _OTHER_MODELS,
}
"""What may be said of a claim of the paper's, by evidence.

Public decisions give what the paper says, or do not. The paper's own numbers fit each other, or do
not, which is no evidence for what they say of a model. What is asked of other models goes the same
way or the other way, or the test could not have told; then it says which effect it would have seen.
"""

FUNCTIONS: Mapping[str, Any] = {
    "abs": abs,
    "above": above,
    "all": all,
    "any": any,
    "below": below,
    "len": len,
    "max": max,
    "min": min,
    "round": round,
    "undecided": undecided,
    "within": within,
}
"""The functions that a condition may call; of those of intervals see `gcbook.claims.margins`."""

MARGINS: Mapping[str, float] = {f"{name}_margin": each.margin for name, each in margins().items()}
"""What a condition may name beside facts: which difference matters."""

_ALLOWED = (
    ast.Expression,
    ast.BoolOp,
    ast.boolop,
    ast.UnaryOp,
    ast.unaryop,
    ast.BinOp,
    ast.operator,
    ast.Compare,
    ast.cmpop,
    ast.Call,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.Tuple,
    ast.List,
)


class Claim(BaseModel):
    """One claim of a chapter.

    Attributes:
        sentence: what is claimed, in one sentence that can stand alone.
        holds: the condition, a Python expression over the chapter's facts: comparisons, ``and``,
            ``or``, ``not``, arithmetic, the functions in `FUNCTIONS`, and the `MARGINS`.
        evidence: what it rests on.
        answers: ids of the paper's claims that it is about.
        verdict: what it says of these if it holds, one of `VERDICTS`.
        smallest_effect: of "cannot tell", the fact that is the smallest effect that would have been
            seen.
        effect: what that is an effect on, with its unit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sentence: str = Field(min_length=1)
    holds: str
    evidence: Evidence
    answers: tuple[str, ...] = ()
    verdict: str = ""
    smallest_effect: str = ""
    effect: str = ""

    @field_validator("sentence")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return " ".join(value.split())

    @field_validator("holds")
    @classmethod
    def _plain_condition(cls, value: str) -> str:
        if not names_in(value):
            raise ValueError("the condition names no fact")
        return value

    @model_validator(mode="after")
    def _verdict_on_something(self) -> Self:
        if bool(self.answers) != bool(self.verdict):
            raise ValueError("answers and verdict belong together: give both, or neither")
        if self.verdict and self.verdict not in VERDICTS[self.evidence]:
            raise ValueError(
                f"expected one of {', '.join(VERDICTS[self.evidence])} as the verdict of what is "
                f"{self.evidence}, found {self.verdict!r}"
            )
        if {bool(self.smallest_effect), bool(self.effect)} != {self.verdict == "cannot tell"}:
            raise ValueError(
                "smallest_effect (a fact) and effect (what on) belong to the verdict "
                "'cannot tell': give both there, and nowhere else"
            )
        return self

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts that it is about."""
        return (*names_in(self.holds), *filter(None, [self.smallest_effect]))


def names_in(condition: str) -> tuple[str, ...]:
    """The facts that a condition is about, in the order in which they stand.

    Raises:
        ValueError: it is no expression, or does more than compare and compute.

    >>> names_in("below_half > 0.9 * networks and min(humans, 1) > 0.5")
    ('below_half', 'networks', 'humans')
    """
    try:
        tree = ast.parse(condition, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"{condition!r} is no Python expression ({error.msg})") from None
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    names = []
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED) or (
            id(node) in called and not (isinstance(node, ast.Name) and node.id in FUNCTIONS)
        ):
            raise ValueError(
                f"{ast.unparse(node)!r} is not allowed in a condition; it may compare and compute, "
                f"and call {', '.join(FUNCTIONS)}. What takes more belongs into a fact"
            )
        if isinstance(node, ast.Name) and id(node) not in called and node.id not in MARGINS:
            names.append((node.lineno, node.col_offset, node.id))
    return tuple(dict.fromkeys(name for _, _, name in sorted(names)))


def read_claims(path: Path, known: Mapping[str, Any]) -> dict[str, Claim]:
    """The claims of a chapter by name, in the order of the file.

    Args:
        path: the file.
        known: the paper's claims by id, which ``answers`` may name.

    Raises:
        GcbookError: naming file, claim and what is wrong with it.
    """
    claims = read_entries(path, Claim)
    for name, claim in claims.items():
        if not name.isidentifier():
            raise GcbookError(f"{path}: expected a name of letters, digits and _, found {name!r}.")
        unknown = [each for each in claim.answers if each not in known]
        if unknown:
            raise GcbookError(
                f"{path}: {name} answers {', '.join(unknown)}, which is no claim of the paper; "
                f"those are {', '.join(known)}."
            )
    return claims
