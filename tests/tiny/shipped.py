"""A package's data folder with models that exist on paper: their scores are written by hand."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from safetensors.numpy import save_file

from gcbook.miniworld.results import answers, own_stores, shipped, sweep
from gcbook.noise.schedules import CosineSchedule, log_snr
from gcbook.noise.weightings import parse_weighting
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.scores import score_schema, write_table
from gcbook.scoring.settings import ScoringSettings, Traits
from gcbook.scoring.store import Store
from tiny.data import use_parts

Errors = Callable[[pd.DataFrame], np.ndarray]

CONFLICTS = [
    f"{shape}{number}-{texture}{number}.png"
    for number in (1, 2)
    for shape, texture in (("cat", "dog"), ("dog", "car"), ("car", "oven"), ("oven", "cat"))
]


_used: list[Path] = []
"""Folders that a test let the package find its models in, until that test is over."""


def use_data(
    folder: Path, monkeypatch: pytest.MonkeyPatch, parts: Sequence[str] = ("models", "scores")
) -> Path:
    """Let parts of the package's data be what is in a folder, for the length of a test."""
    _used.append(folder)
    use_parts(folder, monkeypatch, parts)
    forget()
    return folder


def forget_used() -> None:
    """After a test: what was remembered of the folders that it used."""
    if _used:
        _used.clear()
        forget()


def forget() -> None:
    """What was remembered of a data folder."""
    for cached in (
        shipped.shipped_models,
        shipped.shipped_sets,
        shipped.model_card,
        answers._decided,
        sweep._decided,
        own_stores._miniature_hashes,
    ):
        cached.cache_clear()


def ship_model(
    data: Path, model: str, *, parameters: int = 1000, batch_size: int = 10, weights: bool = True
) -> None:
    """A model's folder, with a network of as many parameters that nothing can load."""
    folder = data / "models" / shipped.folder_of(model)
    network = folder / "unet" if "pixel" in model else folder
    network.mkdir(parents=True)
    if weights:
        save_file({"all": np.zeros(parameters, np.float16)}, network / "model.safetensors")
    card = {
        "miniature": shipped.recipe_of(model),
        "parameters": parameters,
        "batch_size": batch_size,
    }
    (folder / "training.json").write_text(json.dumps(card))


def ship_scores(
    data: Path,
    model: str,
    test_set: str,
    names: Iterable[str],
    errors: Errors,
    *,
    draws: int = 8,
    kind: str = "diffusion",
    condition: str = "0",
) -> None:
    """A store of a model.

    Args:
        data: the folder.
        model: its name.
        test_set: its name.
        names: of the images; the category is the word that they begin with, or, of "none-…", the
            texture's.
        errors: of rows with ``image_id, category, texture, label, draw, t``.
        draws: of an image, at the middles of as many equal parts of t.
        kind: diffusion, masked or discriminative.
        condition: of all images.
    """
    names = list(names)
    images = pd.DataFrame({"image_id": names, "imagename": names})
    parts = images["image_id"].str.extract(r"^([a-z]+)\d*(?:-([a-z]+)\d+)?").fillna("")
    images["category"] = parts[0].where(parts[0] != "none", parts[1])
    images = images.assign(condition=condition, sha256="")
    draws = 1 if kind == "discriminative" else draws
    rows = images[["image_id", "category"]].assign(texture=parts[1])
    rows = rows.merge(pd.DataFrame({"draw": range(draws)}), "cross")
    rows = rows.merge(pd.DataFrame({"label": CATEGORIES}), "cross")
    rows["t"] = np.nan if kind == "discriminative" else (rows["draw"] + 0.5) / draws
    ratio = log_snr(CosineSchedule(), rows["t"].to_numpy())
    rows["log_snr"] = ratio if kind == "diffusion" else np.nan
    value = errors(rows)
    measures = ("error_l2", "error_l1") if kind == "diffusion" else ("nll",)
    for measure in measures:
        rows[measure] = value
    traits = Traits(
        tuple(CATEGORIES),
        measures,
        kind == "discriminative",
        kind == "discriminative",
        1,
        "none",
    )
    weighting = parse_weighting("exp:7" if kind == "diffusion" else "uniform")
    settings = ScoringSettings(draws=draws, weighting=weighting, device="cpu")
    schedule = {"name": "cosine"} if kind == "diffusion" else None
    folder = data / "scores" / shipped.folder_of(model) / test_set
    folder.mkdir(parents=True)
    about = {"kind": kind, "schedule": schedule}
    store = Store(folder, model, test_set, settings, traits, about, {})
    (folder / "store.json").write_text(store.header())
    table = pa.Table.from_pandas(images, preserve_index=False)
    write_table(table, folder / "images.parquet")
    columns = ["image_id", "label", "draw", "t", "log_snr", *measures]
    kept = rows[columns].astype({"image_id": "category", "label": "category", "draw": "int32"})
    table = pa.Table.from_pandas(kept, preserve_index=False).cast(score_schema(measures))
    write_table(table, folder / "scores.parquet")


def least(rows: pd.DataFrame, named: np.ndarray | pd.Series) -> np.ndarray:
    """Errors that are least for the class that is named, and differ a little between the others."""
    place = rows["label"].map(CATEGORIES.index).to_numpy()
    return np.where(rows["label"] == named, 0.5, 1.0) + 0.001 * place
