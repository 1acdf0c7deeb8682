"""The illusions chapter's tables by panel and line, and what they say of the paper's criteria."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from gcbook.miniatures.ambiguous import BLENDS, reconstructed_models
from gcbook.miniatures.clustered import clustered_means
from gcbook.views.miniature_kinds import listed
from gcbook.views.placement import AXES, blend_overlap, overlap_rows, placement_rows
from gcbook.views.resemblance import BASELINES, judged_model, resemblance_rows
from gcbook.views.words import number, span

__all__ = [
    "both_sentence",
    "judged_all",
    "overlap_lines",
    "overlap_sentence",
    "picture_sentence",
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
NOTHING = "No reconstructions come with this version."
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


def judged_all(models: Sequence[str] | None = None) -> pd.DataFrame:
    """Judge all reconstructions of all models, see `gcbook.views.resemblance.judged_model`.

    Args:
        models: by default all whose reconstructions come with this package.

    Returns:
        Its rows with ``model``.
    """
    names = reconstructed_models() if models is None else tuple(models)
    return pd.concat([pd.DataFrame(), *(judged_model(name).assign(model=name) for name in names)])


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
    # Blends last, and of these the third category, which is not seen.
    ordered["order"] = (ordered["drawing"] == "blend") * 1 + (~ordered["seen"]) * 1
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
    if rows.empty:
        return NOTHING
    marked = resembling(rows[_ambiguous(rows) & rows["seen"]])
    lines = []
    for (model, drawing, prompt), group in marked.groupby(
        ["model", "drawing", "prompt"], sort=False
    ):
        what = (
            f"{BLEND}, mean over both prompts"
            if drawing == "blend"
            else f"{drawing} under “{prompt}”"
        )
        lines.append(f"- {model}, {what}: {_at_strengths(group)}")
    return "\n".join(sorted(lines, key=lambda line: BLEND in line))


def picture_sentence(judged: pd.DataFrame, **resampling: Any) -> str:
    """Say whether a blend is led to what is in it more easily than to a third category.

    Args:
        judged: all of `gcbook.views.resemblance.judged_model`, with ``model``.
        resampling: ``draws, confidence, seed`` of the resampling of blends.
    """
    blends = judged[judged["drawing"] == "blend"] if len(judged) else judged
    parts = []
    for model, group in blends.groupby("model", sort=False) if len(blends) else ():
        table = group.assign(led=group["prompted"] - group["empty"])
        wide = table.pivot_table(
            index=["picture", "strength"], columns="seen", values="led", aggfunc="mean"
        )
        more = (wide[True] - wide[False]).rename("more").reset_index()
        found = clustered_means(
            more.assign(category="blend", silhouette=more["picture"]),
            ["strength"],
            "more",
            **resampling,
        )
        said = "; ".join(
            f"{number(row['mean'], '.2f')} at {row['strength']:g} "
            f"({span(row['low'], row['high'], '.2f')})"
            for row in found.to_dict("records")
        )
        parts.append(
            f"Under {model} a prompt that names one of the two raises the judge's probability of "
            f"it, over no prompt, by more than a third category's prompt raises that of the third: "
            f"by {said}."
        )
    return " ".join(parts) or NOTHING


def placement_sentence(placement: pd.DataFrame, blends: pd.DataFrame) -> str:
    """Say how far prompts moved the ambiguous drawings and the blends, where it is most.

    Args:
        placement: of `summed_models`.
        blends: likewise.
    """
    if placement.empty:
        return NOTHING
    lines = []
    own = placement[placement["shown"] == placement["drawing"]]
    for model, of_model in own.groupby("model", sort=False):
        for drawing, group in of_model.groupby("drawing", sort=False):
            lines.append(
                f"- {model}, {drawing}: {_largest(group, 'moved')}; above 0 "
                f"{_at_strengths(_held(group, 'moved'))}, below 0 "
                f"{_at_strengths(group.assign(holds=group['moved_high'] < 0))}"
            )
        mixed = blends[blends["model"] == model]
        lines.append(
            f"- {model}, {BLEND}: {_largest(mixed, 'named')} of overlap; more than in mirrored "
            f"silhouettes {_at_strengths(_held(mixed, 'more_here'))}"
        )
    return "\n".join(lines)


def _largest(group: pd.DataFrame, name: str) -> str:
    best = max(group.to_dict("records"), key=lambda row: row[name])
    return (
        f"at most {number(best[name], '.2f')} "
        f"({span(best[f'{name}_low'], best[f'{name}_high'], '.2f')}), at strength "
        f"{best['strength']:g}"
    )


def overlap_sentence(rows: pd.DataFrame) -> str:
    """Say whether the prompts of the readings differ in the parts more than wrong ones do.

    Args:
        rows: ``overlap`` of `summed_models`.
    """
    if rows.empty:
        return ""
    parts = []
    for (model, drawing), group in rows.groupby(["model", "drawing"], sort=False):
        parts.append(f"{model}, {drawing}: {_at_strengths(_held(group, 'more'))}")
    return (
        "The prompts of the readings differ more within the annotated parts than wrong prompts "
        f"do, with intervals above none: {'; '.join(parts)}."
    )


def both_sentence(resemblance: pd.DataFrame, placement: pd.DataFrame, blends: pd.DataFrame) -> str:
    """Say of which drawings both criteria hold at one strength, the paper's mark of understanding.

    Args:
        resemblance: of `summed_models`.
        placement: likewise.
        blends: likewise.
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
        mixed = marked[(marked["model"] == model) & (marked["drawing"] == "blend")]
        alike = mixed.set_index("strength")["holds"]
        here = blends[blends["model"] == model].set_index("strength")["more_here_low"] > 0
        at = alike & here.reindex(alike.index, fill_value=False)
        mixed_both = pd.DataFrame({"strength": alike.index, "holds": at.to_numpy()})
        parts.append(
            f"For {model} both hold, for all of a drawing's readings at one strength, for "
            f"{len(understood)} of {number_of} drawings{f' ({which})' if which else ''}, and for "
            f"the blends {_at_strengths(mixed_both)}."
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
