"""What a scoring run did, what it cost, and what to look at before trusting it."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gcbook.files.errors import InputError
from gcbook.scoring.diagnostics import TENTHS, variance_shares
from gcbook.scoring.store import Store

__all__ = ["ScoreReport", "examine"]

HEAVY = 0.5
"""A tenth of the time axis with more than this share of the variance is warned of."""

FEWEST_DRAWS = 8
"""Of fewer draws an image, a tenth may have most of the variance because it has most draws."""


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
            no t; see `gcbook.scoring.diagnostics.variance_shares`.
        remedy: what can be done about a tenth that has most of it; "" where there are too few draws
            to tell.
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
    remedy: str = ""
    notes: tuple[str, ...] = ()

    @property
    def outside_share(self) -> float:
        """Share of the time that was not spent in the network, in [0, 1]."""
        return 1 - self.network_seconds / self.seconds if self.seconds else 0.0

    @property
    def warning(self) -> str:
        """What is wrong with the draws' weights, or ""."""
        shares = self.variance_shares
        if not self.remedy or np.isnan(shares).any() or shares.max() <= HEAVY:
            return ""
        tenth = int(shares.argmax())
        return (
            f"{shares[tenth]:.1%} of the score's variance comes from t in ({tenth / 10:.1f}, "
            f"{(tenth + 1) / 10:.1f}]: that tenth decides nearly alone. {self.remedy}"
        )

    def lines(self) -> list[str]:
        """Say it in words, a sentence a line."""
        lines = [
            f"{self.n_complete} of {self.n_images} images scored, {self.n_decisions} of them now"
        ]
        if self.n_evaluations and self.seconds:
            lines.append(
                f"{self.n_evaluations:,} network evaluations (NFE) in {self.seconds:,.1f} s: "
                f"{_rate(self.n_decisions / self.seconds)} images/s, "
                f"{_rate(self.n_evaluations / self.seconds)} NFE/s; "
                f"{self.outside_share:.1%} of the time outside the network"
            )
        if not np.isnan(self.variance_shares).any():
            shares = " ".join(f"{share:.1%}" for share in self.variance_shares)
            lines.append(f"share of the score's variance by tenth of t: {shares}")
        return lines


def _rate(number: float) -> str:
    return f"{number:,.1f}" if number >= 1 else f"{number:.2g}"


def examine(store: Store) -> tuple[np.ndarray, str, list[str]]:
    """Return a store's shares of the variance, what to do if one is large, and notes."""
    settings = store.settings
    try:
        shares = variance_shares(store)
    except InputError as error:
        return np.full(TENTHS, np.nan), "", [f"no shares of the variance: {error}"]
    n_draws = settings.racing.min_draws if settings.racing else settings.draws
    return shares, _remedy(store) if n_draws >= FEWEST_DRAWS else "", []


def _remedy(store: Store) -> str:
    settings = store.settings
    more = "" if settings.racing else "take more draws (--draws N --extend)"
    if store.traits.likelihood:
        return f"A likelihood takes no weights; {more or 'score with --draws, without a race'}."
    weights = (
        "race under a weighting that falls off there (--weighting)"
        if settings.racing
        else "decide under a weighting that falls off there (gcbook decide --weighting)"
    )
    pixels = store.classifier.get("space") == "pixels"
    if pixels and store.classifier.get("kind") == "diffusion" and settings.clip_x0 == "none":
        return f"Clip the clean image (--clip-x0 static, a new store), or {weights}."
    both = f"{weights}, or {more}" if more else weights
    return f"{both[0].upper()}{both[1:]}."
