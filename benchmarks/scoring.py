"""Time the scorer: what it costs beside the network, by batch size, and for tiny pipelines.

    python benchmarks/scoring.py

Nothing is needed but the package: images are random, the first model's "network" is a formula that
costs next to nothing, and the pipelines are tiny ones with random weights, built by the tests. So
the first table shows the scorer's own cost at its worst; the second, how it shrinks beside a
network, however small. Each line is one run on a store of its own, after one that is not counted.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from tiny import diffusion, images, tokens

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.load import load_classifier
from gcbook.noise.schedules import CosineSchedule
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.engine import score
from gcbook.scoring.racing import ExpectedGain
from gcbook.scoring.report import ScoreReport
from gcbook.scoring.settings import ScoringSettings
from gcbook.stimuli.folders import open_stimuli
from gcbook.stimuli.stimulus import StimulusSet

SIDE = 64
PIPELINES = {
    "Stable Diffusion": (diffusion.stable_diffusion, {"draws": 4}),
    "DeepFloyd IF": (diffusion.deep_floyd, {"draws": 4}),
    "Stable Diffusion 3": (diffusion.stable_diffusion_3, {"draws": 4}),
    "T5 over VQModel": (tokens.t5_vq, {}),
    "aMUSEd, bound": (tokens.amused, {"draws": 4}),
    "ResNet": (images.resnet, {}),
}


def make_images(folder: Path, number: int) -> StimulusSet:
    """Write random PNGs, as many of each category, and open them as a set."""
    rng = np.random.default_rng(0)
    for index in range(number):
        path = folder / "noise" / CATEGORIES[index % len(CATEGORIES)] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)).save(path)
    return open_stimuli(folder / "noise")


def cheap_classifier() -> DiffusionClassifier:
    """A denoiser that does one multiplication and one addition."""
    pulls = torch.linspace(-0.1, 0.1, len(CATEGORIES))[:, None, None, None]
    return DiffusionClassifier(
        lambda x_t, t, label: torch.add(pulls[label], x_t, alpha=0.9), CosineSchedule()
    )


def timed(stimuli: StimulusSet, classifier: Any, **settings: Any) -> ScoreReport:
    """Score twice, each time into a new store; report the second."""
    for _ in range(2):
        with tempfile.TemporaryDirectory() as store:
            report = score(
                stimuli, classifier, ScoringSettings(**settings), store, progress="silent"
            )
    return report


def line(name: str, report: ScoreReport) -> str:
    """One run in numbers."""
    return (
        f"{name:30} {report.n_decisions / report.seconds:8.1f} images/s "
        f"{report.n_evaluations / report.seconds:10,.0f} NFE/s "
        f"{report.outside_share:6.1%} outside the network"
    )


def main() -> None:
    """Print the times."""
    transformers.logging.disable_progress_bar()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stimuli = make_images(folder, 160)
        cheap = cheap_classifier()
        print(f"{len(stimuli)} images of {SIDE}×{SIDE}, a denoiser that costs nothing")
        for size in (16, 64, 256):
            print(
                line(
                    f"  8 draws, batches of {size}", timed(stimuli, cheap, draws=8, batch_size=size)
                )
            )
        race = ExpectedGain(max_draws=200)
        print(line("  a race, at most 200 draws", timed(stimuli, cheap, racing=race)))

        few = stimuli.first(16)
        print(f"\n{len(few)} images, tiny pipelines")
        for title, (build, settings) in PIPELINES.items():
            build(folder / title)
            begun = time.perf_counter()
            classifier = load_classifier(str(folder / title))
            loaded = time.perf_counter() - begun
            print(line(f"  {title} (load {loaded:.2f} s)", timed(few, classifier, **settings)))


if __name__ == "__main__":
    main()
