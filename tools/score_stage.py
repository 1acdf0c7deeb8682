"""Score cue conflicts of the stage, so that the page that runs a classifier opens on one.

    python tools/score_stage.py

Six test silhouettes of each category wear the texture of another one, drawn at random, in scene 1
and with the contrast of training. ``gcbook/data/networks/conflicts.json`` gets their names, the
times of the draws and the errors of `mini-pixel` (float32, images × draws × categories, zipped), as
the page would compute them with seed 0, and the category that `mini-cnn` names.
"""

import base64
import gzip
import json

import numpy as np
import torch

from gcbook.classifiers.load import load_classifier
from gcbook.files.atomic import write_text
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.shipped import model_folder
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.miniworld.staging import compose_stage, find_silhouette
from gcbook.miniworld.testsets import numbered
from gcbook.miniworld.world import WORLD
from gcbook.noise.draws import DrawRule
from gcbook.paper.categories import CATEGORIES

DRAWS, SEED, OF_EACH = 16, 0, 6


def main() -> None:
    rng = np.random.default_rng(0)
    pixel, cnn = (load_classifier(model_folder(each)) for each in ("mini-pixel", "mini-cnn"))
    rule, contrast = DrawRule(seed=SEED, timesteps="uniform"), WORLD.texture_ratio[0]
    ids, times, errors, named = [], [], [], []
    silhouettes = load_silhouettes("test").categories
    for shape, category in zip(numbered(silhouettes), silhouettes, strict=True):
        if category not in CATEGORIES or int(shape.removeprefix(category)) > OF_EACH:
            continue
        texture = rng.choice([each for each in CATEGORIES if each != category])
        name = f"{shape}-{texture}-1"
        image = compose_stage(find_silhouette(name), name, contrast)[None] / np.float32(255)
        (x,) = pixel.prepare(list(image))
        draws = [pixel.draw(name, i, rule, x) for i in range(DRAWS) for _ in CATEGORIES]
        labels = torch.arange(len(CATEGORIES)).repeat(DRAWS)
        with torch.inference_mode():
            measured = pixel.measure(x.expand(len(draws), -1, -1, -1), draws, labels, "static")
            nll = cnn.measure(cnn.prepare(list(image)), [], None, "none")["nll"]
        ids.append(name)
        errors.append(measured["error_l2"].float().numpy().reshape(DRAWS, -1))
        times.append([each.t for each in draws[:: len(CATEGORIES)]])
        named.append(CATEGORIES[int(nll[0].argmin())])
        print(f"{len(ids)}: {name}")
    packed = gzip.compress(np.array(errors, "<f4").tobytes(), mtime=0)
    found = {"contrast": contrast, "seed": SEED, "ids": ids, "named": named, "times": times}
    found["errors"] = base64.b64encode(packed).decode()
    write_text(json.dumps(found) + "\n", DATA.folder / "networks/conflicts.json")
    DATA.write()


if __name__ == "__main__":
    main()
