"""SigLIP as a zero-shot classifier, against SiglipModel's own logits."""

import numpy as np
import pytest
import torch
from tiny import images

from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.prompts import clip_templates
from gcbook.classifiers.protocol import Draw
from gcbook.paper.categories import CATEGORIES

TEMPLATE = "A PHOTO of a {}."


@pytest.fixture(scope="module", params=[False, True], ids=["siglip", "siglip2"])
def folder(request, tmp_path_factory):
    return images.siglip(tmp_path_factory.mktemp("models") / "tiny", gemma=request.param)


@pytest.fixture(scope="module")
def batch():
    return list(np.random.default_rng(0).random((3, 32, 32, 3), dtype=np.float32))


def nll(classifier, batch):
    x = classifier.prepare(batch)
    return classifier.measure(x, [Draw(0)] * len(batch), None, "none")["nll"]


def own_logits(folder, batch, prompts):
    """Of the model, prompts padded as in training: at the end, to 64, with no mask."""
    from transformers import AutoTokenizer, SiglipImageProcessor, SiglipModel

    tokenizer = AutoTokenizer.from_pretrained(folder)
    rows = []
    for prompt in prompts:
        ids = tokenizer(prompt.lower())["input_ids"]
        rows.append(ids + [tokenizer.pad_token_id] * (64 - len(ids)))
    eight_bit = [np.rint(image * 255).astype(np.uint8) for image in batch]
    pixels = SiglipImageProcessor.from_pretrained(folder)(eight_bit, return_tensors="pt")
    model = SiglipModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        return model(
            pixel_values=pixels["pixel_values"], input_ids=torch.tensor(rows)
        ).logits_per_image


def test_each_class_is_judged_by_the_models_own_sigmoid(folder, batch):
    prompts = [TEMPLATE.replace("{}", label) for label in CATEGORIES]
    logits = own_logits(folder, batch, prompts)
    found = nll(load_classifier(folder, template=TEMPLATE), batch)
    assert torch.allclose(found, -logits.sigmoid().log(), atol=1e-4)
    assert torch.equal(found.argmin(1), logits.argmax(1))
    assert found.std(1).min() > 0.05
    # No softmax: the probabilities are those of as many questions.
    assert not torch.allclose((-found).exp().sum(1), torch.ones(3), atol=0.01)


def test_a_class_does_not_depend_on_the_others(folder, batch):
    all_of_them = nll(load_classifier(folder, template="{}"), batch)
    few = nll(load_classifier(folder, template="{}", labels=CATEGORIES[3:5]), batch)
    assert torch.allclose(few, all_of_them[:, 3:5], atol=1e-5)


def test_templates_are_clips(folder, batch):
    classifier = load_classifier(folder)
    assert classifier.describe()["prompts"] == list(clip_templates())
    assert classifier.describe()["kind"] == "discriminative"
    single = nll(load_classifier(folder, template=TEMPLATE), batch)
    assert not torch.allclose(nll(classifier, batch), single, atol=1e-3)
