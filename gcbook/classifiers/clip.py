r"""CLIP as a zero-shot classifier (Radford et al., 2021).

.. math::
    \mathrm{nll}(x, y) = -\log \operatorname{softmax}_y \bigl( s \, \langle u(x), v_y \rangle \bigr)

:math:`u` is the image's embedding, :math:`v_y` the prompt's, both of length one, and :math:`s` the
scale that CLIP learned. With many prompts a class, :math:`v_y` is the mean of their embeddings,
brought to length one again: the 80-prompt ensemble of the paper's baseline.
"""

from collections.abc import Callable, Sequence

import torch
from torch.nn.functional import normalize

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.discriminative import DiscriminativeClassifier
from gcbook.classifiers.preprocess import Preprocess, ProcessorPreprocess
from gcbook.classifiers.pretrained import read_pretrained
from gcbook.classifiers.prompts import clip_templates, make_prompts

PROMPTS_AT_ONCE = 64


def load_clip(checkpoint: Checkpoint, ensemble: bool | None = None) -> DiscriminativeClassifier:
    """Make a classifier of a folder in transformers' format (``CLIPModel``).

    Args:
        checkpoint: the folder, with tokenizer and preprocessor_config.json.
        ensemble: average CLIP's 80 prompts; by default where the user gave none.

    Raises:
        InputError: the folder is not complete.
    """
    from transformers import AutoTokenizer, CLIPModel

    tokenizer = read_pretrained(AutoTokenizer, checkpoint.path)
    preprocess = ProcessorPreprocess(checkpoint.path)
    model = checkpoint.whole(CLIPModel)
    scale = model.logit_scale.detach().float().exp()

    def text_vectors(prompts: Sequence[str]) -> torch.Tensor:
        tokens = tokenizer(
            prompts,
            padding=True,
            truncation=True,
            max_length=model.config.text_config.max_position_embeddings,
            return_tensors="pt",
        ).to(model.device)
        return model.get_text_features(
            input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
        ).pooler_output

    return zero_shot(
        checkpoint,
        preprocess,
        text_vectors,
        lambda x: model.get_image_features(pixel_values=x).pooler_output,
        lambda cosines: (scale * cosines).log_softmax(1),
        ensemble,
    )


def zero_shot(
    checkpoint: Checkpoint,
    preprocess: Preprocess,
    text_vectors: Callable[[Sequence[str]], torch.Tensor],
    image_vectors: Callable[[torch.Tensor], torch.Tensor],
    log_probs: Callable[[torch.Tensor], torch.Tensor],
    ensemble: bool | None,
    **details: object,
) -> DiscriminativeClassifier:
    """Make a classifier of two encoders into one space.

    Args:
        checkpoint: what they were read from.
        preprocess: what the encoder of images is shown.
        text_vectors: maps prompts to (prompts, D).
        image_vectors: maps prepared images of the checkpoint's dtype to (N, D).
        log_probs: maps cosines (N, classes) to logarithms of probabilities.
        ensemble: average CLIP's 80 prompts; by default where the user gave none.
        details: for the description.
    """
    labels, prompts = checkpoint.labels, checkpoint.prompts
    shown: Sequence[str] = prompts
    if ensemble is None:
        ensemble = checkpoint.template is None
    if ensemble:
        shown = clip_templates()
        prompts = [make_prompts([label], one)[0] for label in labels for one in shown]
    text = _class_vectors(text_vectors, prompts, len(labels))

    def of_images(x: torch.Tensor) -> torch.Tensor:
        return log_probs(unit(image_vectors(x.to(checkpoint.dtype))) @ text.T)

    return DiscriminativeClassifier(
        of_images,
        preprocess,
        device=checkpoint.device,
        **checkpoint.named(prompts=list(shown), **details),
    )


def unit(vectors: torch.Tensor) -> torch.Tensor:
    """Bring vectors (N, D) to length one, in float32."""
    return normalize(vectors.float(), dim=-1)


@torch.inference_mode()
def _class_vectors(
    text_vectors: Callable[[Sequence[str]], torch.Tensor], prompts: list[str], classes: int
) -> torch.Tensor:
    starts = range(0, len(prompts), PROMPTS_AT_ONCE)
    parts = [unit(text_vectors(prompts[start : start + PROMPTS_AT_ONCE])) for start in starts]
    return unit(torch.cat(parts).reshape(classes, len(prompts) // classes, -1).mean(1))
