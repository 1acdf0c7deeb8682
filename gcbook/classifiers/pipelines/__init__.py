r"""Diffusers pipelines as classifiers: from a folder to a `DiffusionClassifier`.

=============================  ==========  ======================  ==============================
class in ``model_index.json``  errors in   network predicts        classes are
=============================  ==========  ======================  ==============================
``StableDiffusionPipeline``    latents     ε, v or the image       prompts (CLIP)
``StableDiffusion3Pipeline``   latents     velocity, α = 1 − t     prompts (two CLIPs, T5 if any)
``IFPipeline``                 pixels      ε, v or the image       prompts (T5)
``DiTPipeline``                latents     ε, v or the image       class ids
``DDPMPipeline``,              pixels      ε, v or the image       class ids
``DDIMPipeline``
=============================  ==========  ======================  ==============================

What is the same for all:

- Images are resized to the size that the network was made for (`gcbook.classifiers.images`) and
  scaled to [-1, 1]. Latents are :math:`(\mu - \mathrm{shift}) \cdot \mathrm{scale}` with
  :math:`\mu` the mean of the autoencoder's posterior, computed in float32 whatever the network's
  type: half precision overflows in some of these autoencoders.
- Step i of a discrete schedule of T steps is t = (i + 1)/T, and the network is given i; the
  schedule is that of training, whichever sampler the folder holds. A flow-matching network is
  given t times the number of training steps. Its sampler's ``shift`` says which t are visited when
  images are made; the noise at a given t does not depend on it.
- Prompts are embedded once, one by one and padded to the length that the pipeline pads to, so
  that a class's embedding depends on no other class; then the text encoders are dropped. IF's
  captions are lower-cased and stripped: its further cleaning is for links and mark-up.
- A network that also predicts a variance has twice the channels; the second half is left out.
- No guidance: one evaluation a class. Safety checkers are not loaded.
- ``dtype`` is the network's and its text encoders'; :math:`x_t`, :math:`\hat x` and errors are
  float32.
"""

from collections.abc import Sequence
from pathlib import Path

import torch

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.pipelines.conditioned import load_class_unet, load_dit
from gcbook.classifiers.pipelines.folder import PipelineFolder
from gcbook.classifiers.pipelines.prompted import (
    load_deep_floyd,
    load_stable_diffusion,
    load_stable_diffusion_3,
)
from gcbook.classifiers.pipelines.targets import Target
from gcbook.classifiers.weights import locate_model
from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES, PROMPT_TEMPLATE

__all__ = ["PIPELINES", "load_pipeline"]

PROMPTED = {
    "StableDiffusionPipeline": load_stable_diffusion,
    "StableDiffusion3Pipeline": load_stable_diffusion_3,
    "IFPipeline": load_deep_floyd,
}
CONDITIONED = {
    "DiTPipeline": load_dit,
    "DDPMPipeline": load_class_unet,
    "DDIMPipeline": load_class_unet,
}

PIPELINES = (*PROMPTED, *CONDITIONED)
"""The pipeline classes that `load_pipeline` knows."""

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


def load_pipeline(
    path_or_id: str | Path,
    prompts: Sequence[str] | None = None,
    *,
    labels: Sequence[str] = CATEGORIES,
    name: str = "",
    device: str = "cpu",
    dtype: str = "float32",
) -> DiffusionClassifier:
    """Make a classifier from a diffusers pipeline.

    Args:
        path_or_id: folder in diffusers' format, or a Hub id; see
            `gcbook.classifiers.weights.locate_model`.
        prompts: one a class, in the order of ``labels``; by default the paper's. Models that are
            conditioned on classes look up ``labels`` in their own table instead, and ``prompts``
            must be None; see `gcbook.classifiers.pipelines.conditioned.class_ids`.
        labels: names of the classes.
        name: the observer's name; by default the last part of ``path_or_id``.
        device: where the network runs.
        dtype: of the network: float32, float16 or bfloat16.

    Raises:
        InputError: a pipeline of a class that is not known here, a part that is missing or damaged,
            weights as pickles, as many prompts as there are not labels, a device that is not there.
        DataNotFoundError: there is no such model here or on the Hub.
    """
    if dtype not in DTYPES:
        raise InputError(f"dtype: expected one of {', '.join(DTYPES)}; found {dtype!r}.")
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise InputError(f"device: {device!r} cannot be used here ({error}).") from error
    folder = PipelineFolder(locate_model(path_or_id))
    target = Target(
        labels=tuple(labels),
        name=name or Path(path_or_id).name,
        device=torch.device(device),
        dtype=DTYPES[dtype],
    )
    if folder.class_name in CONDITIONED:
        if prompts is not None:
            raise InputError(
                f"{folder.path}: {folder.class_name} is conditioned on classes; expected no "
                f"prompts, found {len(prompts)}."
            )
        return CONDITIONED[folder.class_name](folder, target)
    if folder.class_name not in PROMPTED:
        raise InputError(
            f"{folder.path}: expected a pipeline of class {', '.join(PIPELINES)}; found "
            f"{folder.class_name!r} in model_index.json."
        )
    if prompts is None:
        prompts = [PROMPT_TEMPLATE.format(label) for label in labels]
    if isinstance(prompts, str) or len(prompts) != len(labels):
        found = "one string" if isinstance(prompts, str) else str(len(prompts))
        raise InputError(f"prompts: expected one a label, {len(labels)}; found {found}.")
    return PROMPTED[folder.class_name](folder, target, list(prompts))
