"""The latent diffusion miniature: Stable Diffusion's recipe and layout.

First an autoencoder (`AutoencoderTask`), then a U-Net on its latents that reads the prompt through
a CLIP text encoder and predicts the noise (`LatentTask`), the two trained together.
"""

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from gcbook.classifiers.checkpoint import load_weights
from gcbook.miniworld.training.conditional import ConditionalTask, autocast, even_times
from gcbook.miniworld.training.pool import Pool
from gcbook.miniworld.training.start import Start
from gcbook.miniworld.training.texts import (
    MAX_TOKENS,
    clip_text_config,
    clip_tokenizer,
    draw_prompts,
    register,
)

__all__ = ["AutoencoderTask", "LatentTask"]

WIDTH = 64
"""Of the text encoder."""
STEPS = 1000
KL_WEIGHT = 1e-4
LATENTS = 4


class AutoencoderTask:
    """An autoencoder of 16 × 16 latents of four numbers.

    Args:
        start: its images, and where it is computed.
        batch_size: images a step.
    """

    def __init__(self, start: Start, *, batch_size: int = 64) -> None:
        from diffusers import AutoencoderKL

        torch.manual_seed(start.seed)
        self.train, self.validation = start.train, start.validation
        self.batch_size, self.device = batch_size, torch.device(start.device)
        self.vae: Any = AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
            block_out_channels=(16, 32),
            latent_channels=LATENTS,
            norm_num_groups=8,
            sample_size=self.train.images.shape[-1],
            mid_block_add_attention=False,
        ).to(self.device)
        self.modules: dict[str, torch.nn.Module] = {"vae": self.vae}

    def loss(self, step: int, generator: torch.Generator) -> torch.Tensor:
        indices = torch.randint(len(self.train), (self.batch_size,), generator=generator)
        images = 2 * self.train.batch(indices)[0].to(self.device) - 1
        with autocast(self.device):
            posterior = self.vae.encode(images).latent_dist
            mean, sd = posterior.mean.float(), posterior.std.float()
            noise = torch.randn(mean.shape, generator=generator).to(self.device)
            latents = mean + sd * noise
            restored = self.vae.decode(latents).sample
        divergence = 0.5 * (mean**2 + sd**2 - 1 - 2 * sd.log()).mean()
        return F.mse_loss(restored.float(), images) + KL_WEIGHT * divergence

    def validate(self) -> dict[str, float]:
        squared = 0.0
        for indices in torch.arange(len(self.validation)).split(256):
            images = 2 * self.validation.batch(indices)[0].to(self.device) - 1
            latents = self.vae.encode(images).latent_dist.mean
            restored = self.vae.decode(latents).sample
            squared += (restored - images).square().mean(dim=(1, 2, 3)).sum().item()
        return {"loss": squared / len(self.validation)}

    def export(self, folder: Path) -> None:
        # Latents of unit variance are what the diffusion model is to see.
        images, _ = self.train.batch(torch.arange(min(2048, len(self.train))))
        spread = self.vae.encode(2 * images.to(self.device) - 1).latent_dist.mean.std()
        self.vae.register_to_config(scaling_factor=round(1 / spread.item(), 5))
        self.vae.save_pretrained(folder / "vae")


class LatentTask(ConditionalTask):
    """A text-conditional diffusion model on latents.

    Args:
        start: images of all categories, the trained autoencoder, and where it is computed.
        batch_size: images a step.
    """

    def __init__(self, start: Start, *, batch_size: int = 128) -> None:
        from diffusers import AutoencoderKL, PNDMScheduler, UNet2DConditionModel
        from transformers import CLIPTextModel

        super().__init__(start, batch_size=batch_size)
        self.vae: Any = load_weights(AutoencoderKL, start.base / "vae").to(self.device)
        self.latents = {pool: self._encode(pool) for pool in (self.train, self.validation)}
        torch.manual_seed(start.seed)
        self.words = clip_tokenizer()
        config = clip_text_config(self.words, WIDTH)
        self.text_encoder: Any = CLIPTextModel(config).to(self.device)
        self.unet: Any = UNet2DConditionModel(
            sample_size=self.latents[self.train].shape[-1],
            in_channels=LATENTS,
            out_channels=LATENTS,
            block_out_channels=(48, 96),
            layers_per_block=1,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=WIDTH,
            attention_head_dim=4,
            norm_num_groups=8,
        ).to(self.device)
        self.scheduler: Any = PNDMScheduler(
            beta_schedule="scaled_linear",
            beta_start=0.00085,
            beta_end=0.012,
            num_train_timesteps=STEPS,
            prediction_type="epsilon",
            steps_offset=1,
            skip_prk_steps=True,
        )
        self.modules: dict[str, torch.nn.Module] = {
            "unet": self.unet,
            "text_encoder": self.text_encoder,
        }

    @torch.no_grad()
    def _encode(self, pool: Pool) -> torch.Tensor:
        """Scaled posterior means of images and of their mirror images, bfloat16 (2, N, ...)."""
        sides: list[list[torch.Tensor]] = [[], []]
        for indices in torch.arange(len(pool)).split(256):
            images, _ = pool.batch(indices)
            for side, shown in zip(sides, (images, images.flip(-1)), strict=True):
                mean = self.vae.encode(2 * shown.to(self.device) - 1).latent_dist.mean
                side.append((mean * self.vae.config.scaling_factor).bfloat16().cpu())
        return torch.stack([torch.cat(side) for side in sides])

    def shown(self, pool: Pool, indices: torch.Tensor, mirror: torch.Tensor) -> torch.Tensor:
        return self.latents[pool][mirror.long(), indices].float()

    def losses(
        self, x: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        texts = self.encode(draw_prompts(generator))
        index = (even_times(len(x), generator) * STEPS).long().to(self.device)
        noise = torch.randn(x.shape, generator=generator).to(self.device)
        noised = self.scheduler.add_noise(x, noise, index)
        with autocast(self.device):
            predicted = self.unet(noised, index, encoder_hidden_states=texts[labels]).sample
        return F.mse_loss(predicted.float(), noise, reduction="none").mean(dim=(1, 2, 3))

    def encode(self, prompts: list[str]) -> torch.Tensor:
        """Return the states of prompts as Stable Diffusion's pipeline makes them."""
        ids = self.words(
            prompts, padding="max_length", max_length=MAX_TOKENS, return_tensors="pt"
        ).input_ids.to(self.device)
        return self.text_encoder(ids).last_hidden_state

    def export(self, folder: Path) -> None:
        self.unet.save_pretrained(folder / "unet")
        self.text_encoder.save_pretrained(folder / "text_encoder")
        self.vae.save_pretrained(folder / "vae")
        self.scheduler.save_pretrained(folder / "scheduler")
        self.words.save_pretrained(folder / "tokenizer")
        parts: dict[str, tuple[str, str]] = {
            "unet": ("diffusers", "UNet2DConditionModel"),
            "text_encoder": ("transformers", "CLIPTextModel"),
            "vae": ("diffusers", "AutoencoderKL"),
            "scheduler": ("diffusers", "PNDMScheduler"),
            "tokenizer": ("transformers", "CLIPTokenizer"),
            "safety_checker": (None, None),  # type: ignore[dict-item]
            "feature_extractor": (None, None),  # type: ignore[dict-item]
        }
        register(folder, parts, "StableDiffusionPipeline")
