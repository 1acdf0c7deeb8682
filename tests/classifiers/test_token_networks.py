"""Generators' transformers that name the class: training and the door give the same answers."""

import json

import numpy as np
import pytest
import torch

from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.token_networks import INDEX
from gcbook.files.errors import InputError
from gcbook.miniworld.training.miniature import Start
from gcbook.miniworld.training.pool import Pool
from gcbook.miniworld.training.tokens import (
    AutoregressiveTask,
    BidirectionalNamingTask,
    CausalNamingTask,
    MaskedTask,
    TokenizerTask,
)

NAMES = [("tabby", "cat"), ("convertible", "car"), ("sports car", "car")]


def pool(n=6, seed=0):
    images = np.random.default_rng(seed).integers(0, 256, (n, 3, 16, 16), dtype=np.uint8)
    return Pool(torch.from_numpy(images), torch.arange(n) % len(NAMES))


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokens")
    TokenizerTask(Start(pool(), pool(), NAMES, steps=1), codes=32, channels=(8, 8)).export(folder)
    return folder


def start(base):
    return Start(pool(), pool(seed=1), NAMES, base=base)


TASKS = [CausalNamingTask, BidirectionalNamingTask]


@pytest.mark.parametrize("kind", TASKS)
def test_a_network_asked_at_the_door_says_what_it_said_in_training(kind, base, tmp_path):
    task = kind(start(base))
    task.modules().eval()
    task.export(tmp_path)
    images = [each.movedim(0, -1).numpy() / np.float32(255) for each in pool(seed=1).images]
    asked = load_classifier(tmp_path, labels=["cat", "car"])
    nll = asked.measure(asked.prepare(images), [], None, "none")["nll"]
    with torch.no_grad():
        said = task.named(task.tokens[task.validation][0].long()).softmax(1)
    expected = -torch.stack([said[:, 0], said[:, 1:].mean(1)], 1).log()
    # Where training runs in bfloat16 its logits, below 2 in size, are rounded to eight bits.
    torch.testing.assert_close(nll, expected, rtol=0, atol=2 * 2**-6)
    assert asked.joint and asked.deterministic and asked.kind == "discriminative"


@pytest.mark.parametrize(
    ("naming", "generator"),
    [(CausalNamingTask, AutoregressiveTask), (BidirectionalNamingTask, MaskedTask)],
)
def test_the_network_is_the_generator_s(naming, generator, base):
    ours, theirs = (kind(start(base)).modules().state_dict() for kind in (naming, generator))
    assert {name: value.shape for name, value in ours.items()} == {
        name: value.shape for name, value in theirs.items()
    }


@pytest.mark.parametrize("kind", TASKS)
def test_it_learns_to_name_and_every_code_counts(kind, base):
    task = kind(start(base))
    labels = torch.arange(2)
    places = task.tokens[task.train].shape[-1]
    x = torch.randint(task.codes, (2, places), generator=torch.Generator().manual_seed(0))
    optimizer = torch.optim.AdamW(task.modules().parameters(), lr=1e-3)
    for _ in range(25):
        optimizer.zero_grad()
        task.losses(x, labels, torch.Generator()).mean().backward()
        optimizer.step()
    task.modules().eval()
    with torch.no_grad():
        assert (task.named(x).argmax(1) == labels).all()
        before = task.named(x[:1])
        for place in (0, x.shape[1] - 1):
            other = x[:1].clone()
            other[0, place] = (other[0, place] + 1) % task.codes
            assert not torch.equal(task.named(other), before)


def test_a_folder_that_does_not_name_its_classes_is_refused(base, tmp_path):
    CausalNamingTask(start(base)).export(tmp_path)
    index = json.loads((tmp_path / INDEX).read_text())
    for changed, says in (
        ({"id2label": None}, "expected id2label and prompt"),
        ({"prompt": 3}, "expected id2label and prompt"),
        (
            {"id2label": {"0": "cat", "2": "car"}},
            "expected names of outputs 0 to 1, found none of 1",
        ),
    ):
        (tmp_path / INDEX).write_text(json.dumps(index | changed))
        with pytest.raises(InputError, match=says):
            load_classifier(tmp_path, labels=["cat", "car"])
