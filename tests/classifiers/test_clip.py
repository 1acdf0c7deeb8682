"""CLIP and SigLIP as zero-shot classifiers, against their models' own logits and by hand."""

import numpy as np
import pytest
import torch
from tiny import images

from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.prompts import clip_templates, make_prompts
from gcbook.classifiers.protocol import Draw
from gcbook.paper.categories import CATEGORIES, PROMPT_TEMPLATE


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return images.clip(tmp_path_factory.mktemp("models") / "tiny-clip")


@pytest.fixture(scope="module")
def batch():
    return list(np.random.default_rng(0).random((3, 224, 224, 3), dtype=np.float32))


def nll(classifier, batch):
    x = classifier.prepare(batch)
    return classifier.measure(x, [Draw(0)] * len(batch), None, "none")["nll"]


def reference(folder, batch):
    """CLIPModel, its tokenizer, and the images as its own processor makes them."""
    from transformers import AutoTokenizer, CLIPImageProcessor, CLIPModel

    processor = CLIPImageProcessor.from_pretrained(folder)
    eight_bit = [np.rint(image * 255).astype(np.uint8) for image in batch]
    pixels = processor(eight_bit, return_tensors="pt")["pixel_values"]
    model = CLIPModel.from_pretrained(folder).eval()
    return model, AutoTokenizer.from_pretrained(folder), pixels


def test_one_prompt_equals_the_models_own_logits(folder, batch):
    model, tokenizer, pixels = reference(folder, batch)
    text = tokenizer(make_prompts(CATEGORIES), padding=True, return_tensors="pt")
    with torch.inference_mode():
        logits = model(
            pixel_values=pixels,
            input_ids=text["input_ids"],
            attention_mask=text["attention_mask"],
        ).logits_per_image
    found = nll(load_classifier(folder, ensemble=False), batch)
    assert torch.allclose(found, -logits.log_softmax(1), atol=1e-4)
    # The tiny model's prompts are far enough apart for an error to show.
    assert found.std(1).min() > 0.5


def test_the_ensemble_is_the_mean_of_unit_vectors_made_a_unit_vector(folder, batch):
    few = CATEGORIES[:3]
    model, tokenizer, pixels = reference(folder, batch)
    with torch.inference_mode():
        image = model.get_image_features(pixel_values=pixels).pooler_output.double()
        image /= image.norm(dim=1, keepdim=True)
        classes = []
        for label in few:
            vectors = []
            for template in clip_templates():
                tokens = tokenizer(template.replace("{}", label), return_tensors="pt")
                vector = model.get_text_features(input_ids=tokens["input_ids"]).pooler_output[0]
                vectors.append(vector.double() / vector.double().norm())
            mean = torch.stack(vectors).mean(0)
            classes.append(mean / mean.norm())
        logits = model.logit_scale.exp().double() * image @ torch.stack(classes).T
    classifier = load_classifier(folder, labels=few)
    assert torch.allclose(nll(classifier, batch).double(), -logits.log_softmax(1), atol=1e-4)
    assert classifier.describe()["prompts"] == list(clip_templates())
    single = nll(load_classifier(folder, labels=few, template=PROMPT_TEMPLATE), batch)
    assert not torch.allclose(nll(classifier, batch), single, atol=0.1)


TEMPLATE = "A PHOTO of a {}."


@pytest.fixture(scope="module", params=[False, True], ids=["siglip", "siglip2"])
def siglip(request, tmp_path_factory):
    return images.siglip(tmp_path_factory.mktemp("models") / "tiny", gemma=request.param)


@pytest.fixture(scope="module")
def small(batch):
    return [image[:32, :32] for image in batch]


def own_logits(siglip, small, prompts):
    """Of the model, prompts padded as in training: at the end, to 64, with no mask."""
    from transformers import AutoTokenizer, SiglipImageProcessor, SiglipModel

    tokenizer = AutoTokenizer.from_pretrained(siglip)
    rows = []
    for prompt in prompts:
        ids = tokenizer(prompt.lower())["input_ids"]
        rows.append(ids + [tokenizer.pad_token_id] * (64 - len(ids)))
    eight_bit = [np.rint(image * 255).astype(np.uint8) for image in small]
    pixels = SiglipImageProcessor.from_pretrained(siglip)(eight_bit, return_tensors="pt")
    model = SiglipModel.from_pretrained(siglip).eval()
    with torch.inference_mode():
        return model(
            pixel_values=pixels["pixel_values"], input_ids=torch.tensor(rows)
        ).logits_per_image


def test_each_class_is_judged_by_the_models_own_sigmoid(siglip, small):
    prompts = [TEMPLATE.replace("{}", label) for label in CATEGORIES]
    logits = own_logits(siglip, small, prompts)
    found = nll(load_classifier(siglip, template=TEMPLATE), small)
    assert torch.allclose(found, -logits.sigmoid().log(), atol=1e-4)
    assert torch.equal(found.argmin(1), logits.argmax(1))
    assert found.std(1).min() > 0.05
    # No softmax: the probabilities are those of as many questions.
    assert not torch.allclose((-found).exp().sum(1), torch.ones(3), atol=0.01)
