"""Text for the miniatures: prompts to train on, and tokenizers that know their words.

Eight templates in training; the paper's own, "A bad photo of a {}.", is for scoring alone, so that
what is scored was never read, though each of its words was.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from gcbook.files.atomic import write_text
from gcbook.paper.categories import PROMPT_TEMPLATE

TEMPLATES = (
    "A photo of a {}.",
    "A photo of the {}.",
    "A good photo of a {}.",
    "A bad photo of the {}.",
    "A bad picture of a {}.",
    "A picture of the {}.",
    "A small photo of a {}.",
    "This is a {}.",
)
"""None of them is the one that is scored with."""

MAX_TOKENS = 77
"""What Stable Diffusion and IF pad their prompts to."""

Names = Sequence[Sequence[str]]
"""For each class that is learnt its names, any of which can stand in its prompt."""


def draw_prompts(names: Names, generator: torch.Generator) -> list[str]:
    """Return a prompt for each class, its template and which of its names drawn at random."""
    templates = torch.randint(len(TEMPLATES), (len(names),), generator=generator).tolist()
    share = torch.rand(len(names), generator=generator).tolist()
    return [
        TEMPLATES[index].format(each[int(part * len(each))])
        for index, part, each in zip(templates, share, names, strict=True)
    ]


def words(names: Names) -> list[str]:
    """All words of all prompts, in small letters, sorted."""
    called = (name for each in names for name in each)
    texts = " ".join((*TEMPLATES, PROMPT_TEMPLATE, *called)).lower()
    return sorted(set(texts.replace("{}", "").replace(".", "").split()))


def t5_tokenizer(names: Names) -> Any:
    """T5's kind of tokenizer: whole words, and letters for those it does not know."""
    from transformers import T5Tokenizer

    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -6.0), (".", -2.0)]
    pieces += [(f"▁{word}", -2.0) for word in words(names)]
    pieces += [(letter, -6.0) for letter in "abcdefghijklmnopqrstuvwxyz"]
    return T5Tokenizer(vocab=pieces, extra_ids=0, model_max_length=MAX_TOKENS)


def clip_tokenizer(names: Names) -> Any:
    """CLIP's kind of tokenizer: byte pairs, merged until the prompts' words are whole."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import CLIPTokenizer

    letters = "abcdefghijklmnopqrstuvwxyz."
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token="<|endoftext|>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    alphabet = [*letters, *(f"{letter}</w>" for letter in letters)]
    trainer = trainers.BpeTrainer(
        vocab_size=1000,
        special_tokens=["<|startoftext|>", "<|endoftext|>", *alphabet],
        initial_alphabet=[*letters],
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    tokenizer.train_from_iterator([" ".join(words(names)) + " ."] * 2, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    merges: Any = [tuple(pair) for pair in model["merges"]]
    return CLIPTokenizer(vocab=model["vocab"], merges=merges, model_max_length=MAX_TOKENS)


def clip_text_config(tokenizer: Any, width: int) -> Any:
    """Sizes of a small text encoder of CLIP's kind for a tokenizer, its states of some width."""
    from transformers import CLIPTextConfig

    return CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=MAX_TOKENS,
        projection_dim=width,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def word_tokenizer(names: Names) -> Any:
    """A tokenizer of whole words with an end token, for an encoder of its own."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {
        word: index for index, word in enumerate(["<pad>", "</s>", "<unk>", ".", *words(names)])
    }
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        "$A </s>", special_tokens=[("</s>", vocabulary["</s>"])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )


def save_pipeline(folder: Path, class_name: str, **parts: Any) -> None:
    """Write a pipeline of diffusers: a folder a part, and ``model_index.json``.

    The library's own class would note another size of a small U-Net, and takes no other codec.

    Args:
        parts: its models, scheduler and tokenizer by name; None for one that it goes without.
    """
    import diffusers

    index: dict[str, Any] = {"_class_name": class_name, "_diffusers_version": diffusers.__version__}
    for name, part in parts.items():
        if part is None:
            index[name] = (None, None)
        else:
            part.save_pretrained(folder / name)
            index[name] = (type(part).__module__.partition(".")[0], type(part).__name__)
    write_text(json.dumps(index, indent=2) + "\n", folder / "model_index.json")
