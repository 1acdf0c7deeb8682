"""A world without texture, background or pose, in which an image is its silhouette in two greys."""

from dataclasses import replace

from gcbook.miniworld.world import WORLD

BARE = replace(
    WORLD,
    misleading=0.0,
    background_ratio=(0.0, 0.0),
    texture_ratio=(1e-6, 1e-6),
    rotation=(0.0, 0.0),
    scale=(0.9, 0.9),
    aspect=0.0,
    shift=0.0,
    flip=False,
)
