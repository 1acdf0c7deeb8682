"""Classifiers that are shown noised images: what a draw is, what it measures, how draws pool."""

import numpy as np
import pytest
import torch

from gcbook.classifiers.augmentation import mix_noise
from gcbook.classifiers.discriminative import DiscriminativeClassifier
from gcbook.classifiers.noised import NoisedClassifier
from gcbook.classifiers.protocol import Draw
from gcbook.noise.draws import DrawRule
from gcbook.scoring.decisions import decide
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.stimuli.stimulus import Stimulus
from gcbook.stimuli.written import Png

LABELS = ("dark", "light")
RULE = DrawRule(seed=3)


class Grey:
    """Brings images to one channel with mean 0 and variance 1, if black and white are as many."""

    size = (4, 4)

    def __call__(self, images):
        stacked = np.stack([image[..., :1] for image in images])
        return torch.as_tensor(2 * stacked - 1).permute(0, 3, 1, 2).float()

    def describe(self):
        return "none"


def log_probs(x):
    """Light images are likely light ones."""
    brightness = 3 * x.flatten(1).mean(1)
    return torch.stack([-brightness, brightness], 1).log_softmax(1)


@pytest.fixture
def plain():
    return DiscriminativeClassifier(log_probs, Grey(), labels=LABELS, name="grey")


@pytest.fixture
def noised(plain):
    return NoisedClassifier(plain)


def draws(classifier, image="i", count=64):
    prepared = torch.zeros((1, 4, 4))
    return [classifier.draw(image, index, RULE, prepared) for index in range(count)]


def test_the_strength_of_the_noise_follows_the_law(plain):
    # Stratified: as many draws in each quarter of the law.
    for law, power in (("sqrt", 2), ("uniform", 1)):
        found = draws(NoisedClassifier(plain, law))
        alphas = np.cos(np.pi / 2 * np.array([each.t for each in found]))
        counts, _ = np.histogram(alphas**power, bins=4, range=(0, 1))
        assert counts.tolist() == [16] * 4
    each = found[5]
    alpha = np.cos(np.pi / 2 * each.t)
    assert each.log_snr == pytest.approx(np.log(alpha**2 / (1 - alpha**2)))


def test_a_draw_belongs_to_image_seed_and_number_alone(noised):
    once, again = draws(noised, count=4), draws(noised, count=4)
    other = draws(noised, image="j", count=4)
    for one, same, another in zip(once, again, other, strict=True):
        assert one == same
        assert np.array_equal(one.noise, same.noise)
        assert one.t != another.t
        assert not np.array_equal(one.noise, another.noise)


def test_it_measures_the_noised_image(noised, plain):
    x = noised.prepare(list(np.random.default_rng(0).random((3, 4, 4, 3), dtype=np.float32)))
    chosen = draws(noised, count=3)
    found = noised.measure(x, chosen, None, "none")["nll"]
    for row, draw in enumerate(chosen):
        alpha = torch.tensor(np.cos(np.pi / 2 * draw.t))
        shown = mix_noise(x[row], alpha, torch.as_tensor(draw.noise)).float()
        expected = plain.measure(shown[None], [Draw(0)], None, "none")["nll"][0]
        assert torch.allclose(found[row], expected, atol=1e-5)


def test_it_says_that_it_is_another_classifier(noised, plain):
    described = noised.describe()
    assert described == plain.describe() | {"noise": "sqrt"}
    assert not noised.deterministic
    assert plain.deterministic


def stimulus(number):
    pixels = np.full((4, 4, 3), number * 37 % 100 * 2, np.uint8)
    name = f"0001_x_dnn_0_light_{number}.png"
    return Stimulus(f"{number}.png", name, "light", "0", "grey", f"made {number}", Png(pixels))


def test_logarithms_of_draws_are_averaged(noised, tmp_path):
    settings = ScoringSettings(draws=10, device="cpu")
    score([stimulus(n) for n in range(40)], noised, settings, tmp_path / "s", progress="silent")
    store = Store.open(tmp_path / "s")
    rows = store.scores()
    nll = rows.pivot(index=["image_id", "draw"], columns="label", values="nll")
    pooled = nll.groupby("image_id").mean()
    table = decide(store).set_index("image_id")
    assert table["response"].to_dict() == pooled.idxmin(axis=1).astype(str).to_dict()
    margins = (pooled["dark"] - pooled["light"]).abs()
    assert np.allclose(table["margin"], margins.loc[table.index], atol=1e-6)
    assert set(table["n_draws"]) == {10}
