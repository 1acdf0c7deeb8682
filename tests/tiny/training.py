"""``gcbook train`` with a small network and a line after each step, told when to be stopped.

SIGTERM comes before the image STOP, or where that is "taking", while one is taken from a reader.
"""

import multiprocessing.connection as connection
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace

from gcbook.cli import main
from gcbook.miniworld.training import resnet, run


def train(arguments: Sequence[str]) -> None:
    """What ``gcbook train`` does, in a process of its own."""
    small = {"architecture": "resnet18", "crop_size": 32, "learning_rate": 0.01}
    resnet.RESNETS = {name: replace(plan, **small) for name, plan in resnet.RESNETS.items()}
    run.SHOW_EVERY = 0
    stop, loss = os.environ.get("STOP"), resnet.ResNetRun.loss

    def stopped(run, batch):
        if str(run.done) == stop:
            signal.raise_signal(signal.SIGTERM)
        return loss(run, batch)

    resnet.ResNetRun.loss = stopped
    if stop == "taking":
        _stop_while_taking()
    main(["train", *arguments])


def _stop_while_taking() -> None:
    taken, process = iter(range(10**6)), os.getpid()
    answer = connection.answer_challenge

    def answered(*challenge):
        if os.getpid() == process and next(taken) == 6:
            signal.raise_signal(signal.SIGTERM)
        answer(*challenge)

    connection.answer_challenge = answered


if __name__ == "__main__":
    train(sys.argv[1:])
