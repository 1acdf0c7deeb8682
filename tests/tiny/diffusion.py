"""Tiny random diffusion pipelines, saved in the layouts of the large ones.

Each builder fills a folder and returns it. Weights are random but seeded; biases and other
parameters that start at zero are drawn too, so that every input changes the output.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from gcbook.paper.categories import CATEGORIES

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,-"
WIDTH = 16
FROM_TEXT = ("attn2.", "attentions.0.add_", "add_embedding", "context_embedder", "embedding.weight")
"""Parameters through which the prompt acts, made larger: random networks hardly heed it."""


def stable_diffusion(
    folder: Path,
    prediction_type: str = "epsilon",
    *,
    pad_token: str = "<|endoftext|>",
    **betas: Any,
) -> Path:
    """Stable Diffusion of 32 x 32 pixels: U-Net on 4 x 16 x 16 latents, PNDM scheduler.

    ``betas`` are fields of the scheduler.
    """
    from diffusers import PNDMScheduler, UNet2DConditionModel
    from transformers import CLIPTextModel

    torch.manual_seed(0)
    save(
        folder,
        "StableDiffusionPipeline",
        unet=UNet2DConditionModel(
            sample_size=16,
            block_out_channels=(8, 16),
            layers_per_block=1,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=WIDTH,
            attention_head_dim=4,
            norm_num_groups=4,
        ),
        vae=_autoencoder(latent_channels=4, scaling_factor=0.18215),
        text_encoder=_clip(CLIPTextModel),
        scheduler=PNDMScheduler(
            **{"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
            | {"prediction_type": prediction_type, "steps_offset": 1, "skip_prk_steps": True}
            | betas
        ),
        safety_checker=None,
        feature_extractor=None,
    )
    clip_tokenizer(folder, "tokenizer", pad_token)
    return folder


def deep_floyd(folder: Path) -> Path:
    """IF's first stage at 16 x 16 pixels: T5, U-Net with learned variance, cosine schedule."""
    from diffusers import DDPMScheduler, UNet2DConditionModel

    torch.manual_seed(1)
    save(
        folder,
        "IFPipeline",
        unet=UNet2DConditionModel(
            sample_size=16,
            in_channels=3,
            out_channels=6,
            block_out_channels=(8, 16),
            layers_per_block=1,
            down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
            mid_block_type="UNetMidBlock2DSimpleCrossAttn",
            up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
            cross_attention_dim=WIDTH,
            encoder_hid_dim=WIDTH,
            addition_embed_type="text",
            addition_embed_type_num_heads=2,
            attention_head_dim=4,
            norm_num_groups=4,
            resnet_time_scale_shift="scale_shift",
        ),
        text_encoder=_t5(WIDTH),
        scheduler=DDPMScheduler(
            beta_schedule="squaredcos_cap_v2",
            variance_type="learned_range",
            thresholding=True,
            clip_sample=False,
            sample_max_value=1.5,
        ),
        safety_checker=None,
        feature_extractor=None,
        watermarker=None,
    )
    _t5_tokenizer(folder, "tokenizer")
    return folder


def stable_diffusion_3(folder: Path, with_t5: bool = False, shift: float = 3.0) -> Path:
    """Stable Diffusion 3 of 32 x 32 pixels: MMDiT on 16 x 16 x 16 latents."""
    from diffusers import FlowMatchEulerDiscreteScheduler, SD3Transformer2DModel
    from transformers import CLIPTextModelWithProjection

    torch.manual_seed(2)
    save(
        folder,
        "StableDiffusion3Pipeline",
        transformer=SD3Transformer2DModel(
            sample_size=16,
            patch_size=2,
            in_channels=16,
            out_channels=16,
            num_layers=2,
            attention_head_dim=8,
            num_attention_heads=2,
            joint_attention_dim=40,
            caption_projection_dim=16,
            pooled_projection_dim=2 * WIDTH,
            pos_embed_max_size=16,
        ),
        vae=_autoencoder(latent_channels=16, scaling_factor=1.5305, shift_factor=0.0609),
        text_encoder=_clip(CLIPTextModelWithProjection),
        text_encoder_2=_clip(CLIPTextModelWithProjection),
        text_encoder_3=_t5(40) if with_t5 else None,
        tokenizer_3=None,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=shift),
        image_encoder=None,
        feature_extractor=None,
    )
    clip_tokenizer(folder, "tokenizer")
    clip_tokenizer(folder, "tokenizer_2", pad_token="!")
    if with_t5:
        _t5_tokenizer(folder, "tokenizer_3")
    return folder


def class_conditional_unet(
    folder: Path,
    prediction_type: str = "v_prediction",
    labels: Sequence[str] = CATEGORIES,
    size: int = 16,
) -> Path:
    """Pixel U-Net with a class embedding; ``class_labels.json`` lists classes backwards."""
    from diffusers import DDPMScheduler, UNet2DModel

    torch.manual_seed(3)
    save(
        folder,
        "DDPMPipeline",
        unet=UNet2DModel(
            sample_size=size,
            block_out_channels=(8, 16),
            layers_per_block=1,
            down_block_types=("DownBlock2D", "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", "UpBlock2D"),
            attention_head_dim=4,
            norm_num_groups=4,
            num_class_embeds=len(labels) + 1,
        ),
        scheduler=DDPMScheduler(
            beta_schedule="squaredcos_cap_v2", prediction_type=prediction_type, clip_sample=False
        ),
    )
    table = {label: len(labels) - index for index, label in enumerate(labels)}
    _write(folder / "class_labels.json", table)
    return folder


def dit(folder: Path) -> Path:
    """DiT of 32 x 32 pixels on 4 x 16 x 16 latents; a few of ImageNet's names."""
    from diffusers import DDIMScheduler, DiTTransformer2DModel

    torch.manual_seed(4)
    save(
        folder,
        "DiTPipeline",
        transformer=DiTTransformer2DModel(
            sample_size=16,
            in_channels=4,
            out_channels=8,
            num_layers=2,
            num_attention_heads=2,
            attention_head_dim=8,
            attention_bias=True,
            norm_num_groups=4,
            num_embeds_ada_norm=20,
        ),
        vae=_autoencoder(latent_channels=4, scaling_factor=0.18215),
        scheduler=DDIMScheduler(beta_schedule="linear", clip_sample=False),
    )
    index = json.loads((folder / "model_index.json").read_text())
    index["id2label"] = {str(key): name for key, name in enumerate(IMAGENET_NAMES)}
    _write(folder / "model_index.json", index)
    return folder


def stable_diffusion_xl(folder: Path, edm: str = "", **fields: Any) -> Path:
    """SDXL of 32 x 32 pixels: Euler's scheduler, or one of EDM and latents with mean and spread.

    ``edm`` is the name of that scheduler, whose prediction and schedule are ``fields``.
    """
    import diffusers
    from diffusers import EulerDiscreteScheduler, UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTextModelWithProjection

    torch.manual_seed(5)
    spread = {"latents_mean": [0.3, -0.2, 0.1, 0.4], "latents_std": [1.5, 0.8, 1.2, 0.9]}
    save(
        folder,
        "StableDiffusionXLPipeline",
        unet=UNet2DConditionModel(
            sample_size=16,
            block_out_channels=(8, 16),
            layers_per_block=1,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            transformer_layers_per_block=(1, 1),
            use_linear_projection=True,
            cross_attention_dim=2 * WIDTH,
            attention_head_dim=4,
            norm_num_groups=4,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + WIDTH,
        ),
        vae=_autoencoder(
            latent_channels=4,
            **(spread | {"scaling_factor": 0.5} if edm else {"scaling_factor": 0.13025}),
        ),
        text_encoder=_clip(CLIPTextModel),
        text_encoder_2=_clip(CLIPTextModelWithProjection),
        scheduler=getattr(diffusers, edm)(**fields)
        if edm
        else EulerDiscreteScheduler(
            beta_schedule="scaled_linear",
            beta_start=0.00085,
            beta_end=0.012,
            steps_offset=1,
            timestep_spacing="leading",
            **fields,
        ),
        image_encoder=None,
        feature_extractor=None,
    )
    clip_tokenizer(folder, "tokenizer")
    clip_tokenizer(folder, "tokenizer_2", pad_token="!")
    return folder


def flux(folder: Path, guided: bool = False) -> Path:
    """FLUX.1 on 4 x side x side latents: schnell, or dev where ``guided``."""
    from diffusers import FlowMatchEulerDiscreteScheduler, FluxTransformer2DModel
    from transformers import CLIPTextModel

    torch.manual_seed(6)
    save(
        folder,
        "FluxPipeline",
        transformer=FluxTransformer2DModel(
            in_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=8,
            num_attention_heads=2,
            joint_attention_dim=40,
            pooled_projection_dim=WIDTH,
            axes_dims_rope=(2, 2, 4),
            guidance_embeds=guided,
        ),
        vae=_autoencoder(latent_channels=4, scaling_factor=0.3611, shift_factor=0.1159),
        text_encoder=_clip(CLIPTextModel),
        text_encoder_2=_t5(40),
        scheduler=FlowMatchEulerDiscreteScheduler(
            shift=3.0 if guided else 1.0, use_dynamic_shifting=guided
        ),
    )
    clip_tokenizer(folder, "tokenizer")
    _t5_tokenizer(folder, "tokenizer_2")
    return folder


def pixart(folder: Path, sigma: bool = False, side: int = 16) -> Path:
    """PixArt-α or -Σ on 4 x side x side latents; α's folder calls its network by the old name."""
    from diffusers import DPMSolverMultistepScheduler, PixArtTransformer2DModel

    torch.manual_seed(7)
    save(
        folder,
        "PixArtSigmaPipeline" if sigma else "PixArtAlphaPipeline",
        transformer=PixArtTransformer2DModel(
            sample_size=side,
            in_channels=4,
            out_channels=8,
            num_layers=2,
            num_attention_heads=2,
            attention_head_dim=12,
            cross_attention_dim=24,
            caption_channels=WIDTH,
            use_additional_conditions=False if sigma else None,
        ),
        vae=_autoencoder(latent_channels=4, scaling_factor=0.13025 if sigma else 0.18215),
        text_encoder=_t5(WIDTH),
        scheduler=DPMSolverMultistepScheduler(beta_schedule="linear"),
    )
    _t5_tokenizer(folder, "tokenizer")
    if not sigma:
        _call_by_the_old_name(folder)
    return folder


def _call_by_the_old_name(folder: Path) -> None:
    old = "Transformer2DModel"
    index = json.loads((folder / "model_index.json").read_text())
    _write(folder / "model_index.json", index | {"transformer": ["diffusers", old]})
    config = json.loads((folder / "transformer" / "config.json").read_text())
    del config["use_additional_conditions"], config["interpolation_scale"]
    unused = {"dropout": 0.0, "double_self_attention": False, "use_linear_projection": False}
    _write(folder / "transformer" / "config.json", config | {"_class_name": old} | unused)


def sana(folder: Path, scheduler: str = "DPMSolverMultistepScheduler") -> Path:
    """Sana of 32 x 32 pixels on 4 x 16 x 16 latents, with Gemma."""
    import diffusers
    from diffusers import AutoencoderDC, SanaTransformer2DModel
    from transformers import Gemma2Config, Gemma2Model

    torch.manual_seed(8)
    flow = {"prediction_type": "flow_prediction", "use_flow_sigmas": True, "flow_shift": 3.0}
    save(
        folder,
        "SanaPipeline",
        transformer=SanaTransformer2DModel(
            sample_size=16,
            in_channels=4,
            out_channels=4,
            num_layers=1,
            num_attention_heads=2,
            attention_head_dim=8,
            num_cross_attention_heads=2,
            cross_attention_head_dim=8,
            cross_attention_dim=16,
            caption_channels=WIDTH,
        ),
        vae=AutoencoderDC(
            latent_channels=4,
            attention_head_dim=2,
            encoder_block_types=("ResBlock", "EfficientViTBlock"),
            decoder_block_types=("ResBlock", "EfficientViTBlock"),
            encoder_block_out_channels=(8, 8),
            decoder_block_out_channels=(8, 8),
            encoder_qkv_multiscales=((), (5,)),
            decoder_qkv_multiscales=((), (5,)),
            encoder_layers_per_block=(1, 1),
            decoder_layers_per_block=(1, 1),
            downsample_block_type="conv",
            upsample_block_type="interpolate",
            scaling_factor=0.41407,
        ),
        text_encoder=Gemma2Model(
            Gemma2Config(
                vocab_size=len(LETTERS) + 6,
                hidden_size=WIDTH,
                intermediate_size=32,
                # The instruction is of a thousand letters.
                num_hidden_layers=1,
                num_attention_heads=1,
                num_key_value_heads=1,
                head_dim=8,
                initializer_range=0.3,
            )
        ),
        scheduler=getattr(diffusers, scheduler)(
            **({"shift": 3.0} if "FlowMatch" in scheduler else flow)
        ),
    )
    _gemma_tokenizer(folder, "tokenizer")
    return folder


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


def save(folder: Path, class_name: str, **parts: Any) -> None:
    """Save networks and scheduler, and the index that names them."""
    import diffusers

    index: dict[str, Any] = {"_class_name": class_name, "_diffusers_version": diffusers.__version__}
    for name, part in parts.items():
        if part is None:
            index[name] = [None, None]
            continue
        if isinstance(part, torch.nn.Module):
            _randomise(part)
        part.save_pretrained(folder / name)
        index[name] = [type(part).__module__.split(".")[0], type(part).__name__]
    _write(folder / "model_index.json", index)


@torch.no_grad()
def _randomise(network: torch.nn.Module) -> None:
    for name, parameter in network.named_parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.1)
        if any(part in name for part in FROM_TEXT):
            parameter *= 5


def _autoencoder(**config: Any) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        norm_num_groups=4,
        sample_size=32,
        **config,
    )


def _clip(model: Any) -> Any:
    from transformers import CLIPTextConfig

    return model(
        CLIPTextConfig(
            vocab_size=2 * len(LETTERS) + 3,
            hidden_size=WIDTH,
            intermediate_size=32,
            projection_dim=WIDTH,
            num_attention_heads=2,
            num_hidden_layers=2,
            bos_token_id=2 * len(LETTERS) + 1,
            eos_token_id=2 * len(LETTERS) + 2,
            pad_token_id=1,
        )
    )


def _t5(width: int) -> Any:
    from transformers import T5Config, T5EncoderModel

    return T5EncoderModel(
        T5Config(
            vocab_size=len(LETTERS) + 4,
            d_model=width,
            d_kv=8,
            d_ff=32,
            num_heads=2,
            num_layers=1,
            feed_forward_proj="gated-gelu",
        )
    )


def clip_tokenizer(folder: Path, part: str, pad_token: str = "<|endoftext|>") -> None:
    """A CLIP tokenizer of single letters, as the files that Stable Diffusion has."""
    special = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>"}
    pieces = ["!", *LETTERS, *(f"{letter}</w>" for letter in LETTERS), *special.values()]
    (folder / part).mkdir()
    _write(folder / part / "vocab.json", {piece: index for index, piece in enumerate(pieces)})
    (folder / part / "merges.txt").write_text("#version: 0.2\n")
    special |= {"unk_token": "<|endoftext|>", "pad_token": pad_token}
    _write(folder / part / "special_tokens_map.json", special)
    _write(
        folder / part / "tokenizer_config.json",
        special | {"model_max_length": 77, "tokenizer_class": "CLIPTokenizer"},
    )
    _register(folder, part, "CLIPTokenizer")


def _t5_tokenizer(folder: Path, part: str) -> None:
    from transformers import T5Tokenizer

    special = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    letters = [(letter, -3.0) for letter in LETTERS]
    tokenizer = T5Tokenizer(vocab=[*special, *letters], extra_ids=0, model_max_length=512)
    tokenizer.save_pretrained(folder / part)
    _register(folder, part, "T5Tokenizer")


def _gemma_tokenizer(folder: Path, part: str) -> None:
    from transformers import GemmaTokenizer

    pieces = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *LETTERS]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    GemmaTokenizer(vocab=vocabulary, merges=[]).save_pretrained(folder / part)
    _register(folder, part, "GemmaTokenizerFast")


def _register(folder: Path, part: str, class_name: str) -> None:
    index = json.loads((folder / "model_index.json").read_text())
    _write(folder / "model_index.json", index | {part: ["transformers", class_name]})


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
