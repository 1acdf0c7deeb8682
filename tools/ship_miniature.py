"""Put a trained miniature into ``gcbook/data/models``: in half precision, with a model card.

    python tools/ship_miniature.py RUN NAME

RUN is the folder of a finished `gcbook train`; NAME is a miniature's, with ``-seed1`` and so on
after it where there are several. What is there under that name is replaced.
"""

import argparse
import shutil
from pathlib import Path

from gcbook.miniworld.results.card import write_card
from gcbook.miniworld.results.shipped import DATA, recipe_of
from gcbook.miniworld.training.record import read_record
from gcbook.miniworld.training.shrink import shrink


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("name")
    arguments = parser.parse_args()
    record = read_record(arguments.run / "model")
    expected = (record["miniature"], record["plan"]["seed"])
    if recipe_of(arguments.name) != expected:
        parser.error(f"NAME: the run is of {expected[0]}, seed {expected[1]}")
    target = DATA / "models" / arguments.name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(arguments.run / "model", target)
    size = shrink(target)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    write_card(target)
    print(f"{target}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
