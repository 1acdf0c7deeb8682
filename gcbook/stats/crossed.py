r"""Cue conflicts whose shapes and textures are crossed: resampled within pairs of categories.

A conflict is an image of a shape and of a texture, and the categories of both were chosen, not
drawn. So what varies are the exemplars, and what their images have in common beyond the mean of
their pair of categories. With :math:`x_i` what image *i* adds to a value, less that mean, each
exemplar *e* of a factor gets a normal deviate,

.. math:: w_i = 1 + s \sum_f c_f (z_{e_f(i)} - \bar z), \qquad
   c_f^2 = \sum_e n_e^2 \Big/ \lVert Z_f Q Z_f^\top \rVert^2,

the mean over the pair's images, :math:`Z_f` who is made of which exemplar and *Q* what takes the
means of pairs off: alone, the effects of one factor would vary a sum by as much as they do. What an
image has for itself is counted in both. No weights are right for every statistic (McCullagh, 2000),
so *s* is chosen by coverage: ``benchmarks/coverage/photographs.py``, which holds these intervals
against shapes alone and against the product of both bootstraps (Owen, 2007). Other statistics of
the same images are read off the same draws.

The chance of a training is that of the networks' deviations from their mean beyond what images make
of them, with Student's t.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.stats.resampling import Floats, Resampling, variance

SHRUNK = 0.9
"""By how much deviations are taken back, since those of single images count twice."""


def crossed_weights(image_ids: Sequence[str], resampling: Resampling) -> Floats:
    """How often each conflict counts in each resample of shapes and textures.

    Args:
        image_ids: as ``dog4-clock1.png``, of shape exemplar and texture exemplar; several images to
            each pair of categories.

    Returns:
        (1 + draws, images); row 0 is all ones. Weights are normal, some negative: they are for sums
        over all images, not for few of them.
    """
    parts = pd.Series(image_ids, dtype="str").str.extract(r"^((\D+)\d+)-((\D+)\d+)\.")
    pair = np.asarray(pd.get_dummies(parts[1] + "-" + parts[3]), dtype=float)
    weights = np.ones((1 + resampling.draws, len(parts)))
    for name, column in (("shapes", 0), ("textures", 2)):
        units = np.asarray(pd.get_dummies(parts[column]), dtype=float).T
        within = units - units @ pair / pair.sum(axis=0) @ pair.T
        scale = (units.sum(axis=1) ** 2).sum() / ((within @ units.T) ** 2).sum()
        drawn = resampling.normal(f"crossed/{name}", len(units)) @ within
        weights[1:] += SHRUNK * np.sqrt(scale) * drawn
    return weights


def over_trainings(values: npt.ArrayLike, name: str, resampling: Resampling) -> Floats:
    """The mean over trainings of one recipe, whose draws hold the chance of a training too.

    Args:
        values: (trainings, 1 + draws), a measure of each under the same resamples.
        name: of the recipe: keys the randomness.

    Returns:
        (1 + draws,). Fewer than three trainings tell too little of their spread: the draws are then
        of images alone, for these very networks.
    """
    each = np.asarray(values, dtype=float)
    n, mean = len(each), each.mean(axis=0)
    if n > 2:
        apart = each - mean
        own = (apart[:, 0] ** 2).sum() - variance(apart[:, 1:]).sum()
        t = resampling.normal(f"trainings/{name}", 1)[:, 0] * resampling.t_scales(name, n)[1:]
        mean[1:] += np.sqrt(max(own, 0) / (n * (n - 1))) * t
    return mean
