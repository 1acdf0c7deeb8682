"""What observers are called in figures, and what kind of mark they get."""

import numpy as np
import pandas as pd

from gcbook.metrics import HUMANS
from gcbook.observers import PUBLISHED_SOURCES, labels

__all__ = ["HUMANS_TITLE", "kind_titles", "published_kind", "unique_labels"]

HUMANS_TITLE = "Humans"
"""Label and kind of the humans, as `gcbook.figures.theme` knows them."""

_DISCRIMINATIVE = "Discriminative model"
_GENERATIVE = {"imagen": "Imagen", "stable_diffusion": "Stable Diffusion", "parti": "Parti"}


def kind_titles(source: pd.Series, observer_kind: pd.Series) -> pd.Series:
    """The titles of the kinds in `gcbook.figures.theme`: humans, published networks, own models.

    >>> kind_titles(pd.Series(["model-vs-human", "mine"]), pd.Series(["human", "model"])).tolist()
    ['Humans', 'Own model']
    """
    titles = np.select(
        [observer_kind == "human", source.isin(PUBLISHED_SOURCES)],
        [HUMANS_TITLE, _DISCRIMINATIVE],
        "Own model",
    )
    return pd.Series(titles, index=source.index, dtype="str")


def published_kind(keys: pd.Series) -> pd.Series:
    """The same for models of the paper's tables; CLIP is grey there, as in the paper.

    Args:
        keys: ``key`` of `gcbook.published`.

    >>> published_kind(pd.Series(["parti", "clip"])).tolist()
    ['Parti', 'Discriminative model']
    """
    return keys.map(_GENERATIVE).fillna(_DISCRIMINATIVE)


def unique_labels(source: pd.Series, observer: pd.Series) -> pd.Series:
    """Labels; an observer's name that several sources hold is followed by its source.

    The pooled humans stay "Humans", whoever they are.

    >>> both = pd.Series(["resnet50", "resnet50"])
    >>> unique_labels(pd.Series(["model-vs-human", "own"]), both).tolist()
    ['ResNet-50 (model-vs-human)', 'ResNet-50 (own)']
    """
    label = labels(observer)
    sources = source.groupby(label).transform("nunique")
    alone = (sources == 1) | (observer == HUMANS)
    return label.where(alone, label + " (" + source + ")")
