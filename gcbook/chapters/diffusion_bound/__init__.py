"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import number
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        "coarse_sd": number(1.1, "standard deviation of a class's hill", ge=0.7, le=3),
        "fine_sd": number(0.2, "standard deviation of a peak", ge=0.1, le=0.35),
    }
)
"""The bound of the likelihood, on two classes of numbers whose peaks stand apart: the ratio of the
likelihoods zigzags, as the chapter says."""
