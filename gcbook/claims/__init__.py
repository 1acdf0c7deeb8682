"""What is claimed, by the paper and by this book, how it is checked, and what was found."""

from gcbook.claims.claim import ClaimFailed, Evidence
from gcbook.claims.margins import Margin, margins
from gcbook.claims.number import Interval, Number
from gcbook.claims.paper import PaperClaim, paper_claims

__all__ = [
    "ClaimFailed",
    "Evidence",
    "Interval",
    "Margin",
    "Number",
    "PaperClaim",
    "margins",
    "paper_claims",
]
