"""The masked miniature: Muse's recipe in aMUSEd's layout, over the codes of the same VQ model.

Each place is hidden with probability r, r uniform in (0, 1), and the hidden ones are guessed: what
the likelihood bound of `gcbook.classifiers.masked` asks for.
"""

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from gcbook.classifiers.amused import AESTHETIC_SCORE
from gcbook.miniworld.training.conditional import autocast, even_times
from gcbook.miniworld.training.start import Start
from gcbook.miniworld.training.texts import (
    MAX_TOKENS,
    clip_text_config,
    clip_tokenizer,
    draw_prompts,
)
from gcbook.miniworld.training.tokenizer import TokenTask

__all__ = ["MaskedTask"]

WIDTH = 64
"""Of the text encoder."""


class MaskedTask(TokenTask):
    """A text-conditional model of masked image tokens.

    Args:
        start: images of all categories, the trained VQ model, and where it is computed.
        batch_size: images a step.
    """

    def __init__(self, start: Start, *, batch_size: int = 64) -> None:
        from diffusers import UVit2DModel
        from transformers import CLIPTextModelWithProjection

        super().__init__(start, batch_size=batch_size)
        self.words = clip_tokenizer()
        torch.manual_seed(start.seed)
        config = clip_text_config(self.words, WIDTH)
        self.text_encoder: Any = CLIPTextModelWithProjection(config).to(self.device)
        self.transformer: Any = UVit2DModel(
            hidden_size=128,
            cond_embed_dim=WIDTH,
            micro_cond_encode_dim=8,
            micro_cond_embed_dim=8 * 5,
            encoder_hidden_size=WIDTH,
            vocab_size=self.codes + 1,
            codebook_size=self.codes,
            in_channels=96,
            block_out_channels=96,
            num_res_blocks=1,
            block_num_heads=4,
            num_hidden_layers=4,
            num_attention_heads=4,
            intermediate_size=256,
            attention_dropout=0.0,
            hidden_dropout=0.0,
            sample_size=self.side,
        ).to(self.device)
        self.modules: dict[str, torch.nn.Module] = {
            "transformer": self.transformer,
            "text_encoder": self.text_encoder,
        }

    def losses(
        self, x: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        """Mean negative log-likelihood of a hidden token, in nats, for each image."""
        count = len(x)
        rate = even_times(count, generator)
        hidden = (torch.rand(x.shape, generator=generator) < rate[:, None]).to(self.device)
        pooled, states = self.encode(draw_prompts(generator))
        micro = torch.tensor([[self.resolution, self.resolution, 0, 0, AESTHETIC_SCORE]])
        with autocast(self.device):
            logits = self.transformer(
                x.masked_fill(hidden, self.codes).reshape(count, self.side, self.side),
                encoder_hidden_states=states[labels],
                pooled_text_emb=pooled[labels],
                micro_conds=micro.float().expand(count, -1).to(self.device),
            )
        loss = F.cross_entropy(logits.float().flatten(2), x, reduction="none")
        # Each hidden place counts alike: weighting by 1 / r would leave most of the gradient to
        # the few images with hardly anything hidden.
        return loss.where(hidden, 0).sum(dim=1) / hidden.sum(dim=1).clamp(min=1)

    def encode(self, prompts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return pooled and per-token states of prompts, as aMUSEd's pipeline makes them."""
        ids = self.words(
            prompts, padding="max_length", max_length=MAX_TOKENS, return_tensors="pt"
        ).input_ids.to(self.device)
        output = self.text_encoder(ids, output_hidden_states=True)
        return output.text_embeds, output.hidden_states[-2]

    def export(self, folder: Path) -> None:
        from diffusers import AmusedPipeline, AmusedScheduler

        AmusedPipeline(
            vqvae=self.vqvae,
            tokenizer=self.words,
            text_encoder=self.text_encoder,
            transformer=self.transformer,
            scheduler=AmusedScheduler(mask_token_id=self.codes),
        ).save_pretrained(folder)
