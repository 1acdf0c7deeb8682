"""The numbers of the landing page."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.chapters.home.tables import DIFFUSION, MINIATURES, SMALL_NETWORK
from gcbook.claims import Interval, Number
from gcbook.claims.found import IN_PART, count_grades, count_unchecked
from gcbook.claims.paper import paper_claims
from gcbook.files.version import VERSION
from gcbook.miniworld.results.weighting import PAPER


def home_facts(
    dial: pd.DataFrame,
    contrasts: pd.DataFrame,
    example: pd.DataFrame,
    book: Sequence[Mapping[str, Any]],
) -> SimpleNamespace:
    """Return every number of the landing page under a name.

    Args:
        dial, contrasts: from `gcbook.chapters.home.tables`: ``dial_rows`` and ``contrast_rows``.
        example: one row of `gcbook.stimuli.pictures.pictures_of`.
        book: the claims that are counted, from `gcbook.book.claims.stated_claims`.
    """
    (seen,) = example.to_dict("records")
    moving = dial[dial["model"] == DIFFUSION].set_index(["lane", "k"])["value"]
    beside = dial[dial["model"] == SMALL_NETWORK].set_index("lane")["value"]
    values = {
        "flat": moving[MINIATURES, 0],
        "paper": moving[MINIATURES, PAPER],
        "resnet": beside[MINIATURES],
    }
    differences = {
        str(name): tuple(Interval(*ends) for ends in rows[["low", "high"]].to_numpy())
        for name, rows in contrasts.groupby("contrast")
    }
    return SimpleNamespace(
        people=int(seen["people"]),
        by_shape=int(seen["by_shape"]),
        shape=str(seen["shape"]),
        texture=str(seen["texture"]),
        network_said=str(seen["resnet50"]),
        paper_k=PAPER,
        version=VERSION,
        **{name: Number(value, ".2f") for name, value in values.items()},
        **differences,
        **_grades(book),
    )


def _grades(book: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many of the paper's claims each grade answers."""
    counts = count_grades(paper_claims(), book)
    recomputed, printed, asked = counts.values()
    return {
        "claims": len(paper_claims()),
        "agree": recomputed["agrees"],
        "disagree": recomputed["does not agree"],
        "agree_in_part": recomputed[IN_PART],
        "as_printed": printed["as printed"],
        "not_as_printed": printed["not as printed"],
        "printed_in_part": printed[IN_PART],
        "same_way": asked["same way"],
        "other_way": asked["other way"],
        "asked_in_part": asked[IN_PART],
        "cannot_tell": asked["cannot tell"],
        "unchecked": count_unchecked(paper_claims(), book),
    }
