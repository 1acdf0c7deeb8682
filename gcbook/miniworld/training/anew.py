"""Trainings that a chapter asks for when its parameters say so, before it shows what came of them.

They go on where they were stopped, and are not made again where they are done, so that a chapter
can be run as often as one likes.
"""

from collections.abc import Sequence
from pathlib import Path

from gcbook.files.errors import InputError
from gcbook.miniworld.named import DEFAULT, named_world
from gcbook.miniworld.results.shipped import name_of
from gcbook.miniworld.training.recipes import RECIPES, make_trainer
from gcbook.miniworld.training.record import RECORD, read_record, write_record
from gcbook.miniworld.training.worlds import MODELS, jobs, run_job

_ALL = "all"


def train_seeds(
    folder: str | Path, recipes: Sequence[str], number: int, *, steps: int = 0, world: str = DEFAULT
) -> dict[str, Path]:
    """Train networks of some recipes, each from as many seeds, where they are not trained yet.

    Args:
        folder: of them all; each network's own lies under its name.
        recipes: names in `gcbook.miniworld.training.recipes.RECIPES`, of such as need no other
            model.
        number: of seeds, 0 the first.
        steps: of each training; 0 for the recipe's.
        world: to train in, by name.

    Returns:
        Folders of the networks, by names as the shipped ones have them.

    Raises:
        InputError: the folder has one of them with other steps, or cannot be written to.
    """
    found = {}
    for recipe in recipes:
        for seed in range(number):
            name = name_of(recipe, world, seed)
            own = Path(folder) / name
            asked = steps or RECIPES[recipe].plan.steps
            if (own / RECORD).is_file():
                made = read_record(own)["plan"]["steps"]
                if made != asked:
                    raise InputError(
                        f"{own}: expected a training of {asked:,} steps, found one of {made:,}; "
                        "name another folder, or remove this one."
                    )
            else:
                trainer = make_trainer(
                    recipe,
                    own / "run",
                    seed=seed,
                    steps=asked,
                    world=named_world(world),
                    report=_silent,
                )
                trainer.run()
                trainer.export(own / "model")
                # The record comes last: it says that the network is there.
                write_record(trainer, own)
            found[name] = own / "model"
    return found


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
