"""Facts and sentences of the discussion: numbers of others' tables, and of ours beside them."""

import math
from typing import Any

from gcbook.paper.observers import HUMANS, show_once
from gcbook.paper.published import quoted_value, table1
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import number

__all__ = ["claim_facts", "confound_facts", "human_facts"]

_PLACE = {"shape_bias": "cue-conflict", "ood_accuracy": "", "error_consistency": ""}
"""Shape bias belongs to one dataset, the other two are means over all."""


def human_facts(summaries: Summaries) -> dict[str, Any]:
    """How many humans, networks and images there are.

    Returns:
        ``n_humans, n_trials, fewest, most`` (humans a dataset), ``n_networks``; ``images`` outside
        the datasets that share their exemplars by design, and ``shared`` (how many of them stand
        in several datasets).
    """
    counts = summaries.counts
    humans = counts[counts["observer_kind"] == "human"]
    who = humans[["dataset", "source", "observer"]].drop_duplicates()
    each = who.groupby("dataset").size()
    models = counts.loc[counts["observer_kind"] == "model", "observer"]
    return {
        "n_humans": len(who),
        "n_trials": int(humans["n"].sum()),
        "fewest": int(each.min()),
        "most": int(each.max()),
        "n_networks": int(models[models != HUMANS].nunique()),
        "images": summaries.provenance["images"],
        "shared": summaries.provenance["images_in_several_datasets"],
    }


def confound_facts() -> dict[str, str]:
    """Table 1 on diffusion noise: ``plain, trained, tested`` ResNet-50, each with two metrics.

    Returns:
        ``…_kappa`` and ``…_bias`` (in per cent), and ``sd_resolution, sd_bias, imagen_resolution``.
    """
    printed = table1().set_index("key")
    keys = {"plain": "resnet50", "trained": "resnet50_diffusion_noise"}
    keys["tested"] = "resnet50_diffusion_noise_train_eval"
    facts = {f"{name}_kappa": f"{printed['error_consistency'][k]:.2f}" for name, k in keys.items()}
    facts |= {f"{name}_bias": f"{printed['shape_bias'][k]:.0%}" for name, k in keys.items()}
    return facts | {
        "sd_bias": f"{printed['shape_bias']['stable_diffusion']:.0%}",
        "sd_resolution": f"{quoted_value('stable_diffusion_resolution'):.0f}",
        "imagen_resolution": f"{quoted_value('imagen_resolution'):.0f}",
    }


def claim_facts(summaries: Summaries) -> dict[str, Any]:
    """The numbers behind the paper's claims: what it prints, and what was recomputed.

    Returns:
        In words, "not computed" where the chosen datasets do not give them: ``KEY_METRIC`` for
        ``imagen, stable_diffusion, parti`` (Table 1) and for ``humans, resnet50`` (recomputed) with
        the metrics ``shape_bias, ood_accuracy, error_consistency``; ``lowest_human,
        highest_human`` (shape bias of individuals), and the counts ``n_below`` of ``n_networks``
        with a shape bias below every human's.
    """
    printed = table1().set_index("key")
    estimates = show_once(summaries.estimates)
    whole = estimates[(estimates["condition"] == "") & (estimates["category"] == "")]
    whole = whole[whole["other"].isin(["", HUMANS])]
    facts: dict[str, Any] = {}
    for metric, dataset in _PLACE.items():
        values = whole[(whole["metric"] == metric) & (whole["dataset"] == dataset)]
        by_observer = dict(zip(values["observer"], values["value"], strict=True))
        for key in ("imagen", "stable_diffusion", "parti"):
            facts[f"{key}_{metric}"] = number(float(printed[metric].to_dict()[key]), ".2f")
        for observer in (HUMANS, "resnet50"):
            facts[f"{observer}_{metric}"] = number(by_observer.get(observer, math.nan))
    bias = whole[whole["metric"] == "shape_bias"]
    people = bias[(bias["observer_kind"] == "human") & (bias["observer"] != HUMANS)]["value"]
    networks = bias[bias["observer_kind"] == "model"]["value"]
    return facts | {
        "lowest_human": number(float(people.min())),
        "highest_human": number(float(people.max())),
        "n_networks": len(networks),
        "n_below": int((networks < people.min()).sum()),
    }
