"""Put a trained miniature into ``gcbook/data/models``: in half precision, with a model card.

    python tools/ship_miniature.py RUN

RUN is the folder of a finished `gcbook train`. Its record says what it is called: its recipe, its
world unless it is the default one, and its seed unless that is 0. What is there under that name is
replaced. `tools/score_miniatures.py` scores it, and drops the weights of seeds beyond the first.
"""

import argparse
import json
import shutil
from pathlib import Path

from gcbook.files.atomic import write_text
from gcbook.files.manifest import DATA
from gcbook.miniworld.named import world_name
from gcbook.miniworld.results.card import write_card
from gcbook.miniworld.results.shipped import counted_parameters, name_of
from gcbook.miniworld.training.record import read_record
from gcbook.miniworld.training.shrink import shrink


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    record = read_record(run / "model")
    world = world_name(record["world"])
    if not world:
        parser.error("RUN: expected a model of a world with a name (gcbook/miniworld/worlds.yml)")
    target = DATA.folder / "models" / name_of(record["miniature"], world, record["plan"]["seed"])
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(run / "model", target)
    size = shrink(target)
    record = {**record, "evaluated": counted_parameters(target)}
    write_text(json.dumps(record, indent=1) + "\n", target / "training.json")
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    write_card(target)
    DATA.write()
    print(f"{target}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
