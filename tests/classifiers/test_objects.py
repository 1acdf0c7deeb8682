"""Objects in Python as classifiers, by `wrap` and by name."""

import json
import sys

import diffusers
import numpy as np
import pytest
import torch
from tiny.gaussian import class_means, stimulus
from torch import nn

import gcbook
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.objects import load_object, wrap
from gcbook.classifiers.protocol import Draw
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule
from gcbook.noise.schedules import DiscreteSchedule
from gcbook.paper.categories import CATEGORIES, imagenet_indices
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings

GREY = np.full((8, 8, 3), 0.5, np.float32)
PROBE = np.random.default_rng(0).random((8, 8, 3)).round(1).astype(np.float32)


class Net(nn.Module):
    """As many logits as wanted, from 4 x 4 pixels."""

    def __init__(self, outputs, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.head = nn.Linear(48, outputs)

    def forward(self, x):
        return self.head(nn.functional.adaptive_avg_pool2d(x, 4).flatten(1))


def answers(classifier, image=PROBE):
    x = classifier.prepare([image])
    return classifier.measure(x, [Draw(0)], None, "none")["nll"][0]


def test_sixteen_outputs_are_the_categories():
    net = Net(16)
    classifier = wrap(net, preprocess=8)
    assert classifier.labels == CATEGORIES and classifier.name == "net"
    x = 2 * torch.from_numpy(PROBE).movedim(-1, 0)[None] - 1
    assert torch.allclose(answers(classifier), -net(x).log_softmax(1)[0], atol=1e-5)


def test_a_thousand_outputs_are_averaged_as_imagenets_are():
    net = Net(1000)
    classifier = wrap(net)
    p = net(classifier.prepare([PROBE])).softmax(1)[0]
    expected = torch.stack([p[list(group)].mean() for group in imagenet_indices().values()])
    assert torch.allclose(answers(classifier).exp(), 1 / expected, rtol=1e-4)


def test_outputs_map_to_categories():
    net = Net(5)
    classifier = wrap(net, preprocess=8, labels={2: "dog", 0: "dog", 4: "cat"})
    assert classifier.labels == ("cat", "dog")
    p = net(classifier.prepare([PROBE])).softmax(1)[0]
    expected = torch.stack([p[4], (p[0] + p[2]) / 2])
    assert torch.allclose(answers(classifier).neg().exp(), expected, rtol=1e-4)


def test_names_in_another_order_are_put_in_order():
    net, names = Net(17), ["spoon", *reversed(CATEGORIES)]
    found = answers(wrap(net, preprocess=8, labels=names))
    plain = net(wrap(net, preprocess=8, labels=names).prepare([PROBE])).log_softmax(1)[0]
    assert torch.allclose(found, -plain[1:].flip(0), atol=1e-5)
    assert wrap(Net(3), preprocess=8, labels=["x", "y", "z"]).labels == ("x", "y", "z")


def test_own_preprocessing_gets_pillow_images():
    seen = []

    def own(image):
        seen.append((image.mode, image.size))
        return torch.full((3, 4, 4), image.getpixel((0, 0))[0] / 255)

    classifier = wrap(Net(16), preprocess=own)
    x = classifier.prepare([np.full((6, 9, 3), 0.2, np.float32)])
    assert seen[-1] == ("RGB", (9, 6)) and torch.allclose(x, torch.tensor(0.2))
    assert "own" in classifier.describe()["resize"]


def test_a_module_is_evaluated_and_transformers_answers_are_read():
    class Answer:
        def __init__(self, logits):
            self.logits = logits

    class Like(nn.Module):
        def __init__(self):
            super().__init__()
            self.net, self.drop = Net(16), nn.Dropout(0.9)

        def forward(self, pixel_values=None, labels=None):
            return Answer(self.drop(self.net(pixel_values)))

    model = Like()
    classifier = wrap(model, preprocess=8)
    assert torch.equal(answers(classifier), answers(wrap(model.net, preprocess=8)))


def test_a_log_likelihood_is_a_classifier():
    means = class_means(16, 8).float()

    def gaussian(x, label):
        return -(x - means[label]).square().flatten(1).sum(1) / 2

    classifier = wrap(gaussian, preprocess=8)
    x = classifier.prepare([PROBE, GREY])
    label = torch.tensor([3, 5])
    found = classifier.measure(x, [Draw(0)] * 2, label, "none")["nll"]
    assert torch.allclose(found.float(), -gaussian(x, label))
    assert classifier.name == "gaussian" and classifier.measures == ("nll",)
    bad = wrap(lambda x, label: x, preprocess=8)
    with pytest.raises(InputError, match=r"one log-likelihood an image, of shape \(2,\)"):
        bad.measure(x, [Draw(0)] * 2, label, "none")


def denoiser(x_t, t, label):
    """Returns the noise that is left where the image is grey."""
    return x_t / torch.sin(torch.pi / 2 * t).reshape(-1, 1, 1, 1)


def test_a_denoiser_is_measured_by_its_clean_image():
    classifier = wrap(denoiser, preprocess=8, prediction="epsilon", schedule="cosine", check=False)
    x = classifier.prepare([PROBE])
    draw = classifier.draw("image", 0, DrawRule(), x[0])
    found = classifier.measure(x, [draw], torch.tensor([0]), "none")
    # The clean image is grey, whatever the noise: its error is the image itself.
    assert float(found["error_l2"]) == pytest.approx(float(x.square().mean()), rel=1e-4)
    about = classifier.describe()
    assert about["prediction"] == "epsilon" and about["schedule"] == {"name": "cosine"}
    assert classifier.default_clip == "static"


def test_steps_are_given_as_their_times():
    seen = []

    def network(x_t, t, label):
        seen.append(float(t[0]))
        return x_t

    steps = DiscreteSchedule(tuple(np.cumprod(np.linspace(0.9999, 0.98, 1000))))
    classifier = wrap(network, preprocess=8, prediction="v", schedule=steps, check=False)
    x = classifier.prepare([PROBE])
    draw = classifier.draw("image", 0, DrawRule(), x[0])
    classifier.measure(x, [draw], torch.tensor([0]), "none")
    assert seen[-1] * 1000 == pytest.approx(round(seen[-1] * 1000), abs=1e-3)


PETS = ("bear", "bird", "cat")


def errors_of_classes(classifier):
    """Squared error of every class, for one image and draw."""
    x, n = classifier.prepare([PROBE]), len(classifier.labels)
    draw = classifier.draw("image", 0, DrawRule(), x[0])
    found = classifier.measure(x.repeat_interleave(n, 0), [draw] * n, torch.arange(n), "none")
    return found["error_l2"].tolist()


@pytest.mark.parametrize("kind", ["sd-v", "sdxl", "sd3-t5", "sana", "dit"])
def test_a_pipeline_answers_as_its_folder_does(tiny_pipeline, kind):
    folder = tiny_pipeline(kind)
    pipeline = diffusers.DiffusionPipeline.from_pretrained(str(folder))
    held, loaded = wrap(pipeline, labels=PETS), load_classifier(folder, labels=PETS)
    found, expected = (errors_of_classes(each) for each in (held, loaded))
    assert found == pytest.approx(expected, rel=1e-5)
    # Classes are told apart, so that another order of them would be seen.
    assert len(set(expected)) == len(PETS)
    of_files = {"weights": "", "model": ""}
    assert held.describe() | of_files == loaded.describe() | of_files


def test_a_pipelines_networks_are_shared_but_for_their_precision(tiny_pipeline):
    kind = diffusers.StableDiffusionPipeline
    pipeline = kind.from_pretrained(str(tiny_pipeline("sd-v")), dtype=torch.bfloat16)
    found = wrap(pipeline, labels=PETS)
    # A change of a network in use is seen in the answers.
    before = errors_of_classes(found)
    with torch.no_grad():
        pipeline.unet.conv_out.bias.add_(1)
    assert errors_of_classes(found) != before
    assert pipeline.vae.dtype == torch.bfloat16


def test_a_pipelines_hash_is_of_its_weights(tiny_pipeline):
    pipeline = diffusers.DiffusionPipeline.from_pretrained(str(tiny_pipeline("sd-epsilon")))
    before, again = (wrap(pipeline, labels=PETS).describe()["weights"] for _ in range(2))
    with torch.no_grad():
        next(pipeline.text_encoder.parameters()).add_(1e-3)
    assert before == again != wrap(pipeline, labels=PETS).describe()["weights"]


def test_a_pipeline_of_classes_takes_their_ids(tiny_pipeline):
    folder = tiny_pipeline("unet")
    pipeline = diffusers.DiffusionPipeline.from_pretrained(str(folder))
    ids = json.loads((folder / "class_labels.json").read_text())
    held = wrap(pipeline, labels=ids)
    assert held.labels == tuple(ids) and held.describe()["classes"] == list(ids.values())


@pytest.mark.parametrize(
    ("model", "given", "says"),
    [
        (3, {}, "expected a network.x., a log_likelihood"),
        (lambda: None, {}, "whose arguments are none"),
        (lambda a, b, c, d: None, {}, "whose arguments are a, b, c, d"),
        (Net(16), {}, "preprocess: expected how images become"),
        (Net(16), {"preprocess": "224"}, "found '224'"),
        (Net(5), {"preprocess": 8}, "a name for each of 5 outputs.*found 16"),
        (Net(5), {"preprocess": 8, "labels": ["a"]}, "a name for each of 5 outputs"),
        (Net(5), {"preprocess": 8, "labels": {7: "dog"}}, "from 0 to 4, .*found .7"),
        (Net(16), {"preprocess": 8, "prediction": "v"}, "prediction: expected none"),
        (Net(16), {"preprocess": 8, "template": "a {}"}, "template: expected none"),
        (Net(16), {"preprocess": lambda image: 3}, "expected a tensor for a Pillow image"),
        (nn.Linear(7, 16), {"preprocess": 8}, "it raised RuntimeError: mat1"),
        (nn.Flatten(0), {"preprocess": 8}, r"logits of shape \(n, outputs\)"),
        (denoiser, {"preprocess": 8}, "prediction: expected what it returns"),
        (denoiser, {"preprocess": 8, "prediction": "epsilon"}, "schedule: expected cosine"),
        (
            denoiser,
            {"preprocess": 8, "prediction": "v", "schedule": "flow"},
            "alpha² .*found 'v' with flow",
        ),
        (
            denoiser,
            {"preprocess": 8, "prediction": "flow", "schedule": "cosine"},
            "found 'flow' with cosine",
        ),
        (
            lambda x_t, t, label: x_t.mean(1),
            {"preprocess": 8, "prediction": "flow"},
            "expected a prediction of x_t's shape",
        ),
    ],
)
def test_what_cannot_be_wrapped_is_refused(model, given, says):
    with pytest.raises(InputError, match=says):
        wrap(model, **given)


def test_a_store_is_not_continued_with_other_weights(tmp_path):
    images = [stimulus(PROBE, "cat"), stimulus(GREY, "dog", 1)]

    def run(seed):
        classifier = wrap(Net(16, seed), preprocess=8)
        return score(images, classifier, ScoringSettings(), tmp_path / "s", progress="silent")

    assert run(0).n_decisions == 2
    assert run(0).n_decisions == 0
    with pytest.raises(InputError, match="fingerprint"):
        run(1)


def test_load_classifier_points_to_wrap():
    with pytest.raises(InputError, match=r"of type Net\. gcbook\.wrap"):
        load_classifier(Net(16))
    assert gcbook.wrap is wrap and gcbook.load_classifier is load_classifier
    with pytest.raises(AttributeError, match="no attribute 'wrapped'"):
        _ = gcbook.wrapped


MY = """
import torch
from beside import SCALE
print("loading weights")
torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(192, 16))
def made():
    import gcbook
    return gcbook.wrap(net, preprocess=8, name="mine")
def placed(device):
    import gcbook
    return gcbook.wrap(net, preprocess=8, device=device)
def log_likelihood(x, label):
    return SCALE * x.flatten(1).sum(1) + label
def broken():
    raise KeyError("no such weights")
"""


@pytest.fixture
def my(tmp_path):
    (tmp_path / "my.py").write_text(MY)
    (tmp_path / "beside.py").write_text("SCALE = 2.0\n")
    yield tmp_path / "my.py"
    sys.modules.pop("beside", None)


def test_objects_are_loaded_by_name(my, capsys):
    classifier = load_classifier(f"{my}:made")
    # A command's own output, such as JSON, stays alone.
    assert capsys.readouterr() == ("", "loading weights\n")
    assert classifier.name == "mine"
    assert load_classifier(f"{my}:made", name="other").name == "other"
    assert load_classifier(f"{my}:placed", device="cpu").labels == CATEGORIES
    assert load_classifier(f"{my}:made", dtype="float32").name == "mine"
    assert str(my.parent) not in sys.path


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("net", {}, "ImageNet's images, for want of preprocess"),
        ("broken", {}, r"raised KeyError: 'no such weights' \(.*my.py, line 16\)"),
        ("nothing", {}, "define nothing, found torch, SCALE, net"),
        ("made", {"template": "a {}"}, r"template \(--prompt\): expected no such option"),
        ("made", {"labels": ["cat", "dog"]}, "labels: expected no such option"),
        ("made", {"dtype": "float16"}, "dtype: expected float32"),
    ],
)
def test_what_cannot_be_loaded_is_refused(my, name, given, says):
    with pytest.raises(InputError, match=says):
        load_classifier(f"{my}:{name}", **given)
    for absent in (f"{my.parent}/none.py:net", "no_such_package.models:net"):
        with pytest.raises(InputError, match=r"none\.py|No module named 'no_such_package'"):
            load_object(absent)
