"""What the chapter computes in its cells: kappa by hand, and the numbers that the paper prints."""

import numpy as np
import pytest
from tiny.notebooks import names_after

from gcbook.paper.published import table2
from gcbook.stats.agreement import error_consistency


@pytest.fixture(scope="module")
def found():
    return names_after("error-consistency", "standings")


def test_kappa_is_that_of_decisions(found):
    # Of 100 images the person misses 10, the network 50, of which 9 are the person's.
    person = np.arange(100) >= 10
    network = ~((np.arange(100) < 9) | (np.arange(100) >= 59))
    agreed = (person == network).mean()
    expected, kappa, most = found["consistency"](person.mean(), network.mean(), agreed)
    assert (expected, kappa) == pytest.approx((0.5, error_consistency(person, network)))
    # All of the person's errors shared, the two still differ on 40 images.
    assert most == pytest.approx((0.6 - 0.5) / 0.5)


@pytest.mark.parametrize(
    ("key", "label"), [("resnet50", "ResNet-50"), ("simclr_resnet50x1", "SimCLR ResNet-50x1")]
)
def test_mean_kappa_is_as_printed(found, key, label):
    means = found["published"].groupby("observer")["kappa"].mean()
    printed = table2().set_index("key")["error_consistency"]
    assert round(means[label], 3) == printed[key]
