"""What a race costs, from what ``benchmarks/cost.py`` measured on test images with fresh noise."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import yaml

from gcbook.claims import Number
from gcbook.files.manifest import DATA
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.racing import ClarkJaini, ExpectedGain, Li

RULES = {
    "expected-gain": "Race, expected gain",
    "clark-jaini": "Race, Clark and Jaini",
    "fixed": "Fixed draws",
}
"""Rules and their titles."""
USUAL = {"expected-gain": ExpectedGain.constant, "clark-jaini": ClarkJaini.p}
"""The constant with which a rule races unless another is asked for."""

_DIGITS = {
    "evaluations": 0,
    "agreement": 4,
    "expected": 4,
    "settled": 4,
    "regret": 5,
    "reference_evaluations": 0,
}


def race_rows() -> pd.DataFrame:
    """What each rule costs and decides, by network and constant.

    Returns:
        ``model, rule`` (title), ``constant`` (c, p, or the number of draws), ``usual`` (whether it
        is the one that a race has unless told otherwise), ``images``, ``evaluations`` (mean an
        image), ``agreement`` (share of answers that are the long reference's), ``settled`` (the
        same, or one that the reference cannot tell from its own), ``regret`` (by how much the
        answer's mean error exceeds the reference's, in standard deviations of the classes' means)
        and ``reference_evaluations``.
    """
    rows = pd.read_parquet(DATA.path("races/cost.parquet"))
    usual = rows["rule"].map(USUAL) == rows["constant"]
    return rows.assign(rule=rows["rule"].map(RULES), usual=usual).round(_DIGITS)


def mean_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Means over the networks, which are all asked about equally many images.

    Args:
        rows: from `race_rows`.

    Returns:
        ``rule, constant, usual, evaluations, agreement, settled, regret``.
    """
    by = ["rule", "constant", "usual"]
    measures = ["evaluations", "agreement", "settled", "regret"]
    return rows.groupby(by, sort=False)[measures].mean().reset_index()


def predictions() -> Mapping[str, float]:
    """What was predicted of the usual race on every network before test images were asked."""
    found: dict[str, float] = yaml.safe_load(DATA.path("races/predictions.yml").read_text("utf-8"))
    return found


def race_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """Every number of the text on races under a name.

    Args:
        rows: from `race_rows`.

    Returns:
        Of the usual race on the network where it is worst: ``of_clark_jaini`` and ``of_li``, its
        evaluations as a share of theirs; ``settled``; ``behind``, by how much Clark and Jaini's
        answers are more often the reference's; and ``unsettled_images``. ``unsettled_networks``
        counts those with fewer settled answers than predicted; ``gain_X`` and ``clark_X`` are means
        over the networks, ``gain_least_agreement`` and ``gain_most_evaluations`` over all
        constants. What was predicted has names with ``predicted_``.
    """
    usual = rows[rows["usual"]].pivot(index="model", columns="rule")
    gain, clark = (usual.xs(RULES[rule], level=1, axis=1) for rule in USUAL)
    li = _li_evaluations(len(CATEGORIES))
    facts: dict[str, Any] = {
        "networks": len(usual),
        "raced_images": int(gain["images"].iloc[0]),
        "all_raced_images": int(gain["images"].sum()),
        "of_clark_jaini": Number((gain["evaluations"] / clark["evaluations"]).max(), ".0%"),
        "of_li": Number((gain["evaluations"] / li).max(), ".0%"),
        "settled": Number(gain["settled"].min(), ".1%"),
        "behind": Number((clark["agreement"] - gain["agreement"]).max(), ".1%"),
        "unsettled_networks": int((gain["settled"] < predictions()["least_settled"]).sum()),
        "unsettled_images": round(float(((1 - gain["settled"]) * gain["images"]).max())),
        "li_evaluations": Number(li, ",.0f"),
        "reference_evaluations": Number(gain["reference_evaluations"].mean(), ",.0f"),
        "c": Number(ExpectedGain.constant, "g"),
        "first": ClarkJaini.min_draws,
        "p_drop": Number(ClarkJaini.p, "g"),
        "most": Number(ClarkJaini.max_draws, ",.0f"),
    }
    for name, found in (("gain", gain), ("clark", clark)):
        facts |= {
            f"{name}_evaluations": Number(found["evaluations"].mean(), ",.0f"),
            f"{name}_agreement": Number(found["agreement"].mean(), ".1%"),
            f"{name}_settled": Number(found["settled"].mean(), ".1%"),
            f"{name}_regret": Number(found["regret"].mean(), ".4f"),
        }
    of_constant = rows[rows["rule"] == RULES["expected-gain"]].groupby("constant")
    least = of_constant[["agreement", "evaluations"]].mean()
    facts["gain_least_agreement"] = Number(least["agreement"].min(), ".1%")
    facts["gain_most_evaluations"] = Number(least["evaluations"].max(), ",.0f")
    fixed = rows[rows["rule"] == RULES["fixed"]]
    most = fixed[fixed["constant"] == fixed["constant"].max()]
    facts["fixed_evaluations"] = Number(most["evaluations"].mean(), ",.0f")
    facts["fixed_agreement"] = Number(most["agreement"].mean(), ".1%")
    forms = dict.fromkeys(["most_of_clark_jaini", "most_of_li", "most_behind"], ".3g")
    for name, value in predictions().items():
        facts[f"predicted_{name}"] = Number(value, forms.get(name, ".0%"))
    return facts


def _li_evaluations(n_labels: int) -> int:
    """What Li et al.'s rule costs an image: it is the same for all."""
    rule = Li()
    return rule.min_draws * n_labels + (rule.max_draws - rule.min_draws) * rule.keep
