"""Recognising turned objects, and making them: one table a question, and what they say."""

import pandas as pd

from gcbook.categories import CHANCE
from gcbook.miniatures.answers import miniature_answers
from gcbook.miniatures.clustered import clustered_means
from gcbook.miniatures.shares import accuracies
from gcbook.miniatures.turned import read_turned, turned_models
from gcbook.views.miniature_kinds import listed
from gcbook.views.words import number, span

__all__ = ["kept_rows", "kept_sentence", "recognised_rows", "recognised_sentence"]

TURNED_BACK, AS_IT_LIES = "Turned back", "As it lies"


def recognised_rows(*, draws: int = 2000, confidence: float = 0.95, seed: int = 0) -> pd.DataFrame:
    """Accuracy of all miniatures of seed 0 on images by how far they are turned.

    Args:
        draws: resamples of silhouettes.
        confidence: of the intervals.
        seed: of the resampling.

    Returns:
        ``recipe, angle, n, accuracy, low, high``.
    """
    answers = miniature_answers(["rotation"])
    answers = answers[~answers["observer"].str.contains("-seed")]
    found = accuracies(
        answers, ["observer", "condition"], draws=draws, confidence=confidence, seed=seed
    )
    found["angle"] = found["condition"].astype(int)
    table = found.rename(columns={"observer": "recipe"})
    columns = ["recipe", "angle", "n", "accuracy", "low", "high"]
    return table[columns].sort_values(["recipe", "angle"], ignore_index=True).round(4)


def kept_rows(*, draws: int = 2000, confidence: float = 0.95, seed: int = 0) -> pd.DataFrame:
    """What becomes of turned objects that are taken apart and put together again.

    Args:
        draws: resamples of silhouettes.
        confidence: of the intervals.
        seed: of the resampling.

    Returns:
        ``model, angle, strength, line`` ("Turned back", "As it lies"), ``n`` and the mean
        probability that the judge gives to the object, ``value, low, high``.
    """
    tables = [
        pd.DataFrame(columns=["model", "angle", "strength", "line", "n", "value", "low", "high"])
    ]
    for model in turned_models():
        rows = read_turned(model)
        rows["angle"] = rows["condition"].astype(int)
        for name, line in (("back", TURNED_BACK), ("lying", AS_IT_LIES)):
            found = clustered_means(
                rows, ["angle", "strength"], name, draws=draws, confidence=confidence, seed=seed
            )
            tables.append(found.rename(columns={"mean": "value"}).assign(model=model, line=line))
    filled = [table for table in tables if len(table)] or tables
    return pd.concat(filled, ignore_index=True).round({"value": 4, "low": 4, "high": 4})


def recognised_sentence(rows: pd.DataFrame) -> str:
    """Say how much accuracy each miniature loses when images are turned.

    Args:
        rows: from `recognised_rows`.
    """
    parts = []
    for recipe, group in rows.groupby("recipe", sort=False):
        upright = group[group["angle"] == 0].iloc[0]
        turned = group[group["angle"] != 0]
        low, high = turned["accuracy"].min(), turned["accuracy"].max()
        level = " (chance or below)" if high <= CHANCE else ""
        parts.append(
            f"{recipe} names {upright['accuracy']:.0%} of the upright images right, and "
            f"{number(low, '.0%')} to {number(high, '.0%')} of the turned ones{level}"
        )
    return "; ".join(parts) + "."


def kept_sentence(rows: pd.DataFrame) -> str:
    """Say at which strength turned objects are lost more than upright ones are.

    Args:
        rows: from `kept_rows`.
    """
    parts = []
    for model, group in rows.groupby("model", sort=False):
        back = group[group["line"] == TURNED_BACK].to_dict("records")
        upright = {row["strength"]: row for row in back if row["angle"] == 0}
        turned = [row for row in back if row["angle"] != 0]
        lost = [
            f"{strength:g}"
            for strength, level in upright.items()
            if strength > 0
            and all(row["high"] < level["low"] for row in turned if row["strength"] == strength)
        ]
        most = max(upright)
        last = [row["value"] for row in turned if row["strength"] == most]
        level = upright[most]
        parts.append(
            f"After {model} has taken them apart at strength {most:g}, the judge gives upright "
            f"objects {number(level['value'], '.2f')} on average "
            f"({span(level['low'], level['high'], '.2f')}), and turned ones "
            f"{number(min(last), '.2f')} to {number(max(last), '.2f')} once they are turned back. "
            "Objects turned by any angle are lost more than upright ones, with intervals apart, "
            + (f"at strength {listed(lost)}." if lost else "at no strength.")
        )
    return " ".join(parts) or "No reconstructions of turned images come with this version."
