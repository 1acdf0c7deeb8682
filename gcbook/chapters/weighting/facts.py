"""The numbers that the chapter's text and its claims are about."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gcbook.chapters.weighting.page import page_agreement
from gcbook.claims import Interval, Number
from gcbook.miniworld.results.weighting import (
    PAPER,
    SETS,
    Stores,
    answers_under,
    read_errors,
)
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.diagnostics import TENTHS, decisions_by, tenths_of
from gcbook.scoring.scores import Weights
from gcbook.scoring.store import Store
from gcbook.stats.metrics import cue_metrics
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import change_of, cue_sums

__all__ = ["bias_change", "tenth_agreement", "weighting_facts"]

_MODELS = {"pixel": "mini-pixel", "latent": "mini-latent"}
_PERCENT = ".0%"
_TWO = ".2f"


def weighting_facts(
    stores: Stores,
    sweep: pd.DataFrame,
    shares: pd.DataFrame,
    n_draws: int,
    seed: int,
    *,
    resampling: Resampling = Resampling(),
) -> SimpleNamespace:
    """Every number of the chapter's text under a name, those of a model after ``pixel`` or
    ``latent``; NaN or None for a model that the parameters leave out.

    Args:
        stores: from `gcbook.miniworld.results.weighting.weighing_stores`.
        sweep: from ``sweep_table`` of the same module.
        shares: from ``share_table``.
        n_draws: draws an image on the page.
        seed: of the choice of images on the page.
        resampling: how intervals are made.
    """
    changes = bias_change(stores, resampling=resampling).set_index("model")
    found: dict[str, Any] = {}
    for key, model in _MODELS.items():
        one = {
            **_curve(sweep[sweep["model"] == model]),
            **_change(changes, model),
            **_influence(shares[shares["model"] == model], stores.get(model, {})),
            **_halves(stores.get(model, {})),
        }
        found |= {f"{key}_{name}": value for name, value in one.items()}
    agreement = page_agreement(stores, n_draws, PAPER, seed)
    return SimpleNamespace(
        **found,
        page_draws=min(n_draws, agreement["draws"]),
        all_draws=agreement["draws"],
        decisions=agreement["decisions"],
        rounded=agreement["rounded"],
        fewer=agreement["fewer"],
    )


def bias_change(stores: Stores, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """By how much equal weights change the shape bias, on the same images.

    Args:
        stores: from `weighing_stores`.
        resampling: how the intervals are made.

    Returns:
        A row a model: ``model``, and what `gcbook.stats.shares.change_of` says of the change from
        the paper's weights to equal ones.
    """
    rows = []
    names = (f"exp:{PAPER}", "exp:0")
    for model, of_model in stores.items():
        answers = answers_under(of_model[SETS[1]], names)
        keys, sums = cue_sums(answers, ["weighting"], resampling=resampling)
        before, after = (keys["weighting"].tolist().index(name) for name in names)
        bias = cue_metrics(**sums)["shape_bias"]
        rows.append({"model": model, **change_of(bias[before], bias[after], resampling)})
    return pd.DataFrame(rows, columns=["model", "before", "after", "change", "low", "high"])


def tenth_agreement(store: Store, tenth: int, weighting: str) -> float:
    """Return the share of images on which the draws of one tenth of t alone decide as all do.

    Args:
        store: of errors.
        tenth: from 1, for the cleanest, to 10.
        weighting: of all draws, and of those within the tenth.

    Returns:
        NaN if no image has a draw there; images without one do not count.
    """
    raw = read_errors(store)
    weights = Weights(parse_weighting(weighting), "l2", raw.schedule).at(raw.t, raw.log_snr)
    inside = tenths_of(raw.t) == tenth - 1
    errors = raw.errors["l2"]
    all_draws, some = (
        (factor[..., None] * errors).sum(axis=1).argmin(axis=1)
        for factor in (weights, weights * inside)
    )
    has = inside.any(axis=1)
    return float((all_draws == some)[has].mean()) if has.any() else float("nan")


def _curve(rows: pd.DataFrame) -> dict[str, Any]:
    """Shape bias under the paper's weight, and over k.

    ``near`` are the k whose accuracy lies within the interval under the paper's weight.
    """
    curve = rows[rows["k"].notna()]
    paper = _first(curve[curve["k"] == PAPER])
    ends = (paper.get("accuracy_low", np.nan), paper.get("accuracy_high", np.nan))
    near = curve[curve["accuracy"].between(*ends)]
    return {
        "bias": Number(paper.get("shape_bias", np.nan), _TWO),
        "bias_at_most_k": Number(
            _first(curve[curve["k"] == curve["k"].max()]).get("shape_bias", np.nan), _TWO
        ),
        "bias_at_0": Number(_first(curve[curve["k"] == 0]).get("shape_bias", np.nan), _TWO),
        "near_biases": Interval(near["shape_bias"].min(), near["shape_bias"].max(), _TWO),
    }


def _change(changes: pd.DataFrame, model: str) -> dict[str, Any]:
    """What equal weights do instead of the paper's, on the same images."""
    row = _first(changes[changes.index == model])
    return {
        "change": Number(row.get("change", np.nan), "+.2f"),
        "change_interval": Interval(row.get("low", np.nan), row.get("high", np.nan), "+.2f"),
    }


def _influence(shares: pd.DataFrame, of_model: Mapping[str, Store]) -> dict[str, Any]:
    """Where the weight lies under the paper's weighting, and where the variance between classes."""
    weighting = f"exp:{PAPER}"
    rows = shares[shares["weighting"] == weighting]
    found: dict[str, Any] = {}
    for part in ("weight", "variance"):
        own = rows[rows["part"] == part].sort_values("tenth")
        reached = own.loc[own["share"].cumsum() >= 0.5 - 1e-9, "tenth"]
        found[f"first_{part}"] = Number(own["share"].iloc[0] if len(own) else np.nan, _PERCENT)
        found[f"half_{part}"] = Number(reached.min() / TENTHS, ".1f")
    largest = rows[rows["part"] == "variance"].sort_values("share").tail(1)
    tenth = int(largest["tenth"].iloc[0]) if len(largest) else None
    alone = tenth_agreement(of_model[SETS[1]], tenth, weighting) if tenth and of_model else np.nan
    return found | {
        "largest_from": Number((tenth - 1) / TENTHS if tenth else np.nan, ".1f"),
        "alone": Number(alone, _PERCENT),
    }


def _halves(of_model: Mapping[str, Store]) -> dict[str, Any]:
    """What is answered from the cleaner half of t alone (``clean``) and the noisier (``noisy``)."""
    names = ("accuracy", "shape_accuracy", "texture_accuracy", "shape_bias")
    if not of_model:
        return {f"{half}_{name}": Number(np.nan) for half in ("clean", "noisy") for name in names}
    plain, conflicts = (
        decisions_by(store, "t", [0, 0.5, 1], store.weights("uniform", "l2"))
        for store in (of_model[name] for name in SETS)
    )
    return {
        f"{half}_{name}": Number(
            (plain if name == "accuracy" else conflicts)[name].iloc[place],
            _TWO if name == "shape_bias" else _PERCENT,
        )
        for place, half in enumerate(("clean", "noisy"))
        for name in names
    }


def _first(rows: pd.DataFrame) -> Mapping[str, Any]:
    """The first row, or one without values."""
    records = rows.to_dict("records")
    return {str(name): value for name, value in records[0].items()} if records else {}
