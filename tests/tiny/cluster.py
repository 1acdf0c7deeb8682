"""Workers of Ray: models that they load, and a command whose workers wait to be ended."""

import os
import signal
import time
from functools import partial
from pathlib import Path

from gcbook.cli import app, main
from gcbook.files.errors import InputError
from gcbook.noise.schedules import CosineSchedule
from gcbook.scoring.cluster import ray_cluster, score_on_ray
from gcbook.scoring.settings import ScoringSettings
from gcbook.stimuli.stimulus import StimulusSet, in_order

from .gaussian import class_means, gaussian_classifier, stimuli
from .scorers import LABELS, Counting, network

SETTINGS = ScoringSettings(draws=6, batch_size=8, device="cpu")
OPTIONS = {"size": 4, "save_every": 0, "progress": "lines"}
AT = 3
"""In which batch something happens; those before it are saved."""


def pictures(dataset: str = "toy") -> StimulusSet:
    return StimulusSet(dataset, in_order(stimuli(22, labels=LABELS, dataset=dataset)))


def load(device, bad=()):
    return network(bad=bad)


def load_asked(model, classifier, scoring, dtype, device):
    return gaussian_classifier(CosineSchedule(), class_means(16), name=model)


def load_refused(device):
    raise InputError("model: expected weights, found none. Fetch them.")


def load_late(device):
    """A network that raises what waiting raises."""

    def on_batch(number):
        raise TimeoutError("the network waited in vain")

    return Counting(network(), on_batch=on_batch)


def load_killed(folder: Path, device):
    """A network that kills the worker it is in, once in a folder."""

    def on_batch(number):
        if number == AT:
            try:
                (folder / "killed").touch(exist_ok=False)
            except FileExistsError:
                return
            os.kill(os.getpid(), signal.SIGKILL)

    return Counting(network(), on_batch=on_batch)


def load_waiting(folder: Path, device):
    """A network that goes on no more, and notes it in a folder."""

    def on_batch(number):
        if number == AT:
            (folder / f"waiting-{os.getpid()}").touch()
            time.sleep(600)

    return Counting(network(), on_batch=on_batch)


def wait(folder: Path) -> None:
    """Score with two workers that wait to be ended."""
    with ray_cluster(2):
        score_on_ray(
            {folder / "store": pictures()}, partial(load_waiting, folder), SETTINGS, **OPTIONS
        )


if __name__ == "__main__":
    app.command()(wait)
    main()
