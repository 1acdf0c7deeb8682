"""What the chapter computes in its cells: accuracy by hand, and numbers that the paper prints."""

import pandas as pd
import pytest
from tiny.notebooks import names_after

from gcbook.paper.observers import labels
from gcbook.paper.published import published_values


@pytest.fixture(scope="module")
def found():
    return names_after("ood-accuracy", "claims-conditions")


def test_accuracy_is_the_share_of_right_answers(found):
    rows = pd.DataFrame({"kind": "k", "observer": "o", "right": [3, 0, 1], "n": [4, 2, 2]})
    rows["dataset"] = ["edge", "edge", "sketch"]
    value = found["accuracy"](rows, "dataset")["value"]
    assert value.droplevel(["kind", "observer"]).to_dict() == {"edge": 0.5, "sketch": 0.5}


def test_means_are_as_printed(found):
    printed = published_values().query("observer != ''").set_index("observer")["ood_accuracy"]
    printed = printed.set_axis(labels(printed.index.to_series())).dropna()
    means = found["ood"].droplevel("kind")
    assert {"ResNet-50", "SimCLR ResNet-50x1"} <= {*printed.index} & {*means.index}
    both = printed.index.intersection(means.index)
    assert means[both].round(3).to_dict() == printed[both].to_dict()
