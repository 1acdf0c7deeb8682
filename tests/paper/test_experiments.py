"""The 17 datasets and what the benchmark leaves out."""

import pandas as pd
import pytest

from gcbook.paper.experiments import DATASETS, EXPERIMENTS, PARAMETRIC


def test_numbers() -> None:
    assert len(DATASETS) == 17
    assert len(PARAMETRIC) == 12
    assert sum(len(experiment.included) for experiment in EXPERIMENTS.values()) == 46
    assert sum(len(experiment.conditions) for experiment in EXPERIMENTS.values()) == 78


@pytest.mark.parametrize("name", DATASETS)
def test_conditions_labels_and_exclusions(name: str) -> None:
    experiment = EXPERIMENTS[name]
    assert len(set(experiment.conditions)) == len(experiment.conditions)
    assert experiment.excluded < set(experiment.conditions)
    assert not experiment.unchanged & experiment.too_hard
    labels = [experiment.label(condition) for condition in experiment.conditions]
    assert len(set(labels)) == len(labels)
    assert bool(experiment.excluded) == experiment.parametric


def test_exclusions_by_hand() -> None:
    assert EXPERIMENTS["contrast"].included == ("c50", "c30", "c15", "c10", "c05")
    assert EXPERIMENTS["eidolonIII"].included == ("2-0-10", "4-0-10", "8-0-10")
    assert EXPERIMENTS["low-pass"].excluded == {"0", "15", "40"}
    assert EXPERIMENTS["false-colour"].included == ("False",)


def test_published_trials_have_these_conditions_and_numbers(published_trials: pd.DataFrame) -> None:
    for name, rows in published_trials.groupby("dataset"):
        experiment = EXPERIMENTS[str(name)]
        assert set(rows["condition"]) == set(experiment.conditions)
        assert (rows.groupby(["source", "observer"]).size() == experiment.n_images).all()
