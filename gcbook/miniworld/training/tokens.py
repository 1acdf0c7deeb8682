"""The miniatures of image tokens: a VQ model, and two models of its codes.

- `TokenizerTask`: a VQ model trained on reconstruction alone, with a straight-through estimate
  through the nearest code (van den Oord et al., 2017). Codes that no image uses are moved to where
  images are, else most of the codebook would never be found.
- `AutoregressiveTask`: Parti's recipe, a T5 that writes the codes one after another.
- `MaskedTask`: Muse's recipe in aMUSEd's layout. Each place is hidden with probability r, r uniform
  in (0, 1), and the hidden ones are guessed: what the likelihood bound of
  `gcbook.classifiers.masked` asks for.
- `CausalNamingTask`, `BidirectionalNamingTask`: the same two transformers, trained to name the
  class of the same codes. Nothing is added: class k is read from the network's own output k, behind
  the last code, or averaged over all places with none hidden; the prompt is one for all classes.
"""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from gcbook.classifiers.amused import AESTHETIC_SCORE
from gcbook.classifiers.checkpoint import load_weights
from gcbook.classifiers.token_networks import write_naming
from gcbook.miniworld.training.cnn import random_flips
from gcbook.miniworld.training.conditional import ConditionalTask, autocast, both_sides, even_times
from gcbook.miniworld.training.miniature import Start, Task
from gcbook.miniworld.training.pool import Pool
from gcbook.miniworld.training.texts import (
    MAX_TOKENS,
    clip_text_config,
    clip_tokenizer,
    draw_prompts,
    word_tokenizer,
)

PROMPT = "A photo."
"""Of the transformers that name the class."""

WIDTH = 64
"""Of the masked model's text encoder."""

REVIVE_EVERY, REVIVE_UNTIL = 50, 0.7
"""Steps between moves of unused codes, and the share of the training in which they are moved."""

FORGET = 0.98
UNUSED = 0.02
"""A code is unused below this share of what it would have if all were used alike."""


class TokenizerTask(Task):
    """A VQ model.

    Args:
        start: its steps say until when unused codes are moved.
        codes: size of the codebook.
        channels: of its blocks; each but the first halves the side.
    """

    networks = ("vqvae", "use")

    def __init__(
        self,
        start: Start,
        *,
        codes: int = 512,
        channels: Sequence[int] = (16, 32, 64),
        batch_size: int = 64,
    ) -> None:
        from diffusers import VQModel

        super().__init__(start, batch_size)
        self.steps = start.steps
        torch.manual_seed(start.seed)
        self.vqvae: Any = VQModel(
            down_block_types=("DownEncoderBlock2D",) * len(channels),
            up_block_types=("UpDecoderBlock2D",) * len(channels),
            block_out_channels=tuple(channels),
            latent_channels=16,
            num_vq_embeddings=codes,
            vq_embed_dim=8,
            norm_num_groups=8,
            sample_size=self.train.images.shape[-1],
            lookup_from_codebook=True,
            force_upcast=True,
        ).to(self.device)
        self.vqvae.quantize.legacy = False
        self.use: Any = torch.nn.Module()
        self.use.register_buffer("share", torch.full((codes,), 1 / codes, device=self.device))

    def loss(self, step: int, generator: torch.Generator) -> torch.Tensor:
        images = random_flips(self.draw(generator)[0], generator).to(self.device)
        with autocast(self.device):
            latents = self.vqvae.encode(images).latents.float()
        quantized, commitment, (_, _, codes) = self.vqvae.quantize(latents)
        share = torch.bincount(codes.flatten(), minlength=len(self.use.share)) / codes.numel()
        self.use.share.lerp_(share, 1 - FORGET)
        if step % REVIVE_EVERY == REVIVE_EVERY - 1 and step < REVIVE_UNTIL * self.steps:
            self._revive(latents.detach(), generator)
        with autocast(self.device):
            restored = self.vqvae.decoder(self.vqvae.post_quant_conv(quantized))
        return F.mse_loss(restored.float(), images) * 10 + commitment

    @torch.no_grad()
    def _revive(self, latents: torch.Tensor, generator: torch.Generator) -> None:
        count = len(self.use.share)
        unused = (self.use.share < UNUSED / count).nonzero()[:, 0]
        if len(unused):
            places = latents.movedim(1, -1).reshape(-1, latents.shape[1])
            pick = torch.randint(len(places), (len(unused),), generator=generator).to(self.device)
            self.vqvae.quantize.embedding.weight[unused] = places[pick]
            self.use.share[unused] = 1 / count

    def validate(self) -> dict[str, float]:
        squared, counts = 0.0, torch.zeros_like(self.use.share)
        for pixels, _ in self.validation.batches(256):
            images = pixels.to(self.device)
            quantized, _, (_, _, codes) = self.vqvae.quantize(self.vqvae.encode(images).latents)
            restored = self.vqvae.decoder(self.vqvae.post_quant_conv(quantized))
            squared += (restored - images).square().mean(dim=(1, 2, 3)).sum().item()
            counts += torch.bincount(codes.flatten(), minlength=len(counts))
        share = counts / counts.sum()
        entropy = -(share * share.clamp(min=1e-12).log()).sum()
        return {"loss": squared / len(self.validation), "codes": entropy.exp().item()}

    def export(self, folder: Path) -> None:
        self.vqvae.save_pretrained(folder / "vqvae")


class _TokenTask(ConditionalTask):
    """A model of an image's codes under the trained VQ model in the start's ``base``."""

    def __init__(self, start: Start, batch_size: int) -> None:
        from diffusers import VQModel

        super().__init__(start, batch_size)
        self.vqvae: Any = load_weights(VQModel, start.base / "vqvae").to(self.device)
        self.codes = int(self.vqvae.config.num_vq_embeddings)
        self.resolution = self.train.images.shape[-1]
        self.tokens = {
            pool: both_sides(pool, self._tokenize) for pool in (self.train, self.validation)
        }
        self.side = int(self.tokens[self.train].shape[-1] ** 0.5)

    def _tokenize(self, images: torch.Tensor) -> torch.Tensor:
        """Codes of images (n, places), int16."""
        codes = self.vqvae.quantize(self.vqvae.encode(images.to(self.device)).latents)[2][2]
        return codes.reshape(len(images), -1).to("cpu", torch.int16)

    def shown(self, pool: Pool, indices: torch.Tensor, mirror: torch.Tensor) -> torch.Tensor:
        return self.tokens[pool][mirror.long(), indices].long()


class AutoregressiveTask(_TokenTask):
    """A text-conditional model of image tokens, one after another."""

    networks = ("transformer",)

    def __init__(self, start: Start, *, batch_size: int = 64) -> None:
        from transformers import T5Config, T5ForConditionalGeneration

        super().__init__(start, batch_size)
        self.words = word_tokenizer(start.names)
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

    def losses(
        self, x: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        """Mean negative log-likelihood of a token, in nats, for each image."""
        codes = slice(self.offset, None)
        logits = self.logits(x[:, :-1], draw_prompts(self.names, generator), labels, codes)
        loss = F.cross_entropy(logits.float().transpose(1, 2), x, reduction="none")
        return loss.mean(dim=1)

    def logits(
        self, x: torch.Tensor, texts: Sequence[str], text: torch.Tensor, ids: slice
    ) -> torch.Tensor:
        """Return what follows each of the codes (N, L), and the start: logits (N, L + 1, ids).

        Args:
            texts: prompts.
            text: which of them each image has, (N,).
            ids: of the vocabulary, those asked for.
        """
        prompts = self.words(list(texts), padding=True, return_tensors="pt").to(self.device)
        mask = prompts.attention_mask
        model = self.transformer
        first = x.new_full((len(x), 1), model.config.decoder_start_token_id)
        with autocast(self.device):
            read = model.encoder(prompts.input_ids, attention_mask=mask).last_hidden_state
            states = model.decoder(
                input_ids=torch.cat([first, x + self.offset], 1),
                encoder_hidden_states=read[text],
                encoder_attention_mask=mask[text],
                use_cache=False,
            ).last_hidden_state
            if model.config.scale_decoder_outputs:
                states = states * model.config.d_model**-0.5
            return F.linear(states, model.lm_head.weight[ids])

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


class MaskedTask(_TokenTask):
    """A text-conditional model of masked image tokens."""

    networks = ("transformer", "text_encoder")

    def __init__(self, start: Start, *, batch_size: int = 64) -> None:
        from diffusers import UVit2DModel
        from transformers import CLIPTextModelWithProjection

        super().__init__(start, batch_size)
        self.words = clip_tokenizer(start.names)
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

    def losses(
        self, x: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        """Mean negative log-likelihood of a hidden token, in nats, for each image."""
        count = len(x)
        rate = even_times(count, generator)
        hidden = (torch.rand(x.shape, generator=generator) < rate[:, None]).to(self.device)
        shown = x.masked_fill(hidden, self.codes)
        logits = self.logits(shown, draw_prompts(self.names, generator), labels)
        loss = F.cross_entropy(logits, x, reduction="none")
        # Each hidden place counts alike: weighting by 1 / r would leave most of the gradient to
        # the few images with hardly anything hidden.
        return loss.where(hidden, 0).sum(dim=1) / hidden.sum(dim=1).clamp(min=1)

    def logits(self, x: torch.Tensor, texts: list[str], text: torch.Tensor) -> torch.Tensor:
        """Return what stands in each place of the codes (N, L): float32 logits (N, codes, L).

        Args:
            texts: prompts.
            text: which of them each image has, (N,).
        """
        count = len(x)
        pooled, states = self.encode(texts)
        micro = torch.tensor([[self.resolution, self.resolution, 0, 0, AESTHETIC_SCORE]])
        with autocast(self.device):
            logits = self.transformer(
                x.reshape(count, self.side, self.side),
                encoder_hidden_states=states[text],
                pooled_text_emb=pooled[text],
                micro_conds=micro.float().expand(count, -1).to(self.device),
            )
        return logits.float().flatten(2)

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


class _Naming(_TokenTask):
    """Names the class of an image's codes."""

    @abstractmethod
    def named(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits of the classes, float32 (N, K), for codes (N, L)."""

    def losses(
        self, x: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        """Negative log-likelihood of the class, in nats, for each image."""
        return F.cross_entropy(self.named(x), labels, reduction="none")


class CausalNamingTask(_Naming, AutoregressiveTask):
    """The autoregressive network as a classifier: the class follows the last code."""

    def named(self, x: torch.Tensor) -> torch.Tensor:
        text = x.new_zeros(len(x))
        return self.logits(x, [PROMPT], text, slice(len(self.names)))[:, -1].float()

    def export(self, folder: Path) -> None:
        super().export(folder)
        write_naming(folder, [each[0] for each in self.names], PROMPT)


class BidirectionalNamingTask(_Naming, MaskedTask):
    """The masked network as a classifier: the mean over all places, none of them hidden."""

    def named(self, x: torch.Tensor) -> torch.Tensor:
        return self.logits(x, [PROMPT], x.new_zeros(len(x)))[:, : len(self.names)].mean(dim=2)

    def export(self, folder: Path) -> None:
        super().export(folder)
        write_naming(folder, [each[0] for each in self.names], PROMPT)
