"""Tiny random diffusion pipelines, saved in the layouts of the large ones.

Weights are random but seeded; biases and other parameters that start at zero are drawn too, so that
every input changes the output.
"""

import json
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

from gcbook.paper.categories import CATEGORIES

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,-"
WIDTH = 16
FROM_TEXT = ("attn2.", "attentions.0.add_", "add_embedding", "context_embedder", "embedding.weight")
"""Parameters through which the prompt acts, made larger: random networks hardly heed it."""

IMAGENET_NAMES = (
    "tench, Tinca tinca",
    "robin, American robin, Turdus migratorius",
    "crane",
    "golden retriever",
    "tabby, tabby cat",
    "brown bear, bruin, Ursus arctos",
    "African elephant, Loxodonta africana",
    "airliner",
    "cleaver, meat cleaver, chopper",
    "computer keyboard, keypad",
    "crane",
    "folding chair",
    "mountain bike, all-terrain bike, off-roader",
    "rotisserie",
    "speedboat",
    "sports car, sport car",
    "trailer truck, tractor trailer, trucking rig, rig, articulated lorry, semi",
    "wall clock",
    "water bottle",
    "toilet tissue, toilet paper, bathroom tissue",
)

Config = dict[str, Any]


@dataclass(frozen=True)
class Tiny:
    """A pipeline of 32 x 32 pixels, or of 16 x 16 without an autoencoder.

    Attributes:
        pipeline, network, scheduler: names of classes of diffusers.
        config, steps, vae: what network, scheduler and autoencoder are made with.
        encoders: class of each text encoder, and its width.
        absent: parts that the index has as left out.
        pad: pad token of the first tokenizer.
        labels: of a network of classes, listed backwards in ``class_labels.json``.
        index: other entries of ``model_index.json``.
    """

    pipeline: str
    network: str
    config: Config
    scheduler: str
    steps: Config
    vae: Config | None = None
    encoders: tuple[tuple[str, int], ...] = ()
    absent: tuple[str, ...] = ()
    pad: str = "<|endoftext|>"
    labels: tuple[str, ...] = ()
    index: Config = field(default_factory=dict)


_UNET: Config = {
    "sample_size": 16,
    "block_out_channels": (8, 16),
    "layers_per_block": 1,
    "attention_head_dim": 4,
    "norm_num_groups": 4,
}
_CROSS = _UNET | {
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
    "cross_attention_dim": WIDTH,
}
_VIT: Config = {"sample_size": 16, "in_channels": 4, "num_attention_heads": 2, "num_layers": 2}
_SCALED: Config = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
_CLIP, _PROJECTED = ("CLIPTextModel", WIDTH), ("CLIPTextModelWithProjection", WIDTH)
_T5, _WIDE_T5 = ("T5EncoderModel", WIDTH), ("T5EncoderModel", 40)
_KL: Config = {
    "block_out_channels": (8, 8),
    "down_block_types": ("DownEncoderBlock2D",) * 2,
    "up_block_types": ("UpDecoderBlock2D",) * 2,
    "norm_num_groups": 4,
    "sample_size": 32,
    "latent_channels": 4,
    "scaling_factor": 0.18215,
}
_DC: Config = {
    "latent_channels": 4,
    "attention_head_dim": 2,
    "encoder_block_types": ("ResBlock", "EfficientViTBlock"),
    "decoder_block_types": ("ResBlock", "EfficientViTBlock"),
    "encoder_block_out_channels": (8, 8),
    "decoder_block_out_channels": (8, 8),
    "encoder_qkv_multiscales": ((), (5,)),
    "decoder_qkv_multiscales": ((), (5,)),
    "encoder_layers_per_block": (1, 1),
    "decoder_layers_per_block": (1, 1),
    "downsample_block_type": "conv",
    "upsample_block_type": "interpolate",
    "scaling_factor": 0.41407,
}

_SD = Tiny(
    "StableDiffusionPipeline",
    "UNet2DConditionModel",
    _CROSS,
    "PNDMScheduler",
    _SCALED | {"steps_offset": 1, "skip_prk_steps": True},
    _KL,
    (_CLIP,),
    ("safety_checker", "feature_extractor"),
)
_SDXL = Tiny(
    "StableDiffusionXLPipeline",
    "UNet2DConditionModel",
    _CROSS
    | {
        "transformer_layers_per_block": (1, 1),
        "use_linear_projection": True,
        "cross_attention_dim": 2 * WIDTH,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": 6 * 8 + WIDTH,
    },
    "EulerDiscreteScheduler",
    _SCALED | {"steps_offset": 1, "timestep_spacing": "leading"},
    _KL | {"scaling_factor": 0.13025},
    (_CLIP, _PROJECTED),
    ("image_encoder", "feature_extractor"),
)
_IF = Tiny(
    "IFPipeline",
    "UNet2DConditionModel",
    _UNET
    | {
        "in_channels": 3,
        "out_channels": 6,
        "down_block_types": ("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
        "mid_block_type": "UNetMidBlock2DSimpleCrossAttn",
        "up_block_types": ("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
        "cross_attention_dim": WIDTH,
        "encoder_hid_dim": WIDTH,
        "addition_embed_type": "text",
        "addition_embed_type_num_heads": 2,
        "resnet_time_scale_shift": "scale_shift",
    },
    "DDPMScheduler",
    {
        "beta_schedule": "squaredcos_cap_v2",
        "variance_type": "learned_range",
        "thresholding": True,
        "clip_sample": False,
        "sample_max_value": 1.5,
    },
    encoders=(_T5,),
    absent=("safety_checker", "feature_extractor", "watermarker"),
)
_SD3 = Tiny(
    "StableDiffusion3Pipeline",
    "SD3Transformer2DModel",
    _VIT
    | {
        "patch_size": 2,
        "in_channels": 16,
        "out_channels": 16,
        "attention_head_dim": 8,
        "joint_attention_dim": 40,
        "caption_projection_dim": 16,
        "pooled_projection_dim": 2 * WIDTH,
        "pos_embed_max_size": 16,
    },
    "FlowMatchEulerDiscreteScheduler",
    {"shift": 3.0},
    _KL | {"latent_channels": 16, "scaling_factor": 1.5305, "shift_factor": 0.0609},
    (_PROJECTED, _PROJECTED),
    ("text_encoder_3", "tokenizer_3", "image_encoder", "feature_extractor"),
)
_FLUX = Tiny(
    "FluxPipeline",
    "FluxTransformer2DModel",
    {
        "in_channels": 16,
        "num_layers": 1,
        "num_single_layers": 1,
        "attention_head_dim": 8,
        "num_attention_heads": 2,
        "joint_attention_dim": 40,
        "pooled_projection_dim": WIDTH,
        "axes_dims_rope": (2, 2, 4),
    },
    "FlowMatchEulerDiscreteScheduler",
    {"shift": 1.0},
    _KL | {"scaling_factor": 0.3611, "shift_factor": 0.1159},
    (_CLIP, _WIDE_T5),
)
_SIGMA = Tiny(
    "PixArtSigmaPipeline",
    "PixArtTransformer2DModel",
    _VIT
    | {
        "out_channels": 8,
        "attention_head_dim": 12,
        "cross_attention_dim": 24,
        "caption_channels": WIDTH,
        "use_additional_conditions": False,
    },
    "DPMSolverMultistepScheduler",
    {"beta_schedule": "linear"},
    _KL | {"scaling_factor": 0.13025},
    (_T5,),
)
# The published folders call its network by the old name.
_ALPHA = replace(
    _SIGMA,
    pipeline="PixArtAlphaPipeline",
    config=_SIGMA.config | {"use_additional_conditions": None},
    vae=_KL,
    index={"transformer": ["diffusers", "Transformer2DModel"]},
)
_SANA = Tiny(
    "SanaPipeline",
    "SanaTransformer2DModel",
    _VIT
    | {
        "out_channels": 4,
        "num_layers": 1,
        "attention_head_dim": 8,
        "num_cross_attention_heads": 2,
        "cross_attention_head_dim": 8,
        "cross_attention_dim": 16,
        "caption_channels": WIDTH,
    },
    "DPMSolverMultistepScheduler",
    {"prediction_type": "flow_prediction", "use_flow_sigmas": True, "flow_shift": 3.0},
    _DC,
    (("Gemma2Model", WIDTH),),
)


def _predicting(tiny: Tiny, prediction: str, **changes: Any) -> Tiny:
    return replace(tiny, steps=tiny.steps | {"prediction_type": prediction}, **changes)


TINY = {
    "sd-epsilon": _SD,
    "sd-v": _predicting(_SD, "v_prediction", pad="!"),
    "sd-sample": _predicting(_SD, "sample"),
    "if": _IF,
    "sdxl": _SDXL,
    "sdxl-v": _predicting(_SDXL, "v_prediction"),
    "sd3": _SD3,
    "sd3-t5": replace(
        _SD3, encoders=(*_SD3.encoders, _WIDE_T5), absent=("image_encoder", "feature_extractor")
    ),
    "flux-dev": replace(
        _FLUX,
        config=_FLUX.config | {"guidance_embeds": True},
        steps={"shift": 3.0, "use_dynamic_shifting": True},
    ),
    "flux-schnell": _FLUX,
    "pixart-alpha": _ALPHA,
    "pixart-alpha-sized": replace(_ALPHA, config=_ALPHA.config | {"sample_size": 128}),
    "pixart-sigma": _SIGMA,
    "sana": _SANA,
    "sana-euler": replace(_SANA, scheduler="FlowMatchEulerDiscreteScheduler", steps={"shift": 3.0}),
    "unet": Tiny(
        "DDPMPipeline",
        "UNet2DModel",
        _UNET
        | {
            "down_block_types": ("DownBlock2D", "AttnDownBlock2D"),
            "up_block_types": ("AttnUpBlock2D", "UpBlock2D"),
        },
        "DDPMScheduler",
        {
            "beta_schedule": "squaredcos_cap_v2",
            "prediction_type": "v_prediction",
            "clip_sample": False,
        },
        labels=CATEGORIES,
    ),
    "dit": Tiny(
        "DiTPipeline",
        "DiTTransformer2DModel",
        _VIT
        | {
            "out_channels": 8,
            "attention_head_dim": 8,
            "attention_bias": True,
            "norm_num_groups": 4,
            "num_embeds_ada_norm": len(IMAGENET_NAMES),
        },
        "DDIMScheduler",
        {"beta_schedule": "linear", "clip_sample": False},
        _KL,
        index={"id2label": {str(key): name for key, name in enumerate(IMAGENET_NAMES)}},
    ),
}


def build(name: str, folder: Path, **changes: Any) -> Path:
    """Write the pipeline of that name, with ``changes`` to its row, and return its folder."""
    tiny = replace(TINY[name], **changes)
    torch.manual_seed(0)
    config = tiny.config | ({"num_class_embeds": len(tiny.labels) + 1} if tiny.labels else {})
    network = "unet" if tiny.network.startswith("UNet") else "transformer"
    parts: Config = {network: getattr(diffusers, tiny.network)(**config)}
    parts["scheduler"] = getattr(diffusers, tiny.scheduler)(**tiny.steps)
    if tiny.vae:
        kind = "AutoencoderDC" if "encoder_block_types" in tiny.vae else "AutoencoderKL"
        parts["vae"] = getattr(diffusers, kind)(**tiny.vae)
    for number, (kind, width) in enumerate(tiny.encoders):
        ending = f"_{number + 1}" if number else ""
        parts[f"text_encoder{ending}"] = encoder(kind, width)
        place = folder / f"tokenizer{ending}"
        parts[place.name] = tokenizer(kind, place, "!" if number else tiny.pad)
    save(folder, tiny.pipeline, **parts, **dict.fromkeys(tiny.absent))
    index = json.loads((folder / "model_index.json").read_text())
    _write(folder / "model_index.json", index | tiny.index)
    if tiny.labels:
        n = len(tiny.labels)
        table = {label: n - number for number, label in enumerate(tiny.labels)}
        _write(folder / "class_labels.json", table)
    if tiny.index.get("transformer"):
        file = folder / "transformer" / "config.json"
        old = json.loads(file.read_text()) | {"_class_name": tiny.index["transformer"][1]}
        del old["use_additional_conditions"], old["interpolation_scale"]
        unused = {"dropout": 0.0, "double_self_attention": False, "use_linear_projection": False}
        _write(file, old | unused)
    return folder


def save(folder: Path, class_name: str, **parts: Any) -> None:
    """Save parts, and the index that names them; of what is written already, its entry."""
    index: Config = {"_class_name": class_name, "_diffusers_version": diffusers.__version__}
    for name, part in parts.items():
        if isinstance(part, torch.nn.Module):
            _randomise(part)
        if hasattr(part, "save_pretrained"):
            part.save_pretrained(folder / name)
            part = [type(part).__module__.split(".")[0], type(part).__name__]
        index[name] = part or [None, None]
    _write(folder / "model_index.json", index)


stable_diffusion = partial(build, "sd-epsilon")
deep_floyd = partial(build, "if")
stable_diffusion_3 = partial(build, "sd3")
class_conditional_unet = partial(build, "unet")


@torch.no_grad()
def _randomise(network: torch.nn.Module) -> None:
    for name, parameter in network.named_parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.1)
        if any(part in name for part in FROM_TEXT):
            parameter *= 5


def encoder(kind: str, width: int, **more: Any) -> Any:
    """Make a text encoder over what `tokenizer` writes."""
    n = len(LETTERS)
    if kind.startswith("CLIP"):
        config: Any = transformers.CLIPTextConfig(
            vocab_size=2 * n + 3,
            hidden_size=width,
            intermediate_size=32,
            projection_dim=width,
            num_attention_heads=2,
            num_hidden_layers=2,
            bos_token_id=2 * n + 1,
            eos_token_id=2 * n + 2,
            pad_token_id=1,
            **more,
        )
    elif kind.startswith("T5"):
        config = transformers.T5Config(
            vocab_size=n + 4,
            d_model=width,
            d_kv=8,
            d_ff=32,
            num_heads=2,
            num_layers=1,
            feed_forward_proj="gated-gelu",
        )
    else:
        config = transformers.Gemma2Config(
            vocab_size=n + 6,
            hidden_size=width,
            intermediate_size=32,
            # The instruction is of a thousand letters.
            num_hidden_layers=1,
            num_attention_heads=1,
            num_key_value_heads=1,
            head_dim=8,
            initializer_range=0.3,
        )
    return getattr(transformers, kind)(config)


def tokenizer(kind: str, folder: Path, pad_token: str = "<|endoftext|>") -> list[str]:
    """Write the tokenizer of single letters that goes with an encoder; return its entry."""
    if kind.startswith("CLIP"):
        special = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>"}
        pieces = ["!", *LETTERS, *(f"{letter}</w>" for letter in LETTERS), *special.values()]
        special |= {"unk_token": "<|endoftext|>", "pad_token": pad_token}
        folder.mkdir(parents=True)
        _write(folder / "vocab.json", {piece: number for number, piece in enumerate(pieces)})
        (folder / "merges.txt").write_text("#version: 0.2\n")
        _write(folder / "special_tokens_map.json", special)
        known = {"model_max_length": 77, "tokenizer_class": "CLIPTokenizer"}
        _write(folder / "tokenizer_config.json", special | known)
        return ["transformers", "CLIPTokenizer"]
    if kind.startswith("T5"):
        marks = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
        vocab = [*marks, *((letter, -3.0) for letter in LETTERS)]
        made = transformers.T5Tokenizer(vocab=vocab, extra_ids=0, model_max_length=512)
        made.save_pretrained(folder)
        return ["transformers", "T5Tokenizer"]
    pieces = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *LETTERS]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    transformers.GemmaTokenizer(vocab=vocabulary, merges=[]).save_pretrained(folder)
    return ["transformers", "GemmaTokenizerFast"]


def _write(path: Path, content: Config) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
