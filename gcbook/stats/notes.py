"""Facts and sentences for the chapters on error consistency, discussion and limits.

Every number that their prose holds is computed here from the tables that their figures show.
"""

import math
from typing import Any

import numpy as np
import pandas as pd

from gcbook.files.markdown import escape_markdown
from gcbook.paper.observers import HUMANS, HUMANS_TITLE, PUBLISHED_SOURCES, labels, show_once
from gcbook.paper.published import published_models, published_values, quoted_value, table1
from gcbook.stats.benchmark_tables import METRICS
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import number, span

__all__ = [
    "claim_facts",
    "confound_facts",
    "consistency_facts",
    "human_facts",
    "interval_note",
    "public_on_some",
    "reproduction_sentence",
    "resolution_sentence",
]

_PLACE = {"shape_bias": "cue-conflict", "ood_accuracy": "", "error_consistency": ""}
"""Shape bias belongs to one dataset, the other two are means over all."""


def interval_note(summaries: Summaries, corrected: str = "") -> str:
    """What the intervals of a figure are, for its caption.

    Args:
        summaries: any.
        corrected: the metrics shown whose intervals are corrected for bias, in words.
    """
    made = summaries.provenance
    if not made["draws"]:
        return "No intervals: nothing was resampled."
    humans = "humans resampled too" if made["resample_observers"] else "the humans held fixed"
    said = (
        f"Intervals: {made['confidence']:.0%}, bootstrap over images with {made['draws']:,} draws, "
        f"{humans}."
    )
    if corrected:
        said += f" The interval of {corrected} is corrected for its bias, the value is not."
    return said


def consistency_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """Error consistency in a few numbers.

    Args:
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.

    Returns:
        ``humans`` and ``humans_span``; ``n_networks`` recomputed, the ``best`` of them (in
        Markdown) with ``best_value, best_span``; ``above_humans``, how many of them have a higher
        OOD accuracy than the humans; published: ``imagen, stable_diffusion, parti, clip, vit_22b``
        (the best ViT-22B), ``n_published`` models, ``standing``, a clause on how many of them are
        above the best of ours (if both are over the same datasets and conditions), and
        ``above_stable_diffusion, above_parti``, how many that do not generate are surely above.
    """
    humans = rows[rows["kind"] == HUMANS_TITLE].iloc[0]
    ours = rows[rows["error_consistency"].notna() & (rows["kind"] != HUMANS_TITLE)]
    paper = published_values().dropna(subset="error_consistency").set_index("key")
    printed = paper["error_consistency"]
    facts = {
        "humans": number(humans["error_consistency"]),
        "humans_span": span(humans["error_consistency_low"], humans["error_consistency_high"]),
        "human_accuracy": number(humans["ood_accuracy"]),
        "n_networks": len(ours),
        "n_published": len(printed),
        "vit_22b": number(float(printed[printed.index.str.startswith("vit_22b")].max())),
    }
    others = printed[paper["kind"] != "generative"]
    # Parti's number has two digits, and may have been rounded by half of the second.
    facts["above_stable_diffusion"] = int((others > printed["stable_diffusion"]).sum())
    facts["above_parti"] = int((others > printed["parti"] + 0.005).sum())
    for key in ("imagen", "stable_diffusion", "parti", "clip"):
        facts[key] = number(float(printed[key]))
    if ours.empty:
        return (
            facts
            | {"best": "no network", "best_value": "–", "best_span": "–"}
            | {"above_humans": 0, "standing": "so nothing is to be compared"}
        )
    best = ours.sort_values("error_consistency").iloc[-1]
    return facts | {
        "best": escape_markdown(best["model"]),
        "best_value": number(best["error_consistency"]),
        "best_span": span(best["error_consistency_low"], best["error_consistency_high"]),
        "above_humans": int((ours["ood_accuracy"] > humans["ood_accuracy"]).sum()),
        "standing": _standing(rows, printed, round(float(best["error_consistency"]), 3)),
    }


def _standing(rows: pd.DataFrame, printed: pd.Series, value: float) -> str:
    # Rows have ranks among the paper's only where they are averages over the same.
    if rows["mean_rank"].isna().all():
        return (
            "an average over other datasets or conditions than the paper's, and not comparable "
            "with its numbers"
        )
    return f"which {(printed > value).sum()} of the published models surpass"


def resolution_sentence(differences: pd.DataFrame) -> str:
    """How large a difference has to be before this benchmark can tell, as our networks show it.

    Args:
        differences: from `gcbook.stats.differences.model_differences`.
    """
    paper = published_values().dropna(subset="error_consistency").set_index("key")
    printed = paper["error_consistency"]
    rival = printed[~printed.index.isin(["imagen"])].max()
    gap = printed["imagen"] - rival
    said = (
        f"By the printed numbers, Imagen leads the next model by {gap:.3f} "
        f"({printed['imagen']:.3f} against {rival:.3f})"
    )
    if differences.empty:
        return said + ". Without bootstrap draws there is no yardstick for that."
    half = float(np.median((differences["high"] - differences["low"]) / 2))
    said += (
        f". Among the networks whose decisions are public, the interval of a difference reaches "
        f"{half:.3f} to either side (median over {len(differences)} pairs)"
    )
    differs = differences["differs"].astype(bool)
    if differs.any():
        least = differences.loc[differs, "difference"].min()
        said += f", and the smallest difference that survives the correction is {least:.3f}"
    return said + "."


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


def reproduction_sentence(rows: pd.DataFrame, summaries: Summaries) -> str:
    """How many printed numbers of Tables 2 and 3 could be recomputed, and how many came out.

    Args:
        rows: from `gcbook.stats.benchmark_tables.benchmark_rows`.
        summaries: what they were made of.
    """
    printed = rows[rows["key"] != ""]
    both = printed[printed["error_consistency"].notna()]
    if both.empty:
        return (
            "These choices leave no number that is both printed and recomputed: the paper's are "
            "over all datasets in the benchmark's conditions."
        )
    ours = both[list(METRICS)].round(3).to_numpy()
    paper = both[[f"{metric}_published" for metric in METRICS]].to_numpy()
    same = int((np.abs(ours - paper) < 1e-9).sum())
    apart = float((both["mean_rank"] - both["mean_rank_published"]).abs().max())
    more = public_on_some(summaries) - set(both["model"])
    return (
        f"The paper's tables list {len(printed)} models. Single decisions on all "
        f"{len(summaries.provenance['datasets'])} datasets are public for {len(both)} of them "
        f"({' and '.join(both['model'])}). Of the {ours.size} numbers that Tables 2 and 3 print "
        f"for these, {same} come out to the third digit, and their mean ranks to within "
        f"{apart:.2f}. For {len(more)} more, decisions of networks of the same name are public on "
        "cue-conflict, edge and silhouette images, from which no printed mean can be had. Another "
        f"{int(((rows['key'] == '') & (rows['kind'] != HUMANS_TITLE)).sum())} networks are public "
        "on all datasets but not in the paper; the paper prints no row for the humans."
    )


def public_on_some(summaries: Summaries) -> set[str]:
    """Names of the paper's models with public decisions on any dataset; one name is one model."""
    counts = summaries.counts
    ours = counts[(counts["observer_kind"] == "model") & counts["source"].isin(PUBLISHED_SOURCES)]
    return set(labels(ours["observer"].drop_duplicates())) & set(published_models()["name"])
