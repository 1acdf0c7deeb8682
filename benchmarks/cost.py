"""Time decisions of the miniatures: CPU seconds in the network, on one thread.

    python benchmarks/cost.py                 # prints; some minutes of one core
    python benchmarks/cost.py --store FILE    # also writes them, with the machine, as JSON

The chapter on cost shows a stored run, ``gcbook/data/cost.json``: a time belongs to the machine
that it was measured on, and a page that measured anew would be another page each time. Of each
recipe the first network is timed, on in-distribution images with all of its draws and in batches
as full as these fill them. CPU time is little changed by what else the machine does.
"""

import argparse
import json
import platform
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import torch

from gcbook.chapters.cost.tables import PLAIN, first_models
from gcbook.classifiers.load import load_classifier
from gcbook.files.atomic import write_text
from gcbook.miniworld.results.shipped import model_folder, shipped_models, shipped_store
from gcbook.miniworld.testsets import make_test_set
from gcbook.scoring.engine import score

SECONDS, PASSES = 30, 5
"""Of CPU that a model is timed for, about, and in how many passes; their median counts."""


def timed(model: str) -> dict[str, Any]:
    """Time one shipped model.

    Args:
        model: its name.

    Returns:
        ``images``, decisions a pass, and ``seconds``, CPU time of one decision, in the network.
    """
    stimuli = make_test_set(PLAIN).stimuli
    classifier = load_classifier(model_folder(model), name=model)
    settings = replace(shipped_store(model, PLAIN).settings, device="cpu")

    def run(images: int) -> float:
        chosen = stimuli[:: len(stimuli) // images][:images]
        with tempfile.TemporaryDirectory() as folder:
            report = score(chosen, classifier, settings, folder, progress="silent")
        return report.network_cpu_seconds / report.n_decisions

    run(1)  # the network warms up
    images = max(1, min(int(SECONDS / PASSES / run(1)), len(stimuli)))
    return {"images": images, "seconds": median(run(images) for _ in range(PASSES))}


def machine() -> dict[str, Any]:
    """What the times are times of."""
    info = Path("/proc/cpuinfo")
    names = [
        line.partition(":")[2].strip()
        for line in (info.read_text().splitlines() if info.is_file() else [])
        if line.startswith("model name")
    ]
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "system": platform.system(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }


def main() -> None:
    """Print, and store if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    found = {"machine": machine(), "models": {}}
    for model in first_models(shipped_models()).values():
        found["models"][model] = one = timed(model)
        one["seconds"] = float(f"{one['seconds']:.3g}")
        print(f"{model:16} {one['seconds']:9.4g} s a decision, of {one['images']} images")
    print(", ".join(f"{name} {value}" for name, value in found["machine"].items()))
    if chosen.store:
        write_text(json.dumps(found, indent=1) + "\n", chosen.store)


if __name__ == "__main__":
    main()
