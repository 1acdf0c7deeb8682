"""Tiny random networks that name what they see, in the on-disk formats of the large ones.

CLIP, SigLIP, and image networks of transformers, timm and torchvision, always the same.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from gcbook.classifiers.prompts import clip_templates
from gcbook.paper.categories import CATEGORIES, IMAGENET_CLASSES, imagenet_classes

from .tokens import words_tokenizer

EXTRA = ("camel", "lamp", "spoon")
"""Classes that a miniature knows besides the categories."""


def clip(folder: str | Path, *, size: int = 224) -> Path:
    """Write a CLIP model whose image encoder sees ``size`` x ``size`` pixels."""
    from transformers import (
        CLIPConfig,
        CLIPImageProcessor,
        CLIPModel,
        CLIPTextConfig,
        CLIPVisionConfig,
    )

    tokenizer = _words("<|endoftext|>")
    torch.manual_seed(0)
    config = CLIPConfig(
        text_config=CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=20,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
            # With CLIP's own start all prompts would be almost one.
            initializer_range=0.5,
        ).to_dict(),
        vision_config=CLIPVisionConfig(
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=size,
            patch_size=size // 4,
            initializer_range=0.5,
        ).to_dict(),
        projection_dim=8,
    )
    model = CLIPModel(config).eval()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    CLIPImageProcessor(
        size={"shortest_edge": size}, crop_size={"height": size, "width": size}
    ).save_pretrained(folder)
    return Path(folder)


def _words(pad_token: str, template: str = "<|startoftext|> $A <|endoftext|>") -> Any:
    """A tokenizer of whole words: those of CLIP's templates and the categories."""
    words = {"A", "."} | set(CATEGORIES)
    for one in clip_templates():
        words |= set(one.lower().replace("{}", "").replace(".", " .").split())
    vocabulary = {"<|startoftext|>": 0, "<|endoftext|>": 1, "<unk>": 2}
    vocabulary |= {word: 3 + index for index, word in enumerate(sorted(words))}
    return words_tokenizer(
        vocabulary,
        template,
        bos_token="<|startoftext|>",
        eos_token="<|endoftext|>",
        pad_token=pad_token,
        model_max_length=20,
    )


def siglip(folder: str | Path, *, gemma: bool = False) -> Path:
    """Write a SigLIP of 32 x 32 pixels; ``gemma``: its tokenizer is SigLIP 2's, of letters."""
    from transformers import (
        Siglip2Tokenizer,
        SiglipConfig,
        SiglipImageProcessor,
        SiglipModel,
    )

    if gemma:
        letters = "abcdefghijklmnopqrstuvwxyz0123456789.,()-'"
        pieces = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *letters]
        tokenizer = Siglip2Tokenizer(vocab={one: n for n, one in enumerate(pieces)}, merges=[])
    else:
        tokenizer = _words("<|endoftext|>", "$A <|endoftext|>")
    torch.manual_seed(0)
    size = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2}
    size |= {"num_attention_heads": 2}
    model = SiglipModel(
        SiglipConfig(
            text_config={**size, "vocab_size": len(tokenizer), "max_position_embeddings": 64},
            vision_config={**size, "image_size": 32, "patch_size": 8},
        )
    ).eval()
    torch.nn.init.constant_(model.logit_scale, 3.0)
    torch.nn.init.constant_(model.logit_bias, -7.0)
    # With its own start all prompts would be almost one.
    torch.nn.init.normal_(model.text_model.embeddings.token_embedding.weight)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    SiglipImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return Path(folder)


def timm_model(folder: Path) -> Path:
    """Write a small network as timm's folders on the Hub have it; timm must be there."""
    import timm
    from safetensors.torch import save_file

    folder.mkdir()
    torch.manual_seed(0)
    sides = {"input_size": [3, 64, 64], "crop_pct": 0.9, "crop_mode": "center"}
    colours = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
    known = {
        "architecture": "mobilenetv3_small_050",
        "num_classes": IMAGENET_CLASSES,
        "pretrained_cfg": {**sides, **colours, "interpolation": "bicubic"},
    }
    model = timm.create_model("mobilenetv3_small_050", num_classes=IMAGENET_CLASSES)
    torch.nn.init.normal_(model.get_classifier().weight)
    save_file(model.state_dict(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(known), encoding="utf-8")
    return folder


def resnet(folder: str | Path, *, names: Sequence[str] | None = None, size: int = 224) -> Path:
    """Write transformers' ResNet with 1,000 outputs, or as many as there are ``names``."""
    from transformers import ConvNextImageProcessor, ResNetConfig, ResNetForImageClassification

    if names is None:
        known = {item.index: item.name for item in imagenet_classes()}
        names = [known.get(index, f"class {index}") for index in range(IMAGENET_CLASSES)]
    torch.manual_seed(0)
    config = ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 16],
        depths=[1, 1],
        layer_type="basic",
        id2label=dict(enumerate(names)),
        label2id={name: index for index, name in enumerate(names)},
    )
    model = ResNetForImageClassification(config).eval()
    torch.nn.init.normal_(model.classifier[1].weight)
    model.save_pretrained(folder)
    ConvNextImageProcessor(size={"shortest_edge": size}, crop_pct=0.875).save_pretrained(folder)
    return Path(folder)


def cnn16(folder: str | Path) -> Path:
    """Write torchvision's ResNet-18 of 64 x 64 pixels: the categories, and three others."""
    from safetensors.torch import save_file
    from torchvision.models import get_model

    folder, names = Path(folder), sorted((*CATEGORIES, *EXTRA))
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = get_model("resnet18", num_classes=len(names))
    torch.nn.init.normal_(model.fc.weight, std=0.3)
    save_file(model.state_dict(), folder / "model.safetensors")
    half = [0.5] * 3
    sides = {"crop_size": 64, "resize_size": 64, "interpolation": "bicubic"}
    config = {
        "torchvision": "resnet18",
        "id2label": {str(index): name for index, name in enumerate(names)},
        "preprocessing": {**sides, "mean": half, "std": half},
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder
