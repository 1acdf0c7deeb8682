"""Score the shipped miniatures on all test sets, for ``gcbook/data/scores``.

Run it when a model, a test set or the scorer changes:

    python tools/score_miniatures.py mini-pixel mini-cnn [--sets cue-conflict edge] [-o FOLDER]

Without names all models are scored, each on the test sets of the world that it was trained in.
What a store already holds is not scored again, so that the same command goes on after an
interruption; a store of another model is refused by the scorer and has to be removed first.
"""

import argparse
import time
from functools import cache
from pathlib import Path

from gcbook.classifiers.load import load_classifier
from gcbook.miniworld.bands import BAND_SETS, make_named_set
from gcbook.miniworld.named import named_world, world_name
from gcbook.miniworld.results.shipped import (
    DATA,
    DRAWS,
    FEW_DRAWS,
    model_card,
    model_folder,
    shipped_models,
)
from gcbook.miniworld.testsets import TEST_SETS
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings
from gcbook.stimuli.stimulus import StimulusSet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="names; by default all")
    parser.add_argument("--sets", nargs="+", default=[*TEST_SETS, *BAND_SETS])
    parser.add_argument("-o", "--output", type=Path, default=DATA / "scores")
    parser.add_argument("--batch-size", type=int, default=128)
    arguments = parser.parse_args()
    for model in arguments.models or shipped_models():
        classifier = load_classifier(model_folder(model), name=model)
        world = world_name(model_card(model)["world"])
        for name in arguments.sets:
            begun = time.perf_counter()
            images = stimuli(name, world)
            settings = ScoringSettings(
                draws=DRAWS.get(name, FEW_DRAWS), batch_size=arguments.batch_size, device="cpu"
            )
            report = score(images, classifier, settings, arguments.output / model / name)
            seconds = time.perf_counter() - begun
            print(f"{model} on {name}: {report.n_decisions} decisions in {seconds:.0f} s")


@cache
def stimuli(name: str, world: str) -> StimulusSet:
    """A test set by its name, and by that of the world."""
    return make_named_set(name, named_world(world))


if __name__ == "__main__":
    main()
