"""Reconstruct ambiguous pictures, for ``gcbook/data/illusions``.

    python tools/reconstruct_miniatures.py mini-pixel [--anew] [-o FOLDER]

Without names all models that can reconstruct do. Pictures that are there are not made again, so
that the same command goes on after an interruption; ``--anew`` removes them first, and is asked for
where they are another model's.
"""

import argparse
import json
import shutil
import time
from pathlib import Path

import numpy as np
from PIL import Image

from gcbook.files.atomic import write_text
from gcbook.files.manifest import DATA
from gcbook.illusions.reconstruct import EMPTY, Reconstructor, load_for_prompts, reconstruct
from gcbook.miniworld.results.ambiguous import (
    ILLUSIONS,
    RECONSTRUCTING,
    RECORD,
    SIDE,
    STEPS,
    Picture,
    ambiguous_pictures,
    asked_of,
)
from gcbook.miniworld.results.shipped import has_weights, model_folder

TEMPLATE = "A photo of a {}."
"""A prompt that all miniatures have learned."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="names; by default all that can")
    parser.add_argument("--anew", action="store_true")
    parser.add_argument("-o", "--output", type=Path, default=DATA.folder / ILLUSIONS)
    arguments = parser.parse_args()
    pictures = ambiguous_pictures()
    known = dict.fromkeys(prompt_of(each) for picture in pictures for each in picture.prompts)
    able = filter(has_weights, RECONSTRUCTING)
    for model in arguments.models or able:
        folder, begun = arguments.output / model, time.perf_counter()
        classifier = load_for_prompts(model_folder(model), list(known))
        record = {
            "model": json.loads(json.dumps(classifier.describe())),
            "template": TEMPLATE,
            "steps": STEPS,
            "pictures": {each.name: asked_of(each) for each in pictures},
        }
        if arguments.anew:
            shutil.rmtree(folder, ignore_errors=True)
        elif (folder / RECORD).is_file():
            made = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            if {k: v for k, v in made.items() if k != "complete"} != record:
                parser.error(f"{folder}: made by another model or asked otherwise; add --anew")
        # First of all what makes them, so that nothing else is ever added to them.
        folder.mkdir(parents=True, exist_ok=True)
        write_text(json.dumps(record | {"complete": False}, indent=1) + "\n", folder / RECORD)
        for picture in pictures:
            if not (folder / f"{picture.name}.png").is_file():
                make_sheet(picture, classifier).save(folder / f"{picture.name}.png", optimize=True)
                print(f"{model}: {picture.name} after {time.perf_counter() - begun:.0f} s")
        write_text(json.dumps(record | {"complete": True}, indent=1) + "\n", folder / RECORD)
    DATA.write()


def prompt_of(category: str) -> str:
    return TEMPLATE.format(category) if category else EMPTY


def make_sheet(picture: Picture, classifier: Reconstructor) -> Image.Image:
    """Reconstruct a picture as it ships: a row a strength and draw, a column a prompt.

    Above them, in the first row, stand the original and the untouched picture.
    """
    prompts = [prompt_of(each) for each in picture.prompts]
    found = [
        reconstruct(
            picture.image,
            prompts,
            classifier,
            picture.strengths,
            steps=STEPS,
            seed=draw,
            name=picture.name,
        )
        for draw in range(picture.draws)
    ]
    images = np.stack([each.images.mean(-1) for each in found], axis=1)
    rows = images.reshape(-1, len(prompts), SIDE, SIDE)
    first = np.zeros_like(rows[:1])
    first[0, 0], first[0, 1] = found[0].original.mean(-1), found[0].untouched.mean(-1)
    cells = np.concatenate([first, rows])
    flat = cells.transpose(0, 2, 1, 3).reshape(len(cells) * SIDE, -1)
    return Image.fromarray(np.rint(255 * flat.clip(0, 1)).astype(np.uint8))


if __name__ == "__main__":
    main()
