"""Score the shipped miniatures on all test sets, for ``gcbook/data/scores``.

Run it when a model, a test set or the scorer changes:

    python tools/score_miniatures.py mini-pixel mini-cnn [--sets cue-conflict edge] [-o FOLDER]

Without names all models whose weights are there are scored, of the test sets on such as ship of
each already; of a new model on all. What the classifiers answer to noised images is kept, too.
Diffusion models whose weights ship then race on test sets with few draws, on the images of the
conditions that count, by the usual rule:

    python tools/score_miniatures.py mini-pixel --race

What equal weights cost with many draws is asked of one network, in a race of at most 1,024 draws an
image (hours; the stores stay in FOLDER, the decisions ship):

    python tools/score_miniatures.py mini-pixel --equal-weights -o FOLDER

What a store already holds is not scored again, so that the same command goes on after an
interruption; a store of another model is refused by the scorer and has to be removed first. A whole
store is left with what the book asks of it: likelihoods in single precision, in which the networks
compute them, and no absolute errors beside the squared ones.
"""

import argparse
import time
from dataclasses import replace
from itertools import compress
from pathlib import Path

import pandas as pd
import pyarrow as pa

from gcbook.classifiers.discriminative import DiscriminativeClassifier
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.noised import NoisedClassifier
from gcbook.classifiers.protocol import Classifier
from gcbook.files.artefacts import STORE_HEADER, is_store
from gcbook.files.atomic import write_text
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.answers import SOURCE
from gcbook.miniworld.results.noised import DRAWS, NOISED, SEED, TRAINED
from gcbook.miniworld.results.shipped import (
    DIFFUSION,
    RACED,
    folder_of,
    has_weights,
    model_folder,
    recipe_of,
    shipped_models,
    shipped_sets,
)
from gcbook.miniworld.testsets import TEST_SETS, make_test_set
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.decisions import Rule, decide_rows, decide_store, to_trials
from gcbook.scoring.engine import score, scored_once
from gcbook.scoring.racing import usual_race
from gcbook.scoring.scores import write_table
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import SCORES, Store
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.shares import CONFLICT, PLAIN
from gcbook.trials.table import COLUMNS

MANY_DRAWS, FEW_DRAWS = 32, 8
"""Draws of (t, noise) an image of the test sets in `MANY`, and of the others."""
MANY = ("in-distribution", "cue-conflict", "silhouette")
RACE_CONSTANT = 1.6e-2
"""Of expected-gain: larger than the usual one, and still surer than 32 draws of every class, see
``gcbook/data/races/cost.parquet``."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="names; by default all")
    parser.add_argument("--sets", nargs="*", help="by default all that ship")
    parser.add_argument("-o", "--output", type=Path, default=DATA.folder / "scores")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--race", action="store_true", help="race, in place of the above")
    parser.add_argument("--equal-weights", action="store_true", help="likewise, see above")
    arguments = parser.parse_args()
    for model in arguments.models or filter(has_weights, shipped_models()):
        classifier = load_classifier(model_folder(model), name=model)
        place, weights = arguments.output / folder_of(model), classifier.describe()["weights"]
        if arguments.equal_weights:
            race_equally(classifier, arguments.output / model, arguments.batch_size)
            continue
        if arguments.race:
            race(classifier, model, place / RACED, arguments.batch_size)
            continue
        for name in arguments.sets or shipped_sets(model) or TEST_SETS:
            begun = time.perf_counter()
            folder = place / name
            if is_whole(folder, weights):
                continue
            draws = MANY_DRAWS if name in MANY else FEW_DRAWS
            settings = ScoringSettings(draws=draws, batch_size=arguments.batch_size, device="cpu")
            report = score(make_test_set(name), classifier, settings, folder)
            thin(Store.open(folder))
            seconds = time.perf_counter() - begun
            print(f"{model} on {name}: {report.n_decisions} decisions in {seconds:.0f} s")
        if recipe_of(model) in TRAINED:
            ask_noised(classifier, model).to_parquet(
                place / NOISED, index=False, compression="zstd"
            )
    DATA.write()


def race(classifier: Classifier, model: str, folder: Path, batch_size: int) -> None:
    """Race the images that count of the test sets with few draws."""
    if recipe_of(model) not in DIFFUSION:
        return
    # Texture alone shows no object.
    for name in (each for each in TEST_SETS if each not in (*MANY, "texture")):
        if is_whole(folder / name, classifier.describe()["weights"], raced=True):
            continue
        images = make_test_set(name)
        table = pd.DataFrame([(name, each.condition) for each in images])
        chosen = SummarySettings().counts(table.set_axis(["dataset", "condition"], axis=1))
        counting = replace(images, stimuli=tuple(compress(images, chosen)))
        settings = ScoringSettings(
            racing=replace(usual_race(), constant=RACE_CONSTANT),
            batch_size=batch_size,
            device="cpu",
        )
        report = score(counting, classifier, settings, folder / name)
        thin(Store.open(folder / name))
        print(f"{model} on {name}: {report.n_evaluations / report.n_images:.0f} evaluations")


def race_equally(classifier: Classifier, folder: Path, batch_size: int) -> None:
    """Race ordinary images with equal weights."""
    weighting = parse_weighting("uniform")
    settings = ScoringSettings(
        racing=usual_race(weighting), weighting=weighting, batch_size=batch_size, device="cpu"
    )
    score(make_test_set(PLAIN), classifier, settings, folder)
    table = decide_store(Store.open(folder)).table
    columns = ["image_id", "category", "response", "n_draws", "posterior"]
    place = DATA.folder / "races/equal-weights.parquet"
    table[columns].to_parquet(place, index=False, compression="zstd")


def is_whole(folder: Path, weights: str, *, raced: bool = False) -> bool:
    """Tell whether a store has all scores of a model; if of another, the scorer refuses it."""
    if not is_store(folder):
        return False
    store = Store.open(folder)
    complete = not (store.pending() or store.failed())
    return store.classifier["weights"] == weights and complete


def ask_noised(plain: DiscriminativeClassifier, model: str) -> pd.DataFrame:
    """Answers to noised images, as `gcbook.miniworld.results.noised` reads them."""
    classifier = NoisedClassifier(plain)
    settings = ScoringSettings(draws=DRAWS, seed=SEED, batch_size=256, device="cpu")
    tables = []
    for test_set in (CONFLICT, PLAIN):
        with scored_once(make_test_set(test_set), classifier, settings) as store:
            for draw, rows in store.scores().groupby("draw"):
                decided = decide_rows(store, rows, Rule(store.weights()))
                trials = to_trials(decided, model, test_set, SOURCE)
                tables.append(trials.assign(draw=int(draw)))
    return pd.concat(tables, ignore_index=True)[[*COLUMNS, "draw"]]


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
    write_table(table, path)
    write_text(store.header(), store.path / STORE_HEADER)


if __name__ == "__main__":
    main()
