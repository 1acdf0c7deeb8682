"""Trainings that a chapter asks for when its parameters say so, before it shows what came of them.

They go on where they were stopped, and are not made again where they are done, so that a chapter
can be run as often as one likes.
"""

from pathlib import Path

from gcbook.files.errors import InputError
from gcbook.miniworld.training.worlds import MODELS, jobs, run_job

_ALL = "all"


def train_map(folder: str | Path, models: str, *, images: int = 0) -> None:
    """Train models in all worlds of a map, and where the plan varies the training.

    Args:
        folder: of the map.
        models: some of `gcbook.miniworld.training.worlds.MODELS`, separated by commas, or "all".
        images: that every model sees; 0 for the plan's number.

    Raises:
        InputError: no folder, a model that is none of the map's, or see
            `gcbook.miniworld.training.worlds.run_job`.
    """
    names = MODELS if models.strip() == _ALL else [name.strip() for name in models.split(",")]
    if unknown := [name for name in names if name not in MODELS]:
        raise InputError(
            f"train: expected some of {', '.join(MODELS)}, or {_ALL}; found {unknown[0]!r}."
        )
    if not str(folder):
        raise InputError(
            "train: expected a folder in the parameter scores, to train in; found none. Name one, "
            "new or of a map that was begun."
        )
    for job in jobs((0,), names, images=images):
        # A page has no place for a bar that moves.
        run_job(job, folder, report=_silent, progress="silent")


def _silent(line: str) -> None:
    pass
