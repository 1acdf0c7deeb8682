"""The illusions chapter's tables by panel and line, and what they say of the paper's criteria."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from gcbook.miniatures.ambiguous import BLENDS, reconstructed_models
from gcbook.views.miniature_kinds import listed
from gcbook.views.placement import AXES, blend_overlap, overlap_rows, placement_rows
from gcbook.views.resemblance import BASELINES, judged_model, resemblance_rows
from gcbook.views.words import number, span

__all__ = [
    "both_sentence",
    "overlap_lines",
    "overlap_sentence",
    "placement_lines",
    "placement_sentence",
    "resemblance_lines",
    "resemblance_sentence",
    "summed_models",
]

BLEND = f"{BLENDS} blends"
_LINES = {
    "prompted": "Under the prompt",
    "untouched": "Untouched picture",
    "empty": "No prompt",
    "wrong": "Wrong prompts",
}
_COLUMNS = ["model", "panel", "line", "strength", "n", "value", "low", "high"]


def summed_models(
    models: Sequence[str] | None = None,
    *,
    draws: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> dict[str, pd.DataFrame]:
    """Sum up what was measured of all models.

    Args:
        models: by default all whose reconstructions come with this package.
        draws: resamples.
        confidence: of the intervals.
        seed: of the resampling.

    Returns:
        Tables ``resemblance, placement, overlap, blends`` of `gcbook.views.resemblance` and
        `gcbook.views.placement`, each with ``model``.
    """
    names = reconstructed_models() if models is None else tuple(models)
    how: dict[str, Any] = {"draws": draws, "confidence": confidence, "seed": seed}
    measures: dict[str, Callable[[str], pd.DataFrame]] = {
        "resemblance": lambda name: resemblance_rows(judged_model(name), **how),
        "placement": lambda name: placement_rows(name, **how),
        "overlap": lambda name: overlap_rows(name, **how),
        "blends": lambda name: blend_overlap(name, **how),
    }
    return {
        title: pd.concat([pd.DataFrame(), *(measure(name).assign(model=name) for name in names)])
        for title, measure in measures.items()
    }


def resemblance_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Shape the first criterion's table for its figure.

    Only ambiguous drawings and blends, under prompts that name what is seen in them; and blends
    under a third.

    Args:
        rows: ``resemblance`` of `summed_models`.

    Returns:
        ``model, panel, line, strength, n, value, low, high``.
    """
    if rows.empty:
        return pd.DataFrame(columns=_COLUMNS)
    kept = rows[_ambiguous(rows) & (rows["seen"] | (rows["drawing"] == "blend"))]
    panel = [
        f"{BLEND}: {row.prompt}" if row.drawing == "blend" else f"{row.drawing}: “{row.prompt}”"
        for row in kept.itertuples()
    ]
    ordered = kept.assign(panel=panel)
    ordered["order"] = (ordered["drawing"] == "blend") + 0
    ordered = ordered.sort_values(["order"], kind="stable")
    tables = []
    for name, line in _LINES.items():
        low, high = ("low", "high") if name == "prompted" else (f"{name}_low", f"{name}_high")
        part = ordered[["model", "panel", "strength", "n"]].assign(line=line)
        part["value"], part["low"], part["high"] = ordered[name], ordered[low], ordered[high]
        tables.append(part)
    return _rounded(pd.concat(tables, ignore_index=True))


def placement_lines(placement: pd.DataFrame, blends: pd.DataFrame) -> pd.DataFrame:
    """Shape the second criterion's tables for their figure.

    Args:
        placement: of `summed_models`.
        blends: likewise.

    Returns:
        ``model, panel, line, strength, n, value, low, high``.
    """
    if placement.empty:
        return pd.DataFrame(columns=_COLUMNS)
    shown = placement.assign(panel=placement["shown"] + placement["drawing"].map(_direction))
    order = [name for axis in AXES for name in (axis.drawing, axis.control)]
    shown = shown.sort_values("shown", key=lambda column: column.map(order.index), kind="stable")
    mixed = blends.assign(panel=BLEND).rename(
        columns={f"named{end}": f"moved{end}" for end in ("", "_low", "_high")}
    )
    tables = []
    for name, line in (
        ("moved", "Where the drawing has it"),
        ("elsewhere", "Mirrored"),
        ("null", "Between wrong prompts"),
    ):
        for table in (shown, mixed):
            if name in table:
                part = table[["model", "panel", "strength", "n"]].assign(line=line)
                part["value"], part["low"] = table[name], table[f"{name}_low"]
                part["high"] = table[f"{name}_high"]
                tables.append(part)
    return _rounded(pd.concat(tables, ignore_index=True))


def overlap_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Shape the densities within annotated parts for their figure.

    Args:
        rows: ``overlap`` of `summed_models`.

    Returns:
        ``model, panel, line, strength, n, value, low, high``.
    """
    if rows.empty:
        return pd.DataFrame(columns=_COLUMNS)
    tables = []
    for name, line in (("readings", "Between the readings"), ("null", "Between wrong prompts")):
        part = rows[["model", "strength", "n"]].assign(panel=rows["drawing"], line=line)
        part["value"], part["low"] = rows[name], rows[f"{name}_low"]
        part["high"] = rows[f"{name}_high"]
        tables.append(part)
    return _rounded(pd.concat(tables, ignore_index=True))


def resembling(rows: pd.DataFrame) -> pd.DataFrame:
    """Mark where the first criterion holds: above all `BASELINES`, with intervals above 0.

    Args:
        rows: ``resemblance`` of `summed_models`.
    """
    lows = [rows[f"over_{name}_low"] for name in BASELINES]
    return rows.assign(holds=pd.concat(lows, axis=1).gt(0).all(axis=1))


def resemblance_sentence(rows: pd.DataFrame) -> str:
    """Say for each model, drawing and prompt at which strengths the first criterion holds.

    Args:
        rows: ``resemblance`` of `summed_models`.
    """
    marked = resembling(rows[_ambiguous(rows) & rows["seen"]]) if len(rows) else rows
    parts = []
    for model, of_model in marked.groupby("model", sort=False) if len(rows) else ():
        said = []
        for (drawing, prompt), group in of_model.groupby(["drawing", "prompt"], sort=True):
            what = (
                "the blends, on average over both prompts"
                if drawing == "blend"
                else f"“{prompt}” on {drawing}"
            )
            said.append(f"{what} {_at_strengths(group)}")
        parts.append(f"{model}: {'; '.join(said)}.")
    return " ".join(parts) or "No reconstructions come with this version."


def placement_sentence(placement: pd.DataFrame, blends: pd.DataFrame) -> str:
    """Say how far prompts moved the ambiguous drawings and the blends, where it is most.

    Args:
        placement: of `summed_models`.
        blends: likewise.
    """
    if placement.empty:
        return "No reconstructions come with this version."
    parts = []
    own = placement[placement["shown"] == placement["drawing"]]
    for model, of_model in own.groupby("model", sort=False):
        said = []
        for drawing, group in of_model.groupby("drawing", sort=False):
            best = max(group.to_dict("records"), key=lambda row: row["moved"])
            said.append(
                f"{drawing} by up to {number(best['moved'], '.2f')} "
                f"({span(best['moved_low'], best['moved_high'], '.2f')}, at strength "
                f"{best['strength']:g}), {_at_strengths(_held(group, 'moved'))}"
            )
        mixed = blends[blends["model"] == model]
        best = max(mixed.to_dict("records"), key=lambda row: row["named"])
        where = _at_strengths(_held(mixed, "more_here"))
        said.append(
            f"the blends by up to {number(best['named'], '.2f')} of overlap "
            f"({span(best['named_low'], best['named_high'], '.2f')}, at strength "
            f"{best['strength']:g}), and more than in mirrored silhouettes: {where}"
        )
        parts.append(f"{model} moves {'; '.join(said)}.")
    return " ".join(parts)


def overlap_sentence(rows: pd.DataFrame) -> str:
    """Say whether the prompts of the readings differ in the parts more than wrong ones do.

    Args:
        rows: ``overlap`` of `summed_models`.
    """
    if rows.empty:
        return ""
    parts = []
    for (model, drawing), group in rows.groupby(["model", "drawing"], sort=False):
        parts.append(f"{drawing} ({model}) {_at_strengths(_held(group, 'more'))}")
    return (
        "The prompts of the readings differ more within the annotated parts than wrong prompts "
        f"do, with intervals above none: {'; '.join(parts)}."
    )


def both_sentence(resemblance: pd.DataFrame, placement: pd.DataFrame) -> str:
    """Say of which drawings both criteria hold at one strength, the paper's mark of understanding.

    Args:
        resemblance: of `summed_models`.
        placement: likewise.
    """
    if placement.empty:
        return ""
    parts = []
    marked = resembling(resemblance[resemblance["seen"]])
    own = placement[placement["shown"] == placement["drawing"]]
    for model, of_model in own.groupby("model", sort=False):
        understood = {}
        for drawing, group in of_model.groupby("drawing", sort=False):
            named = marked[(marked["model"] == model) & (marked["drawing"] == drawing)]
            alike = named.groupby("strength")["holds"].all()
            placed = group.set_index("strength")["moved_low"] > 0
            both = alike & placed.reindex(alike.index, fill_value=False)
            if both.any():
                understood[str(drawing)] = [float(each) for each in both.index[both]]
        number_of = of_model["drawing"].nunique()
        which = "; ".join(
            f"{drawing} at {listed(f'{each:g}' for each in at)}"
            for drawing, at in understood.items()
        )
        parts.append(
            f"For {model} both hold, for all of a drawing's readings at one strength, for "
            f"{len(understood)} of {number_of} drawings{f' ({which})' if which else ''}."
        )
    return " ".join(parts)


def _ambiguous(rows: pd.DataFrame) -> pd.Series:
    return rows["drawing"].isin([axis.drawing for axis in AXES] + ["blend"])


def _direction(drawing: str) -> str:
    axis = next(each for each in AXES if each.drawing == drawing)
    return f": {axis.towards} − {axis.away or 'wrong'}"


def _held(group: pd.DataFrame, name: str) -> pd.DataFrame:
    """Mark where an interval lies above 0."""
    return group.assign(holds=group[f"{name}_low"] > 0)


def _at_strengths(group: pd.DataFrame) -> str:
    """At which strengths ``holds``, in words."""
    strengths = sorted(group.loc[group["holds"], "strength"])
    return "at no strength" if not strengths else f"at {_said(strengths, len(group))}"


def _said(strengths: Iterable[float], of: int) -> str:
    found = [f"{each:g}" for each in strengths]
    return "all strengths" if len(found) == of else listed(found)


def _rounded(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[_COLUMNS].round({"value": 4, "low": 4, "high": 4}).dropna(subset=["value"])
