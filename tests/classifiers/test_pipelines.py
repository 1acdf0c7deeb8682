"""Pipelines on disk become classifiers that do what diffusers' own objects do."""

import json
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from tiny import diffusion
from tiny.diffusion_reference import Reference, reference

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.class_conditional import REPRESENTATIVES, class_ids
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.protocol import Draw
from gcbook.classifiers.schedulers import discrete_denoiser, read_discrete_schedule
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule
from gcbook.noise.schedules import DiscreteSchedule
from gcbook.paper.categories import CATEGORIES, imagenet_classes

Folders = Callable[[str], Path]
DISCRETE = ("sd-epsilon", "sd-v", "sd-sample", "if", "unet", "dit")
FLOW = ("sd3", "sd3-t5")
ALL = (*DISCRETE, *FLOW)
OTHERS = ("sdxl", "sdxl-edm", "flux-dev", "pixart-alpha", "pixart-sigma", "sana")
"""Whose pipelines `test_pipeline_checks` compares them with."""
SMALL: dict[str, dict[str, Any]] = {"flux-dev": {"resolution": 32}}
pytestmark = pytest.mark.filterwarnings("ignore::gcbook.classifiers.text_to_image.DistilledWarning")
TEXT = ("sd-epsilon", "sd-v", "if", "sd3", "sd3-t5")
TIMES = (0.001, 0.002, 0.25, 0.5, 0.999, 1.0)


Loaded = Callable[[str], DiffusionClassifier]


@pytest.fixture(scope="module")
def loaded(tiny_pipeline: Folders) -> Loaded:
    """Loads each pipeline once: to encode the prompts takes longest."""
    return cache(lambda name: load_classifier(tiny_pipeline(name), **SMALL.get(name, {})))


@pytest.fixture(scope="module")
def opened(
    tiny_pipeline: Folders, loaded: Loaded
) -> Callable[[str], tuple[DiffusionClassifier, Reference]]:
    return cache(lambda name: (loaded(name), reference(name, tiny_pipeline(name))))


def checkpoint(folder: Path, labels: Sequence[str] = CATEGORIES) -> Checkpoint:
    return Checkpoint(folder, "", "", tuple(labels), torch.device("cpu"), torch.float32)


def images(size: int, n: int = 2) -> list[np.ndarray]:
    return list(np.random.default_rng(5).random((n, size, size, 3), dtype=np.float32))


def noised(classifier: DiffusionClassifier, size: int, t: float) -> tuple[torch.Tensor, ...]:
    x = classifier.prepare(images(size))
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(7))
    alpha, sigma = classifier.schedule.alpha(np.array(t)), classifier.schedule.sigma(np.array(t))
    return x, float(alpha) * x + float(sigma) * noise


def errors(
    classifier: DiffusionClassifier, folder_images: list[np.ndarray], labels: list[int]
) -> torch.Tensor:
    """Squared errors (images, labels) with one draw an image."""
    x = classifier.prepare(folder_images)
    draws = [classifier.draw(f"image {i}", 0, DrawRule(), x[i]) for i in range(len(x))]
    n = len(labels)
    values = classifier.measure(
        x.repeat_interleave(n, 0),
        [draw for draw in draws for _ in labels],
        torch.tensor(labels * len(x)),
        "none",
    )
    return values["error_l2"].reshape(len(x), n)


def relative(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float((found - expected).abs().max() / expected.abs().max())


@pytest.mark.parametrize("t", TIMES)
@pytest.mark.parametrize("name", ALL)
def test_clean_image_is_the_schedulers(opened: Callable, name: str, t: float) -> None:
    classifier, ours = opened(name)
    _, x_t = noised(classifier, ours.size, t)
    labels = torch.tensor([3, 11])
    found = classifier.denoise(x_t, torch.full((2,), t), labels)
    expected = torch.cat(
        [ours.clean(x_t[k : k + 1], t, int(label)) for k, label in enumerate(labels)]
    )
    assert found.dtype == torch.float32
    assert relative(found, expected) < 1e-4


def wrong_sign(ours: Reference, x_t: torch.Tensor, t: float) -> torch.Tensor:
    return 2 * x_t - ours.clean(x_t, t, 3)


def other_time(ours: Reference, x_t: torch.Tensor, t: float) -> torch.Tensor:
    """The network is asked at the next step, the conversion is right."""
    if ours.is_flow:
        return x_t - t * ours.network(x_t, 1000 * t + 1, 3)
    asked = Reference(
        lambda x, i, label: ours.network(x, i + 1, label), ours.encode, ours.scheduler, ours.size
    )
    return asked.clean(x_t, t, 3)


def other_unit(ours: Reference, x_t: torch.Tensor, t: float) -> torch.Tensor:
    """The network is given t itself, or 1,000 times its time."""
    if ours.is_flow:
        return x_t - t * ours.network(x_t, t, 3)
    asked = Reference(
        lambda x, i, label: ours.network(x, 0, label), ours.encode, ours.scheduler, ours.size
    )
    return asked.clean(x_t, t, 3)


def shifted(ours: Reference, x_t: torch.Tensor, t: float) -> torch.Tensor:
    """The sampler's shift is applied to a time that has it, or to a step of another schedule."""
    if ours.is_flow:
        u = 3 * t / (1 + 2 * t)
        return x_t - u * ours.network(x_t, 1000 * u, 3)
    other = diffusers.DDPMScheduler(
        beta_schedule="sigmoid", prediction_type=ours.scheduler.config.prediction_type
    )
    return Reference(ours.network, ours.encode, other, ours.size).clean(x_t, t, 3)


def other_class(ours: Reference, x_t: torch.Tensor, t: float) -> torch.Tensor:
    return ours.clean(x_t, t, 4)


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        (name, bug)
        for name in ALL
        for bug in (wrong_sign, other_time, other_unit, shifted, other_class)
        # A network that predicts the image needs no schedule.
        if (name, bug) != ("sd-sample", shifted)
    ],
)
@torch.no_grad()
def test_the_comparison_notices(opened: Callable, name: str, bug: Callable) -> None:
    classifier, ours = opened(name)
    _, x_t = noised(classifier, ours.size, 0.5)
    found = classifier.denoise(x_t, torch.full((2,), 0.5), torch.tensor([3, 3]))
    assert relative(found, ours.clean(x_t, 0.5, 3)) < 1e-5
    assert relative(found, bug(ours, x_t, 0.5)) > 1e-4


@pytest.mark.parametrize("name", ALL)
@torch.no_grad()
def test_images_are_encoded_as_the_pipeline_decodes_them(opened: Callable, name: str) -> None:
    classifier, ours = opened(name)
    pixels = torch.from_numpy(np.stack(images(ours.size))).movedim(-1, 1)
    expected = ours.encode(pixels)
    found = classifier.prepare(images(ours.size))
    assert relative(found, expected) < 1e-5
    assert not torch.allclose(found, ours.encode(pixels.flip(-1)), atol=1e-3)
    assert classifier.default_clip == ("static" if name in {"if", "unet"} else "none")
    assert classifier.describe()["space"] == ("pixels" if name in {"if", "unet"} else "latents")
    assert classifier.describe()["resolution"] == ours.size


@pytest.mark.parametrize("name", TEXT)
@torch.no_grad()
def test_texts_of_the_reference_are_the_pipelines(opened: Callable, name: str) -> None:
    _, ours = opened(name)
    for found, expected in zip(ours.texts(6), ours.encode_prompt(6), strict=True):
        assert torch.allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_measure_is_the_plain_computation(opened: Callable, name: str) -> None:
    classifier, ours = opened(name)
    x = classifier.prepare(images(ours.size))
    assert classifier.n_elements(x[0]) == x[0].numel()
    rule = DrawRule(seed=3)
    draws = [classifier.draw("a", index, rule, x[0]) for index in range(3)]
    labels = torch.tensor([0, 9, 15])
    found = classifier.measure(x[:1].repeat(3, 1, 1, 1), draws, labels, classifier.default_clip)
    for k, draw in enumerate(draws):
        noise = torch.from_numpy(draw.noise)
        x_t = add_noise(ours, x[0], noise, draw)[None]
        clean = ours.clean(x_t, draw.t, int(labels[k]))[0]
        if name in {"if", "unet"}:
            clean = clean.clamp(-1, 1)
        l2, l1 = float(((x[0] - clean) ** 2).mean()), float((x[0] - clean).abs().mean())
        assert float(found["error_l2"][k]) == pytest.approx(l2, rel=1e-4)
        assert float(found["error_l1"][k]) == pytest.approx(l1, rel=1e-4)


def add_noise(ours: Reference, x: torch.Tensor, noise: torch.Tensor, draw: Draw) -> torch.Tensor:
    if ours.is_flow:
        return (1 - draw.t) * x + draw.t * noise
    step = torch.tensor([round(draw.t * 1000) - 1])
    return ours.scheduler.add_noise(x[None], noise[None], step)[0]


@pytest.mark.parametrize("name", [*ALL, *OTHERS])
def test_scores_do_not_depend_on_the_batch(loaded: Loaded, name: str) -> None:
    classifier = loaded(name)
    pictures = images(32, 3)
    together = errors(classifier, pictures, [0, 5, 10])
    x = classifier.prepare(pictures)
    assert torch.equal(x[1:2], classifier.prepare(pictures[1:2]))
    for i in range(3):
        draw = classifier.draw(f"image {i}", 0, DrawRule(), x[i])
        for k, label in enumerate((0, 5, 10)):
            alone = classifier.measure(x[i : i + 1], [draw], torch.tensor([label]), "none")
            assert float(alone["error_l2"]) == pytest.approx(float(together[i, k]), rel=1e-5)


@pytest.mark.parametrize("name", [*ALL, *OTHERS])
def test_scores_do_not_depend_on_the_order_of_classes(
    tiny_pipeline: Folders, loaded: Loaded, name: str
) -> None:
    asked = [0, 5, 10]
    # Three in another order: a class that is looked up by its old number is another one, or none.
    labels = [CATEGORIES[i] for i in reversed(asked)]
    backwards = load_classifier(tiny_pipeline(name), labels=labels, **SMALL.get(name, {}))
    there = errors(loaded(name), images(32), asked)
    back = errors(backwards, images(32), [2, 1, 0])
    assert torch.allclose(there, back, rtol=1e-6)
    assert not torch.allclose(there[:, 0], there[:, 1], rtol=1e-5)


@pytest.mark.parametrize("name", [*TEXT, *OTHERS])
def test_scores_do_not_depend_on_other_prompts(tiny_pipeline: Folders, name: str) -> None:
    folder, size = tiny_pipeline(name), SMALL.get(name, {})
    short = load_classifier(folder, template="{}", labels=["a cat", "a dog"], **size)
    labels = ["a dog", "something much longer, with a cat", "a cat"]
    long = load_classifier(folder, template="{}", labels=labels, **size)
    assert torch.equal(errors(short, images(32), [0, 1]), errors(long, images(32), [2, 0]))


@pytest.mark.parametrize("name", OTHERS)
def test_latents_are_what_the_autoencoder_makes_images_of(
    tiny_pipeline: Folders, loaded: Loaded, name: str
) -> None:
    """Decoding is that of the pipelines; these random autoencoders restore nothing."""
    classifier = loaded(name)
    folder = tiny_pipeline(name) / "vae"
    config = json.loads((folder / "config.json").read_text())
    vae = getattr(diffusers, config["_class_name"]).from_pretrained(folder).eval()
    x = classifier.prepare(images(32))
    scale, shift = config["scaling_factor"], config.get("shift_factor") or 0.0
    if name == "sdxl-edm":
        mean, std = (
            torch.tensor(config[each]).reshape(1, 4, 1, 1)
            for each in ("latents_mean", "latents_std")
        )
        scale, shift = scale / std, mean
    pixels = torch.from_numpy(np.stack(images(32))).movedim(-1, 1)
    with torch.no_grad():
        coded = vae.encode(2 * pixels - 1)
        latents = coded.latent if name == "sana" else coded.latent_dist.mean
        assert relative(x, (latents - shift) * scale) < 1e-5
        assert relative(classifier.decode(x), vae.decode(x / scale + shift).sample) < 1e-5


@pytest.mark.parametrize("name", ALL)
def test_a_moved_copy_is_the_same_model(
    opened: Callable, tiny_pipeline: Folders, tmp_path: Path, name: str
) -> None:
    classifier, ours = opened(name)
    copy = load_classifier(shutil.copytree(tiny_pipeline(name), tmp_path / "copy"))
    labels = [0, 1, 2]
    assert torch.equal(
        errors(copy, images(ours.size), labels), errors(classifier, images(ours.size), labels)
    )
    differing = {
        key for key, value in copy.describe().items() if value != classifier.describe()[key]
    }
    assert differing == {"model"}
    json.dumps(copy.describe())


@pytest.mark.parametrize("n_steps", [3, 50, 1000, 4000])
def test_every_step_is_asked_as_itself(n_steps: int) -> None:
    schedule = DiscreteSchedule(tuple(np.linspace(0.99, 0.01, n_steps)))
    asked: list[int] = []

    def predict(x_t: torch.Tensor, index: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        asked.extend(index.tolist())
        return torch.zeros_like(x_t)

    denoise = discrete_denoiser(predict, schedule, "epsilon", checkpoint(Path()))
    t = torch.tensor([(i + 1) / n_steps for i in range(n_steps)])
    clean = denoise(torch.ones(n_steps, 1, 1, 1), t, torch.zeros(n_steps, dtype=torch.long))
    assert asked == list(range(n_steps))
    assert np.allclose(clean.flatten(), 1 / np.sqrt(schedule.alphas_cumprod), rtol=1e-5)


def test_a_flow_sampler_visits_times_that_mean_the_same(opened: Callable) -> None:
    classifier, ours = opened("sd3")
    scheduler = ours.scheduler
    assert scheduler.config.shift == 3.0
    scheduler.set_timesteps(5)
    _, x_t = noised(classifier, ours.size, 0.5)
    for sigma, time in zip(scheduler.sigmas, scheduler.timesteps, strict=False):
        with torch.no_grad():
            expected = x_t - sigma * ours.network(x_t, time, 2)
        found = classifier.denoise(x_t, sigma.expand(2), torch.tensor([2, 2]))
        assert relative(found, expected) < 1e-5


def test_the_pad_token_is_the_tokenizers(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    end = load_classifier(diffusion.stable_diffusion(tmp_path / "a"))
    mark = load_classifier(diffusion.stable_diffusion(tmp_path / "b", pad_token="!"))
    assert not torch.allclose(
        errors(end, images(32), [0]), errors(mark, images(32), [0]), rtol=1e-5
    )


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("DDIMScheduler", {"rescale_betas_zero_snr": True, "beta_schedule": "scaled_linear"}),
        ("DDPMScheduler", {"trained_betas": [0.1, 0.2, 0.3]}),
        ("PNDMScheduler", {"beta_start": 0.00085, "beta_end": 0.012}),
        ("EulerDiscreteScheduler", {"beta_schedule": "scaled_linear"}),
        ("DPMSolverMultistepScheduler", {"beta_schedule": "squaredcos_cap_v2"}),
        ("UniPCMultistepScheduler", {"num_train_timesteps": 50, "beta_end": 0.03}),
    ],
)
def test_schedules_are_the_schedulers(
    tiny_pipeline: Folders, tmp_path: Path, name: str, fields: dict
) -> None:
    folder = shutil.copytree(tiny_pipeline("sd-epsilon"), tmp_path / "copy")
    scheduler = getattr(diffusers, name)(**fields)
    scheduler.save_pretrained(folder / "scheduler")
    schedule, prediction = read_discrete_schedule(checkpoint(folder))
    assert prediction == "epsilon"
    assert np.allclose(schedule.alphas_cumprod, scheduler.alphas_cumprod, rtol=1e-6, atol=1e-12)
    assert not np.allclose(
        schedule.alphas_cumprod,
        diffusers.DDPMScheduler(num_train_timesteps=schedule.n_steps).alphas_cumprod,
    )


@pytest.mark.parametrize(
    "name", ["sd-epsilon", "sd-sample", "if", "sd3-t5", "unet", "dit", *OTHERS]
)
def test_half_precision_is_the_networks_alone(
    tiny_pipeline: Folders, loaded: Loaded, name: str
) -> None:
    folder, size, labels = tiny_pipeline(name), SMALL.get(name, {}), CATEGORIES[:3]
    # With a few classes; the network in full precision is asked for those of all 16.
    classifier = loaded(name)
    half = load_classifier(folder, labels=labels, dtype="bfloat16", **size)
    assert torch.equal(half.prepare(images(32)), classifier.prepare(images(32)))
    of_classes = {"classes", "prompts", "labels"}
    found, expected = (
        {key: value for key, value in each.describe().items() if key not in of_classes}
        for each in (half, classifier)
    )
    assert found == expected
    _, x_t = noised(classifier, 32, 0.3)
    t, asked = torch.full((2,), 0.3), torch.tensor([1, 2])
    found, expected = half.denoise(x_t, t, asked), classifier.denoise(x_t, t, asked)
    assert found.dtype == torch.float32
    assert 0 < relative(found, expected) < 0.05


def test_half_precision_files_and_shards_are_found(
    opened: Callable, tiny_pipeline: Folders, tmp_path: Path
) -> None:
    classifier, _ = opened("sd-epsilon")
    expected = errors(classifier, images(32), [0, 1])
    unet = diffusers.UNet2DConditionModel.from_pretrained(tiny_pipeline("sd-epsilon") / "unet")
    for name in ("sharded", "fp16"):
        folder = shutil.copytree(tiny_pipeline("sd-epsilon"), tmp_path / name)
        shutil.rmtree(folder / "unet")
        if name == "sharded":
            unet.save_pretrained(folder / "unet", max_shard_size="40KB")
            assert len(list((folder / "unet").glob("*.safetensors"))) > 1
            assert torch.equal(errors(load_classifier(folder), images(32), [0, 1]), expected)
        else:
            unet.half().save_pretrained(folder / "unet", variant="fp16")
            found = errors(load_classifier(folder), images(32), [0, 1])
            assert torch.allclose(found, expected, rtol=0.02)
            assert not torch.equal(found, expected)


def test_safety_checkers_are_not_loaded(tiny_pipeline: Folders, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_pipeline("sd-epsilon"), tmp_path / "copy")
    edit_index(folder, safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"])
    (folder / "safety_checker").mkdir()
    (folder / "safety_checker" / "pytorch_model.bin").write_bytes(b"not opened")
    before = load_classifier(tiny_pipeline("sd-epsilon"))
    assert torch.equal(
        errors(load_classifier(folder), images(32), [0]), errors(before, images(32), [0])
    )


def edit_index(folder: Path, **entries: object) -> None:
    path = folder / "model_index.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def test_classes_come_from_the_table_then_the_name_then_a_member(
    tiny_pipeline: Folders, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_pipeline("dit"), tmp_path / "copy")
    assert class_ids(checkpoint(folder, ["bird", "tench", "bear"]), 20) == [1, 0, 5]
    (folder / "class_labels.json").write_text('{"bear": 19}')
    assert class_ids(checkpoint(folder, ["bird", "tench", "bear"]), 20) == [1, 0, 19]
    with pytest.raises(InputError, match=r"another class for every label, found \[1, 1\]"):
        class_ids(checkpoint(folder, ["bird", "robin"]), 20)
    with pytest.raises(InputError, match="none for crane, unicorn"):
        class_ids(checkpoint(folder, ["bird", "crane", "unicorn"]), 20)
    with pytest.raises(InputError, match="from 0 to 18"):
        class_ids(checkpoint(folder, ["bird", "bear"]), 19)


def test_representatives_belong_to_their_categories() -> None:
    categories = {item.name: item.category for item in imagenet_classes()}
    assert {label: categories.get(name) for label, name in REPRESENTATIVES.items()} == {
        label: label for label in CATEGORIES
    }


def test_prompts_that_are_one_to_the_text_encoder_are_refused(tiny_pipeline: Folders) -> None:
    with pytest.raises(InputError, match="tells apart, found 'A' and 'a'"):
        load_classifier(tiny_pipeline("sd-epsilon"), template="{}", labels=["A", "b", "a"])


def test_a_prompt_for_a_model_of_classes_is_refused(tiny_pipeline: Folders) -> None:
    with pytest.raises(InputError, match=r"template \(--prompt\) is for .*Stable Diff"):
        load_classifier(tiny_pipeline("unet"), template="a {}")


def test_a_damaged_configuration_is_named(tiny_pipeline: Folders, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_pipeline("dit"), tmp_path / "copy")
    for text, message in (("{", "JSON text"), ("[]", "a JSON object, found list")):
        (folder / "class_labels.json").write_text(text)
        with pytest.raises(InputError, match=rf"class_labels\.json: expected {message}"):
            load_classifier(folder)


def break_part(folder: Path) -> None:
    shutil.rmtree(folder / "vae")


def break_entry(folder: Path) -> None:
    edit_index(folder, text_encoder=[None, None])


def break_encoder(folder: Path) -> None:
    edit_index(folder, text_encoder=["transformers", "XLMRobertaModel"])


def break_weights(folder: Path) -> None:
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"damaged")


def break_completeness(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = folder / "unet" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(path)
    del tensors["conv_in.bias"]
    save_file(tensors, path, metadata={"format": "pt"})


def break_safety(folder: Path) -> None:
    path = folder / "unet" / "diffusion_pytorch_model.safetensors"
    path.rename(path.with_suffix(".bin"))


def break_scheduler(folder: Path) -> None:
    diffusers.FlowMatchEulerDiscreteScheduler().save_pretrained(folder / "scheduler")


def break_prediction(folder: Path) -> None:
    path = folder / "scheduler" / "scheduler_config.json"
    path.write_text(path.read_text().replace('"epsilon"', '"score"'))


def break_channels(folder: Path) -> None:
    diffusers.AutoencoderKL(latent_channels=3).save_pretrained(folder / "vae")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (break_part, "needs the part vae, which the folder does not have"),
        (break_entry, "needs the part text_encoder, which model_index.json does not have"),
        (break_encoder, "text_encoder: expected CLIPTextModel, found XLMRobertaModel"),
        (
            break_weights,
            r"unet/diffusion_pytorch_model.safetensors: expected weights; found .* damaged",
        ),
        (break_completeness, "missing: conv_in.bias, in all 1"),
        (break_safety, r"safetensors, found diffusion_pytorch_model\.bin"),
        (break_scheduler, "with a beta_schedule; found FlowMatchEulerDiscreteScheduler"),
        (break_prediction, "epsilon, v_prediction, sample; found 'score'"),
        (break_channels, "expected a network of 3 channels"),
    ],
)
def test_a_damaged_pipeline_is_refused_with_the_reason(
    tiny_pipeline: Folders, tmp_path: Path, damage: Callable, message: str
) -> None:
    folder = shutil.copytree(tiny_pipeline("sd-epsilon"), tmp_path / "copy")
    damage(folder)
    with pytest.raises(InputError, match=message):
        load_classifier(folder)


def test_a_flow_network_with_another_schedule_is_refused(
    tiny_pipeline: Folders, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_pipeline("sd3"), tmp_path / "copy")
    diffusers.DDPMScheduler().save_pretrained(folder / "scheduler")
    with pytest.raises(InputError, match="a scheduler of flow matching; found DDPMScheduler"):
        load_classifier(folder)


def test_a_unet_without_classes_is_refused(tmp_path: Path) -> None:
    folder = diffusion.class_conditional_unet(tmp_path)
    config = folder / "unet" / "config.json"
    config.write_text(
        config.read_text().replace('"num_class_embeds": 17', '"num_class_embeds": null')
    )
    with pytest.raises(InputError, match="cannot tell classes apart"):
        load_classifier(folder)
