from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import tokens as tiny

from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.masked import (
    MaskedBound,
    MaskedNetwork,
    MaskedRegeneration,
    Remask,
    regenerate,
)
from gcbook.classifiers.preprocess import ImageFit
from gcbook.classifiers.protocol import Draw
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule, keyed_generator

# The classes are prompts, taken as they are.
PROMPTS = ("a bad photo of a airplane.", "a bear", "a very very large bad photo of a dog.")
CODES = 3
MASK = CODES
DRAWS = 6000
# Two classes, joint probabilities of two dependent tokens of three codes.
JOINT = torch.tensor(
    [
        [[0.20, 0.05, 0.05], [0.02, 0.30, 0.03], [0.15, 0.15, 0.05]],
        [[0.01, 0.09, 0.40], [0.10, 0.05, 0.05], [0.02, 0.08, 0.20]],
    ],
    dtype=torch.float64,
)


def exact(tokens: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """Predict each token from what is known of the other, by Bayes's rule: no network is better."""
    joint = JOINT[label]
    rows, every = torch.arange(len(tokens)), slice(None)
    first, second = joint.sum(2), joint.sum(1)
    left, right = (tokens[:, 0].clamp(max=2), tokens[:, 1].clamp(max=2))
    first = torch.where((tokens[:, 1] == MASK)[:, None], first, joint[rows, every, right])
    second = torch.where((tokens[:, 0] == MASK)[:, None], second, joint[rows, left])
    return torch.stack([first, second], 1).log()


def toy(predict: Callable, tokens: torch.Tensor) -> MaskedNetwork:
    return MaskedNetwork(
        pixels=lambda images: tokens,
        encode=lambda pixels: pixels,
        decode=lambda codes: codes[:, None] / CODES,
        predict=predict,
        mask_token=MASK,
    )


def bounds(tokens: tuple[int, int], label: int, rule: DrawRule) -> tuple[np.ndarray, np.ndarray]:
    """Return DRAWS estimates of the toy's bound, and their rates."""
    classifier = MaskedBound(toy(exact, torch.tensor([tokens])), labels=("a", "b"))
    x = classifier.prepare([])
    draws = [classifier.draw("x", index, rule, x[0]) for index in range(DRAWS)]
    labels = torch.full((DRAWS,), label)
    found = classifier.measure(x.expand(DRAWS, 2), draws, labels, "none")["nll"]
    return found.numpy(), np.array([draw.t for draw in draws])


def expectation(tokens: tuple[int, int], label: int, power: int = 0) -> float:
    """Enumerate all masks and integrate over the rate: the estimate's mean, without chance.

    ``power`` multiplies the estimate by that power of its rate.
    """
    classifier = MaskedBound(toy(exact, torch.tensor([tokens])), labels=("a", "b"))
    x = classifier.prepare([])
    # The integrand is a polynomial in the rate, for which four points are exact.
    points, weights = np.polynomial.legendre.leggauss(4)
    total = 0.0
    for rate, weight in zip((points + 1) / 2, weights / 2, strict=True):
        for masked in product([True, False], repeat=2):
            noise = np.where(masked, rate - 0.01, rate + 0.01).astype(np.float32)
            draw = Draw(0, float(rate), noise=noise)
            value = classifier.measure(x, [draw], torch.tensor([label]), "none")["nll"].item()
            chance = np.prod(np.where(masked, rate, 1 - rate))
            total += weight * chance * value * rate**power
    return total


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("tokens", list(product(range(CODES), repeat=2)))
def test_bound_of_an_exact_model_is_its_likelihood(tokens: tuple[int, int], label: int) -> None:
    # Every order of revealing gives the same joint probability, so the bound is tight.
    expected = -float(JOINT[label][tokens].log())
    assert expectation(tokens, label) == pytest.approx(expected, abs=1e-5)
    assert abs(expectation(tokens, label, power=1) - expected) > 0.1, "the rate matters"


@pytest.mark.parametrize("label", [0, 1])
def test_draws_estimate_the_bound(label: int) -> None:
    expected = -float(JOINT[label][0, 2].log())
    found, rate = bounds((0, 2), label, DrawRule(timesteps="uniform"))
    assert abs(found.mean() - expected) < 4 * found.std() / np.sqrt(DRAWS)
    without_rate = found * rate
    assert abs(without_rate.mean() - expected) > 4 * without_rate.std() / np.sqrt(DRAWS)
    masked = found > 0
    assert masked.mean() == pytest.approx(2 / 3, abs=0.03), "those that mask nothing count, as 0"


def test_stratified_draws_estimate_the_same() -> None:
    expected = -float(JOINT[0][0, 2].log())
    assert bounds((0, 2), 0, DrawRule())[0].mean() == pytest.approx(expected, rel=0.1)


def test_masks_are_of_the_rate_and_keyed() -> None:
    classifier = MaskedBound(toy(exact, torch.tensor([[0, 1]])))
    tokens = torch.zeros(20_000, dtype=torch.int64)
    draw = classifier.draw("x", 3, DrawRule(seed=1), tokens)
    assert 0 < draw.t <= 1
    assert np.isnan(draw.log_snr)
    assert np.mean(draw.noise < draw.t) == pytest.approx(draw.t, abs=0.02)
    again = classifier.draw("x", 3, DrawRule(seed=1), tokens)
    np.testing.assert_array_equal(again.noise, draw.noise)
    for image, index, seed in (("y", 3, 1), ("x", 4, 1), ("x", 3, 2)):
        other = classifier.draw(image, index, DrawRule(seed=seed), tokens)
        assert abs(np.corrcoef(other.noise, draw.noise)[0, 1]) < 0.05


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.amused(tmp_path_factory.mktemp("models") / "amused")


def load(folder: Path, **options: object) -> MaskedBound | MaskedRegeneration:
    return load_classifier(folder, **{"template": "{}", "labels": PROMPTS, **options})


def images(count: int = 3) -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    return [generator.random((20, 24 + n, 3), dtype=np.float32) for n in range(count)]


def test_network_is_asked_as_the_pipeline_asks_it(folder: Path) -> None:
    from diffusers import AmusedPipeline

    pipeline = AmusedPipeline.from_pretrained(folder)
    pipeline.set_progress_bar_config(disable=True)
    asked = []
    pipeline.transformer.register_forward_hook(
        lambda module, args, output: asked.append((args[0], output)), with_kwargs=False
    )
    for label, prompt in enumerate(PROMPTS):
        pipeline(prompt, num_inference_steps=2, guidance_scale=0.0, output_type="latent")
        for tokens, logits in asked:
            found = load(folder).network.predict(tokens.flatten(1), torch.tensor([label]))
            expected = logits.flatten(2).movedim(1, -1)
            torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
        assert len(asked) == 2
        asked.clear()


def test_tokens_and_images_are_those_of_the_vq_model(folder: Path) -> None:
    from diffusers import VQModel

    vqvae = VQModel.from_pretrained(folder / "vqvae")
    pixels = ImageFit(8).fit(images())
    with torch.no_grad():
        latents = vqvae.encode(pixels).latents
        expected = vqvae.quantize(latents)[2][2].reshape(3, 16)
        reconstruction = vqvae.decode(latents).sample.clamp(0, 1)
    network = load(folder).network
    assert torch.equal(load(folder).prepare(images()), expected)
    assert len(expected.unique()) > 3
    torch.testing.assert_close(network.decode(expected), reconstruction, atol=1e-5, rtol=0)


def test_without_a_mask_every_class_gets_the_reconstruction(folder: Path) -> None:
    classifier = load(folder, method="regenerate", mask_ratio=0.0, steps=3)
    x, network = classifier.prepare(images()), classifier.network
    apart = (x - (2 * network.decode(network.encode((x + 1) / 2)) - 1)).flatten(1)
    assert apart.abs().max() > 0
    draws = [classifier.draw("x", 0, DrawRule(), each) for each in x]
    for label in range(3):
        found = classifier.measure(x, draws, torch.full((3,), label), "none")
        torch.testing.assert_close(found["error_l2"], apart.square().mean(1))
        torch.testing.assert_close(found["error_l1"], apart.abs().mean(1))


def streams(count: int, seed: int = 0) -> list[Callable[[str], np.random.Generator]]:
    return [
        lambda name, row=row: keyed_generator(seed, f"image {row}", 0, name) for row in range(count)
    ]


def test_tokens_are_sampled_from_what_the_network_predicts() -> None:
    wanted = torch.tensor([0.6, 0.3, 0.1])
    generated = regenerate(
        torch.zeros(500, 8, dtype=torch.int64),
        lambda tokens: wanted.log().expand(500, 8, 3),
        streams(500),
        mask_token=MASK,
        mask_ratio=1.0,
        remask=Remask(1),
    )
    shares = torch.bincount(generated.flatten(), minlength=3) / generated.numel()
    # Four standard errors of 4,000 tokens.
    assert shares.numpy() == pytest.approx(wanted.numpy(), abs=0.032)


def test_a_token_that_is_masked_again_is_sampled_anew() -> None:
    one, four = (
        regenerate(
            torch.zeros(500, 8, dtype=torch.int64),
            lambda tokens: torch.zeros(500, 8, 3),
            streams(500),
            mask_token=MASK,
            mask_ratio=1.0,
            remask=Remask(steps),
        )
        for steps in (1, 4)
    )
    # One of eight tokens is left as the first step sampled it, the others by chance.
    assert (one == four).double().mean().item() == pytest.approx(1 / 8 + 7 / 8 / 3, abs=0.04)


@pytest.mark.parametrize("masking_schedule", ["cosine", "linear"])
def test_steps_mask_what_the_scheduler_would(masking_schedule: str) -> None:
    from diffusers import AmusedScheduler

    length, steps = 24, 5
    generator = torch.Generator().manual_seed(0)
    # So sure of its tokens that sampling them is no matter of chance, by different margins.
    best = torch.randint(CODES, (2, length), generator=generator)
    margins = torch.stack([torch.randperm(length, generator=generator) for _ in range(2)])
    logits = torch.nn.functional.one_hot(best, CODES) * (9 + margins / 5)[..., None]
    asked: list[torch.Tensor] = []

    def predict(tokens: torch.Tensor) -> torch.Tensor:
        asked.append(tokens)
        return logits

    tokens = torch.zeros(2, length, dtype=torch.int64)
    found = regenerate(
        tokens,
        predict,
        streams(2),
        mask_token=MASK,
        mask_ratio=0.75,
        remask=Remask(steps, masking_schedule, temperature=(0.0, 0.0)),
    )
    assert [int((row == MASK).sum()) for row in asked[0]] == [18, 18]

    scheduler = AmusedScheduler(mask_token_id=MASK, masking_schedule=masking_schedule)
    scheduler.set_timesteps(steps, temperature=(0, 0))
    current = asked[0]
    for step, timestep in enumerate(scheduler.timesteps):
        assert torch.equal(asked[step], current)
        current = scheduler.step(logits, timestep, current, starting_mask_ratio=0.75).prev_sample
    assert torch.equal(found, current)
    kept = asked[0] != MASK
    assert torch.equal(found[kept], tokens[kept])
    assert torch.equal(found[~kept], best[~kept])


def test_confidence_is_noisy_at_first_and_not_at_last() -> None:
    remask = Remask(5)
    assert [remask.heat(step) for step in range(5)] == [2.0, 1.5, 1.0, 0.5, 0.0]
    logits = torch.nn.functional.one_hot(torch.zeros(1, 12, dtype=torch.int64), CODES) * 20.0
    logits = logits - torch.arange(12)[:, None] * logits / 20
    patterns = set()
    for seed in range(8):
        asked: list[torch.Tensor] = []
        regenerate(
            torch.zeros(1, 12, dtype=torch.int64),
            lambda tokens, asked=asked: asked.append(tokens) or logits,
            streams(1, seed),
            mask_token=MASK,
            mask_ratio=1.0,
            remask=Remask(2),
        )
        patterns.add(tuple((asked[1][0] == MASK).tolist()))
    assert len(patterns) > 4


def test_a_class_that_predicts_the_same_gets_the_same_image() -> None:
    def predict(tokens: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        # The third class alone has another opinion.
        opinion = torch.tensor([[1.0, 0.0, 0.5], [1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])
        return opinion[label][:, None].expand(-1, tokens.shape[1], -1)

    network = MaskedNetwork(
        pixels=lambda images: torch.zeros(1, 40, dtype=torch.float64),
        encode=lambda pixels: pixels.new_zeros(pixels.shape, dtype=torch.int64),
        decode=lambda tokens: tokens / 2,
        predict=predict,
        mask_token=MASK,
    )
    classifier = MaskedRegeneration(network, mask_ratio=0.5, remask=Remask(4))
    x = classifier.prepare([])
    for index in range(5):
        draw = classifier.draw("x", index, DrawRule(), x[0])
        values = classifier.measure(x.expand(3, -1), [draw] * 3, torch.arange(3), "none")
        first, second, third = values["error_l2"].tolist()
        assert first == second != third


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "guess"}, "bound or regenerate"),
        ({"method": "regenerate", "mask_ratio": 1.5}, r"share in \[0, 1\], found 1.5"),
        ({"method": "regenerate", "steps": 0}, "at least 1, found 0"),
        ({"method": "bound", "steps": 3}, "settings of method='regenerate'"),
        ({"labels": ("a", "b", "very " * 100)}, "at most 77 tokens"),
    ],
)
def test_what_cannot_be_done_is_refused(
    folder: Path, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load(folder, **options)
