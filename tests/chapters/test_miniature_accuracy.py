"""*Accuracy and errors*: its κ is the package's, and what counts of distorted photographs."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from tiny.notebooks import names_after, names_of_cell

from gcbook.stats.agreement import error_consistency
from gcbook.stats.resampling import Resampling


@pytest.fixture(scope="module")
def measure():
    return names_after("miniature-accuracy", "measure")


def test_kappa_is_error_consistency(measure):
    a, b = np.random.default_rng(0).random((2, 40)) < [[0.7], [0.4]]
    ones, nothing = np.ones((1, 40)), np.zeros((4, 1))
    found = measure["kappa"](1.0 * a[:, None], 1.0 * b[:, None], ones, nothing)
    assert found == pytest.approx(error_consistency(a, b))


@pytest.mark.parametrize("test_set", ["cue-conflict", "edge", "silhouette"])
def test_people_and_networks_are_compared_on_the_same_images(measure, test_set):
    here = measure["public"].query("dataset == @test_set")
    people = here[here["observer_kind"] == "human"]
    people = people.pivot(index="image_id", columns="observer", values="right")
    pairs = [error_consistency(people[a], people[b]) for a, b in combinations(people, 2)]
    assert len(pairs) == 45
    assert measure["kappas"]["People", test_set][0] == pytest.approx(np.mean(pairs))
    resnet50 = here.query("observer == 'resnet50' and source == 'model-vs-human'")
    resnet50 = resnet50.set_index("image_id")["right"]
    alone = [error_consistency(resnet50[people.index], people[who]) for who in people]
    assert measure["kappas"]["ResNet-50", test_set][0] == pytest.approx(np.mean(alone))


def test_only_conditions_of_the_benchmark_count_on_the_photographs_shown(measure):
    """A network that is right on everything but on what does not count, and on one photograph."""
    counts = {"a": ("1", "2"), "b": ("3",)}

    def right_of(network, test_set):
        if test_set == "photographs":
            rows = [(f"{c}{i}.JPEG", c, "0") for c in ("cat", "dog") for i in range(5)]
        else:
            conditions = [*counts[test_set], "none"]
            rows = [
                (f"{condition}_{c}_{c}{i}.png", c, condition)
                for condition, c, i in product(conditions, ("cat", "dog"), range(2))
            ]
        images = pd.DataFrame(rows, columns=["image_id", "category", "condition"])
        wrong = (images["condition"] == "none") | images["image_id"].str.contains("2_dog_dog1")
        return images.assign(right=1.0 - wrong)

    class Experiment:
        def __init__(self, test_set):
            self.included = counts[test_set]

    found = names_of_cell(
        "miniature-accuracy",
        "distorted",
        measure
        | {
            "right_of": right_of,
            "SETS": tuple(counts),
            "TITLES": {"a": "A", "b": "B"},
            "EXPERIMENTS": {name: Experiment(name) for name in counts},
            "DISTORTED": {"photo-cnn": ["one"]},
            "resampling": Resampling(draws=20),
        },
    )
    rows = found["distortions"].set_index("set")["value"]
    # Of four photographs one is missed in one of two conditions of A.
    assert rows.to_dict() == {"Undistorted": 1, "All distortions": 0.9375, "A": 0.875, "B": 1}
    assert found["who"] == "ResNet"
