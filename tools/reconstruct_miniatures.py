"""Reconstruct ambiguous pictures and turned images, for ``gcbook/data/illusions``.

    python tools/reconstruct_miniatures.py mini-pixel [--anew] [-o FOLDER]

Without names all models that can reconstruct do. Pictures that are there are not made again, unless
``--anew`` is said, so that the same command goes on after an interruption.
"""

import argparse
import time
from pathlib import Path

from gcbook.categories import CATEGORIES
from gcbook.illusions import load_for_prompts
from gcbook.miniatures.ambiguous import (
    FOLDER,
    RECORD,
    ambiguous_pictures,
    make_sheet,
    prompt_of,
    write_record,
)
from gcbook.miniatures.shipped import model_folder, recipe_of, shipped_models
from gcbook.miniatures.turned import TURNED, make_turned

ABLE = ("mini-pixel", "mini-latent", "mini-masked")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", help="names; by default all that can")
    parser.add_argument("--anew", action="store_true")
    parser.add_argument("-o", "--output", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    pictures = ambiguous_pictures()
    known = dict.fromkeys(prompt_of(each) for picture in pictures for each in picture.prompts)
    able = [name for name in shipped_models() if recipe_of(name)[0] in ABLE]
    for model in arguments.models or able:
        folder, begun = arguments.output / model, time.perf_counter()
        (folder / RECORD).unlink(missing_ok=True)
        classifier = load_for_prompts(model_folder(model), list(known))
        for picture in pictures:
            if arguments.anew or not (folder / f"{picture.name}.png").is_file():
                make_sheet(picture, classifier, folder)
                print(f"{model}: {picture.name} after {time.perf_counter() - begun:.0f} s")
        if arguments.anew or not (folder / TURNED).is_file():
            names = [prompt_of(name) for name in CATEGORIES]
            classifier_16 = load_for_prompts(model_folder(model), names)
            print(f"{model}: turned images")
            table = make_turned(classifier_16, report=print)
            table.to_parquet(folder / TURNED, compression="zstd")
        write_record(folder, classifier)


if __name__ == "__main__":
    main()
