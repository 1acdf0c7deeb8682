"""Score a network that was trained longer, for ``gcbook/data/scores/<miniature>-long``.

    gcbook train mini-cnn -o runs/long --steps 60000
    python tools/score_longer.py runs/long

How much would a miniature gain by more training? Its longer twin does not ship, but its scores on
the in-distribution and cue-conflict sets do, with the record of its training.
"""

import argparse
import shutil
from pathlib import Path

from gcbook.classifiers.load import load_classifier
from gcbook.files.manifest import DATA
from gcbook.miniworld.named import named_world, world_name
from gcbook.miniworld.results.longer import LONG, SETS
from gcbook.miniworld.results.shipped import DRAWS, name_of
from gcbook.miniworld.testsets import make_test_set
from gcbook.miniworld.training.record import RECORD, read_record
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    record = read_record(run / "model")
    world = world_name(record["world"])
    name = name_of(record["miniature"], world) + LONG
    classifier = load_classifier(run / "model", name=name)
    for test_set in SETS:
        images = make_test_set(test_set, named_world(world))
        settings = ScoringSettings(draws=DRAWS[test_set], batch_size=128, device="cpu")
        score(images, classifier, settings, DATA.folder / "scores" / name / test_set)
    shutil.copyfile(run / "model" / RECORD, DATA.folder / "scores" / name / RECORD)
    DATA.write()


if __name__ == "__main__":
    main()
