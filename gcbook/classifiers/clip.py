r"""CLIP (Radford et al., 2021) and SigLIP (Zhai et al., 2023) as zero-shot classifiers.

.. math::
    \mathrm{nll}_\text{CLIP}(x, y) = -\log \operatorname{softmax}_y \bigl( s \, \langle u(x), v_y
    \rangle \bigr), \qquad
    \mathrm{nll}_\text{SigLIP}(x, y) = -\log \sigma\bigl( s \, \langle u(x), v_y \rangle + b \bigr)

:math:`u` is the image's embedding, :math:`v_y` the prompt's, both of length one, and :math:`s` and
:math:`b` the scale and offset that the model learned. With many prompts a class, :math:`v_y` is the
mean of their embeddings, brought to length one again: the 80-prompt ensemble of the paper's
baseline.

SigLIP, and SigLIP 2 (Tschannen et al., 2025), judge each class by itself, and the decision is the
class of the largest logit. Their prompts are lower-cased and padded to the full length without a
mask, as in training. SigLIP 2 with images of any aspect (NaFlex, ``Siglip2Model``) is another
format.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import logsigmoid, normalize

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.discriminative import DiscriminativeClassifier
from gcbook.classifiers.preprocess import ProcessorPreprocess
from gcbook.classifiers.pretrained import read_pretrained
from gcbook.classifiers.prompts import clip_templates, make_prompts

PROMPTS_AT_ONCE = 64


def load_clip(checkpoint: Checkpoint, ensemble: bool | None = None) -> DiscriminativeClassifier:
    """Make a classifier of a folder in transformers' format (``CLIPModel``, ``SiglipModel``).

    Args:
        checkpoint: the folder, with tokenizer and preprocessor_config.json.
        ensemble: average CLIP's 80 prompts; by default where the user gave none.
    """
    import transformers

    sigmoid = checkpoint.format == "SiglipModel"
    tokenizer = read_pretrained(transformers.AutoTokenizer, checkpoint.path)
    preprocess = ProcessorPreprocess(checkpoint.path)
    model = checkpoint.whole(getattr(transformers, checkpoint.format))
    scale = model.logit_scale.detach().float().exp()
    bias = model.logit_bias.detach().float() if sigmoid else None
    # Gemma's tokenizer, which SigLIP 2 has, would pad on the left; the last is pooled.
    padding = {"padding": "max_length", "padding_side": "right"} if sigmoid else {"padding": True}

    def text_vectors(prompts: Sequence[str]) -> torch.Tensor:
        tokens = tokenizer(
            [prompt.lower() for prompt in prompts] if sigmoid else prompts,
            **padding,
            truncation=True,
            max_length=model.config.text_config.max_position_embeddings,
            return_tensors="pt",
        ).to(model.device)
        mask = {} if sigmoid else {"attention_mask": tokens["attention_mask"]}
        found: Any = model.get_text_features(input_ids=tokens["input_ids"], **mask)
        return _unit(found.pooler_output)

    labels, prompts = checkpoint.labels, checkpoint.prompts
    shown: Sequence[str] = prompts
    if checkpoint.template is None if ensemble is None else ensemble:
        shown = clip_templates()
        prompts = [make_prompts([label], one)[0] for label in labels for one in shown]
    with torch.inference_mode():
        starts = range(0, len(prompts), PROMPTS_AT_ONCE)
        parts = [text_vectors(prompts[start : start + PROMPTS_AT_ONCE]) for start in starts]
        text = torch.cat(parts).reshape(len(labels), len(prompts) // len(labels), -1)
        text = _unit(text.mean(1))

    def log_probs(x: torch.Tensor) -> torch.Tensor:
        image = model.get_image_features(pixel_values=x.to(checkpoint.dtype)).pooler_output
        logits = scale * (_unit(image) @ text.T)
        return logits.log_softmax(1) if bias is None else logsigmoid(logits + bias)

    return DiscriminativeClassifier(
        log_probs, preprocess, device=checkpoint.device, **checkpoint.named(prompts=list(shown))
    )


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    """Bring vectors (N, D) to length one, in float32."""
    return normalize(vectors.float(), dim=-1)
