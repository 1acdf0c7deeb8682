r"""CLIP as a zero-shot classifier (Radford et al., 2021).

.. math::
    \mathrm{nll}(x, y) = -\log \operatorname{softmax}_y \bigl( s \, \langle u(x), v_y \rangle \bigr)

:math:`u` is the image's embedding, :math:`v_y` the prompt's, both of length one, and :math:`s` the
scale that CLIP learned. With many prompts a class, :math:`v_y` is the mean of their embeddings,
brought to length one again: the 80-prompt ensemble of the paper's baseline.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import normalize

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.discriminative import DiscriminativeClassifier
from gcbook.classifiers.preprocess import ProcessorPreprocess
from gcbook.classifiers.pretrained import read_pretrained
from gcbook.classifiers.prompts import clip_templates, make_prompts
from gcbook.classifiers.registry import adapter

PROMPTS_AT_ONCE = 64


@adapter("CLIPModel", kind="clip", title="CLIP, zero-shot", options=("template", "ensemble"))
def load_clip(checkpoint: Checkpoint, ensemble: bool | None = None) -> DiscriminativeClassifier:
    """Make a classifier of a folder in transformers' format (``CLIPModel``).

    Args:
        checkpoint: the folder, with tokenizer and preprocessor_config.json.
        ensemble: average CLIP's 80 prompts; by default where the user gave none.

    Raises:
        InputError: the folder is not complete.
    """
    from transformers import AutoTokenizer, CLIPModel

    labels, prompts = checkpoint.labels, checkpoint.prompts
    shown: Sequence[str] = prompts
    if ensemble is None:
        ensemble = checkpoint.template is None
    if ensemble:
        shown = clip_templates()
        prompts = [make_prompts([label], one)[0] for label in labels for one in shown]
    tokenizer = read_pretrained(AutoTokenizer, checkpoint.path)
    preprocess = ProcessorPreprocess(checkpoint.path)
    model = checkpoint.whole(CLIPModel)
    text = _class_vectors(model, tokenizer, prompts, len(labels))
    scale = model.logit_scale.detach().float().exp()

    def log_probs(x: torch.Tensor) -> torch.Tensor:
        features = model.get_image_features(pixel_values=x.to(checkpoint.dtype))
        return (scale * normalize(features.pooler_output.float(), dim=-1) @ text.T).log_softmax(1)

    return DiscriminativeClassifier(
        log_probs,
        preprocess,
        device=checkpoint.device,
        **checkpoint.named(prompts=list(shown)),
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
        parts.append(normalize(features.pooler_output.float(), dim=-1))
    means = torch.cat(parts).reshape(classes, len(prompts) // classes, -1).mean(1)
    return normalize(means, dim=-1)
