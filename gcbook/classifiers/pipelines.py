r"""Diffusers pipelines as classifiers: from a folder to a `DiffusionClassifier`.

=============================  ==========  ======================  ==============================
class in ``model_index.json``  errors in   network predicts        classes are
=============================  ==========  ======================  ==============================
``StableDiffusionPipeline``    latents     ε, v or the image       prompts (CLIP)
``StableDiffusion3Pipeline``   latents     velocity, α = 1 − t     prompts (two CLIPs, T5 if any)
``IFPipeline``                 pixels      ε, v or the image       prompts (T5)
``DiTPipeline``                latents     ε, v or the image       class ids
``DDPMPipeline``,              pixels      ε, v or the image       class ids
``DDIMPipeline``
=============================  ==========  ======================  ==============================

What is the same for all:

- Images are resized to the size that the network was made for (`gcbook.classifiers.preprocess`) and
  scaled to [-1, 1]. Latents are :math:`(\mu - \mathrm{shift}) \cdot \mathrm{scale}` with
  :math:`\mu` the mean of the autoencoder's posterior, computed in float32 whatever the network's
  type: half precision overflows in some of these autoencoders.
- Step i of a discrete schedule of T steps is t = (i + 1)/T, and the network is given i; the
  schedule is that of training, whichever sampler the folder holds. A flow-matching network is
  given t times the number of training steps. Its sampler's ``shift`` says which t are visited when
  images are made; the noise at a given t does not depend on it.
- Prompts are embedded once by the pipeline's own ``encode_prompt``: padding, pad token, truncation
  and which layer is taken are part of what a network was trained with. They are embedded one by
  one and padded to the length that the pipeline pads to, so that a class's embedding depends on no
  other class; then the text encoders are dropped. IF's captions are lower-cased and stripped: its
  further cleaning is for links and mark-up.
- A network that also predicts a variance has twice the channels; the second half is left out.
- No guidance: one evaluation a class. Safety checkers are not loaded.
- ``dtype`` is the network's and its text encoders'; :math:`x_t`, :math:`\hat x` and errors are
  float32.
"""

from collections.abc import Callable, Sequence
from inspect import signature
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.diffusion import (
    Decode,
    Denoise,
    DiffusionClassifier,
    Encode,
    clean_image,
)
from gcbook.classifiers.preprocess import ImageFit
from gcbook.files.errors import InputError
from gcbook.noise.schedules import DiscreteSchedule, FlowSchedule

Predict = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""``predict(x_t, timestep, label)``, the network itself in its own type and time unit."""

PREDICTIONS = ("epsilon", "v_prediction", "sample")
BETAS = (
    "num_train_timesteps",
    "beta_start",
    "beta_end",
    "beta_schedule",
    "trained_betas",
    "rescale_betas_zero_snr",
)

CLASS_TABLE = "class_labels.json"
"""A file in a pipeline's folder: an object of label → id of the network's class."""

REPRESENTATIVES = {
    "airplane": "airliner",
    "bear": "brown bear",
    "bicycle": "mountain bike",
    "bird": "robin",
    "boat": "speedboat",
    "bottle": "water bottle",
    "car": "sports car",
    "cat": "tabby",
    "chair": "folding chair",
    "clock": "wall clock",
    "dog": "golden retriever",
    "elephant": "African elephant",
    "keyboard": "computer keyboard",
    "knife": "cleaver",
    "oven": "rotisserie",
    "truck": "trailer truck",
}
"""For each of the 16 categories one ImageNet class that stands for it."""


class Space(NamedTuple):
    """Where errors are taken.

    Attributes:
        encode: how images get there.
        decode: how what is there is seen, pixels in [-1, 1].
        fit: how images become pixels of that size, before any code.
        described: the space in words.
    """

    encode: Encode
    decode: Decode
    fit: Encode
    described: dict[str, object]


def load_pipeline(checkpoint: Checkpoint) -> DiffusionClassifier:
    """Make a classifier of a diffusers pipeline.

    Models that are conditioned on classes look up the labels in their own table, see `class_ids`,
    and take no prompts.

    Raises:
        InputError: a part that is missing or damaged, weights as pickles, or a template for a
            model that is conditioned on classes.
    """
    match checkpoint.format:
        case "StableDiffusionPipeline" | "IFPipeline":
            return _text_unet(checkpoint)
        case "StableDiffusion3Pipeline":
            return _stable_diffusion_3(checkpoint)
    if checkpoint.template is not None:
        raise InputError(
            f"{checkpoint.path}: {checkpoint.format} is conditioned on classes; expected no "
            f"prompt, found {checkpoint.template!r}."
        )
    return _dit(checkpoint) if checkpoint.format == "DiTPipeline" else _class_unet(checkpoint)


def _text_unet(checkpoint: Checkpoint) -> DiffusionClassifier:
    """Stable Diffusion 1 or 2 (Rombach et al., 2022), or IF's first stage (DeepFloyd, 2023)."""
    unet = _waiting(checkpoint, "unet", "UNet2DConditionModel")
    on_pixels = checkpoint.format == "IFPipeline"
    space = (_pixel_space if on_pixels else _latent_space)(checkpoint, unet.config)
    (texts,) = _embed(
        checkpoint,
        lambda pipeline, prompt: pipeline.encode_prompt(
            prompt,
            device=checkpoint.device,
            num_images_per_prompt=1,
            do_classifier_free_guidance=False,
        )[:1],
        text_encoder="T5EncoderModel" if on_pixels else "CLIPTextModel",
    )
    checkpoint.ready(unet)

    def predict(x_t: torch.Tensor, index: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return unet(x_t, index, encoder_hidden_states=texts[label]).sample

    return _discrete_classifier(checkpoint, predict, space, prompts=checkpoint.prompts)


def _stable_diffusion_3(checkpoint: Checkpoint) -> DiffusionClassifier:
    """Stable Diffusion 3 or 3.5 (Esser et al., 2024).

    A pipeline saved without its third text encoder, T5, is given zeros in its place, as it was in
    part of its training.
    """
    scheduler = checkpoint.read_json("scheduler/scheduler_config.json")
    if "FlowMatch" not in str(scheduler.get("_class_name")):
        raise InputError(
            f"{checkpoint.path}: scheduler: expected one of flow matching, found "
            f"{scheduler.get('_class_name')}."
        )
    n_steps = scheduler.get("num_train_timesteps", 1000)
    transformer = _waiting(checkpoint, "transformer", "SD3Transformer2DModel")
    space = _latent_space(checkpoint, transformer.config)
    clip = "CLIPTextModelWithProjection"
    encoders = {"text_encoder": clip, "text_encoder_2": clip}
    if checkpoint.has("text_encoder_3"):
        encoders["text_encoder_3"] = "T5EncoderModel"
    texts, pooled = _embed(
        checkpoint,
        lambda pipeline, prompt: pipeline.encode_prompt(
            prompt, None, None, checkpoint.device, do_classifier_free_guidance=False
        )[::2],
        transformer=transformer,
        **encoders,
    )
    checkpoint.ready(transformer)

    def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        label = label.to(checkpoint.device)
        velocity = transformer(
            hidden_states=x_t.to(checkpoint.dtype),
            timestep=t * n_steps,
            encoder_hidden_states=texts[label],
            pooled_projections=pooled[label],
        ).sample
        return clean_image("flow", velocity.to(x_t.dtype), x_t, 1 - t, t)

    details = {"prediction": "flow", "prompts": checkpoint.prompts}
    return _classifier(checkpoint, denoise, FlowSchedule(), space, **details)


def _waiting(checkpoint: Checkpoint, part: str, class_name: str) -> Any:
    # On the CPU until the texts are embedded: T5-XXL alone can fill a GPU.
    return checkpoint.network(part, class_name, device="cpu")


def _embed(
    checkpoint: Checkpoint,
    encode: Callable[[Any, str], tuple[torch.Tensor, ...]],
    *,
    transformer: Any = None,
    **encoders: str,
) -> list[torch.Tensor]:
    """Return, stacked over prompts, each of the tensors that the network is given for a text.

    Args:
        checkpoint: the pipeline's.
        encode: asks the pipeline for one prompt's tensors.
        transformer: where the pipeline asks that for its sizes.
        encoders: parts that are text encoders, and their classes.

    Raises:
        InputError: two prompts are the same to the text encoders.
    """
    import diffusers

    # A pipeline of text encoders alone, which are let go with it when this is done.
    kind = getattr(diffusers, checkpoint.format)
    needed = [one.name for one in signature(kind).parameters.values() if one.default is one.empty]
    parts = dict.fromkeys(needed) | ({} if transformer is None else {"transformer": transformer})
    for part, class_name in encoders.items():
        parts[part] = checkpoint.network(part, class_name)
        name = part.replace("text_encoder", "tokenizer")
        parts[name] = checkpoint.tokenizer(name)
    if "safety_checker" in needed:
        parts["requires_safety_checker"] = False
    pipeline, prompts = kind(**parts), checkpoint.prompts
    rows = [encode(pipeline, prompt) for prompt in prompts]
    for (first, one), (second, other) in combinations(zip(prompts, rows, strict=True), 2):
        if all(map(torch.equal, one, other)):
            raise InputError(
                "prompts: expected prompts that the text encoder tells apart, found "
                f"{first!r} and {second!r}, which are the same to it: too long, so that the ends "
                "are cut off, or of words that it does not know."
            )
    return [
        torch.cat(tensors).to(checkpoint.device, checkpoint.dtype)
        for tensors in zip(*rows, strict=True)
    ]


def _class_unet(checkpoint: Checkpoint) -> DiffusionClassifier:
    """A pixel U-Net with a class embedding."""
    unet = checkpoint.network("unet", "UNet2DModel")
    if not unet.config.num_class_embeds:
        raise InputError(
            f"{checkpoint.path}: expected a U-Net conditioned on classes (num_class_embeds), found "
            "one without: it cannot tell classes apart."
        )
    space = _pixel_space(checkpoint, unet.config)
    return _by_class(checkpoint, unet, space, unet.config.num_class_embeds)


def _dit(checkpoint: Checkpoint) -> DiffusionClassifier:
    """A DiT (Peebles & Xie, 2023)."""
    transformer = checkpoint.network("transformer", "DiTTransformer2DModel", "Transformer2DModel")
    space = _latent_space(checkpoint, transformer.config)
    return _by_class(checkpoint, transformer, space, transformer.config.num_embeds_ada_norm)


def _by_class(
    checkpoint: Checkpoint, network: Any, space: Space, n_classes: int
) -> DiffusionClassifier:
    checkpoint.ready(network)
    ids = class_ids(checkpoint, n_classes)
    classes = torch.tensor(ids, device=checkpoint.device)

    def predict(x_t: torch.Tensor, index: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        return network(x_t, index, class_labels=classes[label]).sample

    return _discrete_classifier(checkpoint, predict, space, classes=ids)


def class_ids(checkpoint: Checkpoint, n_classes: int) -> list[int]:
    """Return the id of the network's class that stands for each label.

    The first of these that has it: ``class_labels.json`` in the pipeline's folder; a class of
    exactly the label's name in ``id2label`` of ``model_index.json``; there, the one of
    `REPRESENTATIVES`.

    One class a label: the likelihood of a category of many classes would be the mean of their
    likelihoods, which errors of single draws do not give, and neither the mean nor the least of
    the errors stands for it. A category is therefore judged by one kind of its members.

    Args:
        checkpoint: the pipeline.
        n_classes: how many classes the network knows.

    Raises:
        InputError: a label has no class, two labels have one, or an id is out of range.
    """
    where, labels = checkpoint.path, checkpoint.labels
    table = checkpoint.read_json(CLASS_TABLE) if (where / CLASS_TABLE).is_file() else {}
    names = _names(checkpoint.index.get("id2label") or {}, where)
    stand_ins = {label: names.get(name) for label, name in REPRESENTATIVES.items()}
    found = {
        label: source[label]
        for source in (stand_ins, names, table)
        for label in labels
        if source.get(label) is not None
    }
    missing = [label for label in labels if label not in found]
    if missing:
        raise InputError(
            f"{where}: expected a class of the network for each label, found none for "
            f"{', '.join(missing)}. Write {CLASS_TABLE} into the folder: an object of label: id."
        )
    ids: list[Any] = [found[label] for label in labels]
    if not all(type(value) is int and 0 <= value < n_classes for value in ids):
        raise InputError(
            f"{where}: expected class ids from 0 to {n_classes - 1}, one a label; found {ids}."
        )
    if len(set(ids)) < len(ids):
        raise InputError(f"{where}: expected another class for every label, found {ids}.")
    return ids


def _names(id2label: Any, where: Path) -> dict[str, int | None]:
    """Return the id of every name; None for a name of several classes, as ImageNet's crane is."""
    listed = id2label.items() if isinstance(id2label, dict) else [("", None)]
    if not all(key.isdecimal() and isinstance(name, str) for key, name in listed):
        raise InputError(
            f"{where}: expected id2label in model_index.json as {{'0': ..., '1': ...}}, found "
            "other entries. Mend them, or write "
            f"{CLASS_TABLE} into the folder and leave id2label out."
        )
    names: dict[str, int | None] = {}
    for key, value in id2label.items():
        for name in {part.strip() for part in value.split(",")}:
            names[name] = None if name in names else int(key)
    return names


def _pixel_space(checkpoint: Checkpoint, network: Any) -> Space:
    """Images are (N, 3, size, size) in [-1, 1]; ``network`` is a network's configuration."""
    if network.in_channels != 3:
        raise InputError(
            f"{checkpoint.path}: expected a network of images with 3 channels, found "
            f"{network.in_channels}."
        )
    fit = ImageFit(_side(checkpoint, network))

    def encode(images: Sequence[np.ndarray]) -> torch.Tensor:
        return (2 * fit.fit(images) - 1).to(checkpoint.device)

    return Space(encode, lambda pixels: pixels, encode, {"space": "pixels", **fit.as_dict()})


def _latent_space(checkpoint: Checkpoint, network: Any) -> Space:
    """Images are latents (N, channels, size, size) of the pipeline's autoencoder."""
    vae = checkpoint.network("vae", "AutoencoderKL", dtype=torch.float32)
    config = vae.config
    if config.latent_channels != network.in_channels:
        raise InputError(
            f"{checkpoint.path}: expected a network of {config.latent_channels} channels, as the "
            f"autoencoder's latents have; found {network.in_channels}. Inpainting and upscaling "
            "models, whose networks are given more than the noised image, are not known here."
        )
    image_fit = ImageFit(_side(checkpoint, network) * 2 ** (len(config.block_out_channels) - 1))
    shift = config.get("shift_factor") or 0.0

    def fit(images: Sequence[np.ndarray]) -> torch.Tensor:
        return 2 * image_fit.fit(images) - 1

    def encode(images: Sequence[np.ndarray]) -> torch.Tensor:
        # One by one: an image's latents are the same to the last bit in any batch.
        means = [
            vae.encode(image.to(checkpoint.device)).latent_dist.mode()
            for image in fit(images).split(1)
        ]
        return (torch.cat(means) - shift) * config.scaling_factor

    def decode(latents: torch.Tensor) -> torch.Tensor:
        whole = latents.float() / config.scaling_factor + shift
        return torch.cat([vae.decode(each).sample for each in whole.split(1)])

    return Space(encode, decode, fit, {"space": "latents", **image_fit.as_dict()})


def _side(checkpoint: Checkpoint, network: Any) -> int:
    size = network.sample_size
    sides = {size} if isinstance(size, int) else set(size or ())
    if len(sides) != 1:
        raise InputError(
            f"{checkpoint.path}: expected a network made for one square size, found sample_size "
            f"{size}."
        )
    return int(sides.pop())


def read_discrete_schedule(checkpoint: Checkpoint) -> tuple[DiscreteSchedule, str]:
    """Return the schedule that a pipeline was trained with, and what its network predicts.

    The samplers of discrete steps (DDPM, DDIM, PNDM, Euler, DPM-Solver …) share the fields that
    say so; which of them the folder holds does not matter.

    Raises:
        InputError: the scheduler is not one of those, or predicts something else.
    """
    from diffusers import DDPMScheduler

    config = checkpoint.read_json("scheduler/scheduler_config.json")
    where = checkpoint.path / "scheduler" / "scheduler_config.json"
    name = str(config.get("_class_name"))
    if "beta_schedule" not in config or "EDM" in name or config.get("use_flow_sigmas"):
        raise InputError(
            f"{where}: expected a scheduler of discrete steps, with a beta_schedule; found {name}."
        )
    prediction = config.get("prediction_type", "epsilon")
    if prediction not in PREDICTIONS:
        raise InputError(
            f"{where}: prediction_type: expected one of {', '.join(PREDICTIONS)}; found "
            f"{prediction!r}."
        )
    fields = {field: config[field] for field in BETAS if field in config}
    try:
        scheduler: Any = DDPMScheduler(**fields)
        schedule = DiscreteSchedule(tuple(scheduler.alphas_cumprod.double().tolist()))
    except (NotImplementedError, TypeError, ValueError) as error:
        raise InputError(f"{where}: expected a schedule that DDPM knows ({error}).") from error
    return schedule, prediction


def discrete_denoiser(
    predict: Predict, schedule: DiscreteSchedule, prediction: str, checkpoint: Checkpoint
) -> Denoise:
    """Return ``denoise`` of a network of discrete steps, asked at index i for t = (i + 1)/T."""
    products = torch.tensor(schedule.alphas_cumprod, dtype=torch.float64)
    alphas = products.sqrt().float().to(checkpoint.device)
    sigmas = (1 - products).sqrt().float().to(checkpoint.device)

    def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        # t is (i + 1)/T in single precision: rounded, since a ceiling could take the next step.
        index = (t * schedule.n_steps).round().long().clamp(1, schedule.n_steps) - 1
        output = predict(x_t.to(checkpoint.dtype), index, label.to(checkpoint.device))
        output = output[:, : x_t.shape[1]].to(x_t.dtype)
        return clean_image(prediction, output, x_t, alphas[index], sigmas[index])

    return denoise


def _discrete_classifier(
    checkpoint: Checkpoint, predict: Predict, space: Space, **details: object
) -> DiffusionClassifier:
    schedule, prediction = read_discrete_schedule(checkpoint)
    denoise = discrete_denoiser(predict, schedule, prediction, checkpoint)
    return _classifier(checkpoint, denoise, schedule, space, prediction=prediction, **details)


def _classifier(
    checkpoint: Checkpoint,
    denoise: Denoise,
    schedule: DiscreteSchedule | FlowSchedule,
    space: Space,
    **details: object,
) -> DiffusionClassifier:
    """Put the parts together; pixels are clipped by default, latents are not."""
    known = {"weights": checkpoint.weights, "pipeline": checkpoint.format, **space.described}
    return DiffusionClassifier(
        denoise,
        schedule,
        space.encode,
        decode=space.decode,
        fit=space.fit,
        labels=checkpoint.labels,
        name=checkpoint.name,
        clip="static" if space.described["space"] == "pixels" else "none",
        details=known | details,
    )
