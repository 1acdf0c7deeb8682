"""The claims of a chapter, from its room."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from gcbook.chapters.parameters import Parameters
from gcbook.claims import Checked, Claim, check, paper_claims, read_claims


def claims_of(chapter: str) -> dict[str, Claim]:
    """The claims in ``claims.yml`` of a chapter's room by name; none if there is no such file."""
    path = Path(str(files("gcbook.chapters"))) / chapter.replace("-", "_") / "claims.yml"
    return read_claims(path, paper_claims()) if path.is_file() else {}


def check_claims(chapter: str, parameters: Parameters, facts: Any) -> Checked:
    """Hold a chapter's claims against its facts.

    Args:
        chapter: its name.
        parameters: of the chapter, checked.
        facts: its named facts, computed with these parameters.

    Raises:
        ClaimFailed: a claim does not hold although no parameter was changed.
        InputError: a claim is about a fact that there is not.
    """
    claims = claims_of(chapter)
    return check(claims, facts, changed=bool(parameters.changed()))
