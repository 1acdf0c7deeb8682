"""Score one image with a network of Stable Diffusion 1.4's size, on the CPU.

    make full-size

Nothing is downloaded: the networks have the configurations that lie beside this file and random
weights, so that the scores mean nothing; what is seen is that a model of this size passes through
the adapter that reads every folder, and what it takes. The tokenizer, whose words do not ship, is
one of single letters. It needs about 5 GB of memory, as much of disk, and some minutes.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from gcbook.classifiers.load import load_classifier
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.stimuli.folders import open_stimuli

CONFIGURATIONS = Path(__file__).with_name("stable-diffusion-1")
SIDE = 512


def build(folder: Path) -> None:
    """Write the pipeline: real configurations, random weights."""
    import diffusers
    import torch
    from tiny import diffusion
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(0)

    def made(part: str, name: str) -> object:
        kind = getattr(diffusers, name)
        return kind.from_config(kind.load_config(CONFIGURATIONS / part))

    folder.mkdir()
    diffusion.save(
        folder,
        "StableDiffusionPipeline",
        unet=made("unet", "UNet2DConditionModel"),
        vae=made("vae", "AutoencoderKL"),
        text_encoder=CLIPTextModel(CLIPTextConfig.from_pretrained(CONFIGURATIONS / "text_encoder")),
        scheduler=made("scheduler", "PNDMScheduler"),
        tokenizer=diffusion.tokenizer("CLIPTextModel", folder / "tokenizer"),
        safety_checker=None,
        feature_extractor=None,
    )


def main() -> None:
    """Build, load, score, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classes", type=int, default=2, help="of the 16")
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=2)
    given = parser.parse_args()
    labels = CATEGORIES[: given.classes]
    with tempfile.TemporaryDirectory() as name:
        folder, store = Path(name) / "random", Path(name) / "store"
        begun = time.perf_counter()
        # In a process of its own, for its memory is not that of scoring.
        process = multiprocessing.get_context("spawn").Process(target=build, args=(folder,))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"building failed with status {process.exitcode}")
        built = time.perf_counter()
        print(f"built from {CONFIGURATIONS}: {built - begun:.0f} s", flush=True)

        picture = Path(name) / "noise" / labels[0] / "1.png"
        picture.parent.mkdir(parents=True)
        pixels = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
        Image.fromarray(pixels).save(picture)
        classifier = load_classifier(folder, labels=labels)
        loaded = time.perf_counter()
        print(f"loaded and asked once: {loaded - built:.0f} s", flush=True)

        settings = ScoringSettings(draws=given.draws, batch_size=given.batch_size)
        cpu_begun = time.process_time()
        report = score(open_stimuli(picture.parents[1]), classifier, settings, store)
        print(*report.lines(), sep="\n")
        each = report.network_seconds / report.n_evaluations
        cpu = (time.process_time() - cpu_begun) / report.n_evaluations
        peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(
            f"an evaluation: {each:.1f} s, {cpu:.1f} CPU seconds\n"
            f"most memory of the process: {peak / 1e9:.2f} GB"
        )
        kept = Store.open(store)
        described = kept.classifier
        print(
            f"store: {kept.observer}, {described['pipeline']}, {described['space']} of "
            f"resolution {described['resolution']}, "
            f"{kept.settings.dtype}, weights {str(described['weights'])[:12]}…"
        )
        print(kept.scores().to_string(index=False))


if __name__ == "__main__":
    main()
