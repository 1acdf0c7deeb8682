"""The diffusion miniatures: on pixels as Imagen, on latents as Stable Diffusion.

Each is a U-Net that reads its prompt through a text encoder, the two trained together on a schedule
of 1,000 steps.

- `PixelTask`: DeepFloyd IF's first stage in small, with T5. It predicts v (Salimans & Ho, 2022),
  which says something about the image at every noise level; attention is at the fewest places
  alone, which is where time goes. For photographs pixels are folded: squares of 4 × 4 pixels are 48
  channels of one place, as Hoogeboom et al. (2023) do for speed; noise and errors are of pixels.
- `LatentTask`: Stable Diffusion in small, with CLIP, on the latents of an autoencoder that is
  trained first (`AutoencoderTask`). It predicts the noise.
"""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from gcbook.classifiers.checkpoint import load_weights
from gcbook.classifiers.pretrained import read_configuration
from gcbook.files.errors import InputError
from gcbook.miniworld.training.cnn import random_flips
from gcbook.miniworld.training.conditional import ConditionalTask, autocast, both_sides, even_times
from gcbook.miniworld.training.miniature import Start, Task
from gcbook.miniworld.training.pool import Pool
from gcbook.miniworld.training.texts import (
    MAX_TOKENS,
    clip_text_config,
    clip_tokenizer,
    draw_prompts,
    save_pipeline,
    t5_tokenizer,
)

WIDTH = 64
"""Of the text encoders."""
STEPS = 1000
KL_WEIGHT = 1e-4


class _DiffusionTask(ConditionalTask):
    networks = ("unet", "text_encoder")
    unet: Any
    text_encoder: Any
    scheduler: Any

    @abstractmethod
    def encode(self, prompts: list[str]) -> torch.Tensor:
        """Return the states of prompts as the model's pipeline makes them."""

    def losses(
        self, x: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        texts = self.encode(draw_prompts(self.names, generator))
        index = (even_times(len(x), generator) * STEPS).long().to(self.device)
        noise = torch.randn(x.shape, generator=generator).to(self.device)
        noised = self.scheduler.add_noise(x, noise, index)
        target = noise
        if self.scheduler.config.prediction_type == "v_prediction":
            target = self.scheduler.get_velocity(x, noise, index)
        with autocast(self.device):
            predicted = self.unet(noised, index, encoder_hidden_states=texts[labels]).sample
        return F.mse_loss(predicted.float(), target, reduction="none").mean(dim=(1, 2, 3))


class PixelTask(_DiffusionTask):
    """A text-conditional diffusion model on pixels.

    Args:
        channels: of the U-Net, from most places to fewest; attention is where they are fewest.
        fold: side of the square of pixels that is one place.
    """

    def __init__(
        self,
        start: Start,
        *,
        batch_size: int = 128,
        channels: Sequence[int] = (16, 48, 96),
        fold: int = 1,
    ) -> None:
        from diffusers import DDPMScheduler, UNet2DConditionModel
        from transformers import T5Config, T5EncoderModel

        super().__init__(start, batch_size)
        torch.manual_seed(start.seed)
        self.fold, plain = fold, len(channels) - 1
        self.unet = UNet2DConditionModel(
            sample_size=self.train.images.shape[-1] // fold,
            in_channels=3 * fold**2,
            out_channels=3 * fold**2,
            block_out_channels=tuple(channels),
            layers_per_block=1,
            down_block_types=("DownBlock2D",) * plain + ("SimpleCrossAttnDownBlock2D",),
            mid_block_type="UNetMidBlock2DSimpleCrossAttn",
            up_block_types=("SimpleCrossAttnUpBlock2D",) + ("UpBlock2D",) * plain,
            cross_attention_dim=WIDTH,
            encoder_hid_dim=WIDTH,
            addition_embed_type="text",
            addition_embed_type_num_heads=4,
            attention_head_dim=32,
            norm_num_groups=8,
            resnet_time_scale_shift="scale_shift",
        ).to(self.device)
        self.tokenizer = t5_tokenizer(start.names)
        self.text_encoder = T5EncoderModel(
            T5Config(
                vocab_size=len(self.tokenizer),
                d_model=WIDTH,
                d_kv=16,
                d_ff=2 * WIDTH,
                num_heads=4,
                num_layers=2,
                dropout_rate=0.0,
                feed_forward_proj="gated-gelu",
            )
        ).to(self.device)
        self.scheduler = DDPMScheduler(
            num_train_timesteps=STEPS,
            beta_schedule="squaredcos_cap_v2",
            prediction_type="v_prediction",
            variance_type="fixed_small",
            clip_sample=True,
        )

    def shown(self, pool: Pool, indices: torch.Tensor, mirror: torch.Tensor) -> torch.Tensor:
        """Return images in [-1, 1], folded."""
        images = 2 * pool.batch(indices)[0] - 1
        images = torch.where(mirror[:, None, None, None], images.flip(-1), images)
        return F.pixel_unshuffle(images, self.fold)

    def encode(self, prompts: list[str]) -> torch.Tensor:
        tokens = self.tokenizer(
            [prompt.lower() for prompt in prompts],
            padding="max_length",
            max_length=MAX_TOKENS,
            truncation=True,
            return_tensors="pt",
        ).to(self.device)
        return self.text_encoder(tokens.input_ids, tokens.attention_mask).last_hidden_state

    def export(self, folder: Path) -> None:
        save_pipeline(
            folder,
            "IFPipeline",
            unet=self.unet,
            text_encoder=self.text_encoder,
            scheduler=self.scheduler,
            tokenizer=self.tokenizer,
        )


class AutoencoderTask(Task):
    """An autoencoder.

    Args:
        channels: of its blocks; each but the first halves the side.
        latents: numbers a place.
    """

    networks = ("vae",)

    def __init__(
        self,
        start: Start,
        *,
        batch_size: int = 64,
        channels: Sequence[int] = (16, 32),
        latents: int = 4,
    ) -> None:
        super().__init__(start, batch_size)
        torch.manual_seed(start.seed)
        self.vae: Any = self.network(channels, latents).to(self.device)

    def network(self, channels: Sequence[int], latents: int) -> Any:
        """Return the autoencoder that is trained."""
        from diffusers import AutoencoderKL

        return AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * len(channels),
            up_block_types=("UpDecoderBlock2D",) * len(channels),
            block_out_channels=tuple(channels),
            latent_channels=latents,
            norm_num_groups=8,
            sample_size=self.train.images.shape[-1],
            mid_block_add_attention=False,
        )

    def loss(self, step: int, generator: torch.Generator) -> torch.Tensor:
        images = 2 * self.draw(generator)[0].to(self.device) - 1
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
        for pixels, _ in self.validation.batches(256):
            images = 2 * pixels.to(self.device) - 1
            restored = self.vae.decode(coded(self.vae, images)).sample
            squared += (restored - images).square().mean(dim=(1, 2, 3)).sum().item()
        return {"loss": squared / len(self.validation)}

    def export(self, folder: Path) -> None:
        # Latents of unit variance are what the diffusion model is to see.
        images, _ = self.train.batch(torch.arange(min(2048, len(self.train))))
        spread = coded(self.vae, 2 * images.to(self.device) - 1).std()
        self.vae.register_to_config(scaling_factor=round(1 / spread.item(), 5))
        self.vae.save_pretrained(folder / "vae")


class DeepAutoencoderTask(AutoencoderTask):
    """An autoencoder whose blocks start from folding places into channels (Chen et al., 2025).

    It is Sana's, and learns photographs from a tenth of the images that `AutoencoderTask` takes.
    Where there are most places it has no blocks, which is where time goes.
    """

    def network(self, channels: Sequence[int], latents: int) -> Any:
        from diffusers import AutoencoderDC

        blocks, nothing = (0,) + (1,) * (len(channels) - 1), ((),) * len(channels)
        return AutoencoderDC(
            latent_channels=latents,
            encoder_block_types="ResBlock",
            decoder_block_types="ResBlock",
            encoder_block_out_channels=tuple(channels),
            decoder_block_out_channels=tuple(channels),
            encoder_layers_per_block=blocks,
            decoder_layers_per_block=blocks,
            encoder_qkv_multiscales=nothing,
            decoder_qkv_multiscales=nothing,
            downsample_block_type="pixel_unshuffle",
            upsample_block_type="pixel_shuffle",
        ).to(memory_format=torch.channels_last)

    def loss(self, step: int, generator: torch.Generator) -> torch.Tensor:
        images = 2 * random_flips(self.draw(generator)[0], generator).to(self.device) - 1
        with autocast(self.device):
            restored = self.vae.decode(coded(self.vae, images)).sample
        return F.mse_loss(restored.float(), images)


def coded(vae: Any, images: torch.Tensor) -> torch.Tensor:
    """Return the codes of images in [-1, 1]: the posterior's mean, where there is one."""
    found = vae.encode(images)
    return found.latent_dist.mean if "latent_dist" in found else found.latent


class LatentTask(_DiffusionTask):
    """A text-conditional diffusion model on latents of the trained autoencoder in ``base``.

    Args:
        channels: of the U-Net, from most places to fewest.
        attending: blocks, of those with the fewest places, that attend to the text.
    """

    def __init__(
        self,
        start: Start,
        *,
        batch_size: int = 128,
        channels: Sequence[int] = (48, 96),
        attending: int = 1,
    ) -> None:
        import diffusers
        from diffusers import PNDMScheduler, UNet2DConditionModel
        from transformers import CLIPTextModel

        super().__init__(start, batch_size)
        codec = read_configuration(start.base / "vae" / "config.json").get("_class_name")
        if codec not in ("AutoencoderKL", "AutoencoderDC"):
            raise InputError(f"{start.base}: expected a vae of a known class, found {codec!r}.")
        kind = getattr(diffusers, codec)
        self.vae: Any = load_weights(kind, start.base / "vae").to(self.device)
        self.latents = {
            pool: both_sides(pool, self._scaled_mean) for pool in (self.train, self.validation)
        }
        torch.manual_seed(start.seed)
        self.words = clip_tokenizer(start.names)
        self.text_encoder = CLIPTextModel(clip_text_config(self.words, WIDTH)).to(self.device)
        plain = len(channels) - attending
        self.unet = UNet2DConditionModel(
            sample_size=self.latents[self.train].shape[-1],
            in_channels=self.vae.config.latent_channels,
            out_channels=self.vae.config.latent_channels,
            block_out_channels=tuple(channels),
            layers_per_block=1,
            down_block_types=("DownBlock2D",) * plain + ("CrossAttnDownBlock2D",) * attending,
            up_block_types=("CrossAttnUpBlock2D",) * attending + ("UpBlock2D",) * plain,
            cross_attention_dim=WIDTH,
            attention_head_dim=4,
            norm_num_groups=8,
        ).to(self.device)
        self.scheduler = PNDMScheduler(
            beta_schedule="scaled_linear",
            beta_start=0.00085,
            beta_end=0.012,
            num_train_timesteps=STEPS,
            prediction_type="epsilon",
            steps_offset=1,
            skip_prk_steps=True,
        )

    def _scaled_mean(self, images: torch.Tensor) -> torch.Tensor:
        """Codes of unit variance, bfloat16."""
        mean = coded(self.vae, 2 * images.to(self.device) - 1)
        return (mean * self.vae.config.scaling_factor).bfloat16().cpu()

    def shown(self, pool: Pool, indices: torch.Tensor, mirror: torch.Tensor) -> torch.Tensor:
        """Return scaled latents."""
        return self.latents[pool][mirror.long(), indices].float()

    def encode(self, prompts: list[str]) -> torch.Tensor:
        ids = self.words(
            prompts, padding="max_length", max_length=MAX_TOKENS, return_tensors="pt"
        ).input_ids.to(self.device)
        return self.text_encoder(ids).last_hidden_state

    def export(self, folder: Path) -> None:
        save_pipeline(
            folder,
            "StableDiffusionPipeline",
            unet=self.unet,
            text_encoder=self.text_encoder,
            vae=self.vae,
            scheduler=self.scheduler,
            tokenizer=self.words,
            safety_checker=None,
            feature_extractor=None,
        )
