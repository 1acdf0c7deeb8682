"""Networks that were asked the published images at several sides: their answers, as shipped."""

import numpy as np
import pandas as pd

from gcbook.files.manifest import DATA
from gcbook.miniworld.photographs import PHOTOGRAPHED, PLAIN
from gcbook.miniworld.testsets import texture_of

STORED, PHOTOGRAPHS = 224, 64
"""Pixels a side of the published images, and of Tiny ImageNet's photographs."""


def asked_at_sides() -> pd.DataFrame:
    """Return the answers that ``tools/ask_at_sides.py`` ships, a row an image.

    Returns:
        ``network, dataset, image_id, category, texture`` ("" without one), ``side`` (pixels, those
        of the stored image where nothing was taken away), ``how`` ("bicubic", "box", "lanczos" or
        "blur"), ``blur`` (SD in pixels), ``response``, ``response_11`` (among the categories of
        `PHOTOGRAPHED`), ``shape_ahead`` (of a conflict: the shape's category is likelier than the
        texture's) and ``of_11`` (all its cues are among these categories).
    """
    found = pd.read_parquet(DATA.path("resolution/answers.parquet"))
    texture = found["image_id"].map(texture_of)
    stored = found["dataset"].eq(PLAIN).map({True: PHOTOGRAPHS, False: STORED})
    known = found["category"].isin(PHOTOGRAPHED) & texture.isin([*PHOTOGRAPHED, ""])
    return found.drop(columns=["at", "filter"]).assign(
        texture=texture,
        side=found["at"].fillna(stored).astype(int),
        how=np.where(found["blur"] > 0, "blur", found["filter"]),
        of_11=known,
    )


def shape_bias_at(network: str, side: int) -> float:
    """Return a network's shape bias on all cue conflicts, shrunk to a side by a bicubic filter.

    >>> shape_bias_at("efficientnet-lite0", 224) < 0.3 < shape_bias_at("efficientnet-lite0", 64)
    True
    """
    rows = asked_at_sides().query(
        "network == @network and dataset == 'cue-conflict' and side == @side and how == 'bicubic'"
    )
    shape = (rows["response"] == rows["category"]).sum()
    texture = (rows["response"] == rows["texture"]).sum()
    return float(shape / (shape + texture))
