"""Put a trained miniature into ``gcbook/data/models``: in half precision, with a model card.

    python tools/ship_miniature.py RUN

RUN is the folder of a finished `gcbook train`. Its record says what it is called: its recipe, and
its seed unless that is 0. What is there under that name is
replaced. `tools/score_miniatures.py` scores it, and drops the weights of seeds beyond the first.
"""

import argparse
import json
import shutil
from pathlib import Path

from gcbook.files.atomic import write_text
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.card import write_card
from gcbook.miniworld.results.shipped import counted_parameters, folder_of, name_of
from gcbook.miniworld.training.record import read_record
from gcbook.miniworld.training.shrink import shrink


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    record = read_record(run / "model")
    name = name_of(record["miniature"], record["plan"]["seed"])
    target = DATA.folder / "models" / folder_of(name)
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
