"""What a store already holds of the images of a run."""

from collections.abc import Sequence

import numpy as np

from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.racing import replay
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.scoring.tensors import codes_of, dense, weighted_errors

__all__ = ["History"]

CHUNK = 256
"""Images whose races are replayed at a time, which bounds memory."""


class History:
    """Scores of earlier runs.

    Args:
        store: where they are.
        image_ids: the images of this run.
        settings: of this run.

    Attributes:
        complete: bool (images,), whether nothing is left to do.
    """

    def __init__(self, store: Store, image_ids: Sequence[str], settings: ScoringSettings) -> None:
        rows = store.scores()
        n_labels = len(store.labels)
        image = codes_of(rows["image_id"], image_ids)
        label = codes_of(rows["label"], store.labels)
        draw = rows["draw"].to_numpy().astype(np.int64)
        used = (image >= 0) & (label >= 0) & (draw < settings.max_draws)
        order = np.flatnonzero(used)[np.argsort(image[used], kind="stable")]
        weighting = parse_weighting(settings.weighting)
        # Weights matter to a race alone.
        values = (
            weighted_errors(rows, weighting, settings.norm, store.schedule)
            if settings.racing
            else np.zeros(len(rows))
        )
        self._codes = draw[order] * n_labels + label[order]
        self._values = values[order]
        self._bounds = np.searchsorted(image[order], np.arange(len(image_ids) + 1))
        counts = np.diff(self._bounds)
        if settings.racing is None:
            self.complete = counts == settings.draws * n_labels
            return
        self.complete = np.zeros(len(image_ids), dtype=bool)
        begun = np.flatnonzero(counts)
        for start in range(0, len(begun), CHUNK):
            some = begun[start : start + CHUNK]
            known = [self.known(index) for index in some.tolist()]
            codes = np.concatenate([codes for codes, _ in known])
            owner = np.repeat(np.arange(len(some)), [len(codes) for codes, _ in known])
            errors = dense(
                owner,
                codes // n_labels,
                codes % n_labels,
                np.concatenate([values for _, values in known]),
                (len(some), int(codes.max()) // n_labels + 1, n_labels),
            )
            self.complete[some] = replay(errors, settings.racing).finished

    def known(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return what is there of one image.

        Returns:
            ``draw * n_labels + label`` of each row, and its weighted error (0 without a race).
        """
        rows = slice(self._bounds[index], self._bounds[index + 1])
        return self._codes[rows], self._values[rows]
