"""Build what the chapter "Be an observer" shows and compares its reader with.

Run it when the choice of images, their encoding or the published trials change:

    python tools/build_observer.py STIMULI HUMANS MODELS CNNS

STIMULI is a zip of rgeirhos/texture-vs-shape (CC BY 4.0); HUMANS and MODELS are archives of the
trials of bethgelab/model-vs-human, CNNS one of wichmann-lab/error-consistency. It writes
``gcbook/data/observer``: the images; ``images.csv``, one row an image; ``answers.csv``, what each
published observer answered to each; and ``ATTRIBUTION.md``.

The choice was made by rule and seed, before an answer was looked at. The sixteen categories stand
in a circle in random order; in round k of five each shape wears the texture of the category k
places on. So a round has every category once as shape and once as texture, and five rounds have
eighty images of eighty pairs. Of each category one silhouette and one edge image are drawn, of
different objects; a round of drawings has eight silhouettes and the eight other categories' edges.
For practice there are drawings of objects that none of these images has.
"""

import argparse
import io
import random
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from PIL import Image

from gcbook.files.manifest import DATA
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.observers import show_once
from gcbook.trials.table import read_trials

FOLDER = DATA.folder / "observer"
SEED = 0
ROUNDS = 5
QUALITY = 80
"""Of the JPEGs; the images keep their 224 pixels a side."""
OBJECTS = 10
"""Silhouettes of a category, and edges."""
PRACTICE = 5
"""Drawings to practise on."""
PLACES = {
    "cue-conflict": "/style-transfer-preprocessed-512",
    "silhouette": "/filled-silhouettes",
    "edge": "/edges",
}

ATTRIBUTION = """# Where the images of the experiment come from

The cue conflicts, silhouettes and edges are by Robert Geirhos, Patricia Rubisch, Claudio
Michaelis, Matthias Bethge, Felix A. Wichmann and Wieland Brendel, from
[texture-vs-shape](https://github.com/rgeirhos/texture-vs-shape) (commit
ccd0c01d42c0a8a834e90ec141e7f24fa915dc23), made for *ImageNet-trained CNNs are biased towards
texture* (ICLR 2019), under [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/). Changes: cue
conflicts saved as JPEG of quality {quality}, silhouettes and edges as grey PNG; all keep their 224
pixels a side.

What people and networks answered (`answers.csv`) is taken from the trials of
[model-vs-human](https://github.com/bethgelab/model-vs-human) (MIT) and
[error-consistency](https://github.com/wichmann-lab/error-consistency).

The authors endorse neither this project nor what it does with their images.
"""


def main() -> None:
    """Write images, answers and attribution."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("stimuli", "humans", "models", "cnns"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in (*FOLDER.glob("*.jpg"), *FOLDER.glob("*.png")):
        old.unlink()
    with zipfile.ZipFile(given.stimuli) as stimuli:
        images = pd.DataFrame(chosen(stimuli.namelist()))
        for row in images.itertuples():
            save(stimuli.read(row.file), str(row.dataset), str(row.image_id))
        drawings = practice(images["image_id"])
        for name, category in drawings:
            dataset, _, image_id = name.partition("-")
            (file,) = (
                each
                for each in stimuli.namelist()
                if each.endswith(f"{PLACES[dataset]}/{category}/{image_id}")
            )
            save(stimuli.read(file), dataset, image_id)
    images = images.drop(columns="file")
    extra = pd.DataFrame(drawings, columns=["image_id", "category"])
    extra = extra.assign(dataset="practice", texture="", round=0)[images.columns]
    listed = pd.concat([images, extra])
    listed.to_csv(FOLDER / "images.csv", index=False, lineterminator="\n")
    trials = show_once(read_trials(given.humans, given.models, given.cnns))
    answers(images, trials).to_csv(FOLDER / "answers.csv", index=False, lineterminator="\n")
    text = ATTRIBUTION.format(quality=QUALITY)
    (FOLDER / "ATTRIBUTION.md").write_text(text, encoding="utf-8")
    DATA.write()


def chosen(files: list[str]) -> list[dict[str, object]]:
    """Draw the images by the rule above; of a pair of shape and texture the archive has one."""
    generator = random.Random(SEED)
    circle = list(CATEGORIES)
    generator.shuffle(circle)
    rows: list[dict[str, object]] = []

    def add(dataset: str, stem: str, category: str, texture: str, turn: int) -> None:
        pattern = re.compile(rf".*{PLACES[dataset]}/{category}/({stem}\.png)")
        (found,) = filter(None, map(pattern.fullmatch, files))
        names = {"dataset": dataset, "image_id": found[1], "category": category}
        rows.append(names | {"texture": texture, "round": turn, "file": found[0]})

    for turn in range(1, ROUNDS + 1):
        for shape, texture in zip(circle, circle[turn:] + circle[:turn], strict=True):
            add("cue-conflict", rf"{shape}\d+-{texture}\d+", shape, texture, turn)
    for place, category in enumerate(circle):
        two = generator.sample(range(1, OBJECTS + 1), 2)
        for number, dataset in zip(two, ("silhouette", "edge"), strict=True):
            turn = 1 + (place + (dataset == "edge")) % 2
            add(dataset, f"{category}{number}", category, "", turn)
    return rows


def practice(image_ids: Iterable[str]) -> list[tuple[str, str]]:
    """Draw files for practice, and their categories, of objects that no image has."""
    generator = random.Random(SEED + 1)
    taken = {name for each in image_ids for name in re.findall(r"[a-z]+\d+", each)}
    drawn = []
    for place, category in enumerate(generator.sample(CATEGORIES, PRACTICE)):
        objects = (f"{category}{number}" for number in range(1, OBJECTS + 1))
        name = generator.choice([each for each in objects if each not in taken])
        drawn.append((f"{('silhouette', 'edge')[place % 2]}-{name}.png", category))
    return drawn


def save(content: bytes, dataset: str, image_id: str) -> None:
    """Write an image at its own size."""
    image = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
    if dataset == "cue-conflict":
        place = FOLDER / image_id.replace(".png", ".jpg")
        image.convert("RGB").save(place, quality=QUALITY, optimize=True)
    else:
        image.convert("L").save(FOLDER / f"{dataset}-{image_id}", optimize=True)


def answers(images: pd.DataFrame, trials: pd.DataFrame) -> pd.DataFrame:
    """One row an image, one column an observer; a human is another person in each dataset."""
    keys = ["dataset", "image_id"]
    asked = images[keys].merge(trials, on=keys, validate="one_to_many")
    wide = asked.pivot(index=keys, columns="observer", values="response")
    humans = sorted(name for name in wide if str(name).startswith("subject"))
    ordered = [*humans, *sorted(set(wide.columns) - set(humans))]
    return wide.loc[pd.MultiIndex.from_frame(images[keys]), ordered].reset_index()


if __name__ == "__main__":
    main()
