"""The pixel diffusion miniature: Imagen's kind, in the layout of DeepFloyd IF's first stage.

A U-Net on pixels that reads its prompt through a T5 encoder, both trained together, on a squared
cosine schedule of 1,000 steps. It predicts v (Salimans & Ho, 2022), which says something about the
image at every noise level; attention is at 8 × 8 places alone, which is where time goes.
"""

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from gcbook.miniworld.training.conditional import ConditionalTask, autocast, even_times
from gcbook.miniworld.training.start import Start
from gcbook.miniworld.training.texts import MAX_TOKENS, draw_prompts, register, t5_tokenizer

__all__ = ["PixelTask"]

WIDTH = 64
"""Of the text encoder."""
STEPS = 1000


class PixelTask(ConditionalTask):
    """A text-conditional diffusion model on pixels.

    Args:
        start: images of all categories, and where it is computed.
        batch_size: images a step.
        channels: of the U-Net, from 32 × 32 down to 8 × 8.
    """

    def __init__(
        self,
        start: Start,
        *,
        batch_size: int = 128,
        channels: tuple[int, int, int] = (16, 48, 96),
    ) -> None:
        from diffusers import DDPMScheduler, UNet2DConditionModel
        from transformers import T5Config, T5EncoderModel

        super().__init__(start, batch_size=batch_size)
        torch.manual_seed(start.seed)
        self.unet: Any = UNet2DConditionModel(
            sample_size=self.train.images.shape[-1],
            in_channels=3,
            out_channels=3,
            block_out_channels=channels,
            layers_per_block=1,
            down_block_types=("DownBlock2D", "DownBlock2D", "SimpleCrossAttnDownBlock2D"),
            mid_block_type="UNetMidBlock2DSimpleCrossAttn",
            up_block_types=("SimpleCrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
            cross_attention_dim=WIDTH,
            encoder_hid_dim=WIDTH,
            addition_embed_type="text",
            addition_embed_type_num_heads=4,
            attention_head_dim=32,
            norm_num_groups=8,
            resnet_time_scale_shift="scale_shift",
        ).to(self.device)
        self.tokenizer = t5_tokenizer()
        self.text_encoder: Any = T5EncoderModel(
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
        self.scheduler: Any = DDPMScheduler(
            num_train_timesteps=STEPS,
            beta_schedule="squaredcos_cap_v2",
            prediction_type="v_prediction",
            variance_type="fixed_small",
            clip_sample=True,
        )
        self.modules: dict[str, torch.nn.Module] = {
            "unet": self.unet,
            "text_encoder": self.text_encoder,
        }

    def losses(
        self, x: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        texts = self.encode(draw_prompts(generator))
        index = (even_times(len(x), generator) * STEPS).long().to(self.device)
        noise = torch.randn(x.shape, generator=generator).to(self.device)
        noised = self.scheduler.add_noise(x, noise, index)
        target = self.scheduler.get_velocity(x, noise, index)
        with autocast(self.device):
            predicted = self.unet(noised, index, encoder_hidden_states=texts[labels]).sample
        return F.mse_loss(predicted.float(), target, reduction="none").mean(dim=(1, 2, 3))

    def encode(self, prompts: list[str]) -> torch.Tensor:
        """Return the states of prompts as IF's pipeline makes them: padded, in small letters."""
        tokens = self.tokenizer(
            [prompt.lower() for prompt in prompts],
            padding="max_length",
            max_length=MAX_TOKENS,
            truncation=True,
            return_tensors="pt",
        ).to(self.device)
        return self.text_encoder(tokens.input_ids, tokens.attention_mask).last_hidden_state

    def export(self, folder: Path) -> None:
        self.unet.save_pretrained(folder / "unet")
        self.text_encoder.save_pretrained(folder / "text_encoder")
        self.scheduler.save_pretrained(folder / "scheduler")
        self.tokenizer.save_pretrained(folder / "tokenizer")
        parts = {
            "unet": ("diffusers", "UNet2DConditionModel"),
            "text_encoder": ("transformers", "T5EncoderModel"),
            "scheduler": ("diffusers", "DDPMScheduler"),
            "tokenizer": ("transformers", "T5Tokenizer"),
        }
        register(folder, parts, "IFPipeline")
