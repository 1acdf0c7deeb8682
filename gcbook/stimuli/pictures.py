"""The few published stimuli, and one photograph, that come with the package to be looked at.

Twelve cue conflicts, drawn at random before any was looked at (twelve shape categories, the same
twelve rearranged for the textures, so that no shape has its own, and one image a pair), with how
people and a network answered; one more, picked by eye as an example, whose shape all ten people
named; one image without a conflict; four of the objects as silhouettes and as edges (Geirhos et
al., 2019; CC BY 4.0); and a cat (CC0). ``gcbook/data/pictures/ATTRIBUTION.md`` names the authors
and what was changed.
"""

from typing import Literal

import pandas as pd

from gcbook.files.manifest import DATA

PictureSet = Literal["cue-conflict", "no-conflict", "example", "silhouette", "edge", "photograph"]


def pictures_of(set_name: PictureSet) -> pd.DataFrame:
    """The pictures of one set.

    Args:
        set_name: of which.

    Returns:
        ``name`` (of the published image, without its ending), ``shape`` (category), ``file`` (for
        `picture_bytes`), and of images with a texture ``texture`` (category), ``people`` (who
        answered), ``by_shape`` and ``by_texture`` (how many of them named which), ``person`` and
        ``resnet50`` (the answers of subject-01 and of ResNet-50).
    """
    with DATA.path("pictures/pictures.csv").open(encoding="utf-8") as file:
        every = pd.read_csv(file)
    rows = every[every["set"] == set_name]
    counts = ["people", "by_shape", "by_texture"]
    kept = rows.drop(columns="set").dropna(axis="columns", how="all").reset_index(drop=True)
    return kept.astype({name: int for name in counts if name in kept})


def picture_bytes(file: str) -> bytes:
    """The bytes of a picture, a PNG or a JPEG of 128 pixels a side (the example: 224).

    Args:
        file: name, from `pictures_of`.
    """
    return DATA.path(f"pictures/{file}").read_bytes()
