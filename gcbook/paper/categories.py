"""The 16 entry-level categories of the model-vs-human datasets (Geirhos et al., 2018).

Every image of the 17 datasets shows one of these, and every observer, human or model, answers
with one of them. They are MS-COCO categories to which ImageNet classes can be mapped; 207 of the
1,000 ImageNet classes belong to one of them, and `imagenet_classes` says which.
"""

import csv
from dataclasses import dataclass
from functools import cache

from gcbook.files.manifest import DATA

CATEGORIES = (
    "airplane",
    "bear",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "car",
    "cat",
    "chair",
    "clock",
    "dog",
    "elephant",
    "keyboard",
    "knife",
    "oven",
    "truck",
)
"""The categories in alphabetical order, which is the order of every table and figure."""

NO_ANSWER = "na"
"""What a human's response is when none came in time: a wrong answer, not a missing trial."""

RESPONSES = (*CATEGORIES, NO_ANSWER)
"""All that can stand in a response column."""

CHANCE = 1 / len(CATEGORIES)
"""Accuracy of an observer who guesses."""

PROMPT_TEMPLATE = "A bad photo of a {}."
"""The prompt of Jaini et al. (2024), section 2, for every dataset and model."""

IMAGENET_CLASSES = 1000
"""Classes of ImageNet-1k (ILSVRC 2012), which networks give in the order of their WordNet ids."""


@dataclass(frozen=True)
class ImageNetClass:
    """An ImageNet class that belongs to one of the 16 categories."""

    index: int
    wnid: str
    name: str
    category: str


@cache
def imagenet_classes() -> tuple[ImageNetClass, ...]:
    """The ImageNet classes that belong to a category, by index, 0 to 999.

    The assignment is that of Geirhos et al. (2018), as the model-vs-human toolbox has it
    (``modelvshuman/helper/human_categories.py``, github.com/bethgelab/model-vs-human); the names
    are those of torchvision. Other classes belong to no category.

    >>> imagenet_classes()[-1]
    ImageNetClass(index=914, wnid='n04612504', name='yawl', category='boat')
    """
    with DATA.path("classifiers/imagenet16.csv").open(encoding="utf-8") as stream:
        return tuple(
            ImageNetClass(int(row["index"]), row["wnid"], row["name"], row["category"])
            for row in csv.DictReader(stream)
        )


@cache
def imagenet_indices() -> dict[str, tuple[int, ...]]:
    """The indices of each category's ImageNet classes, ascending, in the order of `CATEGORIES`.

    >>> imagenet_indices()["bear"]
    (294, 295, 296, 297)
    """
    classes = imagenet_classes()
    return {
        category: tuple(item.index for item in classes if item.category == category)
        for category in CATEGORIES
    }
