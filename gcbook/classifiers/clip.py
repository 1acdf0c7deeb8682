r"""CLIP as a zero-shot classifier (Radford et al., 2021).

.. math::
    \mathrm{nll}(x, y) = -\log \operatorname{softmax}_y \bigl( s \, \langle u(x), v_y \rangle \bigr)

:math:`u` is the image's embedding, :math:`v_y` the prompt's, both of length one, and :math:`s` the
scale that CLIP learned. With many prompts a class, :math:`v_y` is the mean of their embeddings,
brought to length one again: the 80-prompt ensemble of the paper's baseline.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from gcbook.classifiers.discriminative import DiscriminativeClassifier, read_config
from gcbook.classifiers.loading import load_weights
from gcbook.classifiers.preprocess import ProcessorPreprocess
from gcbook.classifiers.prompts import clip_templates, make_prompts
from gcbook.classifiers.tokens import torch_dtype
from gcbook.classifiers.weights import hash_weights, locate_model
from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES

__all__ = ["load_clip"]

PROMPTS_AT_ONCE = 64


def load_clip(
    path_or_id: str | Path,
    *,
    labels: Sequence[str] = CATEGORIES,
    templates: Sequence[str] | None = None,
    name: str = "",
    device: str = "cpu",
    dtype: str = "float32",
) -> DiscriminativeClassifier:
    """Make a classifier from CLIP.

    Args:
        path_or_id: a folder in transformers' format (``CLIPModel``) with tokenizer and
            preprocessor_config.json, or a Hub id.
        labels: names of the classes.
        templates: prompts with ``{}`` for the class; several are averaged. By default CLIP's 80.
        name: the observer's name; by default the last part of ``path_or_id``.
        device: where the network runs.
        dtype: of the network: float32, float16 or bfloat16; the softmax is float32 always.

    Raises:
        InputError: the folder holds another model or is not complete.
    """
    precision = torch_dtype(dtype)
    templates = clip_templates() if templates is None else tuple(templates)
    prompts = [make_prompts([label], one)[0] for label in labels for one in templates]
    folder = locate_model(path_or_id)
    architecture = (read_config(folder).get("architectures") or ["none"])[0]
    if architecture != "CLIPModel":
        raise InputError(f"{folder}: expected a CLIPModel, found {architecture}.")
    from transformers import AutoTokenizer, CLIPModel

    tokenizer = AutoTokenizer.from_pretrained(folder)
    preprocess = ProcessorPreprocess(folder)
    model = load_weights(CLIPModel, folder, precision).to(device)
    text = _class_vectors(model, tokenizer, prompts, len(labels))
    scale = model.logit_scale.detach().float().exp()

    def log_probs(x: torch.Tensor) -> torch.Tensor:
        image = _unit(model.get_image_features(pixel_values=x.to(precision)).pooler_output)
        return (scale * image @ text.T).log_softmax(1)

    return DiscriminativeClassifier(
        log_probs,
        preprocess,
        labels=labels,
        name=name or Path(path_or_id).name,
        device=device,
        details={
            "weights": hash_weights(folder),
            "prompts": list(templates) if len(templates) > 1 else prompts,
            "dtype": dtype,
            "format": architecture,
        },
    )


@torch.inference_mode()
def _class_vectors(model: Any, tokenizer: Any, prompts: list[str], classes: int) -> torch.Tensor:
    parts = []
    for start in range(0, len(prompts), PROMPTS_AT_ONCE):
        tokens = tokenizer(
            prompts[start : start + PROMPTS_AT_ONCE],
            padding=True,
            truncation=True,
            max_length=model.config.text_config.max_position_embeddings,
            return_tensors="pt",
        ).to(model.device)
        features = model.get_text_features(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        )
        parts.append(_unit(features.pooler_output))
    return _unit(torch.cat(parts).reshape(classes, len(prompts) // classes, -1).mean(1))


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    vectors = vectors.float()
    return vectors / vectors.norm(dim=-1, keepdim=True)
