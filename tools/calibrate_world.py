"""Search for the world in which the small ResNet is what ResNet-50 is.

The plan, its targets and its budget stand in `gcbook.miniworld.training.calibration`. On one core:

    OMP_NUM_THREADS=1 nice python tools/calibrate_world.py -o FOLDER

The same command goes on where it was stopped, within a training too. FOLDER/trainings.jsonl gets a
line a training; those made so far are in gcbook/data/calibration, and a copy of that file in FOLDER
goes on from them. In the end it writes FOLDER/default.json, the same measures of the default
world's networks, which are the shipped ones, and prints what was looked at and what is matched.
"""

import argparse
import json
from pathlib import Path

from transformers import ResNetForImageClassification

from gcbook.files.atomic import write_text
from gcbook.miniworld.results.calibrated import matched_rows, search_rows
from gcbook.miniworld.results.shipped import model_folder, recipe_of, shipped_models
from gcbook.miniworld.training.calibration import (
    MODEL,
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
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    log = arguments.output / "trainings.jsonl"
    calibrate(log, arguments.output / "runs", trainings=arguments.trainings)
    done = read_log(log)
    print(search_rows(done).to_string(index=False))
    if next_training(done) is None:
        default = default_world()
        write_text(json.dumps(default, indent=1) + "\n", arguments.output / "default.json")
        print(best(done))
        print(matched_rows(done, default).to_string(index=False))


def default_world() -> dict[str, float]:
    """Measures of the default world's networks, means over the shipped seeds."""
    measured = []
    for name in shipped_models():
        if recipe_of(name)[0] == MODEL:
            network = ResNetForImageClassification.from_pretrained(model_folder(name)).eval()
            measured.append(measure(network, DEFAULT_WORLD)[0])
    number = len(measured)
    return {key: round(sum(each[key] for each in measured) / number, 4) for key in measured[0]}


if __name__ == "__main__":
    main()
