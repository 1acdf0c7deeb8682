"""Prompts of training and scoring share their words and nothing else."""

import pytest
import torch

from gcbook.miniworld.training.texts import (
    TEMPLATES,
    clip_tokenizer,
    draw_prompts,
    t5_tokenizer,
    word_tokenizer,
)
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.paper.categories import PROMPT_TEMPLATE

NAMES = [(name,) for name in ALL_CATEGORIES]
PROMPTS = [
    template.format(name) for template in (*TEMPLATES, PROMPT_TEMPLATE) for name in ALL_CATEGORIES
]


def test_what_is_scored_with_was_never_read_but_its_words_were():
    assert len(set(TEMPLATES)) >= 6
    assert PROMPT_TEMPLATE not in TEMPLATES
    read = set(" ".join(TEMPLATES).lower().replace(".", "").split())
    assert set(PROMPT_TEMPLATE.lower().replace(".", "").split()) <= read


def test_all_templates_are_drawn_alike():
    generator = torch.Generator().manual_seed(0)
    drawn = [draw_prompts(NAMES, generator) for _ in range(400)]
    assert all(len(prompts) == len(ALL_CATEGORIES) for prompts in drawn)
    assert all(name in prompts[i] for prompts in drawn for i, name in enumerate(ALL_CATEGORIES))
    cats = [prompts[ALL_CATEGORIES.index("cat")] for prompts in drawn]
    counts = [cats.count(template.format("cat")) for template in TEMPLATES]
    assert sum(counts) == 400
    # Binomial: 50 ± 6.6 each.
    assert all(25 < count < 75 for count in counts)


@pytest.mark.parametrize("make", [t5_tokenizer, clip_tokenizer, word_tokenizer])
def test_tokenizers_know_every_word_and_tell_prompts_apart(make):
    tokenizer = make(NAMES)
    ids = [
        tuple(tokenizer(text.lower() if make is t5_tokenizer else text)["input_ids"])
        for text in PROMPTS
    ]
    assert len(set(ids)) == len(PROMPTS)
    unknown = tokenizer.unk_token_id
    ends = {tokenizer.eos_token_id, tokenizer.bos_token_id}
    for row in ids:
        assert unknown not in set(row) - ends
        assert row[-1] == tokenizer.eos_token_id
        # A token a word: "A bad photo of a cat." is seven with the full stop.
        assert len(row) <= 7 + 2
