"""What this package brings of the map over worlds: scores of models that were trained in each."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.answers import SOURCE, mark
from gcbook.miniworld.training.record import read_record
from gcbook.miniworld.training.worlds import COMPARED, Job, is_done
from gcbook.scoring.decisions import decide, to_trials
from gcbook.scoring.store import Store
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import pooled_measures

SETS = ("cue-conflict", "in-distribution")

VARIANTS = {
    "": "as on the map",
    "longer": "both trained twice as long",
    "whole": "the ResNet trained on whole images",
}
CLASSIFIER, GENERATOR = COMPARED
POINT = ["diagnosticity", "contrast"]
CELL = [*POINT, "recipe", "variant"]


@dataclass(frozen=True)
class Trained:
    """A model that was trained in a world.

    Attributes:
        folder: of its scores and its record.
        job: which miniature it is, where it was trained, and from which seed.
        budget: images that every model of its map sees; those trained longer saw more.
    """

    folder: Path
    job: Job
    budget: int


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
            images = int(read_record(path)["images_seen"])
            found.append(Trained(path, job, images // job.lengthened))
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
        contrast, recipe, variant``; ``observer`` tells the seeds of a recipe apart.
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
            tables.append(trials.assign(**place, recipe=job.model, variant=job.variant))
    return mark(pd.concat(tables, ignore_index=True))


def sign_rows(answers: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """By how much the diffusion model is more shape-biased than the ResNet, point by point.

    Args:
        answers: from `world_answers`.

    Returns:
        ``diagnosticity, contrast, variant``, and for the shape bias ``generator, classifier,
        difference, low, high``. With "longer" both are trained longer; with "whole" the generator
        is the one of the map.
    """
    keys, values, _ = pooled_measures(answers, CELL, resampling=resampling, together=True)
    place = {cell: at for at, cell in enumerate(keys[CELL].itertuples(index=False, name=None))}
    bias = values["shape_bias"]
    rows = []
    for point in keys[POINT].drop_duplicates().itertuples(index=False, name=None):
        for variant in VARIANTS:
            first = place.get((*point, GENERATOR, "" if variant == "whole" else variant))
            second = place.get((*point, CLASSIFIER, variant))
            if first is None or second is None:
                continue
            difference = bias[first] - bias[second]
            ends = map(float, resampling.interval(difference))
            rows.append((*point, variant, bias[first, 0], bias[second, 0], difference[0], *ends))
    columns = [*POINT, "variant", "generator", "classifier", "difference", "low", "high"]
    return pd.DataFrame(rows, columns=columns).round(dict.fromkeys(columns[3:], 4))
