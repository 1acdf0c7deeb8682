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
from gcbook.paper.observers import HUMANS_TITLE, is_published, published_rows
from gcbook.paper.published import table3
from gcbook.stats.rows import first_row

_GENERATORS = {"Imagen": "imagen", "Stable Diffusion": "stable_diffusion", "Parti": "parti"}
_COARSE = ("Low-pass", "Eidolon", "Uniform noise")
_SINGLE = ("Edge", "Silhouette", "Cue conflict", "Stylized", "Sketch")
_VALUES = ["value", "low", "high"]


def ood_accuracy_facts(
    standings: pd.DataFrame,
    tests: pd.DataFrame,
    conditions: pd.DataFrame,
    single: pd.DataFrame,
    guesses: pd.DataFrame,
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Facts are of the published observers. A fact is a `gcbook.claims.Number`, a count or a name.
    Where the parameters leave nothing to compute it from it is NaN or None, as are the paper's
    means beside others than the paper's.

    Args:
        standings: from `gcbook.stats.benchmark_tables.standing_rows`, of OOD accuracy.
        tests: from `gcbook.stats.differences.against_humans`, of OOD accuracy.
        conditions: from `gcbook.chapters.ood_accuracy.tables.accuracy_by_condition`, with single
            humans.
        single: from ``single_condition_accuracy`` of the same module.
        guesses: from ``near_guessing``.
    """
    tables = standings, tests, conditions, single
    standings, tests, conditions, single = map(published_rows, tables)
    guesses = guesses[is_published(guesses["source"])]
    pooled = conditions[conditions["kind"] != ONE_HUMAN]
    return SimpleNamespace(
        **_average(standings),
        **_tests(tests),
        **_leads(pooled),
        **_telling(telling_conditions(pooled)),
        **_turned(pooled),
        **_spread(conditions),
        **_drawings(single),
        **_favourites(guesses),
        **_weights(pooled, single),
    )


def _average(standings: pd.DataFrame) -> dict[str, Any]:
    """The humans' mean, the printed ones of the generators, and who of Table 3 lies above."""
    humans = standings[standings["kind"] == HUMANS_TITLE].iloc[0]
    printed = standings.set_index("model")["paper"].reindex(list(_GENERATORS))
    facts: dict[str, Any] = {"humans": Number(humans["value"]), "humans_interval": _ends(humans)}
    for name, key in _GENERATORS.items():
        # Parti is in Table 1 only, with two digits.
        facts[key] = Number(printed[name], ".2f" if key == "parti" else ".3f")
    facts["parti_behind"] = Number(humans["value"] - printed["Parti"], ".2f")
    rows = table3()["ood_accuracy"] if printed.notna().any() else pd.Series(dtype=float)
    facts["printed_rows"] = len(rows) or None
    known = len(rows) and pd.notna(humans["high"])
    facts["printed_above"] = int((rows > humans["high"]).sum()) if known else None
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
    """In which conditions the humans are ahead of most networks, and what distortions cost.

    Of two observers one is ahead where their intervals do not overlap.
    """
    by = ["dataset", "step"]
    humans, networks = _sides(rows, by)
    beside = humans.reindex(networks.index)
    networks["ahead"] = networks["low"] > beside["high"]
    networks["behind"] = networks["high"] < beside["low"]
    counted = networks[networks["counted"] == "yes"]
    share = counted.groupby(by, sort=False)[["ahead", "behind"]].mean()
    led = share.index.get_level_values("dataset")[share["behind"] > 0.5]
    plain = networks[networks.index.get_level_values("step") == 1]
    counts = {
        "ahead_most": len(led),
        "ahead_in_noise_or_blur": sum(str(name).startswith(_COARSE) for name in led),
        "behind_most": int((share["ahead"] > 0.5).sum()),
        "easy_ahead": int(plain["ahead"].sum()),
        "easy_behind": int(plain["behind"].sum()),
    }
    drops = _drops(networks)
    return {
        "n_conditions": len(share),
        "easy_pairs": len(plain),
        **(counts if networks["low"].notna().any() else dict.fromkeys(counts)),
        "humans_drop": Number(_drops(humans)["value"].max(), ".2f"),
        "least_drop": Number(drops["value"].min(), ".2f"),
        "most_drop": Number(drops["value"].max(), ".2f"),
        "drops": _all_ends(drops),
    }


def _drops(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean accuracy in the easiest conditions minus that in those that count, by observer.

    The ends are those that the difference has at most.
    """
    easiest = rows[rows.index.get_level_values("step") == 1]
    counted = rows[rows["counted"] == "yes"]
    easy, hard = (each.groupby("observer")[_VALUES].mean() for each in (easiest, counted))
    turned = hard.rename(columns={"low": "high", "high": "low"})
    return (easy - turned).dropna(subset="value")


def _ends(row: "pd.Series[Any]") -> Interval:
    return Interval(row["low"], row["high"])


def _all_ends(rows: pd.DataFrame) -> tuple[Interval, ...] | None:
    return tuple(_ends(row) for _, row in rows.iterrows()) or None


def _leads_over(humans: Interval, networks: pd.DataFrame) -> tuple[Interval, ...] | None:
    """By how much the humans are ahead of each of the networks."""
    return tuple(humans - each for each in _all_ends(networks) or ()) or None


def _sides(rows: pd.DataFrame, by: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    human = rows["kind"] == HUMANS_TITLE
    return rows[human].set_index(by), rows[~human].set_index(by)


def _telling(rows: pd.DataFrame) -> dict[str, Any]:
    """The humans and the networks in each of the telling conditions."""
    humans, networks = _sides(rows, ["place"])
    facts: dict[str, Any] = {}
    for name, telling in zip(("blur", "fine", "faint", "turned"), TELLING, strict=True):
        place = ", ".join(telling)
        there = networks[networks.index == place].sort_values("value", ascending=False)
        people, best = first_row(humans[humans.index == place]), first_row(there)
        facts |= {
            f"{name}_humans": Number(people["value"], ".0%"),
            f"{name}_best": Number(best["value"], ".0%"),
            f"{name}_worst": Number(there["value"].min(), ".0%"),
            f"{name}_best_ahead": _ends(best) - _ends(people),
            f"{name}_humans_ahead": _leads_over(_ends(people), there),
        }
    return facts


def _turned(rows: pd.DataFrame) -> dict[str, Any]:
    """What a quarter turn costs the humans, and the network that it costs most."""
    turned = rows[rows["dataset"] == TELLING[-1][0]].set_index("observer")
    before, after = (turned[turned["condition"] == each] for each in ("0", TELLING[-1][1]))
    cost = before["value"] - after["value"].reindex(before.index)
    networks = cost[before["kind"] != HUMANS_TITLE].sort_values(ascending=False)
    most = networks.index[0] if len(networks) else ""
    people, network = (
        _ends(first_row(before[before.index == who])) - _ends(first_row(after[after.index == who]))
        for who in (HUMANS_TITLE, most)
    )
    return {
        "turned_cost": Number(cost.get(HUMANS_TITLE), ".2f"),
        "turned_most": Number(cost.get(most), ".2f"),
        "turned_excess": network - people,
    }


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
    humans, networks = _sides(single, ["dataset"])
    people = {name: _ends(first_row(humans[humans.index == name])) for name in _SINGLE}
    by_name = {name: networks[networks.index == name].set_index("observer") for name in _SINGLE}
    edges, silhouettes = by_name["Edge"], by_name["Silhouette"]
    both = edges.index.intersection(silhouettes.index)
    level = {
        str(who)
        for name in ("Edge", "Silhouette")
        for who in by_name[name].index[by_name[name]["high"] >= people[name][0]]
    }
    others = edges[~edges.index.str.startswith("SWAG")]
    ordered = edges.sort_values("value")
    best = {name: first_row(by_name[name].sort_values("value").tail(1)) for name in _SINGLE}
    easier = silhouettes["low"].reindex(both) > edges["high"].reindex(both)
    return {
        "conflict_leads": _leads_over(people["Cue conflict"], by_name["Cue conflict"]),
        "outline_level": len(level),
        "outline_swag": sum(name.startswith("SWAG") for name in level),
        "behind_best": tuple(_ends(best[name]) - people[name] for name in ("Sketch", "Stylized")),
        "edge_humans": Number(first_row(humans[humans.index == "Edge"])["value"], ".0%"),
        "edge_best": Number(edges["value"].max(), ".0%"),
        "edge_best_interval": _ends(best["Edge"]),
        "edge_worst": Number(edges["value"].min(), ".0%"),
        "edge_worst_interval": _ends(first_row(ordered)),
        "edge_others": Number(others["value"].max(), ".0%"),
        "edge_leads": _leads_over(people["Edge"], others),
        "outlined": len(both) or None,
        "silhouette_easier": int(easier.sum()),
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
