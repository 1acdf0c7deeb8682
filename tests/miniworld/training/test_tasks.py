"""What is learnt is what is scored: each task's loss is the scorer's own measure."""

import numpy as np
import pytest
import torch

from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.protocol import Draw
from gcbook.miniworld.training.diffusion import (
    AutoencoderTask,
    DeepAutoencoderTask,
    LatentTask,
    PixelTask,
    coded,
)
from gcbook.miniworld.training.miniature import Plan, Start, Trainer
from gcbook.miniworld.training.shrink import shrink
from gcbook.miniworld.training.tokens import AutoregressiveTask, MaskedTask, TokenizerTask
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.paper.categories import CATEGORIES

NAMES = [(name,) for name in ALL_CATEGORIES]


def train(task, folder, steps, rate=2e-3):
    """A short run, exported."""
    plan = Plan(steps, learning_rate=rate, warmup=2, average=0.9, validate_every=steps)
    trainer = Trainer(task, plan, folder / "run", report=lambda line: None)
    before = trainer.averaged().validate()["loss"]
    trainer.run()
    after = trainer.averaged().validate()["loss"]
    trainer.export(folder / "model")
    return before, after


@pytest.fixture(scope="module")
def vq(pool, tmp_path_factory):
    """A trained tokenizer, which nobody writes to."""
    folder = tmp_path_factory.mktemp("vq")
    task = TokenizerTask(Start(pool, pool, NAMES, steps=10), codes=32, batch_size=8)
    before, after = train(task, folder, 10)
    assert after < before
    return folder / "model"


def scored(folder, pool, indices, draws, method=None):
    """The scorer's measures of some images under their own prompts."""
    options = {} if method is None else {"method": method}
    classifier = load_classifier(folder, **options)
    assert classifier.labels == CATEGORIES
    images, labels = pool.batch(indices)
    prepared = classifier.prepare([image.movedim(0, -1).numpy() for image in images])
    return classifier.measure(prepared, draws, labels, "none")


KNOWN = torch.arange(len(CATEGORIES))
"""An image of each of the 16 categories."""


def diffusion_draws(shape, steps=1000):
    """Steps and noise as the tasks draw them from a generator of seed 5."""
    generator = torch.Generator().manual_seed(5)
    place = (torch.arange(len(KNOWN)) + torch.rand(len(KNOWN), generator=generator)) / len(KNOWN)
    index = (place * steps).long()
    noise = torch.randn((len(KNOWN), *shape), generator=generator)
    draws = [
        Draw(0, (step + 1) / steps, noise=each.numpy())
        for step, each in zip(index.tolist(), noise, strict=True)
    ]
    return index, draws


@pytest.mark.usefixtures("scoring_prompts")
def test_pixel_diffusion(pool, tmp_path):
    task = PixelTask(Start(pool, pool, NAMES), batch_size=8, channels=(16, 32, 32))
    before, after = train(task, tmp_path, 12)
    assert after < before
    index, draws = diffusion_draws((3, 32, 32))
    images, labels = pool.batch(KNOWN)
    with torch.no_grad():
        for name, value in task.unet.named_parameters():
            value.copy_(loaded(tmp_path, "unet")[name])
        for name, value in task.text_encoder.named_parameters():
            value.copy_(loaded(tmp_path, "text_encoder")[name])
        loss = task.losses(2 * images - 1, labels, torch.Generator().manual_seed(5))
    # The clean image is off by sigma times what v is off by.
    sigma2 = 1 - task.scheduler.alphas_cumprod[index]
    error = scored(tmp_path / "model", pool, KNOWN, draws)["error_l2"]
    torch.testing.assert_close(error, (sigma2 * loss).float(), rtol=1e-3, atol=1e-6)


@pytest.mark.usefixtures("scoring_prompts")
def test_folded_pixels_are_the_same_pixels(pool, tmp_path):
    """The scorer's error of a network of folded pixels is its loss, whatever the order."""
    task = PixelTask(Start(pool, pool, NAMES), batch_size=8, channels=(32, 32), fold=4)
    assert task.unet.config.sample_size == 8
    images, labels = pool.batch(KNOWN)
    index, draws = diffusion_draws((48, 8, 8))
    task.export(tmp_path / "model")
    with torch.no_grad():
        x = task.shown(pool, KNOWN, torch.zeros(len(KNOWN), dtype=torch.bool))
        loss = task.losses(x, labels, torch.Generator().manual_seed(5))
    assert torch.equal(torch.nn.functional.pixel_shuffle(x, 4), 2 * images - 1)
    sigma2 = 1 - task.scheduler.alphas_cumprod[index]
    error = scored(tmp_path / "model", pool, KNOWN, draws)["error_l2"]
    torch.testing.assert_close(error, (sigma2 * loss).float(), rtol=1e-3, atol=1e-6)


@pytest.mark.nightly
@pytest.mark.usefixtures("scoring_prompts")
@pytest.mark.parametrize("codec", [AutoencoderTask, DeepAutoencoderTask])
def test_latent_diffusion(pool, tmp_path, codec):
    autoencoder = codec(Start(pool, pool, NAMES), batch_size=8)
    before, after = train(autoencoder, tmp_path / "vae", 12)
    assert after < before
    task = LatentTask(Start(pool, pool, NAMES, base=tmp_path / "vae" / "model"), batch_size=8)
    for data in task.latents.values():
        assert data.float().std() == pytest.approx(1, abs=0.1)
    before, after = train(task, tmp_path, 12)
    assert after < before
    index, draws = diffusion_draws((4, 16, 16))
    with torch.no_grad():
        for part in ("unet", "text_encoder"):
            for name, value in getattr(task, part).named_parameters():
                value.copy_(loaded(tmp_path, part)[name])
        x = coded(task.vae, 2 * pool.batch(KNOWN)[0] - 1)
        x = x * task.vae.config.scaling_factor
        loss = task.losses(x, pool.labels[KNOWN], torch.Generator().manual_seed(5))
    kept = task.scheduler.alphas_cumprod[index]
    error = scored(tmp_path / "model", pool, KNOWN, draws)["error_l2"]
    torch.testing.assert_close(error, ((1 - kept) / kept * loss).float(), rtol=1e-3, atol=1e-6)


@pytest.mark.nightly
@pytest.mark.usefixtures("scoring_prompts")
def test_autoregressive(pool, vq, tmp_path):
    task = AutoregressiveTask(Start(pool, pool, NAMES, base=vq), batch_size=8)
    before, after = train(task, tmp_path, 12)
    assert after < before
    task.transformer.eval()
    with torch.no_grad():
        for name, value in task.transformer.named_parameters():
            value.copy_(loaded(tmp_path, "transformer")[name])
        x = task.shown(pool, KNOWN, torch.zeros(len(KNOWN), dtype=torch.bool))
        loss = task.losses(x, pool.labels[KNOWN], torch.Generator())
    nll = scored(tmp_path / "model", pool, KNOWN, [Draw(0)] * len(KNOWN))["nll"]
    torch.testing.assert_close(nll.float(), 64 * loss, rtol=1e-3, atol=1e-3)


@pytest.mark.nightly
@pytest.mark.usefixtures("scoring_prompts")
def test_masked(pool, vq, tmp_path):
    task = MaskedTask(Start(pool, pool, NAMES, base=vq), batch_size=8)
    before, after = train(task, tmp_path, 12)
    assert after < before
    generator = torch.Generator().manual_seed(5)
    rate = (torch.arange(len(KNOWN)) + torch.rand(len(KNOWN), generator=generator)) / len(KNOWN)
    uniform = torch.rand((len(KNOWN), 64), generator=generator)
    with torch.no_grad():
        for part in ("transformer", "text_encoder"):
            for name, value in getattr(task, part).named_parameters():
                value.copy_(loaded(tmp_path, part)[name])
        x = task.shown(pool, KNOWN, torch.zeros(len(KNOWN), dtype=torch.bool))
        loss = task.losses(x, pool.labels[KNOWN], torch.Generator().manual_seed(5))
    draws = [Draw(0, t, noise=each.numpy()) for t, each in zip(rate.tolist(), uniform, strict=True)]
    nll = scored(tmp_path / "model", pool, KNOWN, draws, "bound")["nll"]
    hidden = (uniform < rate[:, None]).sum(1)
    torch.testing.assert_close(nll, (loss * hidden / rate).double(), rtol=1e-3, atol=1e-3)


def loaded(folder, part):
    """The exported weights of one part of a pipeline."""
    from safetensors.torch import load_file

    files = sorted((folder / "model" / part).glob("*.safetensors"))
    assert len(files) == 1
    return load_file(files[0])


def test_mirrored_images_have_their_own_tokens(pool, vq):
    task = AutoregressiveTask(Start(pool, pool, NAMES, base=vq), batch_size=8)
    mirror = torch.arange(len(KNOWN)) % 2 == 1
    shown = task.shown(pool, KNOWN, mirror)
    images, _ = pool.batch(KNOWN)
    images = torch.where(mirror[:, None, None, None], images.flip(-1), images)
    with torch.no_grad():
        codes = task.vqvae.quantize(task.vqvae.encode(images).latents)[2][2].reshape(16, 64)
    assert (shown == codes).float().mean() > 0.99
    assert (shown[1] != task.shown(pool, KNOWN, ~mirror)[1]).any()


def test_shrunk_model_is_half_as_large_and_loads_in_single_precision(pool, tmp_path):
    task = PixelTask(Start(pool, pool, NAMES), batch_size=8, channels=(16, 32, 32))
    task.export(tmp_path / "model")
    weights = tmp_path / "model" / "unet" / "diffusion_pytorch_model.safetensors"
    before = weights.stat().st_size
    _, draws = diffusion_draws((3, 32, 32))
    single = scored(tmp_path / "model", pool, KNOWN, draws)["error_l2"]
    total = shrink(tmp_path / "model")
    assert weights.stat().st_size < 0.52 * before
    assert total == sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file())
    half = scored(tmp_path / "model", pool, KNOWN, draws)["error_l2"]
    assert half.dtype == torch.float32
    torch.testing.assert_close(half, single, rtol=2e-2, atol=1e-3)
    assert not np.array_equal(half.numpy(), single.numpy())
