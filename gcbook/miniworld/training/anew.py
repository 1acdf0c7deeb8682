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


def _silent(line: str) -> None:
    pass
