"""Score the shipped miniatures on all test sets, for ``gcbook/data/scores``.

Run it when a model, a test set or the scorer changes:

    python tools/score_miniatures.py mini-pixel mini-cnn [--sets cue-conflict edge] [-o FOLDER]

Without names all models whose weights are there are scored, each on the test sets of the world
that it was trained in. Weights of seeds beyond the first do not ship: once such a model has all its
scores,

    python tools/score_miniatures.py mini-cnn-seed1 --drop-weights

keeps what a classifier answers to noised images, leaves the record of its training, and removes the
rest.
What a store already holds is not scored again, so that the same command goes on after an
interruption; a store of another model is refused by the scorer and has to be removed first.
"""

import argparse
import shutil
import time
from functools import cache
from pathlib import Path

from gcbook.classifiers.load import load_classifier
from gcbook.miniworld.bands import BAND_SETS, make_named_set
from gcbook.miniworld.named import named_world, world_names
from gcbook.miniworld.results.card import write_card
from gcbook.miniworld.results.kinds import side_of
from gcbook.miniworld.results.noised import keep_noised
from gcbook.miniworld.results.shipped import (
    DATA,
    DRAWS,
    FEW_DRAWS,
    has_weights,
    model_folder,
    parts_of,
    shipped_models,
)
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.miniworld.training.record import RECORD
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings
from gcbook.stimuli.stimulus import StimulusSet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="names; by default all")
    parser.add_argument("--sets", nargs="*", default=[*TEST_SETS, *BAND_SETS])
    parser.add_argument("-o", "--output", type=Path, default=DATA / "scores")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--drop-weights", action="store_true", help="of seeds beyond the first")
    arguments = parser.parse_args()
    every = [name for world in world_names() for name in shipped_models(world)]
    for model in arguments.models or filter(has_weights, every):
        classifier = load_classifier(model_folder(model), name=model)
        world = parts_of(model).world
        for name in arguments.sets:
            begun = time.perf_counter()
            images = stimuli(name, world)
            settings = ScoringSettings(
                draws=DRAWS.get(name, FEW_DRAWS), batch_size=arguments.batch_size, device="cpu"
            )
            report = score(images, classifier, settings, arguments.output / model / name)
            seconds = time.perf_counter() - begun
            print(f"{model} on {name}: {report.n_decisions} decisions in {seconds:.0f} s")
        if arguments.drop_weights and parts_of(model).seed:
            drop_weights(model)


def drop_weights(model: str) -> None:
    """Leave the record and the card of a model, and what its weights would still be asked for."""
    folder = model_folder(model)
    if side_of(model) == "discriminative":
        print(keep_noised(model))
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != RECORD:
            path.unlink()
    write_card(folder)


@cache
def stimuli(name: str, world: str) -> StimulusSet:
    """A test set by its name, and by that of the world."""
    return make_named_set(name, named_world(world))


if __name__ == "__main__":
    main()
