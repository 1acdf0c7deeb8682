"""Scores that are looked at once and not kept."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.stimuli.stimulus import Stimulus, StimulusSet

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

__all__ = ["scored_once"]


@contextmanager
def scored_once(
    stimuli: StimulusSet | Sequence[Stimulus], classifier: "Classifier", settings: ScoringSettings
) -> Iterator[Store]:
    """Score images into a store that is gone when the block ends, silently.

    Args:
        stimuli: the images.
        classifier: the model.
        settings: of the scoring.

    Raises:
        GcbookError: see `gcbook.scoring.engine.score`.
    """
    from gcbook.scoring.engine import score

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "scores"
        score(stimuli, classifier, settings, place, progress="silent")
        yield Store.open(place)
