"""``gcbook train`` with a small network and a line after each step."""

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
    main(["train", *arguments])


if __name__ == "__main__":
    train(sys.argv[1:])
