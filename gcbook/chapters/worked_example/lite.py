"""EfficientNet-Lite0, run from its published weights: what ``tools/run_efficientnet.py`` kept."""

import json
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.among_networks import fig_among_networks
from gcbook.claims import Interval, Number
from gcbook.files.manifest import DATA
from gcbook.paper.observers import HUMANS, HUMANS_TITLE, kind_titles, labels, show_once
from gcbook.stats.rows import first_row

MODEL = "EfficientNet-Lite0"
NAME = "efficientnet-lite0"
"""As an observer, and the folder of what was kept."""

MEASURES = {
    "cue-conflict": "Shape bias",
    "edge": "Edges",
    "silhouette": "Silhouettes",
}
"""What is measured on each dataset."""


def beside_rows() -> pd.DataFrame:
    """The model beside people and published networks, on the images that it saw.

    Returns:
        ``measure, dataset, observer, kind, value, low, high, n`` (images), in the order of
        `MEASURES`; in each measure the highest value first.
    """
    rows = show_once(pd.read_csv(DATA.path(NAME) / "beside.csv"))
    kinds = kind_titles(rows["source"], rows["observer_kind"])
    ours = rows["observer"] == NAME
    rows = rows.assign(
        measure=rows["dataset"].map(MEASURES),
        kind=kinds.where(~ours, "Discriminative model"),
        observer=labels(rows["observer"]).where(~ours, MODEL),
        place=rows["dataset"].map(list(MEASURES).index),
    )
    rows = rows.sort_values(["place", "value"], ascending=[True, False], ignore_index=True)
    return rows[["measure", "dataset", "observer", "kind", "value", "low", "high", "n"]]


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
        alt.X("value:Q", title="Shape bias, accuracy").scale(domain=[0, 1]),
        row="measure",
        said=["measure", "observer", "value", "low", "high", "n"],
        control="lite_beside",
        start=MODEL,
        name_best=True,
        description=(
            f"Shape bias and accuracy of {MODEL} among people and "
            f"{networks['observer'].nunique()} published networks. {said}."
        ),
    )


def lite_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """The numbers that the text has of it.

    Args:
        rows: from `beside_rows`.
    """
    found: dict[str, Any] = {"lite": MODEL}
    short = {"cue-conflict": "bias", "edge": "edges", "silhouette": "silhouettes"}
    ways = normalization_rows().set_index("normalization")
    for dataset, name in short.items():
        here = rows[rows["dataset"] == dataset]
        form = ".2f" if dataset == "cue-conflict" else ".0%"
        networks = here[(here["kind"] != HUMANS_TITLE) & (here["observer"] != MODEL)]
        sides = {"lite": MODEL, "people": labels(pd.Series([HUMANS]))[0], "resnet": "ResNet-50"}
        for side, observer in sides.items():
            row = first_row(here[here["observer"] == observer])
            found[f"{side}_{name}"] = Number(row["value"], form)
            found[f"{side}_{name}_interval"] = Interval(row["low"], row["high"], form)
            if side == "lite":
                found[f"lite_{name}_images"] = int(row["n"])
        found[f"lite_{name}_networks"] = len(networks)
        found[f"page_{name}"] = Number(float(ways[dataset]["page"]), form)
    ratios = ways["variance_ratio"]
    return found | {
        "training_ratio": Number(ratios["training"], ".1f"),
        "page_ratio": Number(ratios["page"], ".1f"),
    }
