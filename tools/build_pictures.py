"""Build the few pictures that come with the package: published stimuli, and one photograph.

Run it when the choice, the size or the published trials change:

    pip download --no-deps scikit-image==0.24.0 && unzip scikit_image-*.whl skimage/data/chelsea.png
    python tools/build_pictures.py STIMULI HUMANS MODELS skimage/data/chelsea.png

STIMULI is a zip of rgeirhos/texture-vs-shape (CC BY 4.0), HUMANS and MODELS are archives of
the trials of bethgelab/model-vs-human. It writes ``gcbook/data/pictures``: the pictures,
``pictures.csv``, one row a picture, and ``ATTRIBUTION.md``.

The twelve cue conflicts were drawn at random before any was looked at: twelve shape categories, the
same twelve rearranged for the textures, so that no shape has its own, and one image a pair.
Silhouettes and edges are of four of these objects. One more image has shape and texture of one
category, for the method chapter's example, and one was picked by eye for the landing page.
"""

import argparse
import csv
import io
import re
import zipfile
from pathlib import Path

from PIL import Image

from gcbook.files.manifest import DATA
from gcbook.trials.table import read_trials

FOLDER = DATA.folder / "pictures"
COLUMNS = (
    "name",
    "set",
    "shape",
    "texture",
    "file",
    "people",
    "by_shape",
    "by_texture",
    "person",
    "resnet50",
)
CONFLICTS = (
    "airplane9-car2",
    "bicycle8-boat1",
    "bird10-clock1",
    "boat2-bird1",
    "bottle2-elephant1",
    "car10-keyboard2",
    "cat10-oven2",
    "clock3-dog2",
    "dog6-bicycle1",
    "elephant2-airplane3",
    "keyboard7-bottle1",
    "oven1-cat1",
)
NO_CONFLICT = "dog1-dog2"
EXAMPLE = "elephant1-bottle1"
"""For the landing page, chosen because everybody sees it: all ten people named its shape."""
PERSON = "subject-01"
"""Whose single answers are kept."""
OBJECTS = ("bicycle8", "bird10", "clock3", "elephant2")
SIDE, LARGE = 128, 224
"""Pixels a side; the second, of the published images, for the example alone."""
PHOTOGRAPH = "cat"
CROP = (80, 0, 380, 300)
"""Of the photograph: left, upper, right, lower."""
_CUES = re.compile(r"([a-z]+)\d+-([a-z]+)\d+")

ATTRIBUTION = """# Where the pictures come from

The cue conflicts, silhouettes and edges are by Robert Geirhos, Patricia Rubisch, Claudio
Michaelis, Matthias Bethge, Felix A. Wichmann and Wieland Brendel, from
[texture-vs-shape](https://github.com/rgeirhos/texture-vs-shape) (commit
ccd0c01d42c0a8a834e90ec141e7f24fa915dc23), made for *ImageNet-trained CNNs are biased towards
texture* (ICLR 2019), under [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/). Changes:
scaled from 224 to {side} pixels a side, but for `{example}.jpg`; cue conflicts saved as JPEG.

`{photograph}.jpg` is the photograph *Chelsea the cat* by Stéfan van der Walt
([CC0](https://creativecommons.org/publicdomain/zero/1.0/)), from scikit-image 0.24.0. Changes: cut
to a square and scaled to {side} pixels a side.

How people and ResNet-50 answered (`pictures.csv`) is counted in the trials of
[model-vs-human](https://github.com/bethgelab/model-vs-human) (MIT).

The authors endorse neither this project nor what it does with their pictures.
"""


def main() -> None:
    """Write the pictures, their list and their attribution."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("stimuli", "humans", "models", "photograph"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(given.stimuli) as stimuli:
        rows = [*conflicts(stimuli), *outlines(stimuli)]
    answers = count_answers(given.humans, given.models)
    for row in rows:
        row.update(answers.get(str(row["name"]), {}))
    photograph = Image.open(given.photograph, formats=("PNG", "JPEG")).convert("RGB").crop(CROP)
    rows.append({"name": PHOTOGRAPH, "set": "photograph", "shape": PHOTOGRAPH})
    # High-pass filters would show what compression leaves behind.
    rows[-1]["file"] = save(photograph, f"{PHOTOGRAPH}.jpg", quality=95)
    with (FOLDER / "pictures.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    text = ATTRIBUTION.format(side=SIDE, example=EXAMPLE, photograph=PHOTOGRAPH)
    (FOLDER / "ATTRIBUTION.md").write_text(text, encoding="utf-8")
    DATA.write()


def conflicts(stimuli: zipfile.ZipFile) -> list[dict[str, object]]:
    """Save the images of shapes and textures."""
    rows: list[dict[str, object]] = []
    sets = dict.fromkeys(CONFLICTS, "cue-conflict")
    sets |= {NO_CONFLICT: "no-conflict", EXAMPLE: "example"}
    for name, kind in sets.items():
        shape, texture = _CUES.fullmatch(name).groups()
        (place,) = (n for n in stimuli.namelist() if n.endswith(f"-512/{shape}/{name}.png"))
        side = LARGE if kind == "example" else SIDE
        file = save(opened(stimuli, place), f"{name}.jpg", side=side)
        rows.append({"name": name, "set": kind, "shape": shape, "texture": texture, "file": file})
    return rows


def outlines(stimuli: zipfile.ZipFile) -> list[dict[str, object]]:
    """Save silhouettes and edges."""
    rows: list[dict[str, object]] = []
    for name in OBJECTS:
        for kind, folder in (("silhouette", "filled-silhouettes"), ("edge", "edges")):
            (place,) = (n for n in stimuli.namelist() if f"/{folder}/" in n and f"/{name}.png" in n)
            file = save(opened(stimuli, place).convert("L"), f"{name}-{kind}.png")
            shape = name.rstrip("0123456789")
            rows.append({"name": name, "set": kind, "shape": shape, "file": file})
    return rows


def count_answers(humans: Path, models: Path) -> dict[str, dict[str, object]]:
    """How many people named the shape and the texture, what one of them said, and ResNet-50."""
    people, networks = read_trials(humans), read_trials(models)
    people = people[people["dataset"] == "cue-conflict"]
    resnet = networks[
        (networks["dataset"] == "cue-conflict") & (networks["observer"] == "resnet50")
    ]
    said = dict(zip(resnet["image_id"], resnet["response"], strict=True))
    alone = people[people["observer"] == PERSON].set_index("image_id")["response"]
    counted = {}
    for image_id, rows in people.groupby("image_id"):
        name = str(image_id).removesuffix(".png")
        texture = _CUES.fullmatch(name)[2]
        counted[name] = {
            "people": len(rows),
            "by_shape": int((rows["response"] == rows["category"]).sum()),
            "by_texture": int((rows["response"] == texture).sum()),
            "person": alone[image_id],
            "resnet50": said[image_id],
        }
    return counted


def opened(stimuli: zipfile.ZipFile, place: str) -> Image.Image:
    """Read one picture."""
    return Image.open(io.BytesIO(stimuli.read(place)), formats=("PNG",)).convert("RGB")


def save(picture: Image.Image, file: str, quality: int = 80, side: int = SIDE) -> str:
    """Scale and save a picture; return the file's name."""
    scaled = picture.resize((side, side), Image.Resampling.LANCZOS)
    scaled.save(FOLDER / file, quality=quality, optimize=True)
    return file


if __name__ == "__main__":
    main()
