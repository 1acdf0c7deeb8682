"""From a name, a folder or a Hub id to the adapter that knows the format."""

import json

import pytest
import torch
from tiny import images

from gcbook.classifiers import load
from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.prompts import make_prompts
from gcbook.files.errors import GcbookError, InputError
from gcbook.paper.categories import CATEGORIES

INDEX, CONFIG = "model_index.json", "config.json"


@pytest.fixture(autouse=True)
def no_models(monkeypatch):
    monkeypatch.delenv("GCBOOK_MODELS_DIR", raising=False)


@pytest.fixture
def called(monkeypatch):
    """What the adapters were called with, instead of calling them."""
    calls = []

    def record(kind):
        def adapter(checkpoint, *args, **options):
            calls.append((checkpoint, args, options))
            return kind

        return adapter

    for target in (
        "pipelines.load_pipeline",
        "amused.load_amused",
        "clip.load_clip",
        "image_networks._load_download",
    ):
        monkeypatch.setattr(f"gcbook.classifiers.{target}", record(target.split(".")[1]))
    monkeypatch.setattr(load, "_try", lambda *_: None)
    return calls


def folder(tmp_path, file, **values):
    (tmp_path / file).write_text(json.dumps(values))
    return tmp_path


def test_an_adapter_gets_what_was_asked_for(tmp_path, called):
    path = folder(tmp_path, INDEX, _class_name="StableDiffusionPipeline")
    assert load_classifier(path, dtype="bfloat16") == "load_pipeline"
    load_classifier(path, template="{}?", labels=["cat", "dog"], name="me")
    (first, _, _), (second, _, _) = called
    assert first == Checkpoint(
        tmp_path,
        "StableDiffusionPipeline",
        tmp_path.name,
        CATEGORIES,
        torch.device("cpu"),
        torch.bfloat16,
    )
    assert first.prompts == make_prompts(CATEGORIES)
    assert (second.name, second.labels, second.prompts) == (
        "me",
        ("cat", "dog"),
        ["cat?", "dog?"],
    )


def test_a_model_is_called_by_its_id_or_its_folder(tmp_path, called, monkeypatch):
    path = tmp_path / "ar" / "model"
    path.mkdir(parents=True)
    folder(path, INDEX, _class_name="StableDiffusionPipeline")
    load_classifier(path)
    monkeypatch.chdir(path)
    load_classifier(".")
    # Trained here: each run's model lies in a folder of that name.
    folder(path, "training.json")
    load_classifier(path)
    load_classifier(".")
    # The cache of the Hub calls its folders by a hash.
    monkeypatch.setattr(load, "locate_model", lambda *_, **__: path)
    load_classifier("someone/tiny-sd")
    names = [checkpoint.name for checkpoint, _, _ in called]
    assert names == ["model", "model", "ar", "ar", "tiny-sd"]


def test_a_device_that_is_too_small_is_one_error(tmp_path, monkeypatch):
    path = folder(tmp_path, INDEX, _class_name="StableDiffusionPipeline")

    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("gcbook.classifiers.pipelines.load_pipeline", fail)
    error = RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate")
    with pytest.raises(GcbookError, match=r"too little memory to load it in float32.*--dtype"):
        load_classifier(path)
    error = RuntimeError("another")
    with pytest.raises(InputError, match="of another kind"):
        load_classifier(path)


@pytest.fixture
def gpu(monkeypatch):
    """A CUDA device, as far as loading is concerned."""
    monkeypatch.setattr("gcbook.classifiers.devices.usable_device", lambda name: torch.device(name))


def test_auto_is_float32_everywhere(tmp_path, called, gpu):
    path = folder(tmp_path, INDEX, _class_name="StableDiffusionPipeline")
    for device in ("cpu", "cuda:1"):
        load_classifier(path, device=device)
        assert called[-1][0].device == torch.device(device)
        assert called[-1][0].dtype == torch.float32
    load_classifier(path, device="cuda", dtype="float16")
    assert called[-1][0].dtype == torch.float16


class Recorded(torch.nn.Conv2d):
    """A network that notes where it is sent."""

    def to(self, *args, **options):
        self.sent = [*getattr(self, "sent", []), *args, *options.values()]
        return self


def test_channels_come_last_on_gpus():
    for device, last in (("cpu", []), ("cuda", [torch.channels_last])):
        place = torch.device(device)
        ready = Checkpoint("", "", "", (), place, torch.float32).ready(Recorded(1, 1, 1))
        assert ready.sent == [place, *last]


def test_float32_is_float32_on_gpus_too(tmp_path, called):
    torch.backends.cudnn.allow_tf32 = True
    load_classifier(folder(tmp_path, INDEX, _class_name="StableDiffusionPipeline"))
    assert not torch.backends.cudnn.allow_tf32


@pytest.mark.parametrize(
    ("file", "said", "options", "says"),
    [
        (INDEX, {"_class_name": "DiTPipeline"}, {"method": "bound"}, "method is for aMUSEd"),
        (INDEX, {"_class_name": "AmusedPipeline"}, {"resolution": 64}, "is for FLUX.1"),
        (INDEX, {"_class_name": "DiTPipeline"}, {"speed": 3}, "speed is for no format"),
        (CONFIG, {"torchvision": "alexnet"}, {"template": "a {}"}, "takes the options noise"),
        (
            CONFIG,
            {"architectures": ["CLIPModel"]},
            {"template": "a {}", "ensemble": True},
            "give one of the two",
        ),
    ],
)
def test_options_of_another_kind_are_refused(tmp_path, called, file, said, options, says):
    with pytest.raises(InputError, match=says):
        load_classifier(folder(tmp_path, file, **said), **options)
    assert not called


def test_options_are_refused_before_anything_is_fetched(monkeypatch):
    def fetched(*args):
        raise AssertionError("asked the Hub")

    monkeypatch.setattr("gcbook.classifiers.load.locate_model", fetched)
    with pytest.raises(InputError, match="ensemble is for CLIP"):
        load_classifier("sd-1.4", ensemble=True)


def test_names_of_the_zoo_lead_to_their_source(tmp_path, monkeypatch, called):
    asked = []

    def located(path, revision=None, **_):
        asked.append((path, revision))
        return folder(tmp_path, INDEX, _class_name="DiTPipeline")

    monkeypatch.setattr("gcbook.classifiers.load.locate_model", located)
    load_classifier("dit-xl-2-256")
    assert asked == [("facebook/DiT-XL-2-256", "refs/pr/1")]
    assert called[0][0].name == "dit-xl-2-256"
    load_classifier("resnet50")
    checkpoint, weights, _ = called[1]
    assert (checkpoint.path.name, weights) == (
        "resnet50-0676ba61.pth",
        ("resnet50", "IMAGENET1K_V1"),
    )
    assert checkpoint.format == "torchvision resnet50 IMAGENET1K_V1"
    load_classifier("someone/else")
    assert asked[1:] == [("someone/else", None)]


def test_a_typo_is_answered_with_near_names():
    with pytest.raises(InputError, match=r"Did you mean resnet50 or resnet"):
        load_classifier("resnet5O")
    with pytest.raises(InputError, match="expected a name that gcbook models lists"):
        load_classifier("no/such/folder")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"device": "cuda:99"}, "that torch has here; found 'cuda:99'"),
        ({"device": "nowhere"}, "that torch has here; found 'nowhere'"),
        ({"dtype": "float8"}, "auto, float32, float16, bfloat16; found 'float8'"),
    ],
)
def test_what_is_not_there_is_refused(tmp_path, options, says):
    with pytest.raises(InputError, match=says):
        load_classifier(images.cnn16(tmp_path), **options)
