"""What the chapter on blurred images says of its tables."""

from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.blurred_images.tables import BLURRED, EVERYBODY, FAMILY_MEANS, HIGH_PASS
from gcbook.files.markdown import escape_markdown
from gcbook.paper.categories import CHANCE
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import HUMANS_TITLE, known_networks
from gcbook.paper.published import published_models, quoted_value
from gcbook.stats.correlation import fisher_difference, fisher_interval
from gcbook.stats.words import listed, number, plural, span

__all__ = [
    "arrangements_sentence",
    "correlation_sentence",
    "family_sentence",
    "few_points_sentence",
    "miniature_control_sentence",
    "paper_networks_sentence",
    "rank_sentence",
    "sharp_sentence",
    "stronger_sentence",
]


def correlation_sentence(rows: pd.DataFrame) -> str:
    """Say what the correlation over all networks is, beside the paper's.

    Args:
        rows: from `correlation_rows`.
    """
    parts = []
    for found in _of(rows, BLURRED, left_out=EVERYBODY):
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


def stronger_sentence(rows: pd.DataFrame, confidence: float = 0.95) -> str:
    """Say whether the paper's Pearson coefficient or the one of these networks is the stronger.

    Args:
        rows: from `correlation_rows`.
        confidence: of the paper's interval.
    """
    found = _of(rows, BLURRED, left_out=EVERYBODY)
    if not found or np.isnan(found[0]["low"]):
        return ""
    printed = quoted_value("shape_bias_low_pass_pearson")
    # Degrees of freedom are two less than points.
    points = int(quoted_value("correlation_r_argument")) + 2
    low, high = fisher_interval(printed, points, confidence)
    z, p = fisher_difference(found[0]["r"], int(found[0]["n"]), printed, points)
    return (
        f"If the bracket means degrees of freedom, the paper's coefficient rests on {points} "
        f"points, and its own interval is {span(low, high, '.2f')}. Were the two sets of models "
        f"independent, which those in both of them prevent, their difference would be z = "
        f"{number(z, '.2f')}, p = {p:.2g}: "
        + (
            "one of the two is the stronger."
            if p < 1 - confidence
            else "neither can be called the stronger."
        )
    )


def sharp_sentence(rows: pd.DataFrame) -> str:
    """Say what accuracy on blurred images adds to that on high-pass images, and the reverse.

    Args:
        rows: from `gcbook.chapters.blurred_images.tables.sharp_rows`.
    """
    if rows.empty:
        return "There are too few networks, or no high-pass images, to compare with."
    every = rows.iloc[0]
    more = (rows["blurred"] > rows["sharp"]).sum()
    return (
        f"Over all {every['n']} networks shape bias goes with accuracy on blurred images at "
        f"{number(every['blurred'], '.2f')} and with that on high-pass images at "
        f"{number(every['sharp'], '.2f')}. With the other held constant these are "
        f"{number(every['blurred_given'], '.2f')} and {number(every['sharp_given'], '.2f')}. In "
        f"{more} of the {len(rows)} rows the coefficient of blurred images is the larger one."
    )


def miniature_control_sentence(rows: pd.DataFrame, correlations: pd.DataFrame) -> str:
    """Say what the controls are worth in the miniature world, and on whom the pattern hangs.

    Args:
        rows: from `gcbook.chapters.blurred_images.tables.miniature_accuracy_and_bias`.
        correlations: from `correlation_rows` of these.
    """
    title = EXPERIMENTS[HIGH_PASS].title
    sharp = rows[rows["measured_on"] == title]
    parts = []
    if len(sharp):
        best = max(sharp.to_dict("records"), key=lambda row: row["accuracy"])
        parts.append(
            f"The best of these networks on high-pass images, {best['observer']}, answers "
            f"{best['accuracy']:.0%} of them (chance is {CHANCE:.1%}): where hardly anybody can do "
            "a thing, its coefficient is no control."
            if best["accuracy"] < 3 * CHANCE
            else f"On high-pass images {best['observer']} is the best, with {best['accuracy']:.0%}."
            + _rest_near_chance(sharp, str(best["observer"]))
        )
    low = {row["left_out"]: row["r"] for row in _of(correlations, BLURRED, coefficient="Pearson")}
    plain = {
        row["left_out"]: row["r"]
        for row in _of(correlations, "In-distribution", coefficient="Pearson")
    }
    moved = {
        name: abs(plain[name] - plain[EVERYBODY])
        for name in plain
        if name not in (EVERYBODY, FAMILY_MEANS) and not np.isnan(plain[name])
    }
    if moved:
        most = max(moved, key=lambda name: moved[name])
        parts.append(
            f"And one miniature can make a pattern: without {most} the coefficient of blurred "
            f"images goes from {number(low[EVERYBODY], '.2f')} to {number(low[most], '.2f')}, that "
            f"of images as in training from {number(plain[EVERYBODY], '.2f')} to "
            f"{number(plain[most], '.2f')}"
        )
        fine = {
            row["left_out"]: row["r"] for row in _of(correlations, title, coefficient="Pearson")
        }
        parts[-1] += (
            f", and that of high-pass images from {number(fine[EVERYBODY], '.2f')} to "
            f"{number(fine[most], '.2f')}."
            if {EVERYBODY, most} <= fine.keys()
            else "."
        )
    return " ".join(parts)


def _rest_near_chance(rows: pd.DataFrame, best: str) -> str:
    """Whether only one network can do a thing, so that a coefficient over all is about that one."""
    others = rows.loc[rows["observer"] != best, "accuracy"]
    if not len(others) or others.max() >= 3 * CHANCE:
        return ""
    return (
        f" All others lie between {others.min():.0%} and {others.max():.0%} (chance is "
        f"{CHANCE:.1%}), so its coefficient is about that one network, and no control."
    )


def few_points_sentence(correlations: pd.DataFrame) -> str:
    """Say what one point a miniature is worth.

    Args:
        correlations: from `correlation_rows` of miniatures.
    """
    rows = _of(correlations, BLURRED, left_out=FAMILY_MEANS)
    known = [found for found in rows if not np.isnan(found["low"])]
    if not known:
        return ""
    said = " and ".join(
        f"{found['coefficient']}'s {number(found['r'], '.2f')} "
        f"({span(found['low'], found['high'], '.2f')})"
        for found in known
    )
    return (
        f"With {plural(known[0]['n'], 'point')} they say next to nothing: the coefficient of "
        f"blurred images is {said}."
    )


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
            words = f"without {escape_markdown(found['left_out'])}"
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
        return "There are no two datasets with a correlation to compare."
    positive = sum(row["r"] > 0 for row in found)
    blurred = found[place[BLURRED] - 1]
    parts = [
        f"Accuracy correlates positively with shape bias on {positive} of {len(found)} datasets. "
        f"In the order of Pearson's coefficient, blurred images are number {place[BLURRED]} "
        f"({number(blurred['r'], '.2f')})."
    ]
    sharp = EXPERIMENTS[HIGH_PASS].title
    if sharp in place:
        other = found[place[sharp] - 1]
        lower = (
            "lower, as the explanation would have it"
            if other["r"] < blurred["r"]
            else "not lower, against what the explanation would have"
        )
        parts.append(
            f"High-pass images are number {place[sharp]} ({number(other['r'], '.2f')}), {lower}."
        )
    return " ".join(parts)


def arrangements_sentence(rows: pd.DataFrame) -> str:
    """Say how the test over all networks was made.

    Args:
        rows: from `correlation_rows`.
    """
    found = _of(rows, BLURRED, left_out=EVERYBODY)
    if not found or np.isnan(found[0]["r"]):
        return "There are too few networks for a test."
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
    if not names:
        return ""
    inside = [name for name in names if name in theirs]
    outside = [name for name in names if name not in theirs]
    if not outside:
        return "All of these networks are in the paper's tables."
    return (
        f"Of these networks {len(inside)} are in the paper's tables; not there: "
        f"{listed(map(escape_markdown, outside))}."
    )


def _of(rows: pd.DataFrame, measured_on: str, **wanted: str) -> list[dict[str, Any]]:
    chosen = rows[rows["measured_on"] == measured_on]
    for column, value in wanted.items():
        chosen = chosen[chosen[column] == value]
    return [{str(key): value for key, value in row.items()} for row in chosen.to_dict("records")]
