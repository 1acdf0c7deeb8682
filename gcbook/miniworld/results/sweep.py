"""Shape bias and accuracy against k, from all images and draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.shipped import shipped_models, shipped_store
from gcbook.miniworld.results.weighting import PAPER, SETS, answers_under
from gcbook.stats.metrics import CUE_METRICS
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies, cue_shares, pooled_measures

DECAYS = tuple(range(21))
"""Values of k in exp(−kt)."""

RESNET = "mini-cnn"


@dataclass(frozen=True)
class Curves:
    """Accuracy and shape bias under each k in the same resamples, so that differences are paired.

    Attributes:
        decays: the K values of k, ascending.
        accuracy: on in-distribution images, (networks, K, 1 + draws), the values themselves first.
        shape_bias: on cue conflicts, likewise.
    """

    decays: tuple[float, ...]
    accuracy: np.ndarray
    shape_bias: np.ndarray

    def at(self, measure: str, k: float) -> np.ndarray:
        """A measure of each network under one k, (networks, 1 + draws)."""
        return np.asarray(getattr(self, measure)[:, self.decays.index(k)])


def measures_under(recipe: str, decays: Sequence[float], *, resampling: Resampling) -> pd.DataFrame:
    """Accuracy and cues of all networks of a diffusion model under exp(−kt).

    Args:
        decays: values of k, the paper's among them.

    Returns:
        A row a k: ``k``; of ``accuracy`` (in-distribution images) and ``shape_accuracy,
        texture_accuracy, shape_bias`` (cue conflicts) the value, ``_low`` and ``_high``; and
        ``change, change_low, change_high``, by how much it is more accurate than under the paper's
        k on the same images.
    """
    plain, conflicts = (_decided(recipe, name, tuple(decays)) for name in SETS)
    pooled = _curves([each.assign(observer=recipe) for each in (plain, conflicts)], resampling)
    change = pooled.accuracy - pooled.at("accuracy", PAPER)[:, None]
    low, high = resampling.interval(change)
    changes = {"change": change[0, :, 0], "change_low": low[0], "change_high": high[0]}
    changed = pd.DataFrame({"k": pooled.decays, **changes})
    return _measured(plain, conflicts, "k", resampling).merge(changed, on="k")


def curves_of(recipe: str, decays: Sequence[float], *, resampling: Resampling) -> Curves:
    """Measure every network of a diffusion model under exp(−kt), by itself."""
    return _curves([_decided(recipe, name, tuple(decays)) for name in SETS], resampling)


def resnet_bias(*, resampling: Resampling) -> np.ndarray:
    """The shape bias of the ResNets in each resample of silhouettes and of networks.

    Returns:
        (1 + draws,), paired with the `Curves` of diffusion models.
    """
    answers = pd.concat(_resnets(), ignore_index=True)
    _, values, _ = pooled_measures(answers, ["recipe"], resampling=resampling, together=True)
    return np.asarray(values["shape_bias"][0])


def resnet_measures(*, resampling: Resampling) -> Mapping[str, float]:
    """The same of the ResNets, which no weight concerns: what `measures_under` says of a k."""
    plain, conflicts = _resnets()
    table = _measured(plain, conflicts, "recipe", resampling).drop(columns="recipe")
    return {str(name): float(value) for name, value in table.iloc[0].items()}


def _resnets() -> list[pd.DataFrame]:
    """The answers of the ResNets to each of the two test sets."""
    return [with_recipe(miniature_answers([name], shipped_models((RESNET,)))) for name in SETS]


def _curves(answers: Sequence[pd.DataFrame], resampling: Resampling) -> Curves:
    together = pd.concat(answers, ignore_index=True)
    keys, values, _ = pooled_measures(together, ["k"], resampling=resampling, together=False)
    decays = tuple(dict.fromkeys(keys["k"]))
    accuracy, bias = (
        values[name].reshape(len(decays), -1, 1 + resampling.draws).swapaxes(0, 1)
        for name in ("accuracy", "shape_bias")
    )
    return Curves(decays, accuracy, bias)


# A chapter measures the same answers together, a network at a time, and against others.
@lru_cache(maxsize=16)
def _decided(recipe: str, test_set: str, decays: tuple[float, ...]) -> pd.DataFrame:
    named = {f"exp:{k:g}": k for k in decays}
    tables = [
        answers_under(shipped_store(name, test_set), list(named)).assign(observer=name)
        for name in shipped_models((recipe,))
    ]
    answers = pd.concat(tables, ignore_index=True)
    return answers.assign(k=answers["weighting"].map(named))


def _measured(
    plain: pd.DataFrame, conflicts: pd.DataFrame, by: str, resampling: Resampling
) -> pd.DataFrame:
    right = accuracies(plain, [by], resampling=resampling)
    right = right.rename(columns={"low": "accuracy_low", "high": "accuracy_high"})
    cues = cue_shares(conflicts, [by], resampling=resampling)
    names = ("accuracy", *CUE_METRICS)
    columns = [by, *(name + end for name in names for end in ("", "_low", "_high"))]
    return right.drop(columns="n").merge(cues, on=by)[columns]
