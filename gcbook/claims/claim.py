"""What a claim may rest on, what it may say of one of the paper's, and what a reader is told of it.

Grades are never mixed: see `VERDICTS`.
"""

from collections.abc import Mapping
from typing import Literal

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
