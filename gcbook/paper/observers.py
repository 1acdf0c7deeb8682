"""Observers: how the humans and the published networks are named, and which of them are shown.

A human is called ``subject-01``; that is another person in each dataset. ``humans`` are all of a
dataset taken together. Some networks are published by two sources.
"""

from collections.abc import Iterable, Sequence
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

CLASS = "people"
"""``observer_kind`` of a reader's own people, who are one observer and pooled with nobody else."""

OWN_MODEL, OWN_PEOPLE = "Own model", "Own people"
"""Kinds of a reader's own observers, as figures colour them."""

OWN = (OWN_MODEL, OWN_PEOPLE)


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


def is_published(source: pd.Series) -> pd.Series:
    """Which rows are of nobody's but the published trials.

    The pooled humans may be of several sources, and where nobody stands the source is empty.

    >>> is_published(pd.Series(["model-vs-human", "mine", ""])).tolist()
    [True, False, True]
    """
    ours = {"", *PUBLISHED_SOURCES}
    known = {name: set(name.split("+")) <= ours for name in source.unique()}
    return source.map(known).astype(bool)


def unique_labels(source: pd.Series, observer: pd.Series) -> pd.Series:
    """Labels; an observer's name that several sources hold is followed by its source.

    The pooled humans stay "Humans", whoever they are, and a published observer keeps its label
    beside an own one of that name. An own one that is called like anybody in the paper is always
    followed by its source.

    >>> both = pd.Series(["resnet50", "resnet50"])
    >>> unique_labels(pd.Series(["model-vs-human", "own"]), both).tolist()
    ['ResNet-50', 'ResNet-50 (own)']
    """
    label, published = labels(observer), is_published(source)
    taken = label.isin(set(label[published]) | _names_of_the_paper())
    several = [
        source.where(side).groupby(label).transform("nunique") > 1
        for side in (published, ~published)
    ]
    named = several[0].where(published, taken | several[1]) & (observer != HUMANS)
    return label.where(~named, label + " (" + source + ")")


@cache
def _names_of_the_paper() -> frozenset[str]:
    from gcbook.paper.published import published_models

    paper = {*GENERATIVE.values(), *published_models()["name"]}
    return frozenset({HUMANS_TITLE, *known_networks()["label"], *paper})


def kind_titles(source: pd.Series, observer_kind: pd.Series) -> pd.Series:
    """The kinds of observers, as figures colour them: humans, published networks, own observers.

    >>> kind_titles(pd.Series(["model-vs-human", "mine"]), pd.Series(["human", "model"])).tolist()
    ['Humans', 'Own model']
    """
    titles = np.select(
        [observer_kind == "human", observer_kind == CLASS, source.isin(PUBLISHED_SOURCES)],
        [HUMANS_TITLE, OWN_PEOPLE, _DISCRIMINATIVE],
        OWN_MODEL,
    )
    return pd.Series(titles, index=source.index, dtype="str")


def class_name(source: str) -> str:
    """What a class of people is called, by the source of its trials."""
    return f"people of {source}"


def as_classes(table: pd.DataFrame, *sides: str) -> pd.DataFrame:
    """Give the people of a class one name, in a table of single people.

    Args:
        table: with ``source, observer, observer_kind``, or ``source_a, observer_a, kind_a`` of the
            sides ``"a", "b"``.
        sides: if it has such.
    """
    named = table.copy()
    of_sides = [(f"source_{s}", f"observer_{s}", f"kind_{s}") for s in sides]
    for source, observer, kind in of_sides or [("source", "observer", "observer_kind")]:
        pooled = table[kind] == CLASS
        named[observer] = table[observer].mask(pooled, table[source].map(class_name))
    return named


def published_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Leave a reader's own observers out of a table with ``kind``, or with ``a_kind, b_kind``.

    What the book says of people and networks is said of the published ones.

    >>> published_rows(pd.DataFrame({"kind": ["Humans", "Own model"]}))["kind"].tolist()
    ['Humans']
    """
    kinds = [name for name in ("kind", "a_kind", "b_kind") if name in table]
    return table[~table[kinds].isin(OWN).any(axis=1)].reset_index(drop=True)


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


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """A table of observers as figures and text name them, each once.

    Args:
        table: with ``source, observer, observer_kind``.

    Returns:
        `show_once`, with ``observer`` as in `unique_labels`, ``name`` (what the trials call it) and
        ``kind`` (`kind_titles`). The people of a class are one observer.

    >>> rows = {"source": "model-vs-human", "observer": ["resnet50"], "observer_kind": "model"}
    >>> shown(pd.DataFrame(rows))[["observer", "name", "kind"]].to_numpy().tolist()
    [['ResNet-50', 'resnet50', 'Discriminative model']]
    """
    once = show_once(table)
    return once.assign(
        name=once["observer"],
        observer=unique_labels(once["source"], once["observer"]),
        kind=kind_titles(once["source"], once["observer_kind"]),
    )


def choose_observers(table: pd.DataFrame, observers: Iterable[str]) -> pd.DataFrame:
    """Keep the humans, the named models, and a reader's own observers unless some are named.

    Args:
        table: with ``source, observer, observer_kind``.
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
    return keep_observers(table, wanted)


def keep_observers(table: pd.DataFrame, observers: Sequence[str]) -> pd.DataFrame:
    """As `choose_observers`, of names that are known to be right."""
    own, named = ~is_published(table["source"]), table["observer"].isin(observers)
    everyone = not bool((own & named).any())
    always = (table["observer_kind"] == "human") | (own & everyone)
    return table[always | named]
