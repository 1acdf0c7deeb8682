"""Single images of the toy, restored."""

import numpy as np
import pytest
import torch

from gcbook.chapters.generative_classifier.tables import (
    EXAMPLES,
    TIMES,
    error_table,
    example_images,
    restoration_table,
)
from gcbook.classifiers.protocol import Draw
from gcbook.classifiers.toy import make_toy, toy_classifier
from gcbook.noise.draws import DrawRule, keyed_noise

TOY = make_toy()
CLASSIFIER = toy_classifier(TOY)


def test_examples_are_what_they_are_called():
    names, images = np.array(TOY.labels), example_images()
    cues = names[[TOY.coarse_cue(images).tolist(), TOY.fine_cue(images).tolist()]].T.tolist()
    assert cues[:3] == [["A", "A"], ["A", "B"], ["C", "B"]]
    assert cues[list(EXAMPLES).index("cloud of D, between clumps")][0] == "D"
    middle = list(EXAMPLES).index("near the middle of the square")
    assert TOY.log_density(images).softmax(1)[middle].max() < 0.4
    # As far from the nearest clump of any class as one can be.
    distance = torch.cdist(images[3:4], TOY.means.flatten(0, 1)).sort().values[0]
    assert distance[0] > 0.3 and distance[1] - distance[0] < 0.1


def test_restorations_are_posterior_means_of_one_noise_at_all_times():
    table = restoration_table(CLASSIFIER, 7)
    assert len(table) == 5 * 25 * (1 + 12 * 5)
    name = "cloud of C, clump of B"
    noise = np.stack([keyed_noise(DrawRule(7), name, i, (2,)) for i in range(12)]).astype(float)
    for t in (0.04, 0.32, 1.0):
        angle = np.pi / 2 * t
        noised = np.cos(angle) * np.array(EXAMPLES[name]) + np.sin(angle) * noise
        rows = table[(table["image"] == name) & (table["t"] == t)].set_index("label")[["x", "y"]]
        assert rows.loc["clean"].tolist() == list(EXAMPLES[name])
        assert rows.loc["noised"].to_numpy() == pytest.approx(noised, abs=0.0051)
        alpha, sigma = (torch.full((12,), f(angle)).double() for f in (np.cos, np.sin))
        for c, label in enumerate("ABCD"):
            expected = TOY.posterior_mean(
                torch.from_numpy(noised), alpha, sigma, torch.full((12,), c)
            )
            assert rows.loc[label].to_numpy() == pytest.approx(expected.numpy(), abs=0.0051)


def test_errors_are_those_of_the_image_time_and_class_they_stand_beside():
    table = error_table(CLASSIFIER)
    assert len(table) == 5 * 25 * 4
    assert sorted(set(table["t"])) == TIMES.tolist()
    found = table.set_index(["image", "t", "label"])["error"]
    n, generator = 4000, np.random.default_rng(2)
    noises = generator.standard_normal((n, 2, 1, 1), np.float32)
    for name, t, label in (
        ("cloud of A, clump of B", 0.2, "B"),
        ("cloud of A, clump of B", 0.2, "C"),
        ("both cues say A", 0.4, "D"),
        ("near the middle of the square", 0.8, "A"),
    ):
        draws = [Draw(i, t, noise=noise) for i, noise in enumerate(noises)]
        x = CLASSIFIER.prepare([np.array(EXAMPLES[name])]).expand(n, -1, -1, -1)
        asked = torch.full((n,), "ABCD".index(label))
        error = CLASSIFIER.measure(x, draws, asked, "none")["error_l2"]
        spread = error.std().item() / np.sqrt(n)
        assert abs(error.mean().item() - found[name, t, label]) < 4.5 * spread
