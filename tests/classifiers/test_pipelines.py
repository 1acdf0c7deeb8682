"""Each row of the table of pipelines does what diffusers' own pipeline and scheduler do."""

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
from safetensors.torch import load_file, save_file
from tiny import diffusion
from tiny.pipeline_checks import deviations

from gcbook.classifiers import registry, schedulers
from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.class_ids import REPRESENTATIVES, class_ids
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.pipelines import ROWS, DistilledWarning
from gcbook.classifiers.schedulers import Process, ask_discrete, read_process
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule
from gcbook.noise.schedules import DiscreteSchedule
from gcbook.paper.categories import CATEGORIES, imagenet_classes

Folders = Callable[[str], Path]
pytestmark = pytest.mark.filterwarnings("ignore::gcbook.classifiers.pipelines.DistilledWarning")

CODECS = ("sd-epsilon", "sd3-t5", "if", "flux-dev", "sana", "dit", "unet")
LABELS = ("bear", "bird", "cat")
SMALL = {"resolution": 32}
PIXELS = {"height": 32, "width": 32}
WHOLE: dict[str, Any] = {"use_resolution_binning": False}
CALLS: dict[str, dict[str, Any]] = {
    "flux-dev": PIXELS,
    "flux-schnell": PIXELS | {"max_sequence_length": 256},
    "pixart-alpha": WHOLE,
    "pixart-alpha-sized": WHOLE,
    "pixart-sigma": WHOLE,
    "sana": PIXELS | WHOLE,
    "sana-euler": PIXELS | WHOLE,
    "dit": {"class_labels": [1]},
}
"""What a pipeline's call is given besides prompt and guidance."""


def options(name: str) -> dict[str, Any]:
    return SMALL if name.startswith("flux") else {}


def compared(folders: Folders, name: str, **call: Any) -> dict[str, float]:
    return deviations(folders(name), options=options(name), **CALLS.get(name, {}) | call)


@pytest.mark.parametrize("name", diffusion.TINY)
def test_a_row_does_what_its_pipeline_does(tiny_pipeline: Folders, name: str) -> None:
    found = compared(tiny_pipeline, name)
    # Sana's sampler rounds the network's time.
    assert found.pop("timestep") < (1.0 if name == "sana" else 1e-3)
    assert max(found.values()) < 1e-5, found


def test_every_row_is_compared() -> None:
    compared = {tiny.pipeline for tiny in diffusion.TINY.values()}
    # DDIM's row is DDPM's.
    assert set(ROWS) - compared == {"DDIMPipeline"}
    known = [each.names for each in registry.FORMATS if each.kind == "diffusion"]
    assert {name for names in known for name in names} == set(ROWS)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("sd-epsilon", {"prompt": "A bad photo of a cat."}),
        ("sdxl", {"original_size": (64, 64)}),
        ("sdxl", {"prompt_2": "A bad photo of a cat."}),
        ("flux-dev", {"guidance_scale": 3.5}),
        ("flux-schnell", {"max_sequence_length": 512}),
        ("pixart-sigma", {"max_sequence_length": 120}),
        ("sana", {"complex_human_instruction": ["Draw "]}),
        ("dit", {"class_labels": [2]}),
    ],
)
def test_another_conditioning_is_noticed(tiny_pipeline: Folders, name: str, call: dict) -> None:
    assert compared(tiny_pipeline, name, **call)["conditioning"] > 1e-3


def other_step(schedule: Any) -> schedulers.Ask:
    right = ask_discrete(schedule)
    return lambda t: right((t + 1 / schedule.n_steps).clamp(max=1))


def other_sign(schedule: Any) -> schedulers.Ask:
    right = ask_discrete(schedule)
    return lambda t: (right(t)[0], right(t)[1], -right(t)[2])


@pytest.mark.parametrize(
    ("name", "fault", "where"),
    [
        ("sd-epsilon", other_step, ("timestep", "clean")),
        ("sd-v", other_sign, ("clean",)),
        ("if", other_sign, ("clean",)),
    ],
)
def test_a_wrong_process_is_noticed(
    tiny_pipeline: Folders,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    fault: Callable,
    where: tuple[str, ...],
) -> None:
    monkeypatch.setattr(schedulers, "ask_discrete", fault)
    found = compared(tiny_pipeline, name)
    assert min(found[each] for each in where) > 1e-3, found


@pytest.fixture(scope="module")
def loaded(tiny_pipeline: Folders) -> Callable[[str], DiffusionClassifier]:
    return cache(lambda name: load_classifier(tiny_pipeline(name), labels=LABELS, **options(name)))


def images(n: int = 2, size: int = 32) -> list[np.ndarray]:
    return list(np.random.default_rng(5).random((n, size, size, 3), dtype=np.float32))


def errors(classifier: DiffusionClassifier, labels: Sequence[int], n: int = 2) -> torch.Tensor:
    """Squared errors (images, labels) with one draw an image, in one batch."""
    x = classifier.prepare(images(n))
    draws = [classifier.draw(f"image {i}", 0, DrawRule(), x[i]) for i in range(n)]
    values = classifier.measure(
        x.repeat_interleave(len(labels), 0),
        [draw for draw in draws for _ in labels],
        torch.tensor([*labels] * n),
        "none",
    )
    return values["error_l2"].reshape(n, -1)


def relative(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float((found - expected).abs().max() / expected.abs().max())


@pytest.mark.parametrize("name", CODECS)
@torch.no_grad()
def test_images_are_what_the_pipeline_decodes(
    tiny_pipeline: Folders, loaded: Callable, name: str
) -> None:
    classifier = loaded(name)
    pixels = 2 * torch.from_numpy(np.stack(images())).movedim(-1, 1) - 1
    x, about = classifier.prepare(images()), classifier.describe()
    if name in ("if", "unet"):
        pixels = 2 * torch.from_numpy(np.stack(images(size=16))).movedim(-1, 1) - 1
        assert torch.equal(classifier.prepare(images(size=16)), pixels)
        assert (about["space"], about["resolution"]) == ("pixels", 16)
        assert classifier.default_clip == "static"
        return
    config = json.loads((tiny_pipeline(name) / "vae" / "config.json").read_text())
    kind = getattr(diffusers, config["_class_name"])
    vae = kind.from_pretrained(tiny_pipeline(name) / "vae").eval()
    scale, shift = config["scaling_factor"], config.get("shift_factor") or 0.0
    coded = vae.encode(pixels)
    latents = coded.latent if name == "sana" else coded.latent_dist.mean
    assert relative(x, (latents - shift) * scale) < 1e-5
    # Decoding is that of the pipelines; these random autoencoders restore nothing.
    assert relative(classifier.decode(x), vae.decode(x / scale + shift).sample) < 1e-5
    assert (about["space"], about["resolution"]) == ("latents", 32)
    assert classifier.default_clip == "none"


def checkpoint(folder: Path, labels: Sequence[str] = CATEGORIES) -> Checkpoint:
    return Checkpoint(folder, "", "", tuple(labels), torch.device("cpu"), torch.float32)


@pytest.mark.parametrize("n_steps", [3, 50, 1000, 4000])
def test_every_step_is_asked_as_itself(n_steps: int) -> None:
    schedule = DiscreteSchedule(tuple(np.linspace(0.99, 0.01, n_steps)))
    asked: list[int] = []

    def predict(x_t: torch.Tensor, index: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        asked.extend(index.tolist())
        return torch.zeros_like(x_t)

    process = Process(schedule, "epsilon", ask_discrete(schedule))
    denoise = process.denoiser(predict, torch.float32)
    t = torch.tensor([(i + 1) / n_steps for i in range(n_steps)])
    clean = denoise(torch.ones(n_steps, 1, 1, 1), t, torch.zeros(n_steps, dtype=torch.long))
    assert asked == list(range(n_steps))
    assert np.allclose(clean.flatten(), 1 / np.sqrt(schedule.alphas_cumprod), rtol=1e-5)


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
def test_schedules_are_the_schedulers(tmp_path: Path, name: str, fields: dict) -> None:
    scheduler = getattr(diffusers, name)(**fields)
    scheduler.save_pretrained(tmp_path / "scheduler")
    process = read_process(checkpoint(tmp_path), "discrete")
    found = process.schedule.alphas_cumprod
    usual = diffusers.DDPMScheduler(num_train_timesteps=len(found)).alphas_cumprod
    assert process.prediction == "epsilon"
    assert np.allclose(found, scheduler.alphas_cumprod, rtol=1e-6, atol=1e-12)
    assert not np.allclose(found, usual)


@pytest.mark.parametrize(
    ("name", "distilled", "guidance"),
    [("flux-dev", "for guidance", 1.0), ("flux-schnell", "to a few steps", None)],
)
def test_flux_says_how_it_was_distilled(
    tiny_pipeline: Folders, name: str, distilled: str, guidance: float | None
) -> None:
    with pytest.warns(DistilledWarning, match=f"distilled {distilled}"):
        about = load_classifier(tiny_pipeline(name), labels=LABELS, **SMALL).describe()
    assert (about["distilled"], about["guidance"]) == (distilled, guidance)


@pytest.fixture
def copied(tiny_pipeline: Folders, tmp_path: Path) -> Folders:
    return lambda name: shutil.copytree(tiny_pipeline(name), tmp_path / "copy")


@pytest.mark.parametrize("files", ["sharded", "fp16"])
def test_half_precision_files_and_shards_are_found(
    loaded: Callable, copied: Folders, files: str
) -> None:
    folder = copied("sd-epsilon")
    unet = diffusers.UNet2DConditionModel.from_pretrained(folder / "unet")
    shutil.rmtree(folder / "unet")
    if files == "sharded":
        unet.save_pretrained(folder / "unet", max_shard_size="40KB")
        assert len(list((folder / "unet").glob("*.safetensors"))) > 1
    else:
        unet.half().save_pretrained(folder / "unet", variant="fp16")
    found = errors(load_classifier(folder, labels=LABELS), [0, 1])
    expected = errors(loaded("sd-epsilon"), [0, 1])
    assert torch.allclose(found, expected, rtol=0.02)
    assert torch.equal(found, expected) is (files == "sharded")


def edit(file: str, **entries: object) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        path = folder / file
        content = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps(content | entries))

    return write


def text(file: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).write_text(content)


INDEX, SCHEDULER = "model_index.json", "scheduler/scheduler_config.json"
WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


def test_safety_checkers_are_not_loaded(loaded: Callable, copied: Folders) -> None:
    folder = copied("sd-epsilon")
    edit(INDEX, safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"])(folder)
    (folder / "safety_checker").mkdir()
    (folder / "safety_checker" / "pytorch_model.bin").write_bytes(b"not opened")
    found = load_classifier(folder, labels=LABELS)
    assert torch.equal(errors(found, [0]), errors(loaded("sd-epsilon"), [0]))


def test_classes_come_from_the_table_then_the_name_then_a_member(copied: Folders) -> None:
    folder = copied("dit")
    assert class_ids(checkpoint(folder, ["bird", "tench", "bear"]), 20) == [1, 0, 5]
    (folder / "class_labels.json").write_text('{"bear": 19}')
    assert class_ids(checkpoint(folder, ["bird", "tench", "bear"]), 20) == [1, 0, 19]
    for labels, n, says in (
        (["bird", "robin"], 20, r"another class for every label, found \[1, 1\]"),
        (["bird", "crane", "unicorn"], 20, "none for crane, unicorn"),
        (["bird", "bear"], 19, "from 0 to 18"),
        (["bird"], 0, "cannot tell classes apart"),
    ):
        with pytest.raises(InputError, match=says):
            class_ids(checkpoint(folder, labels), n)


def test_representatives_belong_to_their_categories() -> None:
    categories = {item.name: item.category for item in imagenet_classes()}
    assert {label: categories.get(name) for label, name in REPRESENTATIVES.items()} == {
        label: label for label in CATEGORIES
    }


def incomplete(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS)
    del tensors["conv_in.bias"]
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def consistency(folder: Path) -> None:
    config = diffusers.UNet2DConditionModel.load_config(folder / "unet")
    network = diffusers.UNet2DConditionModel.from_config(config, time_cond_proj_dim=8)
    network.save_pretrained(folder / "unet")


DAMAGES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "part": (
        "sd-epsilon",
        lambda folder: shutil.rmtree(folder / "vae"),
        "needs the part vae, which the folder does not have",
    ),
    "entry": (
        "sd-epsilon",
        edit(INDEX, text_encoder=[None, None]),
        "needs the part text_encoder, which model_index.json does not have",
    ),
    "encoder": (
        "sd-epsilon",
        edit(INDEX, text_encoder=["transformers", "XLMRobertaModel"]),
        "text_encoder: expected CLIPTextModel, found XLMRobertaModel",
    ),
    "weights": ("sd-epsilon", text(WEIGHTS, "damaged"), f"{WEIGHTS}: expected weights; .* damaged"),
    "fewer weights": ("sd-epsilon", incomplete, "missing: conv_in.bias, in all 1"),
    "pickle": (
        "sd-epsilon",
        lambda folder: (folder / WEIGHTS).rename((folder / WEIGHTS).with_suffix(".bin")),
        r"safetensors, found diffusion_pytorch_model.bin\. Pickles can run code",
    ),
    "scheduler": (
        "sd-epsilon",
        edit(SCHEDULER, _class_name="FlowMatchEulerDiscreteScheduler"),
        "with a beta_schedule; found FlowMatchEulerDiscreteScheduler",
    ),
    "no flow": (
        "sd3",
        edit(SCHEDULER, _class_name="DDPMScheduler", beta_schedule="linear"),
        "a scheduler of flow matching; found DDPMScheduler",
    ),
    "prediction": (
        "sd-epsilon",
        edit(SCHEDULER, prediction_type="score"),
        "epsilon, v_prediction, sample; found 'score'",
    ),
    "betas": (
        "sd-epsilon",
        edit(SCHEDULER, beta_schedule="none such"),
        "expected the numbers of a scheduler of discrete steps",
    ),
    "EDM": (
        "sd-epsilon",
        edit(SCHEDULER, _class_name="EDMEulerScheduler"),
        "with a beta_schedule; found EDMEulerScheduler",
    ),
    "channels": (
        "sd-epsilon",
        lambda folder: diffusers.AutoencoderKL(latent_channels=3).save_pretrained(folder / "vae"),
        "expected a network of 3 channels",
    ),
    "latents": (
        "sd-epsilon",
        edit("vae/config.json", latents_std=[1.0] * 4),
        "whose latents have one scale",
    ),
    "consistency": ("sd-epsilon", consistency, "found a latent consistency model"),
    "table": ("dit", text("class_labels.json", "{"), r"class_labels\.json: expected JSON text"),
    "list": ("dit", text("class_labels.json", "[]"), "a JSON object, found list"),
    "names": ("dit", edit(INDEX, id2label=["a"]), "expected id2label in model_index.json as"),
}


@pytest.mark.parametrize(("name", "damage", "says"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_pipeline_is_refused(
    copied: Folders, name: str, damage: Callable, says: str
) -> None:
    folder = copied(name)
    damage(folder)
    with pytest.raises(InputError, match=says):
        load_classifier(folder)


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("flux-dev", {"resolution": 30}, "expected a multiple of 4 for .* found 30"),
        ("unet", {"template": "a {}"}, r"template \(--prompt\) is for .*Stable Diff"),
        (
            "sd-epsilon",
            {"template": "{}", "labels": ["A", "b", "a"]},
            "tells apart, found 'A' and 'a'",
        ),
    ],
)
def test_an_option_that_cannot_be_is_refused(
    tiny_pipeline: Folders, name: str, given: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        load_classifier(tiny_pipeline(name), **given)
