"""Search for the world in which the small ResNet is what ResNet-50 is.

The plan, its targets and its budget stand in `gcbook.miniworld.training.calibration`. On one core:

    OMP_NUM_THREADS=1 nice python tools/calibrate_world.py -o FOLDER

The same command goes on where it was stopped, within a training too. FOLDER/trainings.jsonl gets a
line a training; it ships as ``gcbook/data/calibration/trainings.jsonl``.
"""

import argparse
from pathlib import Path

from gcbook.miniworld.training.calibration import calibrate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--trainings", type=int, help="to do now; by default all that is left")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    calibrate(
        arguments.output / "trainings.jsonl",
        arguments.output / "runs",
        trainings=arguments.trainings,
    )


if __name__ == "__main__":
    main()
