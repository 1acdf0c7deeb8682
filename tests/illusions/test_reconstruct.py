"""Pictures taken apart and put together again: with denoisers that are known, and tiny models."""

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, StableDiffusionImg2ImgPipeline
from diffusers.pipelines.stable_diffusion import pipeline_stable_diffusion_img2img as img2img
from tiny import diffusion, tokens

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.preprocess import ImageFit
from gcbook.files.errors import InputError
from gcbook.illusions.reconstruct import EMPTY, load_for_prompts, reconstruct
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.schedules import CosineSchedule, FlowSchedule

PROMPTS = ("a duck", "a rabbit")
SIDE = 8
IMAGE = np.random.default_rng(0).random((SIDE, SIDE, 3), dtype=np.float32)


def classifier(denoise, schedule=None, labels=PROMPTS):
    return DiffusionClassifier(denoise, schedule or CosineSchedule(), labels=labels, name="d")


def flat(values):
    """A denoiser that sees one grey, whatever it is shown."""

    def denoise(x, t, label):
        return torch.tensor(values)[label].reshape(-1, 1, 1, 1).expand_as(x).clone()

    return denoise


@pytest.mark.parametrize("schedule", [CosineSchedule(), FlowSchedule()], ids=["cosine", "flow"])
def test_the_way_back_ends_at_what_the_denoiser_sees(schedule):
    found = reconstruct(IMAGE, PROMPTS, classifier(flat([-0.5, 0.5]), schedule), (0.2, 1.0))
    assert found.images.shape == (2, 2, SIDE, SIDE, 3)
    assert np.allclose(found.images[:, 0], 0.25, atol=1e-5)
    assert np.allclose(found.images[:, 1], 0.75, atol=1e-5)
    assert np.allclose(found.difference(), -0.5, atol=1e-5)


def test_at_strength_0_nothing_happens():
    found = reconstruct(IMAGE, PROMPTS, classifier(flat([0.0, 0.0])), (0,))
    for each in found.images[0]:
        assert np.allclose(each, IMAGE, atol=1e-6)
    assert np.allclose(found.original, IMAGE, atol=1e-6)
    assert np.allclose(found.errors, 0)


@pytest.mark.parametrize("schedule", [CosineSchedule(), FlowSchedule()], ids=["cosine", "flow"])
def test_gaussian_pictures_keep_their_place_in_the_crowd(schedule):
    """For pixels from N(m, s²) the way back is known: (x_t − α m)/√(α² s² + σ²) does not change."""
    mean, sd, strength = torch.tensor([-0.2, 0.1]), 0.1, 0.7

    def denoise(x, t, label):
        alpha, sigma = (
            torch.as_tensor(curve(t.double().numpy()), dtype=x.dtype).reshape(-1, 1, 1, 1)
            for curve in (schedule.alpha, schedule.sigma)
        )
        m = mean[label].reshape(-1, 1, 1, 1)
        return m + alpha * sd**2 / (alpha**2 * sd**2 + sigma**2) * (x - alpha * m)

    model = classifier(denoise, schedule)
    found = reconstruct(IMAGE, PROMPTS, model, (strength,), steps=2000, name="n", seed=3)
    x = 2 * IMAGE - 1
    noise = keyed_noise(DrawRule(3), "n", 0, (3, SIDE, SIDE)).transpose(1, 2, 0)
    alpha, sigma = (float(c(np.array(strength))) for c in (schedule.alpha, schedule.sigma))
    for place, m in enumerate(mean.tolist()):
        standard = (alpha * x + sigma * noise - alpha * m) / np.hypot(alpha * sd, sigma)
        expected = (m + sd * standard + 1) / 2
        assert np.allclose(found.images[0, place], expected, atol=2e-3)


def test_guidance_goes_beyond_the_prompt_away_from_nothing():
    model = classifier(flat([0.2, -0.1, 0.1]), labels=(*PROMPTS, EMPTY))
    found = reconstruct(IMAGE, PROMPTS, model, (0.5,), guidance=3.0)
    # 0.1 + 3·(0.2 − 0.1) = 0.4 and 0.1 + 3·(−0.1 − 0.1) = −0.5, in [−1, 1].
    assert np.allclose(found.images[0, 0], 0.7, atol=1e-5)
    assert np.allclose(found.images[0, 1], 0.25, atol=1e-5)
    with pytest.raises(InputError, match="without \\[''\\]"):
        reconstruct(IMAGE, PROMPTS, classifier(flat([0.2, 0.1])), guidance=2.0)


def test_latent_models_are_compared_with_what_their_autoencoder_gives_back(tmp_path):
    model = load_for_prompts(diffusion.stable_diffusion(tmp_path / "sd"), PROMPTS)
    image = np.random.default_rng(0).random((40, 56, 3), dtype=np.float32)
    found = reconstruct(image, PROMPTS, model, (0.5, 1.0), steps=2)
    side = model.describe()["resolution"]
    assert found.images.shape == (2, 2, side, side, 3)
    with torch.inference_mode():
        back = (model.decode(model.prepare([image]))[0].clamp(-1, 1) + 1) / 2
    assert np.allclose(found.untouched, back.permute(1, 2, 0), atol=1e-6)
    shown = ImageFit(side).fit([image])[0].permute(1, 2, 0).numpy()
    assert np.allclose(found.original, shown, atol=1e-6)
    # The autoencoder is one that shows.
    assert np.abs(found.original - found.untouched).mean() > 0.01


def test_masked_models_hide_a_share_of_their_tokens(tmp_path):
    folder = tokens.amused(tmp_path / "amused")
    image = np.random.default_rng(0).random((16, 16, 3), dtype=np.float32)
    found = reconstruct(image, PROMPTS, load_for_prompts(folder, PROMPTS), (0.0, 1.0), steps=3)
    assert np.allclose(found.images[0], found.untouched)
    assert (found.errors[1] > 0).all()
    with pytest.raises(InputError, match="guidance"):
        reconstruct(image, PROMPTS, load_for_prompts(folder, [*PROMPTS, EMPTY]), guidance=2.0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"strengths": (0.5, 1.2)}, "strengths: expected numbers from 0 to 1"),
        ({"strengths": ()}, "strengths"),
        ({"steps": 0}, "steps: expected at least 1"),
        ({"prompts": ("a duck", "a cow")}, "without \\['a cow'\\]"),
        ({"prompts": ("a duck", "a duck")}, "prompts: expected one or more, each once"),
        ({"guidance": float("nan")}, "guidance: expected a number, found nan"),
    ],
)
def test_wrong_requests_are_named(change, says):
    asked = {"prompts": PROMPTS, "classifier": classifier(flat([0.0, 0.0])), **change}
    with pytest.raises(InputError, match=says):
        reconstruct(IMAGE, **asked)


def test_models_that_cannot_are_refused_before_they_are_loaded():
    with pytest.raises(InputError, match="of the kind discriminative takes the options noise"):
        load_for_prompts("mini-cnn", PROMPTS)
    for prompts in ([], ["a", "a"]):
        with pytest.raises(InputError, match="prompts: expected one or more, each once"):
            load_for_prompts("mini-pixel", prompts)


def test_a_masked_model_of_the_hub_is_known_once_it_is_here(tmp_path, monkeypatch):
    folder = tokens.amused(tmp_path / "133a22")
    monkeypatch.setattr("gcbook.classifiers.load.locate_model", lambda *_, **__: folder)
    found = load_for_prompts("someone/amused", PROMPTS)
    assert found.describe()["method"] == "regenerate"
    assert found.name == "amused"


def test_the_way_back_is_that_of_image_to_image_by_diffusers(tmp_path, monkeypatch):
    folder = diffusion.stable_diffusion(tmp_path / "sd")
    model = load_for_prompts(folder, PROMPTS)
    found = reconstruct(IMAGE, PROMPTS, model, (0.5,), steps=10, name="n", seed=3)
    pipeline = StableDiffusionImg2ImgPipeline.from_pretrained(folder, safety_checker=None)
    # Equal steps that end at the clean picture; without clipping, which is for pixels.
    pipeline.scheduler = DDIMScheduler.from_config(
        pipeline.scheduler.config,
        timestep_spacing="trailing",
        set_alpha_to_one=True,
        clip_sample=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    latents = model.prepare([IMAGE])
    noise = torch.from_numpy(keyed_noise(DrawRule(3), "n", 0, tuple(latents.shape[1:])))[None]
    monkeypatch.setattr(img2img, "randn_tensor", lambda *shape, **how: noise)
    for place, prompt in enumerate(PROMPTS):
        made = pipeline(
            prompt,
            image=latents,
            strength=0.5,
            num_inference_steps=10,
            guidance_scale=1.0,
            output_type="np",
        ).images[0]
        assert np.allclose(found.images[0, place], made, atol=1e-4)
    assert not np.allclose(found.images[0, 0], found.images[0, 1], atol=1e-3)
