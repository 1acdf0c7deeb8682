"""What the chapter on blurred images says of its tables."""

from typing import Any

import numpy as np
import pandas as pd

from gcbook.experiments import EXPERIMENTS
from gcbook.observers import known_networks
from gcbook.published import published_models, quoted_value
from gcbook.views.low_pass import BLURRED, EVERYBODY, FAMILY_MEANS, HIGH_PASS
from gcbook.views.miniature_kinds import listed, plural
from gcbook.views.names import HUMANS_TITLE
from gcbook.views.words import number, span

__all__ = [
    "arrangements_sentence",
    "correlation_sentence",
    "family_sentence",
    "paper_networks_sentence",
    "rank_sentence",
]


def correlation_sentence(rows: pd.DataFrame) -> str:
    """Say what the correlation over all networks is, beside the paper's.

    Args:
        rows: from `correlation_rows`.
    """
    parts = []
    for found in _of(rows, BLURRED, EVERYBODY):
        name = found["coefficient"]
        printed = quoted_value(f"shape_bias_low_pass_{name.lower()}")
        if np.isnan(found["r"]):
            parts.append(
                f"{name}'s coefficient is not defined for {plural(found['n'], 'network')}; the "
                f"paper prints {printed:.2f} over its own models."
            )
            continue
        counted = "all" if found["exact"] else "randomly drawn"
        parts.append(
            f"{name}'s coefficient over {plural(found['n'], 'network')} is "
            f"{number(found['r'], '.2f')} ({span(found['low'], found['high'], '.2f')}; p = "
            f"{found['p']:.2g}, from {counted} {found['arrangements']:,} arrangements); the paper "
            f"prints {printed:.2f} over its own models."
        )
    return " ".join(parts) or "No network is there to correlate over."


def family_sentence(rows: pd.DataFrame) -> str:
    """Say how far the correlation depends on which family is in it.

    Args:
        rows: from `correlation_rows`.
    """
    parts = []
    table = rows[(rows["measured_on"] == BLURRED) & (rows["coefficient"] == "Pearson")]
    for found in table[table["left_out"] != EVERYBODY].to_dict("records"):
        points = f"{found['n']} points"
        if found["left_out"] == FAMILY_MEANS:
            words = f"with {FAMILY_MEANS}"
            points = plural(found["n"], "family", "families")
        else:
            words = f"without {found['left_out']}"
        value = number(found["r"], ".2f") if not np.isnan(found["r"]) else "not defined"
        test = "" if np.isnan(found["p"]) else f", p = {found['p']:.2g}"
        parts.append(f"{words} it is {value} ({points}{test})")
    if not parts:
        return "No network is there to leave out."
    sentence = "; ".join(parts)
    return f"Pearson's coefficient, one family at a time: {sentence}."


def rank_sentence(rows: pd.DataFrame) -> str:
    """Say whether blurred images stand out among the datasets, and where high-pass images are.

    Args:
        rows: from `correlation_rows`; single strengths of the blur are not counted.
    """
    whole = {each.title for each in EXPERIMENTS.values()}
    chosen = rows[rows["measured_on"].isin(whole) & (rows["left_out"] == EVERYBODY)]
    pearson = chosen[chosen["coefficient"] == "Pearson"].dropna(subset="r")
    ordered = pearson.sort_values("r", ascending=False, ignore_index=True)
    found = ordered[["measured_on", "r", "low", "high"]].to_dict("records")
    place = {row["measured_on"]: number for number, row in enumerate(found, 1)}
    if BLURRED not in place or len(found) < 2:
        return "There is no other dataset to compare with."
    positive = sum(row["r"] > 0 for row in found)
    blurred = found[place[BLURRED] - 1]
    above = sum(row["r"] > blurred["high"] for row in found)
    below = sum(row["r"] < blurred["low"] for row in found)
    parts = [
        f"Accuracy correlates positively with shape bias on {positive} of {len(found)} datasets. "
        f"In the order of Pearson's coefficient, blurred images are number {place[BLURRED]} "
        f"({number(blurred['r'], '.2f')})."
    ]
    sharp = EXPERIMENTS[HIGH_PASS].title
    if sharp in place:
        other = found[place[sharp] - 1]
        lower = "lower, as" if other["r"] < blurred["r"] else "not lower, as"
        parts.append(
            f"High-pass images are number {place[sharp]} ({number(other['r'], '.2f')}), {lower} "
            "the explanation would have it."
        )
    parts.append(
        f"The coefficients of {above} datasets lie above the interval of that of blurred images, "
        f"and those of {below} below it"
        + (": blurred images do not stand out." if above + below == 0 else ".")
    )
    return " ".join(parts)


def arrangements_sentence(rows: pd.DataFrame) -> str:
    """Say how the test over all networks was made.

    Args:
        rows: from `correlation_rows`.
    """
    found = _of(rows, BLURRED, EVERYBODY)
    if not found or np.isnan(found[0]["r"]):
        return "There is nothing to test."
    if found[0]["exact"]:
        return (
            "The test is exact: it takes every way in which the shape biases could have been dealt "
            "out among the networks, and counts those that give a coefficient as far from 0. With "
            "so few networks that is possible."
        )
    return (
        "The test deals the shape biases out among the networks at random, many times over, and "
        "counts how often the coefficient is as far from 0."
    )


def paper_networks_sentence(rows: pd.DataFrame) -> str:
    """Say which of the networks are among the models of the paper's tables.

    Args:
        rows: from `accuracy_and_bias`.
    """
    networks = rows[rows["kind"] != HUMANS_TITLE]
    known = known_networks().set_index("observer")["label"]
    models = published_models()
    theirs = set(models["observer"].map(known).dropna())
    names = list(dict.fromkeys(networks["observer"]))
    inside = [name for name in names if name in theirs]
    outside = [name for name in names if name not in theirs]
    if not outside:
        return "All of these networks are in the paper's tables."
    return (
        f"Of these networks {len(inside)} are in the paper's tables; not there: {listed(outside)}."
    )


def _of(rows: pd.DataFrame, measured_on: str, left_out: str) -> list[dict[str, Any]]:
    chosen = rows[(rows["measured_on"] == measured_on) & (rows["left_out"] == left_out)]
    return [{str(key): value for key, value in row.items()} for row in chosen.to_dict("records")]
