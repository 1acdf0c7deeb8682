"""Search for the world in which the small ResNet is what ResNet-50 is.

The plan, its targets and its budget stand in `gcbook.miniworld.training.calibration`. On one core:

    OMP_NUM_THREADS=1 nice python tools/calibrate_world.py -o FOLDER

The same command goes on where it was stopped, within a training too. FOLDER/trainings.jsonl gets a
line a training; those made so far are in gcbook/data/calibration, and a copy of that file in FOLDER
goes on from them. In the end it prints what was looked at and what is matched, beside the same
measures of the default world's networks: their means are in gcbook/data/calibration/default.json.

    python tools/calibrate_world.py -o FOLDER --default MODEL [MODEL ...]

writes such a file to FOLDER, for networks of `gcbook train mini-cnn` with one seed each.
"""

import argparse
import json
from pathlib import Path

from transformers import ResNetForImageClassification

from gcbook.files.atomic import write_text
from gcbook.miniworld.results.calibrated import matched_rows, measured_by_default, search_rows
from gcbook.miniworld.training.calibration import (
    best,
    calibrate,
    measure,
    next_training,
    read_log,
)
from gcbook.miniworld.world import DEFAULT_WORLD


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--trainings", type=int, help="to do now; by default all that is left")
    parser.add_argument("--default", nargs="+", help="models of the default world to measure")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    if arguments.default:
        measured = means_in_default_world(arguments.default)
        write_text(json.dumps(measured, indent=1) + "\n", arguments.output / "default.json")
        return
    log = arguments.output / "trainings.jsonl"
    calibrate(log, arguments.output / "runs", trainings=arguments.trainings)
    done = read_log(log)
    print(search_rows(done).to_string(index=False))
    if next_training(done) is None:
        print(best(done))
        print(matched_rows(done, measured_by_default()).to_string(index=False))


def means_in_default_world(models: list[str]) -> dict[str, float]:
    """Measures of networks of the default world, means over them."""
    networks = [ResNetForImageClassification.from_pretrained(model).eval() for model in models]
    measured = [measure(network, DEFAULT_WORLD)[0] for network in networks]
    number = len(measured)
    return {key: round(sum(each[key] for each in measured) / number, 4) for key in measured[0]}


if __name__ == "__main__":
    main()
