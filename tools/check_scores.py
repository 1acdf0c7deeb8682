"""Score a few images of every test set anew, and compare with the shipped scores.

    python tools/check_scores.py [MODEL ...] [--images 4] [--draws 4] [--seed 0]

Without names all models whose weights ship are checked; some minutes. It fails where a score
differs by more than rounding can explain, or is missing. Run it after a change of a model, a test
set or the scorer. Of races, of which each takes all draws that it needs, one is run anew a set.
"""

import argparse
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from gcbook.classifiers.load import load_classifier
from gcbook.miniworld.results.shipped import (
    RACED,
    has_weights,
    model_folder,
    raced_sets,
    shipped_models,
    shipped_sets,
    shipped_store,
)
from gcbook.miniworld.testsets import make_test_set
from gcbook.scoring.engine import scored_once

RELATIVE, ABSOLUTE = 2e-3, 1e-6
"""Most that a score may differ, as a share of it: another machine rounds otherwise."""
OTHER_RELATIVE, OTHER_NLL = 0.1, 0.1
"""The same where the image is not to the last grey level the one that was scored.

Making the test sets anew, another machine may round a few pixels otherwise. Three of them, by one
level, move the negative log-likelihoods of a small convolutional network by up to 2.5 %, or by this
many nats; another model's scores are much further off. Errors are means over all pixels.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--images", type=int, default=4, help="of each test set")
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0, help="of the choice of images")
    given = parser.parse_args()
    for model in given.models or filter(has_weights, shipped_models()):
        sets = [*shipped_sets(model), *(f"{RACED}/{name}" for name in raced_sets(model))]
        table = rescore(model, sets, given.images, given.draws, given.seed)
        wrong = differing(table)
        if len(wrong):
            raise SystemExit(
                f"{model}: {len(wrong)} of {len(table)} scores differ from those that ship, such "
                f"as\n{wrong.head().to_string()}\nModel and scores are not of one version: run "
                "tools/score_miniatures.py."
            )
        others = table.loc[~table["same_image"], ["test_set", "image_id"]].drop_duplicates()
        print(f"{model}: {len(table)} scores agree; {len(others)} images were made otherwise here")


def rescore(
    model: str, test_sets: Sequence[str], n_images: int, draws: int, seed: int
) -> pd.DataFrame:
    """Score a few images of test sets with a shipped model.

    Returns:
        Columns ``test_set, image_id, label, draw, measure`` (those of the scorer, and t and log_snr
        where the model has them), ``shipped, again``, NaN where one is missing, and
        ``same_image``, whether the image's file is the one that was scored.
    """
    classifier = load_classifier(model_folder(model), name=model)
    tables = []
    for test_set in test_sets:
        store, name = shipped_store(model, test_set), PurePosixPath(test_set).name
        few = min(draws, store.settings.draws)
        settings = replace(store.settings, draws=few, batch_size=64, device="cpu")
        asked = store.images().set_index("image_id")
        made = [each for each in make_test_set(name) if each.image_id in asked.index]
        number = min(len(made), 1 if settings.racing else n_images)
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        chosen = [made[at] for at in sorted(rng.choice(len(made), number, replace=False))]
        with scored_once(chosen, classifier, settings) as anew:
            again = anew.scores()
        scores = store.scores()
        same = scores["image_id"].isin([each.image_id for each in chosen])
        scores = scores[same & (scores["draw"] < settings.max_draws)]
        measures = list(store.traits.measures)
        measures += [name for name in ("t", "log_snr") if again[name].notna().all()]
        keys = ["image_id", "label", "draw"]
        shipped, found = (
            each.astype({"image_id": str, "label": str}).melt(keys, measures, "measure", value)
            for each, value in ((scores, "shipped"), (again, "again"))
        )
        # By rounding alone a race may drop a class a draw sooner or later.
        how = "inner" if settings.racing else "outer"
        merged = shipped.merge(found, on=[*keys, "measure"], how=how)
        alike = {each.image_id: each.sha256() == asked["sha256"][each.image_id] for each in chosen}
        merged["same_image"] = merged["image_id"].map(alike).astype(bool)
        tables.append(merged.assign(test_set=test_set))
    return pd.concat(tables, ignore_index=True)


def differing(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of `rescore` that rounding does not explain."""
    size, other = table["shipped"].abs(), ABSOLUTE + OTHER_NLL * (table["measure"] == "nll")
    allowed = (RELATIVE * size + ABSOLUTE).where(table["same_image"], OTHER_RELATIVE * size + other)
    return table[~((table["again"] - table["shipped"]).abs() <= allowed)]


if __name__ == "__main__":
    main()
