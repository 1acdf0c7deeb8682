"""The numbers of the landing page."""

from types import SimpleNamespace

import pandas as pd

from gcbook.claims import Number
from gcbook.miniworld.results.weighting import PAPER
from gcbook.paper.observers import GENERATIVE, HUMANS_TITLE
from gcbook.paper.published import table2
from gcbook.stats.benchmark_tables import table1_recomputed
from gcbook.stats.shape_tables import bias_by_category, pooled_bias
from gcbook.stats.summaries import Summaries

__all__ = ["home_facts"]

_TWO = ".2f"
_METRICS = ("shape_bias", "ood_accuracy", "error_consistency")
_RECOMPUTED = {"humans": HUMANS_TITLE, "resnet50": "ResNet-50"}


def home_facts(
    summaries: Summaries,
    dial: pd.DataFrame,
    miniatures: pd.DataFrame,
    accuracies: pd.DataFrame,
    example: pd.DataFrame,
) -> SimpleNamespace:
    """Return every number of the landing page under a name.

    Args:
        summaries: the shipped ones.
        dial: from `gcbook.chapters.home.tables.dial_rows`.
        miniatures: from ``miniature_rows`` of the same module.
        accuracies: from ``accuracy_rows``.
        example: one row of `gcbook.stimuli.pictures.pictures_of`.
    """
    table = table1_recomputed(summaries).set_index("model")
    bias = pooled_bias(bias_by_category(summaries))
    recomputed = bias[(bias["source"] == "recomputed") & (bias["kind"] != HUMANS_TITLE)]
    networks = recomputed.set_index("observer")["shape_bias"]
    mini = miniatures.set_index("recipe")["shape_bias"]
    ood = accuracies.set_index("recipe")["accuracy"]
    pixel = dial[dial["recipe"] == "mini-pixel"].set_index("k")["shape_bias"]
    numbers = {
        f"{short}_{metric}": Number(table[f"{metric}{end}"][name], _TWO)
        for named, end in ((GENERATIVE, "_published"), (_RECOMPUTED, ""))
        for short, name in named.items()
        for metric in _METRICS
    }
    best_before = table2().set_index("key")["error_consistency"]
    (seen,) = example.to_dict("records")
    return SimpleNamespace(
        people=int(seen["people"]),
        by_shape=int(seen["by_shape"]),
        shape=str(seen["shape"]),
        texture=str(seen["texture"]),
        network_said=str(seen["resnet50"]),
        **numbers,
        best_network_bias=Number(networks.max(), _TWO),
        vit_22b=Number(best_before["vit_22b_ft_560"], _TWO),
        mini_pixel=Number(mini["mini-pixel"], _TWO),
        mini_latent=Number(mini["mini-latent"], _TWO),
        mini_ar=Number(mini["mini-ar"], _TWO),
        mini_cnn=Number(mini["mini-cnn"], _TWO),
        mini_pixel_accuracy=Number(ood["mini-pixel"], _TWO),
        mini_cnn_accuracy=Number(ood["mini-cnn"], _TWO),
        pixel_flat=Number(pixel.loc[0], _TWO),
        pixel_paper=Number(pixel.loc[PAPER], _TWO),
        pixel_steep=Number(pixel.iloc[-1], _TWO),
        paper_k=PAPER,
    )
