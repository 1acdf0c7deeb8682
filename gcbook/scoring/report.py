"""What a scoring run did, what it cost, and what to look at before trusting it."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

__all__ = ["ScoreReport"]

HEAVY = 0.5
"""A tenth of the time axis with more than this share of the variance is warned of."""


@dataclass(frozen=True)
class ScoreReport:
    """The result of `gcbook.scoring.engine.score`.

    Attributes:
        store: where the scores are.
        n_images: images in the set.
        n_complete: images whose scores are complete now.
        n_read: images opened in this run.
        n_decisions: images that this run completed.
        failed: reason why not, by the name of the image.
        n_evaluations: network evaluations (NFE) of this run.
        seconds: of this run, reading and saving included.
        network_seconds: in the network, up to its results being back.
        variance_shares: share of the score's variance from each tenth of t, all NaN where there is
            no t; see `gcbook.diagnostics.variance_shares`.
        notes: what was found and mended.
    """

    store: Path
    n_images: int
    n_complete: int
    n_read: int
    n_decisions: int
    failed: dict[str, str]
    n_evaluations: int
    seconds: float
    network_seconds: float
    variance_shares: np.ndarray = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def outside_share(self) -> float:
        """Share of the time that was not spent in the network, in [0, 1]."""
        return 1 - self.network_seconds / self.seconds if self.seconds else 0.0

    @property
    def warning(self) -> str:
        """What is wrong with the draws' weights, or ""."""
        shares = self.variance_shares
        if np.isnan(shares).any() or shares.max() <= HEAVY:
            return ""
        tenth = int(shares.argmax())
        return (
            f"{shares[tenth]:.1%} of the score's variance comes from t in ({tenth / 10:.1f}, "
            f"{(tenth + 1) / 10:.1f}]: that tenth decides nearly alone. Clip the clean image "
            "(--clip-x0), or take a weighting that falls off there."
        )

    def lines(self) -> list[str]:
        """Say it in words, a sentence a line."""
        rates = [
            f"{number / self.seconds:,.1f} {what}/s" if self.seconds else ""
            for number, what in (
                (self.n_read, "images"),
                (self.n_decisions, "decisions"),
                (self.n_evaluations, "NFE"),
            )
        ]
        lines = [
            f"{self.n_complete} of {self.n_images} images scored, {self.n_decisions} of them now",
            f"{self.n_evaluations:,} network evaluations (NFE) in {self.seconds:,.1f} s: "
            f"{', '.join(rates)}; {self.outside_share:.1%} of the time outside the network",
        ]
        if not np.isnan(self.variance_shares).any():
            shares = " ".join(f"{share:.1%}" for share in self.variance_shares)
            lines.append(f"share of the score's variance by tenth of t: {shares}")
        return lines
