"""The diffusion classifier on Gaussians, where the best denoiser and the best answer are known."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import binomtest
from tiny.gaussian import class_means, gaussian_classifier, nearest, stimuli

from gcbook.classifiers.diffusion import DiffusionClassifier, clean_image, clip_clean
from gcbook.classifiers.protocol import Draw
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule
from gcbook.noise.schedules import CosineSchedule, DiscreteSchedule, FlowSchedule, log_snr
from gcbook.noise.weightings import parse_weighting

LABELS = ("a", "b", "c", "d", "e")
SCHEDULES = {
    "cosine": CosineSchedule(),
    "flow": FlowSchedule(),
    "discrete": DiscreteSchedule(tuple(np.cumprod(1 - np.linspace(1e-3, 0.2, 100)).tolist())),
}
WEIGHTINGS = ["exp:7", "uniform", "eps", "snr:5", "elbo"]
SD = 0.5


def errors(classifier, images, rule, n_draws, paired=False):
    """Raw errors (images, draws, labels) and times (images, draws); paired: also of −ε."""
    x = classifier.prepare([image.pixels for image in images])
    n_labels = len(classifier.labels)
    found, times = [], []
    for image, one in zip(images, x, strict=True):
        draws = [classifier.draw(image.image_id, index, rule, one) for index in range(n_draws)]
        if paired:
            draws += [replace(draw, noise=-draw.noise) for draw in draws]
        labels = torch.arange(n_labels).repeat(len(draws))
        repeated = [draw for draw in draws for _ in range(n_labels)]
        batch = one.expand(len(repeated), *one.shape)
        measured = classifier.measure(batch, repeated, labels, "none")["error_l2"]
        found.append(measured.reshape(len(draws), n_labels).double().numpy())
        times.append([draw.t for draw in draws])
    return np.stack(found), np.array(times)


def answers(classifier, images, rule, n_draws, weighting, paired=False):
    raw, times = errors(classifier, images, rule, n_draws, paired)
    weights = parse_weighting(weighting).weights(
        times, log_snr(classifier.schedule, times), classifier.schedule
    )
    scores = (weights[..., None] * raw).mean(axis=1)
    return [LABELS[i] for i in scores.argmin(axis=1)]


@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_nearest_mean_exactly_with_pairs_of_opposite_noise(schedule, weighting):
    """±ε at one t: what is left of the error's difference is that of the distances."""
    means = class_means(len(LABELS))
    classifier = gaussian_classifier(
        SCHEDULES[schedule], means, SD, labels=LABELS, dtype=torch.float64
    )
    images = stimuli(40, labels=LABELS)
    given = answers(classifier, images, DrawRule(), 1, weighting, paired=True)
    assert given == nearest(images, means, LABELS)
    assert len(set(given)) > 1


@pytest.mark.parametrize("weighting", ["exp:7", "elbo"])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_nearest_mean_within_the_interval_with_independent_draws(schedule, weighting):
    """One draw between two classes is right with a probability that follows from its noise."""
    means = class_means(2)
    rule = DrawRule(5, "uniform")
    classifier = gaussian_classifier(
        SCHEDULES[schedule], means, SD, labels=LABELS[:2], dtype=torch.float64
    )
    images = stimuli(300, labels=LABELS[:2])
    raw, times = errors(classifier, images, rule, 1)
    right = [
        LABELS[i] == best
        for i, best in zip(raw[:, 0].argmin(1), nearest(images, means, LABELS), strict=True)
    ]
    # The difference of the two errors is linear in the noise, so normal given t.
    x = classifier.prepare([image.pixels for image in images]).numpy().reshape(len(images), -1)
    first, second = means.numpy().reshape(2, -1)
    gap = first - second
    distance = np.abs((x - (first + second) / 2) @ gap)
    alpha, sigma = (f(times[:, 0]) for f in (classifier.schedule.alpha, classifier.schedule.sigma))
    gain = alpha * SD**2 / (alpha**2 * SD**2 + sigma**2)
    spread = gain * sigma * np.linalg.norm(gap) / (1 - gain * alpha)
    p = np.mean([_normal_below(d / s) for d, s in zip(distance, spread, strict=True)])
    assert 0.55 < p < 0.95
    assert binomtest(sum(right), len(right), p).pvalue > 1e-3


def _normal_below(z: float) -> float:
    return float(torch.special.ndtr(torch.tensor(z)))


def test_raw_error_is_the_mean_over_elements_by_hand():
    """x̂ = 0.5 for class 0 and −0.5 for class 1, whatever is asked."""

    def denoise(x_t, t, label):
        return torch.where(label[:, None, None, None] == 0, 0.5, -0.5).expand(x_t.shape)

    classifier = DiffusionClassifier(denoise, CosineSchedule(), labels=("a", "b"))
    x = torch.tensor([0.25, 1.0]).expand(2, 3, 2, 2)
    draw = Draw(0, 0.5, 0.0, np.zeros((3, 2, 2), np.float32))
    found = classifier.measure(x, [draw, draw], torch.tensor([0, 1]), "none")
    assert found["error_l2"].tolist() == pytest.approx([(1 + 4) / 32, (9 + 36) / 32])
    assert found["error_l1"].tolist() == pytest.approx([(1 + 2) / 8, (3 + 6) / 8])


def test_network_sees_the_noised_image_of_its_own_draw():
    seen = []

    def denoise(x_t, t, label):
        seen.append((x_t.clone(), t.clone()))
        return x_t

    classifier = DiffusionClassifier(denoise, FlowSchedule(), labels=("a",))
    x = torch.stack([torch.full((1, 2, 2), value) for value in (1.0, -1.0)])
    draws = [
        Draw(0, t, 0.0, np.full((1, 2, 2), noise, np.float32)) for t, noise in ((0.25, 2), (0.5, 4))
    ]
    classifier.measure(x, draws, torch.zeros(2, dtype=torch.int64), "none")
    x_t, t = seen[0]
    assert t.tolist() == [0.25, 0.5]
    assert x_t[:, 0, 0, 0].tolist() == pytest.approx([0.75 + 0.5, -0.5 + 2.0])


def test_a_draw_tells_the_time_that_the_network_is_asked_at():
    kept = (0.9, 0.5, 0.3, 0.1)
    asked = []

    def denoise(x_t, t, label):
        asked.extend(zip(t.tolist(), x_t[:, 0, 0, 0].tolist(), strict=True))
        return x_t

    classifier = DiffusionClassifier(denoise, DiscreteSchedule(kept), labels=("a",))
    x = torch.full((16, 1, 1, 1), 0.5)
    draws = [classifier.draw("x", index, DrawRule(2), x[0]) for index in range(16)]
    classifier.measure(x, draws, torch.zeros(16, dtype=torch.int64), "none")
    assert {draw.t for draw in draws} == {0.25, 0.5, 0.75, 1.0}
    for draw, (t, x_t) in zip(draws, asked, strict=True):
        assert t == draw.t
        share = kept[round(4 * t) - 1]
        assert x_t == pytest.approx(share**0.5 * 0.5 + (1 - share) ** 0.5 * draw.noise.item())
        assert draw.log_snr == pytest.approx(np.log(share / (1 - share)))


def test_pixels_are_scaled_where_nothing_encodes_them():
    classifier = DiffusionClassifier(lambda x_t, t, label: x_t, CosineSchedule())
    image = np.array([[[0, 0.5, 1], [1, 0.25, 0]]], np.float32)
    expected = [[[-1, 1]], [[0, -0.5]], [[1, -1]]]
    assert classifier.prepare([image, 1 - image])[0].tolist() == expected
    with pytest.raises(InputError, match="of one size"):
        classifier.prepare([image, image[:, :1]])


def test_clean_images_by_hand():
    x_t, output = torch.tensor([[2.0]]), torch.tensor([[0.5]])
    alpha, sigma = torch.tensor([0.8]), torch.tensor([0.6])
    expected = {"epsilon": 1.7 / 0.8, "v_prediction": 1.6 - 0.3, "flow": 2 - 0.3, "sample": 0.5}
    for prediction, value in expected.items():
        found = clean_image(prediction, output, x_t, alpha, sigma)
        assert found.item() == pytest.approx(value)
    with pytest.raises(InputError, match="expected one of epsilon"):
        clean_image("noise", output, x_t, alpha, sigma)


def test_clipping():
    clean = torch.tensor([[-3.0, 0.5, 2.0, float("nan")], [0.1, 0.2, 0.3, 0.4]])
    static = clip_clean(clean, "static")
    assert static[0, :3].tolist() == [-1, 0.5, 1]
    assert static[0, 3].isnan()
    assert clip_clean(clean, "none") is clean
    wide = torch.linspace(-4, 4, 2001)[None]
    dynamic = clip_clean(torch.cat([wide, wide / 8]), "dynamic")
    bound = 0.995 * 4
    assert dynamic[0] == pytest.approx(wide[0].clamp(-bound, bound) / bound, abs=1e-3)
    assert torch.equal(dynamic[1], wide[0] / 8)
