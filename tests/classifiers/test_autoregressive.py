import json
import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import tokens as tiny
from transformers import LogitsProcessor, LogitsProcessorList

from gcbook.classifiers.autoregressive import AutoregressiveClassifier, nearest_codes
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.preprocess import ImageFit
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule

# The classes are prompts, taken as they are.
PROMPTS = ("a bad photo of a airplane.", "a bear", "a very very large bad photo of a dog.")
BUILDERS: dict[str, Callable] = {"t5_vq": tiny.t5_vq, "janus": tiny.janus}
CODES = 3
SEQUENCES = torch.tensor(list(product(range(CODES), repeat=4)))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Models of three codes over images of 2 × 2 tokens: 81 images in all."""
    root = tmp_path_factory.mktemp("models")
    return {kind: build(root / kind, codes=CODES) for kind, build in BUILDERS.items()}


@pytest.fixture(params=BUILDERS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def load(folder: Path, kind: str, **options: object) -> AutoregressiveClassifier:
    return load_classifier(folder, **{"template": "{}", "labels": PROMPTS, **options})


@pytest.fixture
def classifier(folders: dict[str, Path], kind: str) -> AutoregressiveClassifier:
    return load(folders[kind], kind)


def nll(classifier: AutoregressiveClassifier, tokens: torch.Tensor, labels: object) -> torch.Tensor:
    labels = torch.as_tensor(labels).expand(len(tokens))
    draw = classifier.draw("x", 0, DrawRule(), tokens[0])
    return classifier.measure(tokens, [draw] * len(tokens), labels, "none")["nll"]


def images(count: int = 6) -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    return [generator.random((20, 24 + n, 3), dtype=np.float32) for n in range(count)]


@pytest.mark.parametrize("label", range(3))
def test_the_likelihoods_of_all_images_sum_to_one(
    classifier: AutoregressiveClassifier, label: int
) -> None:
    values = nll(classifier, SEQUENCES, label)
    assert torch.logsumexp(-values, 0).item() == pytest.approx(0, abs=1e-5)
    assert values.std() > 0.5, "an indifferent model would prove nothing"


class Forced(LogitsProcessor):
    """Makes a sampler write given tokens, and sums the log-probabilities that it had for them."""

    def __init__(self, wanted: list[int]) -> None:
        self.wanted = wanted
        self.step = 0
        self.log_prob = 0.0

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        token = self.wanted[self.step]
        self.step += 1
        # Janus asks for the unconditional prediction too, in the second half of the batch.
        self.log_prob += scores[0].log_softmax(-1)[token].item()
        forced = torch.full_like(scores, -1e4)
        forced[:, token] = 0
        return forced


def sample_t5_vq(folder: Path, prompt: str, tokens: list[int]) -> float:
    from transformers import AutoTokenizer, T5ForConditionalGeneration

    index = json.loads((folder / "model_index.json").read_text())
    codes = [index["image_token_offset"] + code for code in range(CODES)]
    tokenizer = AutoTokenizer.from_pretrained(folder / "tokenizer")
    forced = Forced([codes[token] for token in tokens])
    T5ForConditionalGeneration.from_pretrained(folder / "transformer").generate(
        **tokenizer([prompt], return_tensors="pt").to("cpu"),
        prefix_allowed_tokens_fn=lambda batch, ids: codes,
        logits_processor=LogitsProcessorList([forced]),
        max_new_tokens=len(tokens),
        do_sample=False,
    )
    assert forced.step == len(tokens)
    return forced.log_prob


def sample_janus(folder: Path, prompt: str, tokens: list[int]) -> float:
    from transformers import JanusForConditionalGeneration, JanusProcessor

    processor = JanusProcessor.from_pretrained(folder)
    model = JanusForConditionalGeneration.from_pretrained(folder)
    model.generation_config.generation_kwargs = {
        "boi_token_id": processor.tokenizer.convert_tokens_to_ids("<begin_of_image>")
    }
    turn = {"role": "user", "content": [{"type": "text", "text": prompt}]}
    text = processor.apply_chat_template([turn], add_generation_prompt=True)
    forced = Forced(tokens)
    model.generate(
        **processor(text=[text], generation_mode="image", return_tensors="pt"),
        generation_mode="image",
        guidance_scale=2.0,
        logits_processor=LogitsProcessorList([forced]),
        do_sample=False,
    )
    assert forced.step == len(tokens)
    return forced.log_prob


@pytest.mark.parametrize("label", range(3))
def test_likelihood_is_that_of_the_models_own_sampler(
    folders: dict[str, Path], classifier: AutoregressiveClassifier, kind: str, label: int
) -> None:
    sample = {"t5_vq": sample_t5_vq, "janus": sample_janus}[kind]
    for tokens in ([0, 1, 2, 0], [2, 2, 0, 1]):
        expected = sample(folders[kind], PROMPTS[label], tokens)
        found = nll(classifier, torch.tensor([tokens]), label)
        assert -found.item() == pytest.approx(expected, abs=1e-4)


def test_chunks_of_logits_change_nothing(
    classifier: AutoregressiveClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = nll(classifier, SEQUENCES[:5], 1)
    monkeypatch.setattr("gcbook.classifiers.autoregressive.LOGITS_AT_ONCE", 1)
    torch.testing.assert_close(nll(classifier, SEQUENCES[:5], 1), whole, atol=1e-5, rtol=0)


def test_tokens_are_those_of_the_models_own_tokenizer(
    folders: dict[str, Path], classifier: AutoregressiveClassifier, kind: str
) -> None:
    from diffusers import VQModel
    from transformers import JanusForConditionalGeneration

    found = classifier.prepare(images())
    assert found.dtype == torch.int64
    assert found.shape == (6, 4)
    assert len(found.unique(dim=0)) >= 3

    pixels = ImageFit(4).fit(images())
    with torch.no_grad():
        if kind == "t5_vq":
            vqvae = VQModel.from_pretrained(folders[kind] / "vqvae")
            expected = vqvae.quantize(vqvae.encode(pixels).latents)[2][2]
        else:
            model = JanusForConditionalGeneration.from_pretrained(folders[kind]).model
            expected = model.vqmodel.encode(2 * pixels - 1).image_tokens
    torch.testing.assert_close(found, expected.reshape(6, 4))


def test_janus_takes_the_nearest_code_by_angle(folders: dict[str, Path]) -> None:
    from transformers import JanusForConditionalGeneration

    model = JanusForConditionalGeneration.from_pretrained(folders["janus"]).model.vqmodel
    pixels = 2 * torch.rand(20, 3, 4, 4, generator=torch.Generator().manual_seed(0)) - 1
    with torch.no_grad():
        before = nearest_codes(model, pixels)
        model.quantize.embedding.weight.mul_(torch.tensor([[1.0], [30.0], [0.01]]))
        assert torch.equal(nearest_codes(model, pixels), before)
        assert not torch.equal(model.encode(pixels).image_tokens.reshape(20, 4), before)


def test_t5_heads_are_scaled_or_not(folders: dict[str, Path], tmp_path: Path) -> None:
    # T5 v1.1 is told by a configuration that says its embeddings are not tied.
    shutil.copytree(folders["t5_vq"], tmp_path / "v1.1")
    path = tmp_path / "v1.1" / "transformer" / "config.json"
    config = json.loads(path.read_text())
    config.pop("scale_decoder_outputs", None)
    path.write_text(json.dumps(config | {"tie_word_embeddings": False}))
    tokens = [0, 1, 2, 0]
    expected = sample_t5_vq(tmp_path / "v1.1", PROMPTS[0], tokens)
    assert abs(expected - sample_t5_vq(folders["t5_vq"], PROMPTS[0], tokens)) > 0.1
    found = nll(load(tmp_path / "v1.1", "t5_vq"), torch.tensor([tokens]), 0)
    assert -found.item() == pytest.approx(expected, abs=1e-4)


def test_sums_are_not_rounded_to_float32() -> None:
    classifier = AutoregressiveClassifier(
        lambda images: torch.zeros(1, 8100, dtype=torch.int64),
        lambda tokens, label: torch.full(tokens.shape, -10.1),
    )
    exact = 8100 * float(np.float32(10.1))
    assert nll(classifier, classifier.prepare(images(1)), 0).item() == pytest.approx(
        exact, abs=1e-6
    )


def without_template(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()


def edit_index(**entries: object) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        index = folder / "model_index.json"
        index.write_text(json.dumps(json.loads(index.read_text()) | entries))

    return edit


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("janus", without_template, "chat template"),
        ("t5_vq", edit_index(resolution=None), "resolution and image_token_offset"),
        ("t5_vq", edit_index(image_token_offset=1000), "at least 1003 ids"),
    ],
    ids=["template", "resolution", "offset"],
)
def test_what_does_not_fit_together_is_refused(
    folders: dict[str, Path], tmp_path: Path, kind: str, change: Callable, says: str
) -> None:
    copy = Path(shutil.copytree(folders[kind], tmp_path / "copy"))
    change(copy)
    with pytest.raises(InputError, match=says):
        load(copy, kind)
