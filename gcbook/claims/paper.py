"""The paper's claims: every number of it and every qualitative statement, each with its place.

They stand once, in ``paper.yml`` beside this module, under ids that chapters answer. An entry::

    imagen-shape-bias:
      place: Table 1
      statement: Imagen decides for the shape in 99% of its decisions between shape and texture.
      printed: 0.99
      evidence: published only
      why_not: Single decisions of Imagen are not public.
"""

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gcbook.claims.claim import Evidence, read_entries

__all__ = ["PAPER", "PaperClaim", "paper_claims"]

PAPER = Path(__file__).with_name("paper.yml")


class PaperClaim(BaseModel):
    """One claim of the paper.

    Attributes:
        place: where it stands, such as "Abstract", "Section 3.1", "Table 1", "Fig. 5, caption".
        statement: what is claimed, in our own words.
        printed: the number or numbers that the paper prints for it, if any.
        unit: of these, such as "%", "points", "z"; empty for fractions and counts.
        evidence: what this book can say about it rests on.
        checked_in: the chapter that checks it.
        why_not: why it cannot be checked; either this or ``checked_in``, or both where only a
            part of it can be checked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: str = Field(min_length=1)
    statement: str = Field(min_length=1)
    printed: float | tuple[float, ...] | None = None
    unit: str = ""
    evidence: Evidence
    checked_in: str = ""
    why_not: str = ""

    @model_validator(mode="after")
    def _checked_or_not(self) -> Self:
        if not (self.checked_in or self.why_not):
            raise ValueError("say in which chapter it is checked_in, or why_not")
        if self.unit and self.printed is None:
            raise ValueError(f"a unit ({self.unit}) without a printed number")
        return self


@cache
def paper_claims() -> dict[str, PaperClaim]:
    """The paper's claims by id, in the order of the paper."""
    return read_entries(PAPER, PaperClaim)
