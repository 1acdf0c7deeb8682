"""Observers: how the humans and the published networks are named, and which of them are shown.

A human is called ``subject-01``; that is another person in each dataset. ``humans`` are all of a
dataset taken together. Some networks are published by two sources.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd

from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.files.naming import did_you_mean

HUMANS = "humans"
"""Name of all humans of a dataset taken together."""

HUMANS_TITLE = "Humans"
"""Their label in figures, and the kind of every human."""

HUMAN_NAME = r"^subject[-_ ]?0*(\d+)"
"""How a human's name begins, with the number."""

PUBLISHED_SOURCES = ("model-vs-human", "error-consistency")
"""Sources of the published trials. A network that both hold is shown from the first."""

_DISCRIMINATIVE = "Discriminative model"
GENERATIVE = {"imagen": "Imagen", "stable_diffusion": "Stable Diffusion", "parti": "Parti"}
"""The paper's generative classifiers, by their keys in its tables."""


@cache
def known_networks() -> pd.DataFrame:
    """The published networks: columns ``observer, label, family, training``."""
    with DATA.path("observers.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def labels(observers: pd.Series) -> pd.Series:
    """Names for figures; an observer that is not known keeps its own.

    >>> labels(pd.Series(["resnet50", "subject-01", "humans", "mine"])).tolist()
    ['ResNet-50', 'Human 1', 'Humans', 'mine']
    """
    known = known_networks().set_index("observer")["label"].to_dict() | {HUMANS: HUMANS_TITLE}
    number = observers.str.extract(HUMAN_NAME, expand=False)
    return observers.map(known).fillna(("Human " + number).where(number.notna(), observers))


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


def kind_titles(source: pd.Series, observer_kind: pd.Series) -> pd.Series:
    """The kinds of observers, as figures colour them: humans, published networks, own models.

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
    """The same for keys of `gcbook.paper.published`; CLIP is grey there, as in the paper.

    >>> published_kind(pd.Series(["parti", "clip"])).tolist()
    ['Parti', 'Discriminative model']
    """
    return keys.map(GENERATIVE).fillna(_DISCRIMINATIVE)


def show_once(table: pd.DataFrame) -> pd.DataFrame:
    """Drop what another published source holds too, from a table with ``source, observer``.

    Where ``other_source, other`` are columns, the second observer is treated likewise. Own trials
    are never dropped, even under a published name.
    """
    first, second = PUBLISHED_SOURCES
    for source, name in (("source", "observer"), ("other_source", "other")):
        if source in table and name in table:
            twice = set(table.loc[table[source] == first, name])
            table = table[(table[source] != second) | ~table[name].isin(twice)]
    return table.reset_index(drop=True)


def choose_observers(table: pd.DataFrame, observers: Iterable[str]) -> pd.DataFrame:
    """Keep the humans and the named models.

    Args:
        table: with ``observer, observer_kind``.
        observers: names as in ``observer``; none keeps all.

    Raises:
        InputError: a name is not in the table.
    """
    wanted = list(observers)
    if not wanted:
        return table
    absent = [name for name in wanted if name not in set(table["observer"])]
    if absent:
        models = sorted(set(table.loc[table["observer_kind"] == "model", "observer"]))
        raise InputError(
            f"observers: expected some of {', '.join(models)}; found {', '.join(absent)}."
            f"{did_you_mean(absent, models)}"
        )
    return table[(table["observer_kind"] == "human") | table["observer"].isin(wanted)]
