"""What is left to do: what a store already holds, and which (draw, class) units come next."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gcbook.scoring.racing import Race, Races, replay
from gcbook.scoring.scores import codes_of, score_arrays
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.stimuli.stimulus import Stimulus

if TYPE_CHECKING:
    import torch

    from gcbook.classifiers.protocol import Draw

Known = tuple[np.ndarray, np.ndarray]
"""Units of an image that are measured, and their weighted errors (0 without a race)."""


class History:
    """Scores of earlier runs, of the images and with the settings of this one.

    Attributes:
        complete: the images of which nothing is left to do.
    """

    def __init__(self, store: Store, image_ids: Sequence[str], settings: ScoringSettings) -> None:
        rows = store.scores()
        image, label = codes_of(rows["image_id"], image_ids), codes_of(rows["label"], store.labels)
        used = (image >= 0) & (rows["draw"] < settings.max_draws).to_numpy()
        order = np.flatnonzero(used)[np.argsort(image[used], kind="stable")]
        rows, image, label = rows.iloc[order], image[order], label[order]
        self._units = rows["draw"].to_numpy(np.int64) * len(store.labels) + label
        bounds = np.searchsorted(image, np.arange(len(image_ids) + 1))
        self._rows = {name: slice(*bounds[i : i + 2]) for i, name in enumerate(image_ids)}
        # Weights matter to a race alone.
        self._values = np.zeros(len(rows))
        whole = np.diff(bounds) == settings.max_draws * len(store.labels)
        if settings.racing:
            self._values = store.weights().errors(rows)
            arrays = score_arrays(rows, self._values, image_ids, store.labels)
            whole = np.concatenate([replay(some, settings.racing).finished for _, some in arrays])
        self.complete = {name for name, done in zip(image_ids, whole, strict=True) if done}

    def known(self, image_id: str) -> Known:
        """Return what is there of one image; see `Known`."""
        rows = self._rows[image_id]
        return self._units[rows], self._values[rows]


class ImageWork:
    """One image that is being scored.

    A unit is a number: ``draw * n_labels + label``, or the draw where one evaluation answers for
    all classes. Units are taken in order; when all are measured, the plan gives more or ends.

    Attributes:
        stimulus: the image.
        code: its number in the store's rows.
        prepared: the image as the classifier wants it.
        known: units measured in earlier runs and their weighted errors.
        draw: the draw that was made last.
        over: nothing more is asked of the image.
        slot: its race, where there is one.
        first_draw: the draw that the first row of ``errors`` belongs to.
        errors: weighted errors of the units that a race waits for.
    """

    def __init__(
        self, stimulus: Stimulus, code: int, prepared: "torch.Tensor", known: Known
    ) -> None:
        self.stimulus, self.code, self.prepared, self.known = stimulus, code, prepared, known
        self.draw: Draw | None = None
        self.over = False
        self.give(np.empty(0, dtype=np.int64))
        self.slot = -1
        self.first_draw = 0
        self.errors = np.empty((0, 0))

    def give(self, units: np.ndarray) -> None:
        """Set what is to be measured next."""
        self.units, self.taken = units, 0

    def take(self, most: int) -> np.ndarray:
        """Return the next units, at most so many; empty if all are taken."""
        units = self.units[self.taken : self.taken + most]
        self.taken += len(units)
        return units

    @property
    def all_taken(self) -> bool:
        """Whether nothing is left to take."""
        return self.taken == len(self.units)


class Plan:
    """Decides which units an image gets: here, every class gets every draw.

    Where ``joint``, a unit is a draw of all classes.
    """

    def __init__(self, draws: int, n_labels: int, joint: bool) -> None:
        self._draws, self._n_labels, self._joint = draws, n_labels, joint

    def begin(self, work: ImageWork) -> bool:
        """Give an image its first units; false if there are none."""
        units = np.arange(self._draws * self._n_labels)
        missing = units[~np.isin(units, work.known[0])]
        if self._joint:
            missing = np.unique(missing // self._n_labels)
        work.give(missing)
        return bool(len(missing))

    def measured(
        self, work: ImageWork, draws: np.ndarray, labels: np.ndarray, errors: np.ndarray
    ) -> None:
        """Take note of weighted errors of an image."""

    def advance(self, works: list[ImageWork]) -> list[ImageWork]:
        """Give more units to images whose units are all measured; return those that are done."""
        return works

    def end(self, work: ImageWork) -> None:
        """Forget an image."""


class RacePlan(Plan):
    """Classes race; see `gcbook.scoring.racing`."""

    def __init__(self, rule: Race, n_labels: int, joint: bool) -> None:
        super().__init__(rule.max_draws, n_labels, joint)
        self._rule = rule
        self._races = Races(0, n_labels, rule)
        self._free: list[int] = []

    def begin(self, work: ImageWork) -> bool:
        if not self._free:
            self._free = self._races.grow()
        work.slot = self._free.pop()
        self._races.reset(work.slot)
        return self._next(work)

    def measured(
        self, work: ImageWork, draws: np.ndarray, labels: np.ndarray, errors: np.ndarray
    ) -> None:
        work.errors[draws - work.first_draw, labels] = errors

    def advance(self, works: list[ImageWork]) -> list[ImageWork]:
        for row in range(max((len(work.errors) for work in works), default=0)):
            some = [work for work in works if len(work.errors) > row]
            slots = np.array([work.slot for work in some])
            self._races.add(slots, np.stack([work.errors[row] for work in some]))
        return [work for work in works if not self._next(work)]

    def end(self, work: ImageWork) -> None:
        self._free.append(work.slot)

    def _next(self, work: ImageWork) -> bool:
        """Give the units of all draws up to the next test."""
        races, slot, n_labels = self._races, work.slot, self._n_labels
        units, values = work.known
        while not races.is_finished(slot):
            first = int(races.n_draws[slot])
            errors = np.full((self._rule.next_test(first) - first, n_labels), np.nan)
            at = units - first * n_labels
            inside = (at >= 0) & (at < errors.size)
            errors.reshape(-1)[at[inside]] = values[inside]
            missing = np.isnan(errors) & races.alive[slot]
            if missing.any():
                given = missing.any(axis=1) if self._joint else missing
                work.first_draw, work.errors = first, errors
                work.give(first * (1 if self._joint else n_labels) + np.flatnonzero(given))
                return True
            for row in errors:
                races.add(np.array([slot]), row[None])
        return False
