"""What the generative miniatures have in common: images with prompts, their mirror images too."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from gcbook.miniworld.training.miniature import Task
from gcbook.miniworld.training.pool import Pool

VALIDATION_BATCH = 256


class ConditionalTask(Task):
    """A model of images given a prompt."""

    @abstractmethod
    def losses(
        self, x: torch.Tensor, labels: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        """Return each image's loss (N,), its prompt and noise drawn with the generator."""

    @abstractmethod
    def shown(self, pool: Pool, indices: torch.Tensor, mirror: torch.Tensor) -> torch.Tensor:
        """Return what the model sees of n images, (n, ...); ``mirror`` says which are mirrored."""

    def loss(self, step: int, generator: torch.Generator) -> torch.Tensor:
        indices = torch.randint(len(self.train), (self.batch_size,), generator=generator)
        mirror = torch.rand(self.batch_size, generator=generator) < 0.5
        x = self.shown(self.train, indices, mirror).to(self.device)
        return self.losses(x, self.train.labels[indices].to(self.device), generator).mean()

    def validate(self) -> dict[str, float]:
        generator = torch.Generator().manual_seed(0)
        losses = []
        for indices in torch.arange(len(self.validation)).split(VALIDATION_BATCH):
            mirror = torch.zeros(len(indices), dtype=torch.bool)
            x = self.shown(self.validation, indices, mirror).to(self.device)
            labels = self.validation.labels[indices].to(self.device)
            losses.append(self.losses(x, labels, generator))
        return {"loss": torch.cat(losses).mean().item()}


@torch.no_grad()
def both_sides(pool: Pool, encode: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """Return the codes of images and of their mirror images, (2, N, ...).

    Args:
        pool: of N images.
        encode: from images, float32 (n, 3, height, width) in [0, 1], to their codes (n, ...).
    """
    encoded = [
        torch.stack([encode(images), encode(images.flip(-1))])
        for images, _ in pool.batches(VALIDATION_BATCH)
    ]
    return torch.cat(encoded, dim=1)


@contextmanager
def autocast(device: torch.device) -> Iterator[None]:
    """Arithmetic in bfloat16 where that is faster.

    There a processor computes attention by plain matrix products: torch's fused kernel takes three
    times as long in bfloat16, for the 64 tokens of an image here.
    """
    enabled = in_bfloat16(device)
    with torch.autocast(device.type, torch.bfloat16, enabled=enabled), ExitStack() as stack:
        if enabled and device.type == "cpu":
            stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        yield


def in_bfloat16(device: torch.device) -> bool:
    """Whether a device multiplies matrices in bfloat16 faster than in float32.

    Of GPUs those that do not emulate it. Of processors those with units for matrices, and AMD's
    with AVX-512's instructions for bfloat16: with one thread of an EPYC mini-cnn trains 1.6 times
    as fast as in float32, mini-pixel 1.5 times, mini-masked 1.2 times. On a processor
    whose name was not noted, mini-cnn trained at three quarters of the speed.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    # Older versions of torch do not tell.
    known: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    is_amd = str(known.get("cpu_name", "")).startswith("AMD")
    return bool(known.get("amx_bf16") or (is_amd and known.get("avx512_bf16")))


def even_times(count: int, generator: torch.Generator) -> torch.Tensor:
    """Draw times in [0, 1), one in each of as many stretches of equal length.

    Each is uniform, and their mean over a batch is steadier than that of independent ones.
    """
    times = (torch.arange(count) + torch.rand(count, generator=generator)) / count
    # The sum is rounded: of the last stretch some draws in a million would be 1.
    return times.clamp(max=1 - torch.finfo(times.dtype).eps / 2)
