"""The images of the experiment and what others answered to the very same ones.

Three blocks: cue conflicts of Geirhos et al. (2019), with the answers of the ten people and of the
networks whose trials are public; silhouettes and edges of the same objects, likewise; and images of
the drawn world, with the answers of the miniatures. ``tools/build_observer.py`` chose the first
two; ``gcbook/data/observer/ATTRIBUTION.md`` names the authors. The third is made here by the same
rule: in each round every category is once a shape and once a texture.

A block is made of parts, one a dataset, since a file of trials holds one dataset.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from gcbook.files.manifest import DATA
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.shipped import shipped_models, shipped_sets
from gcbook.miniworld.testsets import make_test_set, one_a_pair, texture_of
from gcbook.paper.observers import HUMAN_NAME, HUMANS_TITLE, labels
from gcbook.stimuli.stimulus import Stimulus

NETWORKS = "Networks"
"""The row of the published networks in a figure."""

MINIATURE_ROUNDS = 3
_DATASETS = {
    "photographs": ("cue-conflict",),
    "drawings": ("silhouette", "edge"),
    "miniature": ("cue-conflict", "silhouette", "edge"),
}
BLOCKS = tuple(_DATASETS)
_TAGS = {"cue-conflict": "s5n", "silhouette": "sif", "edge": "edg"}
"""What the laboratory's own files have for a dataset in the name of an image."""


@dataclass(frozen=True)
class Part:
    """Images of one dataset, in a block of the experiment.

    Attributes:
        block: one of `BLOCKS`.
        dataset: its name.
        tag: what stands for it in the name of an image in a trial file.
        images: ``image_id, category, texture`` ("" for none), ``round`` (from 1; 0 for an image
            that only the whole block has) and ``picture`` (bytes of a JPEG or PNG).
        answers: ``image_id, label`` (an observer's), ``row`` (of a figure: people, networks or a
            miniature) and ``response``.
    """

    block: str
    dataset: str
    tag: str
    images: pd.DataFrame
    answers: pd.DataFrame


def parts_of(block: str) -> tuple[Part, ...]:
    """The parts of a block."""
    make = _miniature if block == "miniature" else _published
    return tuple(make(block, dataset) for dataset in _DATASETS[block])


@cache
def published_answers(dataset: str) -> pd.DataFrame:
    """What people and networks answered to the images of a part with published trials.

    Returns:
        ``image_id, category, texture, observer, label, row, response``, in the order of the images.
    """
    wide = _table("answers.csv").query("dataset == @dataset").drop(columns="dataset")
    long = wide.melt("image_id", var_name="observer", value_name="response")
    human = long["observer"].str.match(HUMAN_NAME)
    long = long.assign(label=labels(long["observer"]), row=np.where(human, HUMANS_TITLE, NETWORKS))
    return _chosen(dataset).drop(columns="round").merge(long, on="image_id")


def practice_images() -> Sequence[tuple[str, bytes]]:
    """Name and content of the images to practise on: of none of them is there a part.

    They are drawings of other objects, and a photograph, in which nothing says something else than
    the outline.
    """
    names = list(_chosen("practice")["image_id"])
    drawings = [(name, DATA.path(f"observer/{name}").read_bytes()) for name in names]
    return [*drawings, ("cat.jpg", DATA.path("pictures/cat.jpg").read_bytes())]


def _published(block: str, dataset: str) -> Part:
    images = _chosen(dataset)
    if dataset == "cue-conflict":
        files = images["image_id"].str.replace(".png", ".jpg")
    else:
        files = f"{dataset}-" + images["image_id"]
    pictures = [DATA.path(f"observer/{name}").read_bytes() for name in files]
    answers = published_answers(dataset).drop(columns=["category", "texture"])
    return Part(block, dataset, _TAGS[dataset], images.assign(picture=pictures), answers)


def _chosen(dataset: str) -> pd.DataFrame:
    images = _table("images.csv").query("dataset == @dataset")
    return images.drop(columns="dataset").reset_index(drop=True)


@cache
def _table(name: str) -> pd.DataFrame:
    with DATA.path(f"observer/{name}").open(encoding="utf-8") as file:
        # An answer that did not come is "na", which is not a missing value.
        return pd.read_csv(file, keep_default_na=False)


def _miniature(block: str, dataset: str) -> Part:
    images = pd.DataFrame(
        [
            (each.image_id, each.category, texture_of(each.image_id), turn, each.content())
            for each, turn in _drawn(dataset)
        ],
        columns=["image_id", "category", "texture", "round", "picture"],
    )
    models = [name for name in shipped_models() if {*_TAGS} <= {*shipped_sets(name)}]
    answers = with_recipe(miniature_answers([dataset], models))
    answers = answers[answers["image_id"].isin(images["image_id"])]
    answers = answers.rename(columns={"observer": "label", "recipe": "row"})
    shown = answers[["image_id", "label", "row", "response"]]
    return Part(block, dataset, f"mini-{_TAGS[dataset]}", images, shown)


def _drawn(dataset: str) -> Sequence[tuple[Stimulus, int]]:
    """Images of the world's test set, with the round of each."""
    images = make_test_set(dataset)
    circle = list(_chosen("cue-conflict").query("round == 1")["category"])
    if dataset == "cue-conflict":
        pairs = {(each.category, texture_of(each.image_id)): each for each in one_a_pair(images)}
        return [
            (pairs[shape, texture], turn)
            for turn in range(1, MINIATURE_ROUNDS + 1)
            for shape, texture in zip(circle, circle[turn:] + circle[:turn], strict=True)
        ]
    # Of silhouettes the first object of a category, of edges the second: not one object twice.
    number = 1 + (dataset == "edge")
    by_name = {each.image_id: each for each in images}
    return [(by_name[f"{category}{number}.png"], 0) for category in circle]
