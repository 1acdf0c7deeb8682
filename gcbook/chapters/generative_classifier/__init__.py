"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import number, seed_of, whole
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        "seed": seed_of("seed of the toy's images and noise"),
        "samples": whole(1000, "images behind the toy's accuracies", ge=100, le=10_000, smoke=100),
        "grid": whole(40, "cells along each side of the maps of decisions", ge=16, le=96, smoke=16),
        "coarse_sd": number(1.1, "standard deviation of a class's cloud", ge=0.3, le=3),
        "fine_sd": number(0.25, "standard deviation of a clump", ge=0.05, le=1),
    }
)
"""A world of which everything is known."""
