"""A run of a miniature, what the same run takes with large models, and the models by name.

The miniature's scores ship with the package, as ``gcbook score`` wrote them; everything after them
is done here.
"""

from typing import Any

import pandas as pd

from gcbook.classifiers.zoo import COSTS, Kind, ZooEntry, n_evaluations, system_titles, zoo
from gcbook.miniworld.named import named_world
from gcbook.miniworld.results.answers import evaluations, miniature_answers
from gcbook.miniworld.results.shipped import (
    label_of,
    name_of,
    network_parameters,
    parts_of,
    shipped_models,
    shipped_store,
)
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import known_networks
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import cue_shares
from gcbook.trials.parse import FILE_COLUMNS

MINIATURE = name_of("mini-latent", "calibrated")
"""The miniature of Stable Diffusion's recipe, in the world whose ResNet is like ResNet-50."""
LARGE = "sd-1.4"
"""The model that the paper used, by its name here."""
CONFLICTS = "cue-conflict"

WEIGHTINGS = {"exp:7": "exp(−7t), the paper's", "uniform": "Equal weights"}
"""What the stored scores are decided under, as ``gcbook decide --weighting`` has it."""

OPEN_WEIGHTS = frozenset({"stable_diffusion", "clip"})
"""Which of the paper's large models can be had: the others' authors have published no weights."""
NONE = "None of the paper's"

KIND_TITLES: dict[Kind, str] = {
    "diffusion": "Diffusion",
    "autoregressive": "Autoregressive",
    "masked": "Masked",
    "clip": "CLIP",
    "discriminative": "Discriminative",
}

PREDICTIONS = {
    "epsilon": "noise (ε)",
    "v_prediction": "velocity (v)",
    "flow": "velocity (flow)",
    "sample": "image",
}

HALF_PRECISION = 2
"""Bytes a parameter."""
_SHOWN = 4
"""Rows of a file that are shown."""


def score_rows() -> pd.DataFrame:
    """The first rows of the store that ``gcbook score`` left.

    Returns:
        ``image_id, label, draw, t, log_snr, error_l2``: the squared error per element of what the
        network restored under the label's prompt.
    """
    rows = shipped_store(MINIATURE, CONFLICTS).scores().head(_SHOWN)
    return rows[["image_id", "label", "draw", "t", "log_snr", "error_l2"]]


def decided() -> pd.DataFrame:
    """Decide on the stored scores, once under each weighting.

    Returns:
        Trials, as `gcbook.miniworld.results.answers.miniature_answers` returns them, with
        ``weighting`` (a title of `WEIGHTINGS`).
    """
    tables = [
        miniature_answers([CONFLICTS], [MINIATURE], weighting=weighting).assign(weighting=title)
        for weighting, title in WEIGHTINGS.items()
    ]
    return pd.concat(tables, ignore_index=True)


def trial_rows(answers: pd.DataFrame) -> pd.DataFrame:
    """The first rows of the file that ``gcbook decide`` writes under the paper's weighting.

    Args:
        answers: from `decided`.

    Returns:
        The columns `gcbook.trials.parse.FILE_COLUMNS`.
    """
    names = {"observer": "subj", "response": "object_response", "image_id": "imagename"}
    paper = answers[answers["weighting"] == WEIGHTINGS["exp:7"]].drop(columns="imagename")
    return paper.rename(columns=names).head(_SHOWN)[list(FILE_COLUMNS)]


def outcome_rows(answers: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """Shape bias and the two accuracies under each weighting.

    Args:
        answers: from `decided`.
        resampling: how the intervals are made, which resample silhouettes.

    Returns:
        ``weighting, n`` (images) and ``shape_accuracy, texture_accuracy, shape_bias``, each with
        ``_low`` and ``_high``.
    """
    found = cue_shares(answers, ["weighting"], resampling=resampling)
    order = found["weighting"].map(list(WEIGHTINGS.values()).index)
    return found.iloc[order.argsort()].reset_index(drop=True)


def category_rows(answers: pd.DataFrame, *, resampling: Resampling) -> pd.DataFrame:
    """The fraction of texture decisions in each shape category under each weighting.

    Args:
        answers: from `decided`.
        resampling: how the intervals are made, which resample silhouettes.

    Returns:
        ``weighting, category, texture_share, low, high, shape_answers, texture_answers`` and
        ``category_mean`` (of the shares, over the categories).
    """
    found = cue_shares(answers, ["weighting", "category"], resampling=resampling)
    counts = {
        f"{cue}_answers": (found[f"{cue}_accuracy"] * found["n"]).round().astype(int)
        for cue in ("shape", "texture")
    }
    shares = 1 - found["shape_bias"]
    return found[["weighting", "category"]].assign(
        texture_share=shares,
        low=1 - found["shape_bias_high"],
        high=1 - found["shape_bias_low"],
        **counts,
        category_mean=shares.groupby(found["weighting"]).transform("mean"),
    )


def run_rows(outcome: pd.DataFrame, parameters: Any, printed: float) -> pd.DataFrame:
    """The miniature's run beside that of the large model.

    Args:
        outcome: from `outcome_rows`.
        parameters: of the chapter.
        printed: the shape bias that the paper prints of the large model.

    Returns:
        A row a model: ``model, resolution`` (pixels a side), ``parameters`` (of the network that is
        evaluated), ``weights_gb`` (of them in half precision), ``images, draws, evaluations``, and
        ``shape_bias``: measured here, and as printed.
    """
    entry, store = zoo()[LARGE], shipped_store(MINIATURE, CONFLICTS)
    small, large = network_parameters(MINIATURE), entry.parameters or 0
    images = len(store.images())
    total = n_evaluations("diffusion", parameters.images, parameters.noise_draws, len(CATEGORIES))
    return pd.DataFrame(
        {
            "model": [label_of(MINIATURE), entry.title],
            "resolution": [named_world(parts_of(MINIATURE).world).resolution, entry.resolution],
            "parameters": [small, large],
            "weights_gb": [each * HALF_PRECISION / 1e9 for each in (small, large)],
            "images": [images, parameters.images],
            "draws": [store.settings.max_draws, parameters.noise_draws],
            "evaluations": [images * evaluations(store), total],
            "shape_bias": [outcome["shape_bias"].iloc[0], printed],
        }
    )


def cost_rows(noise_draws: int) -> pd.DataFrame:
    """How many network evaluations each kind of model takes.

    Args:
        noise_draws: draws of (t, noise), or of masks, an image.

    Returns:
        A row a kind: ``kind, formula, per_image``, and ``evaluations`` (of the cue-conflict images)
        and ``all_evaluations`` (of the images of all 17 datasets).
    """
    images = {name: experiment.n_images for name, experiment in EXPERIMENTS.items()}
    rows = []
    for kind, title in KIND_TITLES.items():
        one = n_evaluations(kind, 1, noise_draws, len(CATEGORIES))
        rows.append(
            {
                "kind": title,
                "formula": " × ".join(["images", *COSTS[kind].factors]),
                "per_image": one,
                "evaluations": one * images[CONFLICTS],
                "all_evaluations": one * sum(images.values()),
            }
        )
    return pd.DataFrame(rows)


def model_rows() -> pd.DataFrame:
    """The models that have a name here, miniatures of other worlds aside.

    Returns:
        A row a model, by kind, the paper's own before those that stand for it: ``stands_for`` (a
        model of the paper's, or `NONE`),
        ``name, kind, resolution`` (pixels a side), ``space, prediction, schedule, text_encoder,
        parameters`` (of the network that is evaluated), ``download_gb, licence, gated`` ("yes",
        "no" or None), ``differs`` (from what it stands for), ``trials`` (its label in the public
        trials, or None), ``source, note, checked``; missing where it was not checked.
    """
    order = list(KIND_TITLES)
    entries = [entry for entry in zoo().values() if not entry.world]
    entries.sort(
        key=lambda entry: (
            order.index(entry.kind),
            not entry.stands_for,
            entry.stands_for,
            not entry.same,
        )
    )
    rows = pd.DataFrame([_facts(entry) for entry in entries])
    return rows.astype({"resolution": "Int64", "parameters": "Int64", "download_gb": "Float64"})


def _facts(entry: ZooEntry) -> dict[str, object]:
    labels = known_networks().set_index("observer")["label"]
    shipped = entry.source.package in shipped_models()
    own = network_parameters(entry.source.package) if shipped else entry.parameters
    return {
        "stands_for": system_titles().get(entry.stands_for, NONE),
        "name": entry.name,
        "kind": KIND_TITLES[entry.kind],
        "resolution": entry.resolution,
        "space": entry.space or None,
        "prediction": PREDICTIONS.get(entry.prediction),
        "schedule": entry.schedule or None,
        "text_encoder": entry.text_encoder or None,
        "parameters": own,
        "download_gb": entry.download_gb,
        "licence": entry.licence or None,
        "gated": {True: "yes", False: "no", None: None}[entry.gated],
        "differs": "nothing: it is this model" if entry.same else entry.differs or None,
        "trials": labels.get(entry.trials),
        "source": str(entry.source),
        "note": entry.note or None,
        "checked": " ".join(entry.checked),
    }
