r"""What a generative model sees in an ambiguous picture under each prompt (Section 3.4).

A picture is taken part of the way to noise and back under each prompt. For diffusion models the way
back is deterministic (DDIM, Song et al., 2021): from :math:`x_t` and the restored image
:math:`\hat x`,

.. math:: x_s = \alpha_s \hat x + \sigma_s\, \frac{x_t - \alpha_t \hat x}{\sigma_t},

in equal steps of t, with the same noise for all prompts, so that prompts alone make the difference.
Masked models hide a share of their tokens and generate them anew (`gcbook.classifiers.masked`),
with the same mask and the same random numbers. The strength is the t from which the way back
begins, or the share that is hidden: at 0 nothing happens, at 1 nothing of the picture is left but
its prompt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from gcbook.classifiers.devices import explain_memory
from gcbook.classifiers.diffusion import DiffusionClassifier, clip_clean
from gcbook.classifiers.masked import MaskedBound, MaskedRegeneration, regenerate
from gcbook.files.errors import GcbookError, InputError
from gcbook.noise.draws import DrawRule, keyed_generator, keyed_noise

Reconstructor = DiffusionClassifier | MaskedRegeneration
"""A model that can take a picture apart and put it together again."""

EMPTY = ""
"""The prompt that asks for nothing: what a model makes of a picture by itself."""


@dataclass(frozen=True)
class Reconstructions:
    """Pictures that a model made of one picture, S strengths and P prompts.

    All pictures are float32 with values in [0, 1].

    Attributes:
        prompts: the P prompts.
        strengths: the S strengths.
        original: what the model was shown: the picture at the model's size, (H, W, 3).
        untouched: what comes out at strength 0, (H, W, 3): the original, or what the model's
            autoencoder or tokenizer makes of it.
        images: (S, P, H, W, 3).
        weights: SHA-256 of the model's, "" where they are no files.
    """

    prompts: tuple[str, ...]
    strengths: tuple[float, ...]
    original: np.ndarray
    untouched: np.ndarray
    images: np.ndarray
    weights: str = ""

    @property
    def errors(self) -> np.ndarray:
        """Mean squared difference to the untouched picture, (S, P)."""
        return np.square(self.images - self.untouched).mean(-1).mean((-2, -1), dtype=np.float64)

    def difference(self) -> np.ndarray:
        """Return where the first two prompts differ, their mean over colours, (S, H, W)."""
        return (self.images[:, 0] - self.images[:, 1]).mean(-1)


def load_for_prompts(
    model: str | Path, prompts: Sequence[str], *, device: str = "cpu", dtype: str = "float32"
) -> Reconstructor:
    """Load a model whose classes are prompts, each taken as it is.

    Args:
        model: name in the zoo, folder, or Hub id.
        prompts: at least one.
        device: where the network runs.
        dtype: of the network.

    Raises:
        InputError: no prompt, a prompt twice, or a model that takes none or cannot reconstruct.
        DataNotFoundError: the model is not on this machine and cannot be fetched.
    """
    from gcbook.classifiers.load import load_classifier

    _check_prompts(prompts)
    common: dict[str, Any] = {"labels": prompts, "device": device, "dtype": dtype}
    classifier = load_classifier(model, template="{}", **common)
    if isinstance(classifier, MaskedBound):
        classifier = load_classifier(model, template="{}", method="regenerate", **common)
    if not isinstance(classifier, DiffusionClassifier | MaskedRegeneration):
        raise InputError(
            f"{model}: expected a diffusion or a masked model, which can take a picture apart and "
            "put it together again; found a model of kind "
            f"{classifier.describe()['kind']}."
        )
    return classifier


def _check_prompts(prompts: Sequence[str]) -> None:
    if not prompts or len(set(prompts)) < len(prompts):
        raise InputError(
            f"prompts: expected one or more, each once; found {list(prompts) or 'none'}."
        )


def reconstruct(
    image: np.ndarray,
    prompts: Sequence[str],
    classifier: Reconstructor,
    strengths: Sequence[float] = (0.3, 0.5, 0.7),
    *,
    steps: int = 30,
    guidance: float = 1.0,
    seed: int = 0,
    name: str = "image",
    report: Callable[[str], None] = lambda line: None,
) -> Reconstructions:
    """Take a picture apart and put it together again under each prompt.

    Args:
        image: float32 (height, width, 3) in [0, 1].
        prompts: what to see; `EMPTY` is one, too.
        classifier: from `load_for_prompts` with these prompts and, where there is guidance,
            `EMPTY`.
        strengths: how far towards noise, or which share of tokens, in [0, 1].
        steps: of the way back from t = 1, of which a shorter way takes fewer; of masked models,
            of the regeneration of any share.
        guidance: how far to go beyond the prompt, away from the empty one; 1 for none. Diffusion
            models alone.
        seed: of the noise or the mask, which all prompts share.
        name: of the image: another name, other noise.
        report: takes a line for each strength.

    Raises:
        InputError: prompts, strengths, steps or guidance are not as expected.
        GcbookError: a picture has values that are no numbers, or memory runs out.
    """
    _check_prompts(prompts)
    shares = tuple(float(each) for each in strengths)
    if not shares or not all(0 <= each <= 1 for each in shares):
        raise InputError(f"strengths: expected numbers from 0 to 1, found {list(strengths)}.")
    if not np.isfinite(guidance):
        raise InputError(f"guidance: expected a number, found {guidance}.")
    if guidance != 1 and not isinstance(classifier, DiffusionClassifier):
        raise InputError("guidance: for diffusion models alone; leave it at 1.")
    if steps < 1:
        raise InputError(f"steps: expected at least 1, found {steps}.")
    needed = list(dict.fromkeys(prompts if guidance == 1 else [*prompts, EMPTY]))
    missing = [each for each in needed if each not in classifier.labels]
    if missing:
        raise InputError(
            f"prompts: expected a classifier loaded with all of them, found one without {missing}."
        )
    labels = torch.tensor([classifier.labels.index(each) for each in prompts])
    lacking = (
        f"{classifier.name}: expected memory for pictures, prompts at once: {len(prompts)}, found "
        "too little. Give fewer, choose a dtype of 16 bits (--dtype float16), or another device."
    )
    made = []
    with torch.inference_mode(), explain_memory(lacking):
        asked = _Asked(image, labels, steps, seed, name, guidance)
        make = (
            _Diffused(classifier, asked)
            if isinstance(classifier, DiffusionClassifier)
            else _Masked(classifier, asked)
        )
        for strength in shares:
            made.append(make(strength))
            if not np.isfinite(made[-1]).all():
                raise GcbookError(
                    f"strength {strength:g}: expected pictures, found values that are no numbers: "
                    "the network runs over its range. Try dtype float32, or less guidance."
                )
            report(f"strength {strength:g}, prompts: {len(prompts)}")
        weights = str(classifier.describe()["weights"])
        return Reconstructions(
            tuple(prompts), shares, make.original, make(0.0)[0], np.stack(made), weights
        )


class _Asked(NamedTuple):
    """What `reconstruct` is asked for, but for the strengths."""

    image: np.ndarray
    labels: torch.Tensor
    steps: int
    seed: int
    name: str
    guidance: float


class _Diffused:
    """Makes pictures with a diffusion model."""

    def __init__(self, classifier: DiffusionClassifier, asked: _Asked) -> None:
        self.classifier, self.steps, self.guidance = classifier, asked.steps, asked.guidance
        self.x = classifier.prepare([asked.image])
        self.labels = asked.labels.to(self.x.device)
        noise = keyed_noise(DrawRule(asked.seed), asked.name, 0, tuple(self.x.shape[1:]))
        self.noise = torch.from_numpy(noise).to(self.x)[None]
        self.original = _pixels(classifier.fit([asked.image]))[0]

    def __call__(self, strength: float) -> np.ndarray:
        n = len(self.labels)
        x = self.x.repeat(n, *[1] * (self.x.ndim - 1))
        if strength == 0:
            return _pixels(self.classifier.decode(x))
        count = max(1, round(strength * self.steps))
        times = [self._snap(t) for t in np.linspace(strength, 0, count + 1)]
        alpha, sigma = self._at(times[0])
        current = alpha * x + sigma * self.noise
        for t, then in pairwise(times):
            clean = self._clean(current, t)
            (alpha, sigma), (next_alpha, next_sigma) = self._at(t), self._at(then)
            residue = (current - alpha * clean) / sigma
            current = clean if then == 0 else next_alpha * clean + next_sigma * residue
        return _pixels(self.classifier.decode(current))

    def _clean(self, x: torch.Tensor, t: float) -> torch.Tensor:
        when = torch.full((len(x),), t, dtype=x.dtype, device=x.device)
        clean = self.classifier.denoise(x, when, self.labels).to(x.dtype)
        if self.guidance != 1:
            nothing = torch.full_like(self.labels, self.classifier.labels.index(EMPTY))
            plain = self.classifier.denoise(x, when, nothing).to(x.dtype)
            clean = plain + self.guidance * (clean - plain)
        return clip_clean(clean, self.classifier.default_clip)

    def _snap(self, t: float) -> float:
        return float(self.classifier.schedule.snap(np.asarray(t))) if t > 0 else 0.0

    def _at(self, t: float) -> tuple[float, float]:
        schedule, when = self.classifier.schedule, np.asarray(t)
        return (float(schedule.alpha(when)), float(schedule.sigma(when))) if t > 0 else (1.0, 0.0)


class _Masked:
    """Makes pictures with a masked model."""

    def __init__(self, classifier: MaskedRegeneration, asked: _Asked) -> None:
        self.network = classifier.network
        self.remask = replace(classifier.remask, steps=asked.steps)
        prepared = classifier.prepare([asked.image])
        self.tokens = self.network.encode((prepared + 1) / 2).repeat(len(asked.labels), 1)
        self.labels = asked.labels.to(self.tokens.device)
        self.seed, self.name = asked.seed, asked.name
        self.original = _pixels(prepared)[0]

    def __call__(self, strength: float) -> np.ndarray:
        def stream(purpose: str) -> np.random.Generator:
            return keyed_generator(self.seed, self.name, 0, purpose)

        made = regenerate(
            self.tokens,
            lambda masked: self.network.predict(masked, self.labels),
            [stream] * len(self.labels),
            mask_token=self.network.mask_token,
            mask_ratio=strength,
            remask=self.remask,
        )
        return _pixels(2 * self.network.decode(made) - 1)


def _pixels(values: torch.Tensor) -> np.ndarray:
    """Pictures in [-1, 1] (N, C, H, W) as (N, H, W, 3) in [0, 1]."""
    shown = ((values.float().clamp(-1, 1) + 1) / 2).movedim(1, -1).cpu().numpy()
    return np.asarray(np.repeat(shown, 3, axis=-1) if shown.shape[-1] == 1 else shown)
