r"""A network that names what it sees, shown images with diffusion-style noise.

The paper's second ResNet-50 is tested as it was trained, on noised images (Appendix E, Fig. 13).
A draw is a strength :math:`\alpha` and a noise of the image's own, both from
`gcbook.classifiers.augmentation`'s law, keyed like those of a diffusion classifier, so that
neither batch nor order of images changes what an image is shown with. A draw's t is that at which
the cosine schedule has the same :math:`\alpha`.
"""

import math

import numpy as np
import torch

from gcbook.classifiers.augmentation import draw_alpha, mix_noise
from gcbook.classifiers.diffusion import columns, noise_of
from gcbook.classifiers.discriminative import DiscriminativeClassifier
from gcbook.classifiers.protocol import Clip, Draw, Draws, Labels, Measured
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule, keyed_noise, timestep
from gcbook.noise.schedules import CosineSchedule, log_snr


class NoisedClassifier(DiscriminativeClassifier):
    """A discriminative classifier whose images are noised after they were normalized.

    Args:
        plain: the network without noise, which shares it.
        law: of α, "sqrt" or "uniform", see `gcbook.classifiers.augmentation.DiffusionNoise`.
    """

    deterministic = False

    def __init__(self, plain: DiscriminativeClassifier, law: str = "sqrt") -> None:
        if law not in ("sqrt", "uniform"):
            raise InputError(f"noise: expected sqrt or uniform, found {law!r}.")
        super().__init__(
            plain.log_probs,
            plain.preprocess,
            labels=plain.labels,
            name=plain.name,
            device=plain.device,
            details=plain.details | {"noise": law},
            fingerprint=plain.fingerprint,
        )
        self.sqrt_alphas = law == "sqrt"

    def draw(self, image_id: str, index: int, rule: DrawRule, prepared: torch.Tensor) -> Draw:
        """Strength and noise: uniform numbers, as the rule spreads them over an image's draws."""
        uniform = torch.tensor(1 - timestep(rule, image_id, index), dtype=torch.float64)
        alpha = float(draw_alpha(uniform, sqrt_alphas=self.sqrt_alphas))
        t = 2 / math.pi * math.acos(alpha)
        ratio = float(log_snr(CosineSchedule(), np.array(t)))
        return Draw(index, t, ratio, keyed_noise(rule, image_id, index, tuple(prepared.shape)))

    @torch.inference_mode()
    def measure(self, x: torch.Tensor, draws: Draws, labels: Labels, clip: Clip) -> Measured:
        alphas = CosineSchedule().alpha(np.array([each.t for each in draws]))
        alpha = torch.as_tensor(alphas, dtype=x.dtype, device=x.device)
        noised = mix_noise(x, columns(alpha, x), noise_of(draws, x))
        # Convolutions of small images take two thirds of the time so, and pooling next to none.
        noised = noised.contiguous(memory_format=torch.channels_last)
        return super().measure(noised, draws, labels, clip)
