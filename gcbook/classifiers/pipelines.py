"""Pipelines of diffusers as classifiers: `ROWS` says what differs, one loader reads all.

The process of noise, the network's time and its scalings: `gcbook.classifiers.schedulers`; pixels
and latents: `gcbook.classifiers.spaces`. ``dtype`` is the network's and its text encoders';
noised images, clean images and errors are float32.

- *Stable Diffusion XL* (Podell et al., 2023) is given the size of the original, the corner of the
  crop and the target size. They are set as the pipeline sets them: the whole image at the model's
  resolution.
- *Stable Diffusion 3* (Esser et al., 2024) saved without its third text encoder, T5, is given zeros
  in its place, as it was in part of its training.
- *FLUX.1 dev* (Black Forest Labs, 2024) is distilled for guidance: its network is given the
  strength of a guidance that is built into its answer. Here it is 1, which stands for none; what
  the network then predicts is what its distillation made of its teacher. Its pipeline's default,
  3.5, sharpens images beyond those that a noised one may come from. *FLUX.1 schnell* has no such
  input: it is distilled to a few steps, so that its prediction at a time is closer to a sample than
  to a mean. Both say so in the description and in a warning.
- *PixArt-α*'s model of 1,024 pixels (Chen et al., 2023) is given size and aspect ratio of the
  image, as its pipeline does; PixArt-Σ (Chen et al., 2024) is not.
- *Sana* (Xie et al., 2024): as in the pipeline, the prompt stands behind an instruction to describe
  it at length; of the states those of the prompt are taken. Its sampler rounds the network's time
  to whole steps; here it is given the time itself, as in flow matching.

Prompts are embedded once by the pipeline's own ``encode_prompt``, with the defaults of its call:
padding, pad token, truncation and which layer is taken are part of what a network was trained with.
They are embedded one by one and padded to the length that the pipeline pads to, so that a class's
embedding depends on no other class; then the text encoders are dropped. IF's, PixArt's and Sana's
captions are lower-cased and stripped: their further cleaning is for links and mark-up.

No guidance: one evaluation a class. Safety checkers are not loaded.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from inspect import signature
from itertools import combinations
from typing import Any

import torch

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.class_ids import class_ids
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.schedulers import Kind, read_process
from gcbook.classifiers.spaces import downsampling, latent_space, pixel_space, side_of
from gcbook.files.errors import InputError

Arguments = dict[str, Any]
"""What a network is given by name."""

More = Callable[[torch.Tensor, Arguments, Any, Mapping[str, Any]], Arguments]


class DistilledWarning(UserWarning):
    """The network was distilled: it does not predict what a diffusion model is trained to."""


def _sdxl(x_t: torch.Tensor, given: Arguments, network: Any, about: Mapping[str, Any]) -> Arguments:
    sizes = x_t.new_full((len(x_t), 6), about["resolution"])
    sizes[:, 2:4] = 0
    added = {"text_embeds": given.pop("text_embeds"), "time_ids": sizes}
    return given | {"added_cond_kwargs": added}


def _pixart(
    x_t: torch.Tensor, given: Arguments, network: Any, about: Mapping[str, Any]
) -> Arguments:
    added = dict.fromkeys(("resolution", "aspect_ratio"))
    if network.use_additional_conditions:
        added["resolution"] = x_t.new_full((len(x_t), 2), about["resolution"])
        added["aspect_ratio"] = x_t.new_ones((len(x_t), 1))
    return given | {"added_cond_kwargs": added}


def _sana(x_t: torch.Tensor, given: Arguments, network: Any, about: Mapping[str, Any]) -> Arguments:
    return given | {"timestep": given["timestep"] * network.config.timestep_scale}


def _flux(x_t: torch.Tensor, given: Arguments, network: Any, about: Mapping[str, Any]) -> Arguments:
    n, strength = len(x_t), about["guidance"]
    return given | {
        # The network multiplies it by the number of steps.
        "timestep": given["timestep"] / 1000,
        "guidance": None if strength is None else torch.full((n,), strength, device=x_t.device),
        "txt_ids": x_t.new_zeros(given["encoder_hidden_states"].shape[1], 3),
        "img_ids": _places(x_t.shape[2] // 2, x_t.shape[3] // 2, x_t.device, x_t.dtype),
    }


@cache
def _places(rows: int, columns: int, device: torch.device, dtype: torch.dtype) -> Any:
    from diffusers import FluxPipeline

    return FluxPipeline._prepare_latent_image_ids(1, rows, columns, device=device, dtype=dtype)


@dataclass(frozen=True)
class Row:
    """What a pipeline's network is, and what it is given.

    Attributes:
        network: its classes; the first is what it is loaded as.
        process: of noise.
        encoders: the parts that are text encoders, and their classes.
        takes: what it is given of a text, by name: the number of that in what ``encode_prompt``
            returns.
        classes: of a network that is given a class instead: the field of its configuration that
            counts them.
        more: makes of x_t, what is given so far, the network and the classifier's description all
            that is given besides x_t.
        codecs: classes that the autoencoder may have; none for a network of pixels.
        optional: a text encoder that may be absent.
        packed: it is given squares of 2 x 2 latents as one token.
    """

    network: tuple[str, ...]
    process: Kind
    encoders: dict[str, str] = field(default_factory=dict)
    takes: dict[str, int] = field(default_factory=lambda: {"encoder_hidden_states": 0})
    classes: str = ""
    more: More | None = None
    codecs: tuple[str, ...] = ("AutoencoderKL",)
    optional: str = ""
    packed: bool = False

    @property
    def part(self) -> str:
        """The pipeline's name of the network."""
        return "unet" if self.network[0].startswith("UNet") else "transformer"


_UNET = ("UNet2DConditionModel",)
_OF_CLASSES = Row(("UNet2DModel",), "discrete", classes="num_class_embeds", codecs=())
_CLIP, _PROJECTED, _T5 = "CLIPTextModel", "CLIPTextModelWithProjection", "T5EncoderModel"
_MASKED = {"encoder_hidden_states": 0, "encoder_attention_mask": 1}
_PIXART = Row(
    # The published folders call it by what it was before it had a class of its own.
    ("PixArtTransformer2DModel", "Transformer2DModel"),
    "discrete",
    {"text_encoder": _T5},
    _MASKED,
    more=_pixart,
)

ROWS = {
    "DDPMPipeline": _OF_CLASSES,
    "DDIMPipeline": _OF_CLASSES,
    "DiTPipeline": Row(
        ("DiTTransformer2DModel", "Transformer2DModel"),
        "discrete",
        classes="num_embeds_ada_norm",
    ),
    "StableDiffusionPipeline": Row(
        _UNET,
        "discrete",
        {"text_encoder": _CLIP},
        # Small ones of photographs have Sana's autoencoder in the place of Stable Diffusion's.
        codecs=("AutoencoderKL", "AutoencoderDC"),
    ),
    "StableDiffusionXLPipeline": Row(
        _UNET,
        "discrete",
        {"text_encoder": _CLIP, "text_encoder_2": _PROJECTED},
        {"encoder_hidden_states": 0, "text_embeds": 2},
        more=_sdxl,
    ),
    "StableDiffusion3Pipeline": Row(
        ("SD3Transformer2DModel",),
        "flow",
        {"text_encoder": _PROJECTED, "text_encoder_2": _PROJECTED, "text_encoder_3": _T5},
        {"encoder_hidden_states": 0, "pooled_projections": 2},
        optional="text_encoder_3",
    ),
    "IFPipeline": Row(_UNET, "discrete", {"text_encoder": _T5}, codecs=()),
    "FluxPipeline": Row(
        ("FluxTransformer2DModel",),
        "flow",
        {"text_encoder": _CLIP, "text_encoder_2": _T5},
        {"encoder_hidden_states": 0, "pooled_projections": 1},
        more=_flux,
        packed=True,
    ),
    "PixArtAlphaPipeline": _PIXART,
    "PixArtSigmaPipeline": _PIXART,
    "SanaPipeline": Row(
        ("SanaTransformer2DModel",),
        "flow",
        {"text_encoder": "Gemma2Model"},
        _MASKED,
        more=_sana,
        codecs=("AutoencoderDC",),
    ),
}
"""By the pipeline's class in ``model_index.json``."""


def load_pipeline(checkpoint: Checkpoint, resolution: int = 1024) -> DiffusionClassifier:
    """Make a classifier of a pipeline of `ROWS`. Pixels are clipped by default, latents are not.

    Args:
        checkpoint: the folder.
        resolution: side of FLUX.1's images in pixels; no configuration says it, the default is what
            its pipeline draws.

    Warns:
        DistilledWarning: of FLUX.1, and says which distillation it was.
    """
    row = ROWS[checkpoint.format]
    process = read_process(checkpoint, row.process)
    # On the CPU until texts are embedded: T5-XXL alone can fill a GPU.
    network = checkpoint.network(row.part, *row.network, device="cpu")
    config = network.config
    details: dict[str, Any] = {}
    if config.get("time_cond_proj_dim") is not None:
        raise InputError(
            f"{checkpoint.path}: expected a diffusion model, found a latent consistency model "
            "(time_cond_proj_dim in unet/config.json): distilled to a few steps with guidance, it "
            "does not predict the mean of the images that a noised one may come from. Take the "
            "model that it was distilled from."
        )
    if row.packed:
        details = _distillation(checkpoint.name, bool(config.guidance_embeds))
        side = _side(checkpoint, resolution)
    else:
        side = side_of(checkpoint, config)
    if row.codecs:
        said = checkpoint.index.get("vae")
        codec = next((each for each in row.codecs if said == ["diffusers", each]), row.codecs[0])
        channels = config.in_channels // (4 if row.packed else 1)
        space = latent_space(checkpoint, channels, side, codec)
    else:
        space = pixel_space(checkpoint, config)
    if row.classes:
        details["classes"] = class_ids(checkpoint, config[row.classes] or 0)
        known = {"class_labels": torch.tensor(details["classes"], device=checkpoint.device)}
    else:
        known = _embed(checkpoint, row, network)
        details["prompts"] = checkpoint.prompts
    checkpoint.ready(network)
    about = space.described | details

    def predict(x_t: torch.Tensor, time: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        given: Arguments = {"timestep": time} | {name: each[label] for name, each in known.items()}
        if row.more:
            given = row.more(x_t, given, network, about)
        if not row.packed:
            return network(x_t, **given).sample
        from diffusers import FluxPipeline

        velocity = network(FluxPipeline._pack_latents(x_t, *x_t.shape), **given).sample
        return FluxPipeline._unpack_latents(velocity, *x_t.shape[2:], 1)

    read = {"weights": checkpoint.weights, "pipeline": checkpoint.format}
    return DiffusionClassifier(
        process.denoiser(predict, checkpoint.dtype),
        process.schedule,
        space.encode,
        decode=space.decode,
        fit=space.fit,
        labels=checkpoint.labels,
        name=checkpoint.name,
        clip="none" if row.codecs else "static",
        details=read | {"prediction": process.prediction} | about,
    )


def _embed(checkpoint: Checkpoint, row: Row, network: Any) -> dict[str, torch.Tensor]:
    """Return, stacked over prompts, each of the tensors that the network is given for a text."""
    import diffusers

    # A pipeline of text encoders alone, which are let go with it when this is done.
    kind = getattr(diffusers, checkpoint.format)
    needed = [one.name for one in signature(kind).parameters.values() if one.default is one.empty]
    parts: dict[str, Any] = dict.fromkeys(needed)
    if row.part == "transformer":
        # It is asked for its sizes.
        parts["transformer"] = network
    for part, class_name in row.encoders.items():
        if part != row.optional or checkpoint.has(part):
            parts[part] = checkpoint.network(part, class_name)
            name = part.replace("text_encoder", "tokenizer")
            parts[name] = checkpoint.tokenizer(name)
    if "safety_checker" in needed:
        parts["requires_safety_checker"] = False
    pipeline, prompts = kind(**parts), checkpoint.prompts
    usual = {name: one.default for name, one in signature(kind.__call__).parameters.items()}
    usual |= {"device": checkpoint.device, "do_classifier_free_guidance": False}
    usual |= {"clean_caption": False}
    if row.packed:
        # What prompts are padded to for T5: the authors' values.
        usual["max_sequence_length"] = 512 if network.config.guidance_embeds else 256
    names = signature(pipeline.encode_prompt).parameters
    arguments = {name: usual[name] for name in names if name in usual}
    rows = []
    for prompt in prompts:
        found = pipeline.encode_prompt(**arguments | {"prompt": prompt})
        rows.append([found[number] for number in row.takes.values()])
    for (first, one), (second, other) in combinations(zip(prompts, rows, strict=True), 2):
        if all(map(torch.equal, one, other)):
            raise InputError(
                "prompts: expected prompts that the text encoder tells apart, found "
                f"{first!r} and {second!r}, which are the same to it: too long, so that the ends "
                "are cut off, or of words that it does not know."
            )
    stacked = (torch.cat(tensors).to(checkpoint.device) for tensors in zip(*rows, strict=True))
    # Masks of tokens are whole numbers, and stay so.
    typed = (one.to(checkpoint.dtype) if one.is_floating_point() else one for one in stacked)
    return dict(zip(row.takes, typed, strict=True))


def _side(checkpoint: Checkpoint, resolution: int) -> int:
    """Return the side of the latents of images of a resolution, in whole patches of 2 x 2."""
    patch = 2 * downsampling(checkpoint.read_json("vae/config.json"))
    if resolution < patch or resolution % patch:
        raise InputError(
            f"resolution: expected a multiple of {patch} for {checkpoint.path}, found {resolution}."
        )
    return 2 * resolution // patch


def _distillation(name: str, guided: bool) -> dict[str, Any]:
    """Return the entries of the description that say what the network was distilled for."""
    said = (
        "for guidance; its network is given guidance 1, which stands for none"
        if guided
        else "to a few steps; what it predicts is closer to a sample than to the mean that the "
        "score asks for. Its errors are not those of a model trained by flow matching alone"
    )
    warnings.warn(f"{name}: distilled {said}.", DistilledWarning, stacklevel=2)
    return {"distilled": said.split(";")[0], "guidance": 1.0 if guided else None}
