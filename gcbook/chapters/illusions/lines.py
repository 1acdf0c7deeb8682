"""The tables of the illusions chapter, of all models, by panel and line of their figures."""

from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from gcbook.chapters.illusions.placement import (
    AXES,
    BOTH_ENDS,
    blend_overlap,
    overlap_rows,
    placement_rows,
)
from gcbook.chapters.illusions.resemblance import flip_rows, judged_model, resemblance_rows
from gcbook.miniworld.results.ambiguous import BLENDS
from gcbook.miniworld.results.sheets import reconstructed_models
from gcbook.stats.resampling import Resampling

__all__ = [
    "BLEND",
    "ambiguous",
    "flip_lines",
    "judged_all",
    "overlap_lines",
    "placement_lines",
    "resemblance_lines",
    "summed_models",
    "without_single_ends",
]

BLEND = f"{BLENDS} blends"
_COLUMNS = ["model", "panel", "line", "strength", "n", "value", "low", "high"]
_RESEMBLANCE = {
    "prompted": "Under the prompt",
    "untouched": "Untouched picture",
    "empty": "No prompt",
    "wrong": "Wrong prompts",
    "other": "Other reading",
}
_FLIPS = {"flipped": "Becomes what is named", "opposite": "Becomes the opposite"}
_PLACEMENT = {
    "moved": "Where the drawing has it",
    "elsewhere": "Mirrored",
    "null": "Wrong prompts at most",
}
_OVERLAP = {
    "readings": "Between the readings",
    "elsewhere": "Mirrored",
    "null": "Between wrong prompts",
}


def summed_models(
    models: Sequence[str] | None = None,
    *,
    resampling: Resampling = Resampling(),
) -> dict[str, pd.DataFrame]:
    """Sum up what was measured of all models.

    Args:
        models: by default all whose reconstructions come with this package.
        resampling: how the intervals are made.

    Returns:
        Tables ``resemblance, flips, placement, overlap, blends`` of
        `gcbook.chapters.illusions.resemblance` and `gcbook.chapters.illusions.placement`, each with
        ``model``; empty without models.
    """
    names = reconstructed_models() if models is None else tuple(models)
    measures: dict[str, Callable[[str], pd.DataFrame]] = {
        "resemblance": lambda name: resemblance_rows(judged_model(name), resampling=resampling),
        "flips": lambda name: flip_rows(judged_model(name), resampling=resampling),
        "placement": lambda name: placement_rows(name, resampling=resampling),
        "overlap": lambda name: overlap_rows(name, resampling=resampling),
        "blends": lambda name: blend_overlap(name, resampling=resampling),
    }
    return {
        title: _concat(measure(name).assign(model=name) for name in names)
        for title, measure in measures.items()
    }


def judged_all(models: Sequence[str] | None = None) -> pd.DataFrame:
    """Judge all reconstructions of all models, see
    `gcbook.chapters.illusions.resemblance.judged_model`.

    Args:
        models: by default all whose reconstructions come with this package.

    Returns:
        Its rows with ``model``.
    """
    names = reconstructed_models() if models is None else tuple(models)
    return _concat(judged_model(name).assign(model=name) for name in names)


def _concat(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([pd.DataFrame(), *tables], ignore_index=True)


def ambiguous(rows: pd.DataFrame) -> pd.Series:
    """Mark the rows of drawings that can be seen in two ways, and of blends."""
    return rows["drawing"].isin([axis.drawing for axis in AXES] + ["blend"])


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
    kept = rows[ambiguous(rows) & (rows["seen"] | (rows["drawing"] == "blend"))]
    panel = [
        f"{BLEND}: {row.prompt}" if row.drawing == "blend" else f"{row.drawing}: “{row.prompt}”"
        for row in kept.itertuples()
    ]
    # Blends last, and of these the third category, which is not seen.
    order = (kept["drawing"] == "blend") * 1 + (~kept["seen"]) * 1
    ordered = kept.assign(panel=panel, order=order).sort_values("order", kind="stable")
    ordered = ordered.rename(columns={"low": "prompted_low", "high": "prompted_high"})
    return _lines([(ordered, _RESEMBLANCE)])


def flip_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Shape the shares of flips for their figure, a panel a drawing, as `resemblance_lines`."""
    if rows.empty:
        return pd.DataFrame(columns=_COLUMNS)
    panels = rows["drawing"].replace("blend", BLEND)
    ordered = rows.assign(panel=panels, order=panels == BLEND).sort_values("order", kind="stable")
    return _lines([(ordered, _FLIPS)])


def placement_lines(placement: pd.DataFrame, blends: pd.DataFrame) -> pd.DataFrame:
    """Shape the second criterion's tables for their figure.

    Args:
        placement: of `summed_models`.
        blends: likewise.

    Returns:
        As `resemblance_lines`.
    """
    if placement.empty:
        return pd.DataFrame(columns=_COLUMNS)
    titles = {axis.drawing: f": {axis.towards} − {axis.away or 'wrong'}" for axis in AXES}
    panel = placement["shown"].where(
        placement["shown"] != BOTH_ENDS, placement["drawing"] + f", {BOTH_ENDS}"
    )
    order = [
        name
        for axis in AXES
        for name in (f"{axis.drawing}, {BOTH_ENDS}", axis.drawing, axis.control)
    ]
    shown = placement.assign(
        panel=panel + placement["drawing"].map(titles), order=panel.map(order.index)
    ).sort_values("order", kind="stable")
    # A size has no interval.
    shown = shown.assign(null_low=shown["null"], null_high=shown["null"])
    mixed = blends.assign(panel=BLEND).rename(
        columns={f"named{end}": f"moved{end}" for end in ("", "_low", "_high")}
    )
    return _lines([(shown, _PLACEMENT), (mixed, _PLACEMENT)])


def without_single_ends(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of `placement_lines` that count: of both ends of an axis, and of blends."""
    single = tuple(f"{end}: " for axis in AXES for end in (axis.drawing, axis.control))
    return lines[~lines["panel"].str.startswith(single)] if len(lines) else lines


def overlap_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Shape the densities within annotated parts for their figure.

    Args:
        rows: ``overlap`` of `summed_models`.

    Returns:
        As `resemblance_lines`.
    """
    if rows.empty:
        return pd.DataFrame(columns=_COLUMNS)
    return _lines([(rows.assign(panel=rows["drawing"]), _OVERLAP)])


def _lines(tables: Sequence[tuple[pd.DataFrame, dict[str, str]]]) -> pd.DataFrame:
    """Make rows of columns with ``…_low, …_high``, a line a column."""
    found = []
    for table, names in tables:
        for name, line in names.items():
            if name in table:
                part = table[["model", "panel", "strength", "n"]].assign(line=line)
                part["value"], part["low"] = table[name], table[f"{name}_low"]
                part["high"] = table[f"{name}_high"]
                found.append(part)
    rows = pd.concat(found, ignore_index=True)[_COLUMNS]
    return rows.round({"value": 4, "low": 4, "high": 4}).dropna(subset=["value"])
