"""Is a weakness on high-pass images the weighting's (Section 4)?"""

import pandas as pd

from gcbook.miniworld.results.panel import counted
from gcbook.miniworld.results.weighting import PAPER, Stores, answers_under
from gcbook.stats.clustered import clustered_columns
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.shares import accuracies

DECAYS = (0, 1, 2, 3, 5, 7, 10, 15, 20)
"""Values of k in exp(−kt), the paper's among them."""
SETS = {
    "in-distribution": "As in training",
    "high-pass": "High-pass",
    "low-pass": "Low-pass",
    "silhouette": "Silhouettes",
}
"""Test sets that are compared; of the filtered ones the conditions that the benchmark counts."""


def decay_rows(stores: Stores, *, resampling: Resampling = Resampling()) -> pd.DataFrame:
    """Accuracy on each test set under exp(−kt) with each k of `DECAYS`, from stored errors.

    Args:
        stores: from `gcbook.miniworld.results.weighting.weighing_stores`, of `SETS`.
        resampling: how the intervals are made.

    Returns:
        ``model, test_set`` (a title), ``k, n, accuracy, low, high``; ``change, change_low,
        change_high``, how much more accurate than under the paper's k on the same images; and
        ``commonest``, the share of the commonest answer.
    """
    changes = ["change", "change_low", "change_high"]
    columns = ["model", "test_set", "k", "n", "accuracy", "low", "high", *changes, "commonest"]
    tables = []
    names = [f"exp:{k}" for k in DECAYS]
    for model, of_model in stores.items():
        for test_set, store in of_model.items():
            answers = answers_under(store, names)
            answers = answers[counted(answers)]
            found = accuracies(answers, ["weighting"], resampling=resampling)
            tables.append(
                found.merge(_since_paper(answers, resampling), on="weighting").assign(
                    model=model,
                    test_set=SETS[test_set],
                    k=found["weighting"].str.removeprefix("exp:").astype(float),
                    commonest=found["weighting"].map(_commonest(answers)),
                )
            )
    table = pd.concat(tables, ignore_index=True)[columns]
    ordered = ordered_rows(table, ["model", "test_set", "k"], {"test_set": SETS.values()})
    return ordered.round(dict.fromkeys(columns[4:], 4))


def _since_paper(answers: pd.DataFrame, resampling: Resampling) -> pd.DataFrame:
    """How much more accurate each weighting is than the paper's, image by image."""
    right = answers["right"].astype(float)
    papers = answers["weighting"] == f"exp:{PAPER}"
    under_papers = right[papers].set_axis(answers.loc[papers, "image_id"])
    paired = answers.assign(change=right - answers["image_id"].map(under_papers))
    found = clustered_columns(paired, ["weighting"], ["change"], resampling=resampling)
    return found.drop(columns="n")


def _commonest(answers: pd.DataFrame) -> pd.Series:
    """The share of the commonest answer: where it is near 1, accuracy shows no ability."""
    shares = answers.groupby("weighting")["response"].value_counts(normalize=True)
    return shares.groupby("weighting").max()
