"""Score images by what the masked miniature makes of them, for ``gcbook/data/regenerated``.

    python tools/score_regenerated.py [-o FOLDER]

A store that is there is not scored again; one that is not complete is completed.
"""

import argparse
from pathlib import Path

from gcbook.files.manifest import DATA
from gcbook.miniworld.results.regenerated import RATIOS, REGENERATED, score_regenerated


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, default=DATA.folder / REGENERATED)
    arguments = parser.parse_args()
    for ratio in RATIOS:
        score_regenerated(ratio, arguments.output, print)
    DATA.write()


if __name__ == "__main__":
    main()
