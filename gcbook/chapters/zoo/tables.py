"""The tables of the chapter on models: who stands for whom, what is known, what it costs."""

import pandas as pd

from gcbook.classifiers.zoo import COSTS, Kind, ZooEntry, n_evaluations, system_titles, zoo
from gcbook.miniworld.results.shipped import network_parameters, shipped_models
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import known_networks

SYSTEMS = ("imagen", "stable_diffusion", "parti", "muse", "clip", "vit_22b_ft_384")
"""The paper's large models, in the order in which it has them; one ViT-22B for its three."""

OPEN_WEIGHTS = frozenset({"stable_diffusion", "clip"})
"""Which of them can be had: the others' authors have published no weights."""

SHORT_TITLES = {"clip": "CLIP", "vit_22b_ft_384": "ViT-22B"}

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


def system_rows() -> pd.DataFrame:
    """The paper's large models, each with the models that can take its place here.

    Returns:
        One row a pair, or a single row where there is none: ``system, original`` ("public" or
        "not public": the weights), ``stand_in, name, differs``; None where there is no model. Last
        come the models that stand for none of the paper's, without ``original``.
    """
    rows: list[tuple[str | None, ...]] = []
    for key in SYSTEMS:
        system = SHORT_TITLES.get(key, system_titles()[key])
        original = "public" if key in OPEN_WEIGHTS else "not public"
        entries = [entry for entry in _entries() if entry.stands_for == key]
        # What can be had now comes before what is to come.
        entries.sort(key=lambda entry: (not entry.same, bool(entry.source.package)))
        found = [(system, original, *_stand_in(entry)) for entry in entries]
        rows += found or [(system, original, None, None, "no open model comes near it")]
    rows += [
        ("None of the paper's", None, *_stand_in(entry))
        for entry in _entries()
        if not entry.stands_for and entry.kind != "discriminative"
    ]
    return pd.DataFrame(rows, columns=["system", "original", "stand_in", "name", "differs"])


def fact_rows() -> pd.DataFrame:
    """What is known of each large model, and of the miniatures.

    Returns:
        One row a model: ``name, kind, resolution`` (pixels a side), ``space, prediction, schedule,
        text_encoder, parameters`` (of the network that is evaluated), ``download_gb, licence,
        gated`` ("yes", "no" or None), ``source, note, checked``; missing where it was not checked.
    """
    entries = [entry for entry in _entries() if entry.kind != "discriminative"]
    rows = pd.DataFrame([_facts(entry) for entry in entries])
    return rows.astype({"resolution": "Int64", "parameters": "Int64", "download_gb": "Float64"})


def network_rows() -> pd.DataFrame:
    """The discriminative networks.

    Returns:
        One row a network: ``title, name, in_paper`` (its name in the paper's tables, or None),
        ``trials`` (its label in the public trials, or None), ``resolution, parameters, licence,
        source``.
    """
    labels = known_networks().set_index("observer")["label"]
    entries = [entry for entry in _entries() if entry.kind == "discriminative"]
    rows = pd.DataFrame(
        [
            {
                "title": entry.title,
                "name": entry.name,
                "in_paper": system_titles().get(entry.stands_for),
                "trials": labels.get(entry.trials),
                "resolution": entry.resolution,
                "parameters": entry.parameters,
                "licence": entry.licence or None,
                "source": str(entry.source),
            }
            for entry in entries
        ]
    )
    return rows.astype({"resolution": "Int64", "parameters": "Int64"})


def cost_rows(noise_draws: int) -> pd.DataFrame:
    """Network evaluations that each kind of model needs for the cue-conflict images.

    Args:
        noise_draws: draws of (t, noise), or of masks, an image.

    Returns:
        One row a kind: ``kind, formula, per_image, evaluations`` and ``models`` (their names).
    """
    images = EXPERIMENTS["cue-conflict"].n_images
    rows = []
    for kind, title in KIND_TITLES.items():
        cost, total = COSTS[kind], n_evaluations(kind, images, noise_draws, len(CATEGORIES))
        rows.append(
            {
                "kind": title,
                "formula": " × ".join(["images", *cost.factors]),
                "per_image": total // images,
                "evaluations": total,
                "models": ", ".join(entry.name for entry in _entries() if entry.kind == kind),
            }
        )
    return pd.DataFrame(rows)


def _entries() -> list[ZooEntry]:
    """All but the miniatures of other worlds, which are what those of the default one are."""
    return [entry for entry in zoo().values() if not entry.world]


def _stand_in(entry: ZooEntry) -> tuple[str, str, str]:
    differs = "nothing: it is this model" if entry.same else entry.differs
    return entry.title, entry.name, differs


def _facts(entry: ZooEntry) -> dict[str, object]:
    gated = {True: "yes", False: "no", None: None}[entry.gated]
    return {
        "name": entry.name,
        "kind": KIND_TITLES[entry.kind],
        "resolution": entry.resolution,
        "space": entry.space or None,
        "prediction": PREDICTIONS.get(entry.prediction),
        "schedule": entry.schedule or None,
        "text_encoder": entry.text_encoder or None,
        "parameters": _parameters(entry),
        "download_gb": entry.download_gb,
        "licence": entry.licence or None,
        "gated": gated,
        "source": str(entry.source),
        "note": entry.note or None,
        "checked": " ".join(entry.checked),
    }


def _parameters(entry: ZooEntry) -> int | None:
    shipped = entry.source.package in shipped_models()
    return network_parameters(entry.source.package) if shipped else entry.parameters
