"""Tiny random models over image tokens, in the on-disk formats of the large ones.

T5-VQ, aMUSEd and Janus of a few hundred kilobytes, always the same. Images are
``side`` × ``side`` tokens. Codes are latents of random images, so that images differ in tokens.
"""

import string
from pathlib import Path
from typing import Any

import torch

from gcbook.paper.categories import CATEGORIES

from . import diffusion

WORDS = ("<pad>", "</s>", "<unk>", "a", "an", "bad", "photo", "of", "large", "very", ".", "*")
JANUS_TEMPLATE = (
    "{% for message in messages %}<|User|>: {{ message['content'][0]['text'] }}\n\n{% endfor %}"
    "{% if add_generation_prompt %}<|Assistant|>:{% endif %}"
)


def t5_vq(folder: str | Path, *, codes: int = 8, side: int = 2) -> Path:
    """Write a T5-VQ model."""
    from transformers import T5Config, T5ForConditionalGeneration

    from gcbook.classifiers.t5vq import save_t5vq

    tokenizer = _tokenizer({}, end="</s>")
    offset = len(tokenizer)
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=offset + codes,
        d_model=16,
        d_kv=8,
        d_ff=32,
        num_layers=2,
        num_heads=2,
        dropout_rate=0.0,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
        # With T5's own start all predictions would be almost uniform.
        initializer_factor=2.0,
    )
    save_t5vq(
        folder,
        transformer=T5ForConditionalGeneration(config).eval(),
        tokenizer=tokenizer,
        vqvae=_vqvae(codes, 2 * side),
        resolution=2 * side,
        image_token_offset=offset,
    )
    return Path(folder)


def amused(folder: str | Path, *, codes: int = 8, side: int = 4) -> Path:
    """Write an aMUSEd pipeline."""
    from diffusers import AmusedScheduler, UVit2DModel

    torch.manual_seed(0)
    folder = Path(folder)
    transformer = UVit2DModel(
        hidden_size=16,
        cond_embed_dim=16,
        micro_cond_encode_dim=4,
        micro_cond_embed_dim=20,
        encoder_hidden_size=16,
        vocab_size=codes + 1,
        codebook_size=codes,
        in_channels=16,
        block_out_channels=16,
        num_res_blocks=1,
        block_num_heads=2,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        sample_size=side,
    )
    diffusion.save(
        folder,
        "AmusedPipeline",
        vqvae=_vqvae(codes, 2 * side),
        tokenizer=diffusion.tokenizer("CLIPTextModel", folder / "tokenizer"),
        text_encoder=diffusion.encoder("CLIPTextModelWithProjection", 16, initializer_range=0.5),
        transformer=transformer,
        scheduler=AmusedScheduler(mask_token_id=codes),
    )
    return folder


def janus(folder: str | Path, *, codes: int = 8, side: int = 2) -> Path:
    """Write a Janus model."""
    from transformers import (
        JanusConfig,
        JanusForConditionalGeneration,
        JanusImageProcessor,
        JanusProcessor,
        LlamaConfig,
    )
    from transformers.models.janus.configuration_janus import JanusVisionConfig, JanusVQVAEConfig

    special = {
        "image_token": "<image_placeholder>",
        "boi_token": "<begin_of_image>",
        "eoi_token": "<end_of_image>",
    }
    tokenizer = _tokenizer(special, "<s>", "<|User|>", "<|Assistant|>", ":", start="<s>")
    torch.manual_seed(0)
    config = JanusConfig(
        text_config=LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=64,
            initializer_range=0.5,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=1,
            pad_token_id=0,
        ),
        vision_config=JanusVisionConfig(
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            image_size=2 * side,
            patch_size=2,
            projection_dim=16,
            num_image_tokens=side * side,
        ),
        vq_config=JanusVQVAEConfig(
            embed_dim=4,
            num_embeddings=codes,
            latent_channels=8,
            base_channels=32,
            channel_multiplier=(1, 1),
            num_res_blocks=1,
            projection_dim=16,
            image_token_embed_dim=16,
            initializer_range=0.5,
        ),
        image_token_id=tokenizer.convert_tokens_to_ids("<image_placeholder>"),
        initializer_range=0.5,
    )
    model = JanusForConditionalGeneration(config).eval()
    vqmodel = model.model.vqmodel
    pixels = 2 * torch.rand(codes, 3, 2 * side, 2 * side) - 1
    with torch.no_grad():
        latents = vqmodel.quant_conv(vqmodel.encoder(pixels))[:, :, 0, 0]
        vqmodel.quantize.embedding.weight.copy_(torch.nn.functional.normalize(latents, dim=-1))
    model.save_pretrained(folder)
    JanusProcessor(
        JanusImageProcessor(size={"height": 2 * side, "width": 2 * side}, min_size=1),
        tokenizer,
        chat_template=JANUS_TEMPLATE,
        num_image_tokens=side * side,
    ).save_pretrained(folder)
    return Path(folder)


def _vqvae(codes: int, resolution: int) -> Any:
    from diffusers import VQModel

    vqvae = VQModel(
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        block_out_channels=(8, 8),
        latent_channels=4,
        norm_num_groups=4,
        num_vq_embeddings=codes,
        vq_embed_dim=4,
        sample_size=resolution,
        lookup_from_codebook=True,
        force_upcast=True,
    ).eval()
    with torch.no_grad():
        latents = vqvae.encode(torch.rand(codes, 3, resolution, resolution)).latents
        vqvae.quantize.embedding.weight.copy_(latents[:, :, 0, 0])
    return vqvae


def _tokenizer(special: dict[str, str], *extra: str, **ends: str) -> Any:
    """Make a tokenizer of words; ``start`` or ``end`` is added to every text."""
    words = [*WORDS, *CATEGORIES, *string.digits, *extra, *special.values()]
    return words_tokenizer(
        {word: index for index, word in enumerate(dict.fromkeys(words))},
        " ".join(part for part in (ends.get("start"), "$A", ends.get("end")) if part),
        extra_special_tokens=special,
        additional_special_tokens=[word for word in extra if word.startswith("<")],
        **({"bos_token": ends["start"]} if "start" in ends else {}),
        pad_token="<pad>",
        eos_token="</s>",
    )


def words_tokenizer(vocabulary: dict[str, int], template: str, **named: Any) -> Any:
    """Make a fast tokenizer of whole words, with ``$A`` for the text in what is made of one."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    added = [(word, vocabulary[word]) for word in template.split() if word != "$A"]
    tokenizer.post_processor = processors.TemplateProcessing(template, special_tokens=added)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", **named)
