r"""SigLIP (Zhai et al., 2023) and SigLIP 2 (Tschannen et al., 2025) as zero-shot classifiers.

.. math::
    \mathrm{nll}(x, y) = -\log \sigma\bigl( s \, \langle u(x), v_y \rangle + b \bigr)

A sigmoid in place of CLIP's softmax: each class is judged by itself, and the decision is the class
of the largest logit. Prompts are lower-cased and padded to the full length without a mask, as in
training; templates are CLIP's (`gcbook.classifiers.clip`). SigLIP 2 with images of any aspect
(NaFlex, ``Siglip2Model``) is another format.
"""

from collections.abc import Sequence

import torch
from torch.nn.functional import logsigmoid

from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.clip import zero_shot
from gcbook.classifiers.discriminative import DiscriminativeClassifier
from gcbook.classifiers.preprocess import ProcessorPreprocess
from gcbook.classifiers.pretrained import read_pretrained


def load_siglip(checkpoint: Checkpoint, ensemble: bool | None = None) -> DiscriminativeClassifier:
    """Make a classifier of a folder in transformers' format (``SiglipModel``).

    Args:
        checkpoint: the folder, with tokenizer and preprocessor_config.json.
        ensemble: average CLIP's 80 prompts; by default where the user gave none.

    Raises:
        InputError: the folder is not complete.
    """
    from transformers import AutoTokenizer, SiglipModel

    tokenizer = read_pretrained(AutoTokenizer, checkpoint.path)
    preprocess = ProcessorPreprocess(checkpoint.path)
    model = checkpoint.whole(SiglipModel)
    scale, bias = model.logit_scale.detach().float().exp(), model.logit_bias.detach().float()

    def text_vectors(prompts: Sequence[str]) -> torch.Tensor:
        tokens = tokenizer(
            [prompt.lower() for prompt in prompts],
            padding="max_length",
            # Gemma's tokenizer, which SigLIP 2 has, would pad on the left; the last is pooled.
            padding_side="right",
            truncation=True,
            max_length=model.config.text_config.max_position_embeddings,
            return_tensors="pt",
        )
        return model.get_text_features(tokens["input_ids"].to(model.device)).pooler_output

    return zero_shot(
        checkpoint,
        preprocess,
        text_vectors,
        lambda x: model.get_image_features(pixel_values=x).pooler_output,
        lambda cosines: logsigmoid(scale * cosines + bias),
        ensemble,
    )
