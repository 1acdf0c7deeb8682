"""Score the shipped miniatures on all test sets, for ``gcbook/data/scores``.

Run it when a model, a test set or the scorer changes:

    python tools/score_miniatures.py mini-pixel mini-cnn [--sets cue-conflict edge] [-o FOLDER]

Without names all models whose weights are there are scored, of the test sets on such as ship of
each already; of a new model on all. What the classifiers answer to noised images is kept, too.
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
from itertools import compress
from pathlib import Path

import pandas as pd
import pyarrow as pa

from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.protocol import Classifier
from gcbook.files.artefacts import STORE_HEADER, is_store
from gcbook.files.atomic import write_text
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.card import write_card
from gcbook.miniworld.results.noised import TRAINED, keep_noised
from gcbook.miniworld.results.panel import OOD_SETS, counted
from gcbook.miniworld.results.shipped import (
    FEW_DRAWS,
    RACE_CONSTANT,
    RACED,
    RACING,
    draws_of,
    folder_of,
    has_weights,
    keeps_weights,
    model_folder,
    recipe_of,
    shipped_models,
    shipped_sets,
)
from gcbook.miniworld.testsets import TEST_SETS, make_test_set
from gcbook.miniworld.training.record import RECORD
from gcbook.scoring.engine import score
from gcbook.scoring.racing import usual_race
from gcbook.scoring.scores import write_table
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import SCORES, Store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="names; by default all")
    parser.add_argument("--sets", nargs="*", help="by default all that ship")
    parser.add_argument("-o", "--output", type=Path, default=DATA.folder / "scores")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--race", action="store_true", help="race, in place of the above")
    parser.add_argument("--drop-weights", action="store_true", help="of what ships without them")
    arguments = parser.parse_args()
    for model in arguments.models or filter(has_weights, shipped_models()):
        classifier = load_classifier(model_folder(model), name=model)
        place, weights = arguments.output / folder_of(model), classifier.describe()["weights"]
        if arguments.race:
            race(classifier, model, place / RACED, arguments.batch_size)
            continue
        for name in arguments.sets or shipped_sets(model) or TEST_SETS:
            begun = time.perf_counter()
            folder = place / name
            if is_whole(folder, weights):
                continue
            settings = ScoringSettings(
                draws=draws_of(name), batch_size=arguments.batch_size, device="cpu"
            )
            report = score(make_test_set(name), classifier, settings, folder)
            thin(Store.open(folder))
            seconds = time.perf_counter() - begun
            print(f"{model} on {name}: {report.n_decisions} decisions in {seconds:.0f} s")
        if recipe_of(model) in TRAINED:
            print(keep_noised(model, place))
        if arguments.drop_weights and not keeps_weights(model):
            drop_weights(model)
    DATA.write()


def race(classifier: Classifier, model: str, folder: Path, batch_size: int) -> None:
    """Race the images that count of the test sets with few draws."""
    if recipe_of(model) not in RACING:
        return
    for name in (each for each in OOD_SETS if draws_of(each) == FEW_DRAWS):
        if is_whole(folder / name, classifier.describe()["weights"], raced=True):
            continue
        images = make_test_set(name)
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


if __name__ == "__main__":
    main()
