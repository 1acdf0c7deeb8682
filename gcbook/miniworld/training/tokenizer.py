"""The image tokenizer that the autoregressive and the masked miniature share: a VQ model.

Trained on reconstruction alone, with a straight-through estimate through the nearest code
(van den Oord et al., 2017). Codes that no image uses are moved to where images are, else most of
the codebook would never be found.
"""

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from gcbook.classifiers.checkpoint import load_weights
from gcbook.miniworld.training.conditional import ConditionalTask, autocast
from gcbook.miniworld.training.pool import Pool
from gcbook.miniworld.training.start import Start

__all__ = ["TokenTask", "TokenizerTask"]

REVIVE_EVERY, REVIVE_UNTIL = 50, 0.7
"""Steps between moves of unused codes, and the share of the training in which they are moved."""

FORGET = 0.98
UNUSED = 0.02
"""A code is unused below this share of what it would have if all were used alike."""


class TokenizerTask:
    """A VQ model of 8 × 8 codes an image.

    Args:
        start: its images, where it is computed, and its steps, which say until when unused codes
            are moved.
        codes: size of the codebook.
        batch_size: images a step.
    """

    def __init__(self, start: Start, *, codes: int = 512, batch_size: int = 64) -> None:
        from diffusers import VQModel

        torch.manual_seed(start.seed)
        self.train, self.validation, self.batch_size = start.train, start.validation, batch_size
        self.steps, self.device = start.steps, torch.device(start.device)
        self.vqvae: Any = VQModel(
            down_block_types=("DownEncoderBlock2D",) * 3,
            up_block_types=("UpDecoderBlock2D",) * 3,
            block_out_channels=(16, 32, 64),
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
        self.modules: dict[str, torch.nn.Module] = {"vqvae": self.vqvae, "use": self.use}

    def loss(self, step: int, generator: torch.Generator) -> torch.Tensor:
        indices = torch.randint(len(self.train), (self.batch_size,), generator=generator)
        images, _ = self.train.batch(indices)
        mirror = torch.rand((len(images), 1, 1, 1), generator=generator) < 0.5
        images = torch.where(mirror, images.flip(-1), images).to(self.device)
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
        for indices in torch.arange(len(self.validation)).split(256):
            images = self.validation.batch(indices)[0].to(self.device)
            quantized, _, (_, _, codes) = self.vqvae.quantize(self.vqvae.encode(images).latents)
            restored = self.vqvae.decoder(self.vqvae.post_quant_conv(quantized))
            squared += (restored - images).square().mean(dim=(1, 2, 3)).sum().item()
            counts += torch.bincount(codes.flatten(), minlength=len(counts))
        share = counts / counts.sum()
        entropy = -(share * share.clamp(min=1e-12).log()).sum()
        return {"loss": squared / len(self.validation), "codes": entropy.exp().item()}

    def export(self, folder: Path) -> None:
        self.vqvae.save_pretrained(folder / "vqvae")


class TokenTask(ConditionalTask):
    """A model of an image's codes under a trained tokenizer.

    Args:
        start: images of all categories, the trained VQ model, and where it is computed.
        batch_size: images a step.
    """

    def __init__(self, start: Start, *, batch_size: int) -> None:
        from diffusers import VQModel

        super().__init__(start, batch_size=batch_size)
        self.vqvae: Any = load_weights(VQModel, start.base / "vqvae").to(self.device)
        self.codes = int(self.vqvae.config.num_vq_embeddings)
        self.resolution = self.train.images.shape[-1]
        self.tokens = {pool: self._tokenize(pool) for pool in (self.train, self.validation)}
        self.side = int(self.tokens[self.train].shape[-1] ** 0.5)

    @torch.no_grad()
    def _tokenize(self, pool: Pool) -> torch.Tensor:
        """Codes of images and of their mirror images, int16 (2, N, places)."""
        sides: list[list[torch.Tensor]] = [[], []]
        for indices in torch.arange(len(pool)).split(256):
            images, _ = pool.batch(indices)
            for side, shown in zip(sides, (images, images.flip(-1)), strict=True):
                latents = self.vqvae.encode(shown.to(self.device)).latents
                codes = self.vqvae.quantize(latents)[2][2]
                side.append(codes.reshape(len(shown), -1).to("cpu", torch.int16))
        return torch.stack([torch.cat(side) for side in sides])

    def shown(self, pool: Pool, indices: torch.Tensor, mirror: torch.Tensor) -> torch.Tensor:
        return self.tokens[pool][mirror.long(), indices].long()
