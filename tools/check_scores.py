"""Score a few images of every test set anew, and compare with the shipped scores.

    python tools/check_scores.py [MODEL ...] [--images 4] [--draws 4] [--seed 0]

Without names all models whose weights ship are checked, a process for each core; some minutes. It
fails where a score differs by more than rounding can explain. Run it after a change of a model, a
test set or the scorer.
"""

import argparse
import os

from gcbook.miniworld.results.rescoring import check_shipped
from gcbook.miniworld.results.shipped import has_weights, shipped_models


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--images", type=int, default=4, help="of each test set")
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0, help="of the choice of images")
    arguments = parser.parse_args()
    models = arguments.models or list(filter(has_weights, shipped_models()))
    found = check_shipped(
        models,
        n_images=arguments.images,
        draws=arguments.draws,
        seed=arguments.seed,
        workers=os.cpu_count() or 1,
    )
    print(found.to_string(index=False))


if __name__ == "__main__":
    main()
