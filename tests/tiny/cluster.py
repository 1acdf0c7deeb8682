"""Models that workers of Ray load."""

import os
import signal
from pathlib import Path

from gcbook.files.errors import InputError
from gcbook.scoring.settings import ScoringSettings
from gcbook.stimuli.stimulus import StimulusSet, in_order

from .gaussian import stimuli
from .scorers import LABELS, Counting, network

SETTINGS = ScoringSettings(draws=6, batch_size=8, device="cpu")
OPTIONS = {"size": 4, "save_every": 0, "progress": "lines"}
AT = 3
"""In which batch something happens; those before it are saved."""


def pictures(dataset: str = "toy") -> StimulusSet:
    return StimulusSet(dataset, in_order(stimuli(22, labels=LABELS, dataset=dataset)))


def load(device, bad=()):
    return network(bad=bad)


def load_refused(device):
    raise InputError("model: expected weights, found none. Fetch them.")


def load_late(at: int, device):
    """A network that raises, in some batch, what waiting raises."""

    def on_batch(number):
        if number == at:
            raise TimeoutError("the network waited in vain")

    return Counting(network(), on_batch=on_batch)


def load_killed(folder: Path, device):
    """A network that kills its worker, once in a folder."""

    def on_batch(number):
        if number == AT:
            try:
                (folder / "killed").touch(exist_ok=False)
            except FileExistsError:
                return
            os.kill(os.getpid(), signal.SIGKILL)

    return Counting(network(), on_batch=on_batch)
