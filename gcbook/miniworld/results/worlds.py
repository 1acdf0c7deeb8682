"""What this package brings of the map over worlds: scores of models that were trained in each."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.answers import SOURCE, mark
from gcbook.miniworld.training.worlds import Job, is_done
from gcbook.scoring.decisions import decide, to_trials
from gcbook.scoring.store import Store

SETS = ("cue-conflict", "in-distribution")

POINT = ["diagnosticity", "contrast"]


@dataclass(frozen=True)
class Trained:
    """A model that was trained in a world.

    Attributes:
        folder: of its scores and its record.
        job: which miniature it is, where it was trained, and from which seed.
    """

    folder: Path
    job: Job


def trained_in_worlds(folder: str | Path = "") -> tuple[Trained, ...]:
    """Find the models of a map that have all their scores.

    Args:
        folder: of `gcbook worlds`; by default what the package brings.

    Raises:
        InputError: the folder holds no such model.
    """
    found = []
    place = Path(folder) if folder else DATA.path("worlds")
    for path in sorted(place.glob("*/*")):
        job = Job.named(path.relative_to(place).as_posix())
        if job is not None and is_done(path):
            found.append(Trained(path, job))
    if not found:
        raise InputError(
            f"{place}: expected a map of `gcbook worlds`, with a folder a world and scored models "
            "in it; found none. Run `gcbook worlds -o` with this folder, or name another."
        )
    return tuple(found)


def world_answers(models: Sequence[Trained], *, weighting: str | None = None) -> pd.DataFrame:
    """Decide for models of a map.

    Args:
        models: from `trained_in_worlds`.
        weighting: of the errors of diffusion models; by default the paper's.

    Returns:
        Trials with the columns of `gcbook.miniworld.results.answers.mark` and ``diagnosticity,
        contrast, recipe``; ``observer`` tells the seeds of a recipe apart.
    """
    tables = []
    for model in models:
        job = model.job
        for name in SETS:
            store = Store.open(model.folder / name)
            asked = () if store.traits.likelihood else (weighting,)
            decided = decide(store, store.weights(*asked))
            trials = to_trials(decided, f"{job.model}-seed{job.seed}", name, SOURCE)
            place = asdict(job.point)
            tables.append(trials.assign(**place, recipe=job.model))
    return mark(pd.concat(tables, ignore_index=True))
