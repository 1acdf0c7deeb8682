"""EfficientNet-Lite0, run from its published weights: what ``tools/run_efficientnet.py`` kept."""

import json
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from gcbook.charts.among_networks import fig_among_networks
from gcbook.claims import Interval, Number
from gcbook.files.manifest import DATA
from gcbook.paper.observers import HUMANS, HUMANS_TITLE, labels
from gcbook.stats.rows import first_row

MODEL = "EfficientNet-Lite0"
NAME = "efficientnet-lite0"
"""As an observer, and the folder of what was kept."""

MEASURES = {
    "shape_bias": "Shape bias",
    "ood_accuracy": "Accuracy",
    "error_consistency": "Error consistency",
}
"""Columns of the benchmark, and what figures call them; the last two are means over three sets."""


def beside_rows() -> pd.DataFrame:
    """The model beside people and published networks, on the images that all of them saw.

    Returns:
        ``measure, observer, kind, value, low, high, rank_of`` (among the networks, in words; ""
        for people), in the order of `MEASURES`; in each measure the highest value first.
    """
    table = pd.read_csv(DATA.path(NAME) / "benchmark.csv")
    ours, people = table["observer"] == NAME, table["observer"] == HUMANS
    kind = np.where(people, HUMANS_TITLE, "Discriminative model")
    known = table.assign(kind=kind, observer=labels(table["observer"]).where(~ours, MODEL))
    rows = pd.concat(
        known.assign(
            measure=title,
            value=table[name],
            low=table[f"{name}_low"],
            high=table[f"{name}_high"],
            rank_of=[
                f"{rank:g} of {(~people).sum()}" if rank > 0 else ""
                for rank in table[name].where(~people).rank(ascending=False)
            ],
        ).sort_values("value", ascending=False)
        for name, title in MEASURES.items()
    )
    columns = ["measure", "observer", "kind", "value", "low", "high", "rank_of"]
    return rows[columns].reset_index(drop=True)


def check_rows() -> pd.DataFrame:
    """What ``gcbook check-model`` printed of it.

    Returns:
        ``check, result`` ("passed" or "does not apply"), ``found``, in the command's order.
    """
    content = (DATA.path(NAME) / "check.json").read_text(encoding="utf-8")
    checks = json.loads(content)["checks"]
    results = {True: "passed", False: "failed", None: "does not apply"}
    return pd.DataFrame(
        {
            "check": [each["name"] for each in checks],
            "result": [results[each["passed"]] for each in checks],
            "found": [each["found"] for each in checks],
        }
    )


def normalization_rows() -> pd.DataFrame:
    """What it answers to images that are normalized in two ways; see the builder."""
    return pd.read_csv(DATA.path(NAME) / "normalizations.csv")


def fig_beside(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """A row a measure: people, published networks, and the model in black.

    Args:
        rows: from `beside_rows`.
    """
    ours = rows[rows["observer"] == MODEL].set_index("measure")["value"]
    people = rows[rows["kind"] == HUMANS_TITLE].set_index("measure")["value"]
    networks = rows[(rows["kind"] != HUMANS_TITLE) & (rows["observer"] != MODEL)]
    said = "; ".join(f"{each}: {ours[each]:.2f}, people {people[each]:.2f}" for each in ours.index)
    return fig_among_networks(
        rows,
        alt.X("value:Q", title="Value").scale(domain=[0, 1]),
        row="measure",
        said=["measure", "observer", "value", "low", "high", "rank_of"],
        control="lite_beside",
        start=MODEL,
        description=(
            f"Shape bias, accuracy and error consistency of {MODEL} among people and "
            f"{networks['observer'].nunique()} published networks. {said}."
        ),
    )


def lite_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """The numbers that the text has of it.

    Args:
        rows: from `beside_rows`.
    """
    found: dict[str, Any] = {"lite": MODEL}
    sides = {"lite": MODEL, "people": HUMANS_TITLE, "resnet": "ResNet-50"}
    short = {"Shape bias": "bias", "Accuracy": "accuracy", "Error consistency": "consistency"}
    for measure, name in short.items():
        here = rows[rows["measure"] == measure]
        form = ".0%" if name == "accuracy" else ".2f"
        for side, observer in sides.items():
            row = first_row(here[here["observer"] == observer])
            found[f"{side}_{name}"] = Number(row["value"], form)
            found[f"{side}_{name}_interval"] = Interval(row["low"], row["high"], form)
            better = here["value"][here["kind"] != HUMANS_TITLE] > row["value"]
            found[f"{side}_{name}_rank"] = int(better.sum()) + 1
    ways = normalization_rows().set_index("normalization")
    return found | {
        "lite_networks": int((rows.drop_duplicates("observer")["kind"] != HUMANS_TITLE).sum()),
        "page_silhouettes": Number(float(ways["silhouette"]["page"]), ".0%"),
        "lite_silhouettes": Number(float(ways["silhouette"]["training"]), ".0%"),
        "training_ratio": Number(ways["variance_ratio"]["training"], ".1f"),
        "page_ratio": Number(ways["variance_ratio"]["page"], ".1f"),
    }
