"""Score the shipped miniatures on all test sets, for ``gcbook/data/scores``.

Run it when a model, a test set or the scorer changes:

    python tools/score_miniatures.py mini-pixel mini-cnn [--sets cue-conflict edge] [-o FOLDER]

Without names all models whose weights are there are scored, each on the test sets of the world
that it was trained in, of these on such as ship of it already; of a new model on all, but filtered
images are shown to the default world's first classifiers alone. What the calibrated world's
classifiers answer to noised images is kept, too.
Not all weights ship (`gcbook.miniworld.results.shipped.keeps_weights`): once such a model has all
its scores,

    python tools/score_miniatures.py mini-cnn-seed1 --drop-weights

leaves the record of its training, and removes the rest.
Diffusion models whose weights ship then race on test sets with few draws, on the images of the
conditions that count, by the usual rule:

    python tools/score_miniatures.py mini-pixel --race

What a store already holds is not scored again, so that the same command goes on after an
interruption; a store of another model is refused by the scorer and has to be removed first. A whole
store is left with what the book asks of it: likelihoods in single precision, in which the networks
compute them, and no absolute errors beside the squared ones.
"""

import argparse
import shutil
import time
from dataclasses import replace
from functools import cache
from itertools import compress
from pathlib import Path

import pandas as pd
import pyarrow as pa

from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.protocol import Classifier
from gcbook.files.artefacts import STORE_HEADER, is_store
from gcbook.files.atomic import write_text
from gcbook.files.manifest import DATA
from gcbook.miniworld.bands import make_named_set
from gcbook.miniworld.named import DEFAULT, named_world, world_names
from gcbook.miniworld.results.calibrated import CALIBRATED_WORLD
from gcbook.miniworld.results.card import write_card
from gcbook.miniworld.results.kinds import side_of
from gcbook.miniworld.results.noised import TRAINED, keep_noised
from gcbook.miniworld.results.panel import OOD_SETS, counted
from gcbook.miniworld.results.shipped import (
    FEW_DRAWS,
    LARGER,
    LARGER_SETS,
    LONG,
    RACE_CONSTANT,
    RACED,
    RACING,
    draws_of,
    has_weights,
    keeps_weights,
    model_folder,
    parts_of,
    shipped_models,
    shipped_sets,
)
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.miniworld.training.record import RECORD
from gcbook.scoring.engine import score
from gcbook.scoring.racing import usual_race
from gcbook.scoring.scores import write_table
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import SCORES, Store
from gcbook.stimuli.stimulus import StimulusSet

FILTERED = "filtered"
"""Coarse and fine detail alone, see `gcbook.miniworld.bands`."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="names; by default all")
    parser.add_argument("--sets", nargs="*", help="by default all that ship")
    parser.add_argument("-o", "--output", type=Path, default=DATA.folder / "scores")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--race", action="store_true", help="race, in place of the above")
    parser.add_argument("--drop-weights", action="store_true", help="of what ships without them")
    arguments = parser.parse_args()
    every = [name for world in world_names() for name in shipped_models(world)]
    for model in arguments.models or filter(has_weights, every):
        classifier = load_classifier(model_folder(model), name=model)
        world, weights = parts_of(model).world, classifier.describe()["weights"]
        if arguments.race:
            race(classifier, model, arguments.output / model / RACED, arguments.batch_size)
            continue
        few = world == LARGER or parts_of(model).recipe == LONG
        of_model = list(shipped_sets(model) or (LARGER_SETS if few else TEST_SETS))
        classifies = side_of(model) == "discriminative"
        if classifies and parts_of(model).seed == 0 and world == DEFAULT:
            of_model += [FILTERED] * (FILTERED not in of_model)
        for name in arguments.sets or of_model:
            begun = time.perf_counter()
            folder = arguments.output / model / name
            if is_whole(folder, weights):
                continue
            images = stimuli(name, world)
            settings = ScoringSettings(
                draws=draws_of(model, name), batch_size=arguments.batch_size, device="cpu"
            )
            report = score(images, classifier, settings, folder)
            thin(Store.open(folder))
            seconds = time.perf_counter() - begun
            print(f"{model} on {name}: {report.n_decisions} decisions in {seconds:.0f} s")
        if parts_of(model).recipe in TRAINED and world == CALIBRATED_WORLD:
            print(keep_noised(model, arguments.output / model))
        if arguments.drop_weights and not keeps_weights(model):
            drop_weights(model)
    DATA.write()


def race(classifier: Classifier, model: str, folder: Path, batch_size: int) -> None:
    """Race the images that count of the test sets with few draws."""
    if parts_of(model).recipe not in RACING or parts_of(model).world == LARGER:
        return
    for name in (each for each in OOD_SETS if draws_of(model, each) == FEW_DRAWS):
        if is_whole(folder / name, classifier.describe()["weights"], raced=True):
            continue
        images = stimuli(name, parts_of(model).world)
        table = pd.DataFrame([(name, each.condition) for each in images])
        chosen = counted(table.set_axis(["dataset", "condition"], axis=1))
        counting = replace(images, stimuli=tuple(compress(images, chosen)))
        settings = ScoringSettings(
            racing=replace(usual_race(), constant=RACE_CONSTANT),
            batch_size=batch_size,
            device="cpu",
        )
        report = score(counting, classifier, settings, folder / name)
        thin(Store.open(folder / name))
        print(f"{model} on {name}: {report.n_evaluations / report.n_images:.0f} evaluations")


def is_whole(folder: Path, weights: str, *, raced: bool = False) -> bool:
    """Tell whether a store has all scores of a model; if of another, the scorer refuses it."""
    if not is_store(folder):
        return False
    store = Store.open(folder)
    complete = not store.pending() if raced else store.is_complete()
    return store.classifier["weights"] == weights and complete


def drop_weights(model: str) -> None:
    """Leave the record and the card of a model."""
    folder = model_folder(model)
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != RECORD:
            path.unlink()
    write_card(folder)


def thin(store: Store) -> None:
    """Leave of a store what is asked of it.

    Args:
        store: a complete one, whose files are replaced.
    """
    measures = store.traits.measures[:1]
    store = replace(store, traits=replace(store.traits, measures=measures))
    path = store.path / SCORES
    table = store.read(path, Store.open(store.path).schema).select(store.schema.names)
    if measures == ("nll",):
        single = table["nll"].cast(pa.float32(), safe=False).cast(pa.float64())
        table = table.set_column(table.schema.get_field_index("nll"), "nll", single)
    write_table(table, path, store.origin)
    write_text(store.header(), store.path / STORE_HEADER)


@cache
def stimuli(name: str, world: str) -> StimulusSet:
    """A test set by its name, and by that of the world."""
    return make_named_set(name, named_world(world))


if __name__ == "__main__":
    main()
