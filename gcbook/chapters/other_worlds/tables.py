"""When is a generative classifier shape-biased? The same models, trained in nine worlds."""

from typing import Any

import numpy as np
import pandas as pd

from gcbook.miniworld.results.shipped import DATA
from gcbook.miniworld.results.worlds import trained_in_worlds, world_answers
from gcbook.miniworld.training.worlds import COMPARED, GRID
from gcbook.stats.correlation import correlate
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import pooled_measures
from gcbook.stats.words import number, plural, span

__all__ = [
    "MEASURES",
    "VARIANTS",
    "map_rows",
    "map_sentence",
    "sign_rows",
    "sign_sentence",
    "trend_sentence",
    "worlds_sentence",
]

MEASURES = {
    "shape_bias": "Shape bias",
    "shape_accuracy": "Names the shape",
    "texture_accuracy": "Names the texture",
    "texture_excess": "Names the texture beyond accident",
    "accuracy": "In-distribution accuracy",
}
VARIANTS = {
    "": "as on the map",
    "longer": "both trained twice as long",
    "whole": "the ResNet trained on whole images",
}
CLASSIFIER, GENERATOR = COMPARED
_POINT = ["diagnosticity", "contrast"]
_CELL = [*_POINT, "recipe", "variant"]


def map_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Every measure of every model at every point, over its seeds.

    Args:
        answers: from `gcbook.miniworld.results.worlds.world_answers`.
        resampling: how the intervals are made.

    Returns:
        ``diagnosticity, contrast, recipe, variant, seeds, measure`` (a title of `MEASURES`),
        ``value, low, high``, and ``blind``, the shape bias of an observer blind to texture that
        names the shape as often (NaN for other measures).
    """
    keys, values, _ = pooled_measures(answers, _CELL, resampling=resampling, together=True)
    tables = []
    for name, title in MEASURES.items():
        low, high = resampling.interval(values[name])
        found: dict[str, Any] = {
            "measure": title,
            "value": values[name][:, 0],
            "low": low,
            "high": high,
        }
        known = values["blind"][:, 0] if name == "shape_bias" else np.nan
        tables.append(keys.assign(**found, blind=known))
    table = pd.concat(tables, ignore_index=True)
    columns = [*_CELL, "seeds", "measure", "value", "low", "high", "blind"]
    return table[columns].round(dict.fromkeys(["value", "low", "high", "blind"], 4))


def sign_rows(answers: pd.DataFrame, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """By how much the diffusion model is more shape-biased than the ResNet, point by point.

    Args:
        answers, draws, confidence, seed: see `map_rows`.

    Returns:
        ``diagnosticity, contrast, variant``, and for the shape bias ``generator, classifier,
        difference, low, high``. With "longer" both are trained longer; with "whole" the generator
        is the one of the map.
    """
    keys, values, _ = pooled_measures(answers, _CELL, resampling=resampling, together=True)
    place = {
        tuple(cell): at for at, cell in enumerate(keys[_CELL].itertuples(index=False, name=None))
    }
    bias = values["shape_bias"]
    rows = []
    for point in keys[_POINT].drop_duplicates().itertuples(index=False, name=None):
        for variant in VARIANTS:
            first = place.get((*point, GENERATOR, "" if variant == "whole" else variant))
            second = place.get((*point, CLASSIFIER, variant))
            if first is None or second is None:
                continue
            difference = bias[first] - bias[second]
            low, high = resampling.interval(difference)
            rows.append(
                {
                    **dict(zip(_POINT, point, strict=True)),
                    "variant": variant,
                    "generator": bias[first, 0],
                    "classifier": bias[second, 0],
                    "difference": difference[0],
                    "low": float(low),
                    "high": float(high),
                }
            )
    columns = [*_POINT, "variant", "generator", "classifier", "difference", "low", "high"]
    return pd.DataFrame(rows, columns=columns).round(dict.fromkeys(columns[3:], 4))


def trend_sentence(rows: pd.DataFrame) -> str:
    """Say with which property of a world the difference between the two models goes.

    One test a property, over the worlds: Spearman's coefficient, all arrangements counted.

    Args:
        rows: from `sign_rows`.
    """
    plain = rows[rows["variant"] == ""].dropna(subset="difference")
    known = set(plain[_POINT].itertuples(index=False, name=None))
    # Only over a whole grid does one property say nothing of the other.
    if not {(point.diagnosticity, point.contrast) for point in GRID} <= known:
        return (
            "What goes with the difference can be said once both models are here in all "
            f"{len(GRID)} worlds."
        )
    parts = []
    for name in _POINT:
        found = correlate(plain[name], plain["difference"])[1]
        if not np.isnan(found.r):
            parts.append(f"with {name} ρ = {number(found.r, '+.2f')} (p = {found.p:.2g})")
    if not parts:
        return "The difference is the same in all worlds, so nothing goes with it."
    return (
        f"Over {plural(len(plain), 'world')} the rank correlation of the difference is, "
        f"{' and '.join(parts)}. These two tests were chosen before any map was trained, and are "
        "not corrected for being two. To each, what goes with the other property is noise, which "
        "makes its p rather too large than too small."
    )


def map_sentence(rows: pd.DataFrame) -> str:
    """Say where on the map each model is most and least shape-biased, and what it can do at all.

    Args:
        rows: from `map_rows`.
    """
    plain = rows[rows["variant"] == ""]
    parts = []
    for recipe, model in plain.groupby("recipe", sort=False):
        bias = _measured(model, "shape_bias")
        if not bias:
            continue
        most = max(bias, key=lambda row: row["value"])
        least = min(bias, key=lambda row: row["value"])
        right = [row["value"] for row in _measured(model, "accuracy")]
        blind = [row["blind"] for row in bias if np.isfinite(row["blind"])]
        unseeing = (
            f" An observer who names shapes as often and never uses texture would have "
            f"{number(min(blind), '.2f')} to {number(max(blind), '.2f')}."
        )
        # Without resamples nothing is clear.
        excess = _measured(model, "texture_excess")
        lows = [row["low"] for row in excess if np.isfinite(row["low"])]
        beyond = (
            f", and textures clearly beyond accident in {sum(low > 0 for low in lows)} of "
            f"{plural(len(lows), 'world')}"
        )
        parts.append(
            f"- {recipe}: shape bias from {_at(least)} to {_at(most)}, over "
            f"{plural(len(bias), 'world')}.{unseeing if blind else ''} "
            f"The model names {number(min(right), '.0%')} to {number(max(right), '.0%')} of "
            f"ordinary images right{beyond if lows else ''}."
        )
    return "\n".join(parts) or "No model of this version was trained in other worlds."


def _measured(rows: pd.DataFrame, name: str) -> list[dict[Any, Any]]:
    found = rows[rows["measure"] == MEASURES[name]]
    return found.dropna(subset="value").to_dict("records")


def sign_sentence(rows: pd.DataFrame) -> str:
    """Say in how many worlds the diffusion model is the more shape-biased one, and what changes it.

    Args:
        rows: from `sign_rows`.
    """
    plain = rows[rows["variant"] == ""]
    if plain.empty:
        return "No world has both a diffusion model and a ResNet, so nothing can be compared."
    if plain["low"].isna().all():
        return "Nothing was resampled, so it cannot be said which differences are clear."
    signs = [_clear_sign(row) for row in plain.to_dict("records")]
    parts = [
        f"The diffusion model is clearly more shape-biased than the ResNet in {signs.count(1)} of "
        f"{plural(len(plain), 'world')}, clearly less in {signs.count(-1)}, and the difference is "
        f"not clear of 0 in {signs.count(0)}. (The intervals of single worlds are not corrected "
        "for their number.)"
    ]
    known = {(row["diagnosticity"], row["contrast"]): row for row in plain.to_dict("records")}
    for variant in [name for name in VARIANTS if name]:
        words, turned = [], 0
        for row in rows[rows["variant"] == variant].to_dict("records"):
            before = known.get((row["diagnosticity"], row["contrast"]))
            if before is None:
                continue
            change = _change_of_sign(_clear_sign(before), _clear_sign(row))
            turned += change == _TURNED
            words.append(
                f"{_where(row)}: {number(before['difference'], '+.2f')} → "
                f"{number(row['difference'], '+.2f')} ({span(row['low'], row['high'], '+.2f')}"
                f"{change})"
            )
        if words:
            parts.append(
                f"With {VARIANTS[variant]}, {'; '.join(words)}: the sign turns in {turned} of "
                f"{plural(len(words), 'world')}."
            )
    return " ".join(parts)


def worlds_sentence(*, resampling: Resampling = Resampling()) -> str:
    """Say in how many worlds whose scores ship the diffusion model is the more shape-biased one.

    Args:
        draws, confidence, seed: see `map_rows`.
    """
    models = tuple(one for one in trained_in_worlds(DATA / "worlds") if not one.variant)
    if not models:
        return sign_sentence(pd.DataFrame(columns=["variant"]))
    answers = world_answers(models)
    return sign_sentence(sign_rows(answers, resampling=resampling))


_TURNED = ", the other sign"


def _clear_sign(row: dict[Any, Any]) -> int:
    """1 or −1 where an interval lies on one side of 0; else 0, and without resamples."""
    return int(row["low"] > 0) - int(row["high"] < 0)


def _change_of_sign(before: int, now: int) -> str:
    if before == now:
        return ""
    if not now:
        return ", no longer clear of 0"
    return _TURNED if before else ", clear of 0 now"


def _where(row: dict[Any, Any]) -> str:
    return f"diagnosticity {row['diagnosticity']:g}, contrast × {row['contrast']:g}"


def _at(row: dict[Any, Any]) -> str:
    ends = span(row["low"], row["high"], ".2f")
    return f"{number(row['value'], '.2f')} ({ends}; {_where(row)})"
