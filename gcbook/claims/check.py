"""What becomes of a claim: the words that a reader is told, and how a notebook records it."""

from collections.abc import Mapping

from gcbook.files.errors import GcbookError

MARK_MIME = "application/vnd.gcbook.claim+json"
CLAIMS_MIME = "application/vnd.gcbook.claims+json"

MARKS: Mapping[str, str] = {
    "holds": "holds here",
    "fails": "does not hold with these parameters",
    "unknown": "cannot be checked with these parameters",
}
"""What a reader is told of a claim under other parameters than the chapter's own."""


class ClaimFailed(GcbookError):
    """A claim does not hold with the parameters that it was written for."""
