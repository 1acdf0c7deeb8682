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

from gcbook.files.manifest import DATA
from gcbook.illusions.reconstruct import load_for_prompts
from gcbook.miniworld.results.ambiguous import ambiguous_pictures, prompt_of
from gcbook.miniworld.results.sheets import (
    ILLUSIONS,
    RECONSTRUCTING,
    RECORD,
    make_sheet,
    record_of,
    write_record,
)
from gcbook.miniworld.results.shipped import has_weights, model_folder


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
        if arguments.anew:
            shutil.rmtree(folder, ignore_errors=True)
        elif (folder / RECORD).is_file():
            made = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            if {k: v for k, v in made.items() if k != "complete"} != record_of(classifier):
                parser.error(f"{folder}: made by another model or asked otherwise; add --anew")
        # First of all what makes them, so that nothing else is ever added to them.
        write_record(folder, classifier, complete=False)
        for picture in pictures:
            if not (folder / f"{picture.name}.png").is_file():
                make_sheet(picture, classifier, folder)
                print(f"{model}: {picture.name} after {time.perf_counter() - begun:.0f} s")
        write_record(folder, classifier, complete=True)
    DATA.write()


if __name__ == "__main__":
    main()
