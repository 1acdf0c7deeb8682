"""The small files that the notebooks of the lab read, made of what ships.

- ``trials.csv``: what ten people and five networks answered to the cue conflicts that ship.
- ``errors.json``: raw errors of a diffusion model on eighty of its test images.
- ``published.csv``: the paper's Table 2, with the kind of each model.
"""

import json

import numpy as np
import pandas as pd

from gcbook.files.manifest import DATA
from gcbook.paper.published import published_models, table2
from gcbook.scoring.store import Store

NETWORKS = ("alexnet", "bagnet33", "resnet50", "resnet50-trained-on-SIN", "swag_vit_h14_in1k")
"""Whose answers stand with people's: networks from nearly all texture to mostly shape."""

MODEL = "mini-pixel"
OFFSETS = (1, 4, 7, 10, 13)
"""Textures that each shape is shown with, in steps from its own category: each texture as often."""


def course_data() -> dict[str, str]:
    """Return the files' texts by name; the same each time."""
    return {
        "trials.csv": _trials().to_csv(index=False, lineterminator="\n"),
        "errors.json": _errors(),
        "published.csv": _published().to_csv(index=False, lineterminator="\n"),
    }


def _trials() -> pd.DataFrame:
    # "na" is the response of a person who pressed no key in time.
    images, answers = (
        pd.read_csv(DATA.path("observer") / name, keep_default_na=False)
        for name in ("images.csv", "answers.csv")
    )
    people = [name for name in answers.columns.astype(str) if name.startswith("subject-")]
    shown = images[images["dataset"] == "cue-conflict"].merge(answers, on=["dataset", "image_id"])
    shown = shown.assign(image=shown["image_id"].str.removesuffix(".png"))
    long = shown.rename(columns={"category": "shape"}).melt(
        ["image", "shape", "texture"], [*people, *NETWORKS], "observer", "response"
    )
    kind = np.where(long["observer"].isin(people), "human", "model")
    return long.assign(kind=kind)[["observer", "kind", "image", "shape", "texture", "response"]]


def _errors() -> str:
    store = Store.open(DATA.path(f"scores/{MODEL}-calibrated/cue-conflict"))
    labels, rows = list(store.labels), store.scores()
    pairs = [
        (shape, labels[(place + offset) % len(labels)])
        for place, shape in enumerate(labels)
        for offset in OFFSETS
    ]
    images: dict[tuple[str, str], list[str]] = {}
    for name in sorted(rows["image_id"].unique()):
        images.setdefault(_cues(name), []).append(name)
    # Several images have the same two cues: those of a shape are of several exemplars.
    chosen = [images[pair][n % len(images[pair])] for n, pair in enumerate(pairs)]
    found = rows[rows["image_id"].isin(chosen)].pivot(
        index=["image_id", "draw"], columns="label", values=["error_l2", "t"]
    )
    draws = [found.loc[name] for name in chosen]
    errors = np.stack([each["error_l2"][labels].to_numpy() for each in draws])
    content = {
        "about": "errors[image][draw][class] of the clean image, in millionths; times[image][draw]",
        "model": MODEL,
        "labels": labels,
        "images": [name.removesuffix(".png") for name in chosen],
        "shapes": [shape for shape, _ in pairs],
        "textures": [texture for _, texture in pairs],
        "times": [each["t"][labels[0]].tolist() for each in draws],
        "errors": np.rint(errors * 1e6).astype(int).tolist(),
    }
    lines = (
        f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}"
        for key, value in content.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _cues(name: str) -> tuple[str, str]:
    """Categories of shape and texture, from the name of a cue conflict's image."""
    shape, texture = (part.rstrip("0123456789") for part in name.removesuffix(".png").split("-", 1))
    return shape, texture


def _published() -> pd.DataFrame:
    kinds = published_models().set_index("key")[["name", "kind"]]
    return table2().drop(columns=["model", "place"]).join(kinds, on="key")
