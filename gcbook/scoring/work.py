"""What is left to do for one image: which (draw, class) units come next."""

from typing import TYPE_CHECKING, Protocol

import numpy as np

from gcbook.scoring.racing import Races
from gcbook.scoring.settings import Racing
from gcbook.stimuli.folders import Stimulus

if TYPE_CHECKING:
    import torch

    from gcbook.classifiers.protocol import Draw

__all__ = ["FixedPlan", "ImageWork", "Plan", "RacePlan"]


class ImageWork:
    """One image that is being scored.

    A unit is a number: ``draw * n_labels + label``, or the draw where one evaluation answers for
    all classes. Units are taken in order; when all are measured, the plan gives more or ends.

    Attributes:
        stimulus: the image.
        code: its number in the store's rows.
        prepared: the image as the classifier wants it.
        known: units measured in earlier runs and their weighted errors.
        slot: its race, where there is one.
        first_draw: the draw that the first row of ``errors`` belongs to.
        errors: weighted errors of the units that a race waits for.
    """

    __slots__ = (
        "code", "draw", "errors", "first_draw", "known", "prepared", "slot", "stimulus", "taken",
        "units",
    )  # fmt: skip

    def __init__(
        self,
        stimulus: Stimulus,
        code: int,
        prepared: "torch.Tensor",
        known: tuple[np.ndarray, np.ndarray],
    ) -> None:
        self.stimulus, self.code, self.prepared, self.known = stimulus, code, prepared, known
        self.draw: Draw | None = None
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


class Plan(Protocol):
    """Decides which units an image gets."""

    def begin(self, work: ImageWork) -> bool:
        """Give an image its first units; false if there are none."""

    def measured(
        self, work: ImageWork, draws: np.ndarray, labels: np.ndarray, errors: np.ndarray
    ) -> None:
        """Take note of weighted errors of an image."""

    def advance(self, works: list[ImageWork]) -> list[ImageWork]:
        """Give more units to images whose units are all measured; return those that are done."""

    def end(self, work: ImageWork) -> None:
        """Forget an image."""


class FixedPlan:
    """Every class gets every draw.

    Args:
        draws: how many.
        n_labels: number of classes.
        joint: a unit is a draw of all classes.
    """

    def __init__(self, draws: int, n_labels: int, joint: bool) -> None:
        self._draws, self._n_labels, self._joint = draws, n_labels, joint

    def begin(self, work: ImageWork) -> bool:
        units = np.arange(self._draws * self._n_labels)
        missing = units[~np.isin(units, work.known[0])]
        if self._joint:
            missing = np.unique(missing // self._n_labels)
        work.give(missing)
        return bool(len(missing))

    def measured(
        self, work: ImageWork, draws: np.ndarray, labels: np.ndarray, errors: np.ndarray
    ) -> None:
        pass

    def advance(self, works: list[ImageWork]) -> list[ImageWork]:
        return works

    def end(self, work: ImageWork) -> None:
        pass


class RacePlan:
    """Classes race; see `gcbook.scoring.racing`.

    Args:
        rule: of the races.
        n_labels: number of classes.
        joint: a unit is a draw of all classes.
    """

    def __init__(self, rule: Racing, n_labels: int, joint: bool) -> None:
        self._rule, self._n_labels, self._joint = rule, n_labels, joint
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
        """Give the units of the next draw, or of all draws before the first test."""
        races, slot, n_labels = self._races, work.slot, self._n_labels
        while not races.is_finished(slot):
            first = int(races.n_draws[slot])
            errors = np.full((max(1, self._rule.min_draws - first), n_labels), np.nan)
            if len(work.known[0]):
                _fill(errors, first * n_labels, *work.known)
            missing = np.isnan(errors) & races.alive[slot]
            if missing.any():
                units = (
                    first + np.flatnonzero(missing.any(axis=1))
                    if self._joint
                    else first * n_labels + np.flatnonzero(missing)
                )
                work.first_draw, work.errors = first, errors
                work.give(units)
                return True
            for row in errors:
                races.add(np.array([slot]), row[None])
        return False


def _fill(errors: np.ndarray, first: int, codes: np.ndarray, values: np.ndarray) -> None:
    inside = (codes >= first) & (codes < first + errors.size)
    errors.reshape(-1)[codes[inside] - first] = values[inside]
