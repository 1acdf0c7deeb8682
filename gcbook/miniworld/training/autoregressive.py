"""The autoregressive miniature: Parti's recipe, a T5 that writes the codes of the VQ model."""

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from gcbook.miniworld.training.conditional import autocast
from gcbook.miniworld.training.start import Start
from gcbook.miniworld.training.texts import draw_prompts, word_tokenizer
from gcbook.miniworld.training.tokenizer import TokenTask

__all__ = ["AutoregressiveTask"]


class AutoregressiveTask(TokenTask):
    """A text-conditional model of image tokens, one after another.

    Args:
        start: images of all categories, the trained VQ model, and where it is computed.
        batch_size: images a step.
    """

    def __init__(self, start: Start, *, batch_size: int = 64) -> None:
        from transformers import T5Config, T5ForConditionalGeneration

        super().__init__(start, batch_size=batch_size)
        self.words = word_tokenizer()
        self.offset = len(self.words)
        torch.manual_seed(start.seed)
        self.transformer: Any = T5ForConditionalGeneration(
            T5Config(
                vocab_size=self.offset + self.codes,
                d_model=128,
                d_kv=32,
                d_ff=320,
                num_layers=2,
                num_decoder_layers=5,
                num_heads=4,
                dropout_rate=0.1,
                feed_forward_proj="gated-gelu",
                pad_token_id=0,
                eos_token_id=1,
                decoder_start_token_id=0,
            )
        ).to(self.device)
        self.modules: dict[str, torch.nn.Module] = {"transformer": self.transformer}

    def losses(
        self, x: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        """Mean negative log-likelihood of a token, in nats, for each image."""
        prompts = self.words(draw_prompts(generator), padding=True, return_tensors="pt")
        prompts = prompts.to(self.device)
        mask = prompts.attention_mask
        model = self.transformer
        first = x.new_full((len(x), 1), model.config.decoder_start_token_id)
        with autocast(self.device):
            text = model.encoder(prompts.input_ids, attention_mask=mask).last_hidden_state
            states = model.decoder(
                input_ids=torch.cat([first, x[:, :-1] + self.offset], 1),
                encoder_hidden_states=text[labels],
                encoder_attention_mask=mask[labels],
                use_cache=False,
            ).last_hidden_state
            if model.config.scale_decoder_outputs:
                states = states * model.config.d_model**-0.5
            logits = F.linear(states, model.lm_head.weight[self.offset :])
        loss = F.cross_entropy(logits.float().transpose(1, 2), x, reduction="none")
        return loss.mean(dim=1)

    def export(self, folder: Path) -> None:
        from gcbook.classifiers.t5vq import save_t5vq

        save_t5vq(
            folder,
            transformer=self.transformer,
            tokenizer=self.words,
            vqvae=self.vqvae,
            resolution=self.resolution,
            image_token_offset=self.offset,
        )
