"""The paper's claims: every number of it and every qualitative statement, each with its place.

They stand once, in ``paper.yml`` beside this module, under ids that chapters answer. An entry::

    table-1-clip:
      place: Table 1
      statement: CLIP has a shape bias of 57%.
      printed:
        table1.clip.shape_bias: 57%
      evidence: published only
      why_not: Single decisions of CLIP are not public.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from gcbook.claims.claim import Evidence

MAIN = (
    "human-like-shape-bias",
    "near-human-accuracy",
    "most-human-like-errors",
    "illusions-understood",
)
"""The four properties of the paper's abstract."""


class PaperClaim(BaseModel):
    """One claim of the paper.

    Attributes:
        place: where it stands, such as "Abstract", "Section 3.1", "Table 1", "Fig. 5, caption"; of
            several places the first is the first in the paper.
        statement: what is claimed, in our own words.
        printed: what the paper prints for it, as printed, by its key in the published data: a key
            of `gcbook.paper.published.quoted`, or ``table.model.column``.
        evidence: what this book can say about it rests on.
        checked_in: the chapter that checks it.
        why_not: why it cannot be checked, where no chapter does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: str = Field(min_length=1)
    statement: str = Field(min_length=1)
    printed: Mapping[str, str] = Field(default_factory=dict)
    evidence: Evidence
    checked_in: str = ""
    why_not: str = ""

    @model_validator(mode="after")
    def _checked_or_not(self) -> Self:
        if bool(self.checked_in) == bool(self.why_not):
            raise ValueError("say in which chapter it is checked_in, or why_not")
        return self


@cache
def paper_claims() -> dict[str, PaperClaim]:
    """The paper's claims by id, in the order of the paper."""
    import yaml

    stored = yaml.safe_load(Path(__file__).with_name("paper.yml").read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, PaperClaim]).validate_python(stored)
