r"""How strongly each cue speaks at one level of noise at a time, whichever cue wins.

At a level, with the mean error :math:`e_y` of each class y over the level's draws, the evidence for
class c on an image whose shape and texture are of the classes s and x is

.. math:: \frac{\frac1{|O|} \sum_{y \in O} e_y - e_c}{\mathrm{sd}_y\, e_y}, \qquad
    O = \{y : y \ne s, x\}.

It is bounded, and does not depend on the unit of the errors or on what all classes have in common.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gcbook.chapters.noise_levels.tables import CONFLICTS, level_of, level_table, unweighted
from gcbook.miniworld.results.answers import mark
from gcbook.miniworld.results.shipped import shipped_store
from gcbook.scoring.store import Store
from gcbook.stats.clustered import clustered_means
from gcbook.stats.resampling import Resampling

__all__ = ["cue_evidence", "image_evidence"]


def cue_evidence(
    models: Sequence[str],
    bins: int,
    *,
    resampling: Resampling = Resampling(),
) -> pd.DataFrame:
    """How strongly each cue of a conflict speaks, whoever wins.

    Of an image at a level: by how much the error of the shape's class lies below the mean error of
    the classes that the image shows neither in shape nor in texture, in standard deviations of
    the errors of all classes. Of the texture's class likewise. Every class is shape and texture of
    equally many images, so that a class that always has a small error moves neither mean.

    Args:
        models: see `models_with_levels`.
        bins: number of levels.
        resampling: how the intervals are made.

    Returns:
        ``model, cue, level, t_low, t_high, t, log_snr, n``, and ``mean, low, high`` over images; 0
        where a cue says nothing.
    """
    columns = ["model", "cue", "level", "t_low", "t_high", "t", "log_snr", "n"]
    columns += ["mean", "low", "high"]
    tables = [pd.DataFrame(columns=columns)]
    for model in models:
        rows = image_evidence(shipped_store(model, CONFLICTS), bins)
        for cue in ("shape", "texture"):
            means = clustered_means(rows, ["level"], cue, resampling=resampling)
            tables.append(means.assign(model=model, cue=cue).merge(level_table(model, bins)))
    return pd.concat(tables[1:] or tables, ignore_index=True)[columns]


def image_evidence(store: Store, bins: int) -> pd.DataFrame:
    """Evidence of every cue-conflict image of a store at each level.

    Args:
        store: of cue conflicts.
        bins: number of levels.

    Returns:
        ``image_id, category, silhouette, level, shape, texture``, see `cue_evidence`.
    """
    images = store.images().assign(response="na", dataset=CONFLICTS)
    images = mark(images)
    images = images[images["texture"].ne("") & (images["texture"] != images["category"])]
    rows = unweighted(store)
    measure = "nll" if store.traits.likelihood else "error_l2"
    keyed = (
        rows[["image_id", "label"]]
        .astype(str)
        .assign(
            level=level_of(rows["t"].to_numpy(), bins), error=rows[measure].to_numpy(np.float64)
        )
    )
    means = keyed.groupby(["image_id", "level", "label"])["error"].mean().unstack("label")
    means = means[means.index.get_level_values("image_id").isin(images["image_id"])]
    found = means.index.to_frame(index=False).merge(
        images[["image_id", "category", "texture", "silhouette"]], on="image_id", how="left"
    )
    errors, labels = means.to_numpy(), means.columns
    shown = {
        cue: labels.get_indexer(pd.Index(found[column]))
        for cue, column in (("shape", "category"), ("texture", "texture"))
    }
    each = np.arange(len(found))
    others = errors.copy()
    for place in shown.values():
        others[each, place] = np.nan
    centre, spread = np.nanmean(others, axis=1), errors.std(axis=1)
    # Where all classes have one error, no cue says anything.
    spread = np.where(spread > 0, spread, np.inf)
    values = {cue: (centre - errors[each, place]) / spread for cue, place in shown.items()}
    columns = ["image_id", "category", "silhouette", "level"]
    return found[columns].assign(shape=values["shape"], texture=values["texture"])
