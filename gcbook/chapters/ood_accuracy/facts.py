"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace
from typing import Any

import pandas as pd

from gcbook.chapters.ood_accuracy.tables import (
    AT_MOST,
    ONE_HUMAN,
    TELLING,
    telling_conditions,
)
from gcbook.claims import Interval, Number
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.paper.published import table3
from gcbook.stats.rows import first_row

_GENERATORS = {"Imagen": "imagen", "Stable Diffusion": "stable_diffusion", "Parti": "parti"}
_COARSE = ("Low-pass", "Eidolon", "Uniform noise")


def ood_accuracy_facts(
    standings: pd.DataFrame,
    tests: pd.DataFrame,
    conditions: pd.DataFrame,
    single: pd.DataFrame,
    guesses: pd.DataFrame,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    A fact is a `gcbook.claims.Number`, a count or a name. Where the parameters leave nothing to
    compute it from it is NaN or None, as are the paper's means beside others than the paper's.

    Args:
        standings: from `gcbook.stats.benchmark_tables.standing_rows`, of OOD accuracy.
        tests: from `gcbook.stats.differences.against_humans`, of OOD accuracy.
        conditions: from `gcbook.chapters.ood_accuracy.tables.accuracy_by_condition`, with single
            humans.
        single: from ``single_condition_accuracy`` of the same module.
        guesses: from ``near_guessing``.
    """
    pooled = conditions[conditions["kind"] != ONE_HUMAN]
    return SimpleNamespace(
        **_average(standings),
        **_tests(tests),
        **_leads(pooled),
        **_telling(telling_conditions(pooled)),
        **_spread(conditions),
        **_drawings(single),
        **_favourites(guesses),
        **_weights(pooled, single),
    )


def _average(standings: pd.DataFrame) -> dict[str, Any]:
    """The humans' mean, the printed ones of the generators, and who of Table 3 lies above."""
    humans = standings[standings["kind"] == HUMANS_TITLE].iloc[0]
    printed = standings.set_index("model")["paper"].reindex(list(_GENERATORS))
    facts: dict[str, Any] = {
        "humans": Number(humans["value"]),
        "humans_interval": Interval(humans["low"], humans["high"]),
    }
    for name, key in _GENERATORS.items():
        # Parti is in Table 1 only, with two digits.
        digits = ".2f" if key == "parti" else ".3f"
        facts[key] = Number(printed[name], digits)
        facts[f"{key}_behind"] = Number(humans["value"] - printed[name], digits)
    rows = table3()["ood_accuracy"] if printed.notna().any() else pd.Series(dtype=float)
    facts["printed_rows"] = len(rows) or None
    facts["printed_above"] = int((rows > round(humans["value"], 3)).sum()) if len(rows) else None
    return facts


def _tests(tests: pd.DataFrame) -> dict[str, Any]:
    """How many networks are above and below the humans by more than chance."""
    decided = tests["differs"].isin([True, False])
    differs = tests["differs"].eq(True)
    above = tests.loc[differs & (tests["difference"] > 0), "model"]
    counts = {
        "tested": len(tests),
        "above": len(above),
        "swag_above": sum(str(name).startswith("SWAG") for name in above),
        "below": int((differs & (tests["difference"] < 0)).sum()),
    }
    # Only an interval without zero and an undecided test need a word.
    apart = (tests["low"] > 0) | (tests["high"] < 0)
    doubtful = tests[apart & ~differs]
    only = first_row(doubtful if len(doubtful) == 1 else doubtful.iloc[:0])
    return {
        **(counts if len(tests) and decided.all() else dict.fromkeys(counts)),
        "doubtful": only["model"],
        "doubtful_p": Number(only["p_corrected"], ".2f"),
    }


def _leads(rows: pd.DataFrame) -> dict[str, Any]:
    """In how many conditions the humans lead all networks, and what distortions cost networks."""
    by = ["dataset", "step"]
    humans, networks = _sides(rows, by)
    networks["ahead"] = networks["value"] > humans["value"].reindex(networks.index)
    counted = networks[networks["counted"] == "yes"]
    share = counted.groupby(by, sort=False)["ahead"].mean()
    led = share.index.get_level_values("dataset")[share == 0]
    plain = networks[networks.index.get_level_values("step") == 1]
    drop = _drop(networks)
    return {
        "n_conditions": len(share),
        "ahead": int((share == 0).sum()),
        "ahead_in_noise_or_blur": sum(str(name).startswith(_COARSE) for name in led),
        "behind_most": int((share > 0.5).sum()),
        "easy_pairs": len(plain),
        "easy_ahead": int(plain["ahead"].sum()),
        "easy_behind": plain.loc[~plain["ahead"], "observer"].nunique(),
        "humans_drop": Number(_drop(humans).max(), ".2f"),
        "least_drop": Number(drop.min(), ".2f"),
        "most_drop": Number(drop.max(), ".2f"),
    }


def _drop(rows: pd.DataFrame) -> "pd.Series[float]":
    """Mean accuracy in the easiest conditions minus that in those that count, by observer."""
    easiest = rows[rows.index.get_level_values("step") == 1]
    counted = rows[rows["counted"] == "yes"]
    easy, hard = (each.groupby("observer")["value"].mean() for each in (easiest, counted))
    return (easy - hard).dropna()


def _sides(rows: pd.DataFrame, by: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    human = rows["kind"] == HUMANS_TITLE
    return rows[human].set_index(by), rows[~human].set_index(by)


def _telling(rows: pd.DataFrame) -> dict[str, Any]:
    """The humans, and the best and the worst network, in each of the telling conditions."""
    humans, networks = _sides(rows, ["place"])
    facts = {}
    for name, telling in zip(("blur", "fine", "faint", "turned"), TELLING, strict=True):
        place = ", ".join(telling)
        values = networks["value"][networks.index == place]
        facts[f"{name}_humans"] = Number(humans["value"].get(place), ".0%")
        facts[f"{name}_best"] = Number(values.max(), ".0%")
        facts[f"{name}_worst"] = Number(values.min(), ".0%")
    return facts


def _spread(rows: pd.DataFrame) -> dict[str, Any]:
    """In how many conditions single people differ less from one another than the networks do."""
    each = rows[(rows["observer"] != HUMANS_TITLE) & (rows["counted"] == "yes")]
    by = ["dataset", "step"]
    spread = each.groupby([*by, each["kind"] == ONE_HUMAN])["value"].std().unstack()
    spread = spread.reindex(columns=[True, False]).dropna()
    return {
        "closer": int((spread[True] < spread[False]).sum()),
        "compared": len(spread),
    }


def _drawings(single: pd.DataFrame) -> dict[str, Any]:
    """How networks fare beside people on single manipulations, above all on edges."""
    table = single.pivot(index="observer", columns="dataset", values="value")
    table = table.reindex(columns=["Edge", "Silhouette", "Cue conflict", "Stylized", "Sketch"])
    humans = table.reindex([HUMANS_TITLE]).iloc[0]
    networks = table.drop(index=HUMANS_TITLE, errors="ignore")
    outlines = networks[["Edge", "Silhouette"]].dropna()
    swag = networks.filter(regex="^SWAG", axis=0)
    ahead = humans > networks.max()
    return {
        "led_by_shape": int(ahead[["Edge", "Silhouette", "Cue conflict"]].sum()),
        "led_otherwise": int(ahead[["Stylized", "Sketch"]].sum()),
        "edge_humans": Number(humans["Edge"], ".0%"),
        "edge_best": Number(outlines["Edge"].max(), ".0%"),
        "edge_worst": Number(outlines["Edge"].min(), ".0%"),
        "edge_others": Number(outlines["Edge"].drop(swag.index, errors="ignore").max(), ".0%"),
        "outlined": len(outlines) or None,
        "silhouette_easier": int((outlines["Silhouette"] > outlines["Edge"]).sum()),
    }


def _favourites(rows: pd.DataFrame) -> dict[str, Any]:
    """The mean share of the favourite answer of people and of networks near guessing."""
    people = rows["observer_kind"] == "human"
    return {
        "near": Number(AT_MOST, ".1%"),
        "people_share": Number(rows.loc[people, "share"].mean(), ".0%"),
        "network_share": Number(rows.loc[~people, "share"].mean(), ".0%"),
    }


def _weights(pooled: pd.DataFrame, single: pd.DataFrame) -> dict[str, Any]:
    """Images that count in the smallest and in the largest dataset."""
    counted = pooled[pooled["counted"] == "yes"]
    rows = pd.concat([counted, single], ignore_index=True)
    # Several people's answers to an image are pooled in the humans' rows.
    rows = rows[rows["kind"] != HUMANS_TITLE]
    images = rows.groupby(["dataset", "observer"])["n"].sum().groupby("dataset").max().sort_values()
    if len(images) < 2:
        return dict.fromkeys(
            ["averaged", "smallest", "smallest_images", "largest", "largest_images", "weight"]
        )
    least, most = int(images.iloc[0]), int(images.iloc[-1])
    return {
        "averaged": len(images),
        "smallest": images.index[0],
        "smallest_images": least,
        "largest": images.index[-1],
        "largest_images": Number(most, ",.0f"),
        "weight": Number(most / least, ".0f"),
    }
