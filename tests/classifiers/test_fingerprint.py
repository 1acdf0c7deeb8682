"""Fingerprints: another model has another, the same model the same in every process."""

import subprocess
import sys
import threading
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import nn

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.fingerprint import fingerprint
from gcbook.files.errors import InputError
from gcbook.noise.schedules import CosineSchedule


class Net(nn.Module):
    """A network with a parameter, a buffer that is not saved, and a number."""

    def __init__(self, seed=0, scale=1.0):
        super().__init__()
        torch.manual_seed(seed)
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.register_buffer("mean", torch.zeros(3), persistent=False)
        self.scale = scale

    def forward(self, x_t, t, label):
        return self.scale * self.conv(x_t) + self.mean[:, None, None]


class Holder:
    def __init__(self, net):
        self.net = net

    def __call__(self, x_t, t, label):
        return self.net(x_t, t, label)


def nested(net):
    def denoise(x_t, t, label):
        return sum(net(x_t, t, label) for _ in range(2))

    return denoise


def default(net):
    def denoise(x_t, t, label, net=net):
        return net(x_t, t, label)

    return denoise


NET = None


def of_globals(net):
    """A function as a notebook has it: the network is a global."""
    global NET
    NET = net
    return lambda x_t, t, label: NET(x_t, t, label)


def of(denoise):
    return fingerprint({"denoise": denoise})


WAYS = {
    "the network": lambda net: net,
    "a closure of a closure": nested,
    "an object": Holder,
    "its forward": lambda net: net.forward,
    "an argument that is bound": lambda net: partial(Net.forward, net),
    "decorated": lambda net: torch.no_grad()(nested(net)),
    "a default": default,
    "a global": of_globals,
    "in a list": lambda net: (lambda nets: lambda x_t, t, y: nets[0](x_t, t, y))([net]),
    "in a dictionary": lambda net: (lambda nets: lambda x_t: nets["a"](x_t))({"a": net}),
}


def _bit(net):
    net.conv.weight.data.view(torch.int32).view(-1)[5] ^= 1


def _buffer(net):
    net.mean[1] = 1e-6


def _number(net):
    net.scale = 1.5


def _layer(net):
    net.conv.padding_mode = "reflect"


CHANGES = [_bit, _buffer, _number, _layer, nn.Module.double, nn.Module.eval]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_another_network_has_another(way):
    one = of(way(Net()))
    assert of(way(Net())) == one
    for change in CHANGES:
        net = Net()
        change(net)
        assert of(way(net)) != one, change


def test_things_of_the_same_numbers_in_other_places_differ():
    one, other = Net(), Net()
    other.conv.weight.data = one.conv.weight.data.movedim(0, 1).clone()
    assert of(one) != of(other)
    flat, deep = torch.arange(6.0), torch.arange(6.0).reshape(2, 3)
    assert len({of(flat), of(deep), of(deep.int()), of(deep.numpy()), of(deep.T)}) == 5
    assert len({of(each) for each in ([(1, 2), 3], [1, (2, 3)], [1, 2, 3], "1", 1, 1.0)}) == 6


def test_code_counts():
    net = Net()

    def by(number):
        return lambda x_t, t, label: x_t**number

    class Other(Net):
        def forward(self, x_t, t, label):
            return x_t

    class Settings(NamedTuple):
        width: int

    assert of(lambda x_t, t, label: x_t - net(x_t, t, label)) != of(nested(net))
    assert of(by(2)) == of(by(2)) != of(by(3))
    assert of(Other()) != of(Net())
    assert of(Settings(1)) != of(Settings(2))


def test_a_network_in_a_users_own_module_is_the_same_in_another_process(tmp_path, monkeypatch):
    (tmp_path / "fp_nets.py").write_text(
        "import torch\ntorch.manual_seed(0)\nnet = torch.nn.Linear(2, 2)\n"
    )
    (tmp_path / "fp_model.py").write_text(
        "import fp_nets\nNAMES = {'b', 'a', 'c'}\n"
        "def denoise(x_t, t, label):\n    return fp_nets.net(x_t) if t in NAMES else 0\n"
        "from gcbook.classifiers.fingerprint import fingerprint\n"
        "print(fingerprint({'denoise': denoise}))"
    )
    monkeypatch.syspath_prepend(tmp_path)
    run = [sys.executable, tmp_path / "fp_model.py"]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip()
    import fp_model

    one = of(fp_model.denoise)
    assert one == said
    fp_model.fp_nets.net = nn.Linear(2, 2)
    assert of(fp_model.denoise) != one


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        (threading.Lock(), "found lock"),
        (np.random.default_rng(0), "found Generator"),
        (torch.eye(3).to_sparse(), "found Tensor"),
        (torch.empty(2, device="meta"), "found Tensor"),
        (np.array([None]), "found ndarray"),
        (eval("lambda x: x"), "found function"),
    ],
)
def test_what_has_no_bytes_is_named_and_may_have_a_text_of_its_own(thing, says):
    def denoise(x_t, t, label):
        return thing

    classifier = DiffusionClassifier(denoise, CosineSchedule())
    with pytest.raises(InputError, match=rf"denoise: thing.*{says}.*Pass fingerprint="):
        classifier.describe()
    named = DiffusionClassifier(denoise, CosineSchedule(), fingerprint="v2")
    assert named.describe()["fingerprint"] == "v2"
    loaded = DiffusionClassifier(denoise, CosineSchedule(), details={"weights": "0" * 64})
    assert "fingerprint" not in loaded.describe()
