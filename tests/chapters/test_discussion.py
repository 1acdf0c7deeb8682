"""*Discussion*: differences are paired, and a rerun says what it cannot check."""

import math

from tiny.notebooks import names_after

from gcbook.claims import Interval


def test_differences_are_paired():
    found = names_after("discussion", "miniatures")
    # Of a network with itself there is none in any resample.
    assert found["lead"]["cnn"] == Interval(0, 0)
    small, resnet = found["small"], found["small"]["cnn"]
    for name in ("pixel", "latent", "ar", "pixel_even"):
        low, high = found["lead"][name]
        assert low < small[name] - resnet < high


def test_what_the_datasets_do_not_give_is_not_checked(published_trials):
    found = names_after("discussion", "claims", datasets="colour", draws=0)
    assert math.isnan(found["humans"].error_consistency_low)
    states = {name: claim["state"] for name, claim in found["claim"].items()}
    assert states["generating_is_not_enough"] == "unknown"
    assert states["sizes_differ"] == "holds"
