"""Ask a network of photographs all its images, and keep what the book reads of the scores.

    python tools/score_photographs.py RUN/model -o STORES [--sets photographs …] [--ship]

RUN is the folder of a finished ``gcbook train photo-…``; the photographs and the published stimuli
are those that ``gcbook fetch`` gets. The network is asked in half precision, as it ships, from a
copy in STORES. A store a set; the same command goes on where it stopped. On the images that
weightings are compared on, draws are doubled until fewer than 2% of the answers are expected to
change with endless draws, with the paper's weights and with equal ones.

``--ship`` writes ``gcbook/data/photographs/NAME``: from whole stores ``SET.parquet``, of diffusion
models the mean errors at `LEVELS` noise levels, for each half of the draws, as deviations from
their mean over classes, which leave every decision as it is; of the others their negative
log-likelihoods; ``asked.json`` with the draws and the share of answers that they leave open; and
``model``, the network. Beside the networks' folders ``published.parquet`` gets the public decisions
of people and of networks on the same published images.
"""

import argparse
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from gcbook.classifiers.load import load_classifier
from gcbook.files.atomic import write_text
from gcbook.files.manifest import DATA
from gcbook.files.untrusted import LARGEST_PICTURE, read_file
from gcbook.miniworld.photographs import (
    FEW_PER_CATEGORY,
    GREYED,
    PATCH,
    PER_CATEGORY,
    PHOTOGRAPHED,
    PLAIN,
    SHUFFLED,
    classes_in,
    photographs,
)
from gcbook.miniworld.results.weighting import read_errors
from gcbook.miniworld.testsets import texture_of
from gcbook.miniworld.training.shrink import shrink
from gcbook.noise.draws import level_of
from gcbook.paper.experiments import EXPERIMENTS, SINGLE_CONDITION
from gcbook.scoring.decisions import decide_store
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.stimuli.distortions import DISTORTIONS, distort
from gcbook.stimuli.folders import PUBLISHED_SETS, open_stimuli
from gcbook.stimuli.stimulus import Stimulus, StimulusSet, in_order
from gcbook.stimuli.written import Png
from gcbook.trials.originals import locate_trials
from gcbook.trials.table import read_trials

ASKED = (*PUBLISHED_SETS, PLAIN, SHUFFLED, GREYED, *DISTORTIONS)
LUMA = (0.2125, 0.7154, 0.0721)
"""Weights of red, green and blue in a grey image (ITU-R BT.709), which Geirhos et al. took."""
WEIGHED = ("cue-conflict", "edge", "silhouette", "photographs", "shuffled")
FIRST_DRAWS, FEW_DRAWS = 32, 16
OPEN = 0.02
LEVELS = 32
WEIGHTINGS = ("exp:7", "uniform")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--name", required=True, help="as it ships: photo-pixel, photo-pixel-seed1")
    parser.add_argument("--photographs", type=Path, required=True, help="folder of train and val")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--sets", nargs="*", default=ASKED)
    parser.add_argument("--batch-size", type=int, default=176)
    parser.add_argument("--most-draws", type=int, default=256, help="where draws are doubled")
    parser.add_argument("--dtype", default="auto", help="of the network")
    parser.add_argument("--ship", action="store_true", help="write what the book reads")
    given = parser.parse_args()
    model = given.output / given.name / "model"
    if not model.exists():
        shutil.copytree(given.model, model)
        shrink(model)
    classifier = load_classifier(model, name=given.name, labels=PHOTOGRAPHED, dtype=given.dtype)
    ships, about = DATA.folder / "photographs" / given.name, {}
    for name in given.sets:
        images, folder = asked(name, given.photographs), given.output / given.name / name
        draws = FIRST_DRAWS if name in WEIGHED else FEW_DRAWS
        if (folder / "store.json").exists():
            draws = max(draws, Store.open(folder).settings.draws)
        while True:
            settings = ScoringSettings(draws=draws, batch_size=given.batch_size, device="cpu")
            score(images, classifier, settings, folder, extend=(folder / "store.json").exists())
            store = Store.open(folder)
            left = undecided(store)
            print(
                f"{given.name} on {name}: {store.settings.draws} draws, "
                + ", ".join(
                    f"{share:.3f} open under {weighting}" for weighting, share in left.items()
                ),
                flush=True,
            )
            enough = max(left.values(), default=0) < OPEN
            if enough or name not in WEIGHED or 2 * draws > given.most_draws:
                break
            draws *= 2
        if given.ship:
            ship(store, ships / f"{name}.parquet")
            about[name] = {"draws": store.settings.draws, "open": left}
    if given.ship:
        shutil.copy(given.model / "training.json", ships)
        shutil.copytree(model, ships / "model", dirs_exist_ok=True)
        write_text(json.dumps(about, indent=1) + "\n", ships / "asked.json")
        published().to_parquet(
            DATA.folder / "photographs" / "published.parquet", compression="zstd", index=False
        )
        DATA.write()


def published() -> pd.DataFrame:
    """The public decisions on the published images that the networks are asked."""
    wanted = [each.image_id for name in PUBLISHED_SETS for each in asked(name, Path())]
    trials = read_trials(*locate_trials())
    trials = trials[trials["dataset"].isin(PUBLISHED_SETS) & trials["image_id"].isin(wanted)]
    columns = ["dataset", "source", "observer", "observer_kind", "image_id", "category", "response"]
    return trials[columns].sort_values(columns, ignore_index=True)


def undecided(store: Store) -> dict[str, float]:
    """Share of answers that endless draws would change, by weighting; none where none is random."""
    if store.traits.deterministic:
        return {}
    if store.traits.likelihood:
        return {"its likelihood": decide_store(store).undecided}
    return {name: decide_store(store, store.weights(name)).undecided for name in WEIGHTINGS}


def ship(store: Store, path: Path) -> None:
    """Write a set's errors or likelihoods, a column a class."""
    labels = list(store.labels)
    if store.traits.likelihood:
        rows = (
            store.scores().groupby(["image_id", "label"], sort=False, observed=True)["nll"].mean()
        )
        table = rows.unstack()[labels].astype(np.float32).reset_index()
    else:
        raw = read_errors(store)
        draws = raw.t.shape[1]
        levels = min(LEVELS, draws // 4)
        level = level_of(raw.t, levels)
        # The first 2^k draws of an image are spread evenly over t, and so are the next.
        second = np.arange(draws) >= draws // 2
        parts = []
        for half in range(2):
            for at in range(levels):
                chosen = (level == at) & (second == half)
                count = chosen.sum(axis=1, keepdims=True)
                mean = (raw.errors * chosen[..., None]).sum(axis=1) / count
                part = pd.DataFrame(mean - mean.mean(axis=1, keepdims=True), columns=labels)
                part = part.astype(np.float16)
                part.insert(0, "mean", mean.mean(axis=1).astype(np.float32))
                part.insert(0, "t", np.float32((at + 0.5) / levels))
                part.insert(0, "half", np.int8(half))
                part.insert(0, "image_id", raw.images["image_id"].to_numpy())
                parts.append(part)
        table = pd.concat(parts, ignore_index=True)
    about = store.images()[["image_id", "category", "condition"]]
    if store.dataset == "cue-conflict":
        about = about.assign(texture=about["image_id"].map(texture_of))
    path.parent.mkdir(parents=True, exist_ok=True)
    table.merge(about, on="image_id").to_parquet(path, compression="zstd", index=False)


def asked(name: str, folder: Path) -> StimulusSet:
    """One of the sets of `ASKED`, from a folder of photographs."""
    if name in PUBLISHED_SETS:
        return _within(open_stimuli(name))
    plain = _validation(folder)
    if name == PLAIN:
        return plain
    if name == SHUFFLED:
        few = plain.first(2 * FEW_PER_CATEGORY * len(PHOTOGRAPHED))
        return _changed(few, SHUFFLED, (SINGLE_CONDITION,), _shuffle)
    few = plain.first(FEW_PER_CATEGORY * len(PHOTOGRAPHED))

    def change(images: np.ndarray, condition: str, rng: np.random.Generator) -> np.ndarray:
        grey = np.broadcast_to((images @ np.array(LUMA))[..., None], images.shape)
        if name == GREYED:
            return grey if condition == "bw" else images
        return distort(grey, name, condition, rng)

    return _changed(few, name, EXPERIMENTS[name].conditions, change)


def _within(images: StimulusSet) -> StimulusSet:
    """Those whose cues are all of the categories, and of two if there are two."""
    kept = []
    for each in images:
        texture = texture_of(each.image_id) if images.dataset == "cue-conflict" else ""
        cues = {each.category, texture} - {""}
        if cues <= set(PHOTOGRAPHED) and texture != each.category:
            kept.append(each)
    return replace(images, stimuli=tuple(kept))


def _validation(folder: Path) -> StimulusSet:
    found = [
        Stimulus(
            image_id=path.name,
            imagename=path.name,
            category=each.category,
            condition=SINGLE_CONDITION,
            dataset=PLAIN,
            place=str(path),
            content=lambda path=path: read_file(path, LARGEST_PICTURE),  # type: ignore[misc]
        )
        for each in classes_in(folder)
        for path in photographs(folder, "val", each)
    ]
    whole = StimulusSet(PLAIN, in_order(found))
    return whole.first(PER_CATEGORY * len({each.category for each in whole}))


def _changed(
    images: StimulusSet,
    dataset: str,
    conditions: Sequence[str],
    change: Callable[[np.ndarray, str, np.random.Generator], np.ndarray],
) -> StimulusSet:
    """All images in each condition, made in memory; what is random is keyed by the condition."""
    pixels = np.stack([each.read() for each in images])
    stimuli = []
    for number, condition in enumerate(conditions):
        # A set has a seed of its own, so that two sets do not share their noise.
        rng = np.random.default_rng([number, *dataset.encode()])
        shown = np.round(change(pixels, condition, rng) * 255).astype(np.uint8)
        for each, made in zip(images, shown, strict=True):
            name = f"{condition}_{each.category}_{Path(each.image_id).stem}.png"
            stimuli.append(
                replace(
                    each,
                    image_id=name,
                    imagename=name,
                    condition=condition,
                    dataset=dataset,
                    place=f"{each.place}, {dataset} {condition}",
                    content=Png(made),
                )
            )
    return StimulusSet(dataset, in_order(stimuli))


def _shuffle(images: np.ndarray, condition: str, rng: np.random.Generator) -> np.ndarray:
    """Cut images (N, H, W, C) into squares, and put these back in random order."""
    count, height, width, channels = images.shape
    rows, columns = height // PATCH, width // PATCH
    squares = images.reshape(count, rows, PATCH, columns, PATCH, channels).swapaxes(2, 3)
    squares = squares.reshape(count, rows * columns, PATCH, PATCH, channels)
    mixed = rng.permuted(np.tile(np.arange(rows * columns), (count, 1)), axis=1)
    squares = np.take_along_axis(squares, mixed[:, :, None, None, None], axis=1)
    squares = squares.reshape(count, rows, columns, PATCH, PATCH, channels).swapaxes(2, 3)
    return squares.reshape(images.shape)


if __name__ == "__main__":
    main()
