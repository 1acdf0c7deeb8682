"""The numbers of the landing page."""

from types import SimpleNamespace

import pandas as pd

from gcbook.claims import Number
from gcbook.miniworld.results.weighting import PAPER
from gcbook.paper.published import table2
from gcbook.stats.benchmark_tables import table1_quoted
from gcbook.stats.shape_tables import bias_by_category, people_and_networks, pooled_bias
from gcbook.stats.summaries import Summaries


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
    _, networks = people_and_networks(pooled_bias(bias_by_category(summaries)))
    mini = miniatures.set_index("recipe")["shape_bias"]
    ood = accuracies.set_index("recipe")["accuracy"]
    pixel = dial[dial["recipe"] == "mini-pixel"].set_index("k")["shape_bias"]
    best_before = table2().set_index("key")["error_consistency"]
    (seen,) = example.to_dict("records")
    return SimpleNamespace(
        people=int(seen["people"]),
        by_shape=int(seen["by_shape"]),
        shape=str(seen["shape"]),
        texture=str(seen["texture"]),
        network_said=str(seen["resnet50"]),
        **{name: Number(value, ".2f") for name, value in table1_quoted(summaries).items()},
        best_network_bias=Number(networks.max(), ".2f"),
        vit_22b=Number(best_before["vit_22b_ft_560"], ".2f"),
        mini_pixel=Number(mini["mini-pixel"], ".2f"),
        mini_latent=Number(mini["mini-latent"], ".2f"),
        mini_ar=Number(mini["mini-ar"], ".2f"),
        mini_cnn=Number(mini["mini-cnn"], ".2f"),
        mini_pixel_accuracy=Number(ood["mini-pixel"], ".2f"),
        mini_cnn_accuracy=Number(ood["mini-cnn"], ".2f"),
        pixel_flat=Number(pixel.loc[0], ".2f"),
        pixel_paper=Number(pixel.loc[PAPER], ".2f"),
        pixel_steep=Number(pixel.iloc[-1], ".2f"),
        paper_k=PAPER,
    )
