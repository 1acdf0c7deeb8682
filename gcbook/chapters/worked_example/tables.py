"""What a run of a large diffusion model costs."""

from collections.abc import Sequence

import pandas as pd

from gcbook.classifiers.zoo import n_evaluations
from gcbook.paper.categories import CATEGORIES

SECONDS_AN_HOUR = 3600


def cost_table(images: int, draws: Sequence[int], rates: tuple[float, float]) -> pd.DataFrame:
    """Hours that a run takes, by draws and by evaluations a second.

    Args:
        images: number of images.
        draws: draws of (t, noise) an image, one row each.
        rates: network evaluations a second.

    Returns:
        Columns ``draws, evaluations`` and ``hours, hours_fast``, at the first and the second rate.
    """
    evaluations = [n_evaluations("diffusion", images, number, len(CATEGORIES)) for number in draws]
    table = pd.DataFrame({"draws": list(draws), "evaluations": evaluations})
    for name, rate in zip(("hours", "hours_fast"), rates, strict=True):
        table[name] = table["evaluations"] / rate / SECONDS_AN_HOUR
    return table
