"""What is claimed, by the paper and by this book, how it is checked, and what was found."""

from gcbook.claims.check import Checked, ClaimFailed, Outcome, check
from gcbook.claims.claim import Claim, Evidence, read_claims
from gcbook.claims.margins import Margin, margins
from gcbook.claims.number import Interval, Number
from gcbook.claims.paper import PaperClaim, paper_claims

__all__ = [
    "Checked",
    "Claim",
    "ClaimFailed",
    "Evidence",
    "Interval",
    "Margin",
    "Number",
    "Outcome",
    "PaperClaim",
    "check",
    "margins",
    "paper_claims",
    "read_claims",
]
