"""The numbers that the chapter's text and its claims are about."""

from itertools import combinations
from math import asin, sin, sqrt
from statistics import NormalDist
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact

from gcbook.chapters.observer.pack import CONFIDENCE, TIMING, Experiment
from gcbook.claims import Interval, Number
from gcbook.miniworld.named import DEFAULT, named_world
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.stats.jeffreys import jeffreys_interval
from gcbook.stats.metrics import bias_of
from gcbook.stats.shape_tables import bias_by_category, pooled_bias
from gcbook.stats.summaries import Summaries
from gcbook.trials.timing import MOST_OFF, TOLERANCE_MS

FEW_SHAPES, FEW_TEXTURES = 12, 1
"""Answers of a reader for whom the text gives the interval: a person's on sixteen images."""

_POWER = 0.8
"""With which a difference is to be found: four times in five."""


def observer_facts(
    summaries: Summaries, rows: pd.DataFrame, experiment: Experiment
) -> SimpleNamespace:
    """Every number of the chapter's text under a name.

    Args:
        summaries: the shipped ones.
        rows: from `gcbook.chapters.observer.tables.observer_rows`.
        experiment: all of it.
    """
    (photographs,) = (part.images for part in experiment.parts if part.block == "photographs")
    miniature = next(part for part in experiment.parts if part.block == "miniature")
    people = rows[rows["kind"] == HUMANS_TITLE]
    machines = rows[rows["kind"] != HUMANS_TITLE].set_index("observer")
    networks = machines["shape_bias"]
    pooled = pooled_bias(bias_by_category(summaries))
    overall = pooled[pooled["source"] == "recomputed"].set_index("observer")["shape_bias"]
    shape, texture = (people[f"{cue}_accuracy"].sum() for cue in ("shape", "texture"))
    low, high = map(float, jeffreys_interval(FEW_SHAPES, FEW_SHAPES + FEW_TEXTURES, CONFIDENCE))
    return SimpleNamespace(
        photographs_images=len(photographs),
        few=int((photographs["round"] == 1).sum()),
        miniatures=miniature.answers["label"].nunique(),
        miniature_pixels=named_world(DEFAULT).resolution,
        people_saw=EXPERIMENTS["cue-conflict"].n_images,
        **{f"{name}_ms": ms for name, ms in TIMING.items()},
        tolerance_ms=TOLERANCE_MS,
        most_off=Number(MOST_OFF, ".0%"),
        answer_s=Number(TIMING["answer"] / 1000, ".1f"),
        confidence=Number(CONFIDENCE, ".0%"),
        people=len(people),
        people_range=Interval(people["shape_bias"].min(), people["shape_bias"].max(), ".2f"),
        people_least=Number(people["shape_bias"].min(), ".2f"),
        people_pooled=Number(bias_of(shape, texture), ".2f"),
        people_all=Number(overall["Humans"], ".2f"),
        networks=len(networks),
        best_network=str(networks.idxmax()),
        networks_most=Number(networks.max(), ".2f"),
        resnet50=Number(networks["ResNet-50"], ".2f"),
        resnet50_interval=Interval(
            machines["low"]["ResNet-50"], machines["high"]["ResNet-50"], ".2f"
        ),
        resnet50_all=Number(overall["ResNet-50"], ".2f"),
        few_shapes=FEW_SHAPES,
        few_textures=FEW_TEXTURES,
        few_bias=Number(bias_of(FEW_SHAPES, FEW_TEXTURES), ".2f"),
        few_interval=Interval(low, high, ".2f"),
        **_told_apart(people),
    )


def _told_apart(people: pd.DataFrame) -> dict[str, Any]:
    """Whether these images tell two people apart, and how far apart they would have to be.

    Of two people Fisher's exact test compares how many answers name the shape and the texture. What
    is found four times in five follows from the arcsine of a share's root, whose variance does not
    depend on the share (Cohen, 1988).
    """
    shape, texture = (
        (people["n"] * people[f"{cue}_accuracy"]).round().astype(int)
        for cue in ("shape", "texture")
    )
    counts = list(zip(shape, texture, strict=True))
    p = [float(fisher_exact(np.array(pair)).pvalue) for pair in combinations(counts, 2)]
    typical, named = people["shape_bias"].median(), (shape + texture).median()
    normal = NormalDist()
    apart = (normal.inv_cdf((1 + CONFIDENCE) / 2) + normal.inv_cdf(_POWER)) * sqrt(2 / named)
    found = sin(asin(sqrt(typical)) - apart / 2) ** 2
    return {
        "pairs": len(p),
        "pairs_told": sum(each < 1 - CONFIDENCE for each in p),
        "least_p": Number(min(p)),
        "typical": Number(typical, ".2f"),
        "found_below": Number(found, ".2f"),
    }
