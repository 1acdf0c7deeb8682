"""From images to trials in one call: what gcbook score and decide give in two."""

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from tiny.gaussian import class_means, gaussian_classifier, nearest, stimuli
from tiny.scorers import Counting, toy

import gcbook
from gcbook.files.errors import GcbookError, InputError
from gcbook.noise.schedules import CosineSchedule
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.decisions import decide, to_trials
from gcbook.scoring.engine import score as score_store
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.scoring.whole import UnscoredWarning, score
from gcbook.trials.parse import COLUMNS

MEANS = class_means(16)
QUIET = {"progress": "silent"}


def exact(**options):
    return gaussian_classifier(CosineSchedule(), MEANS, **options)


def folder(tmp_path, n=4):
    for i, category in enumerate(CATEGORIES[:n]):
        place = tmp_path / "pictures" / category
        place.mkdir(parents=True)
        pixels = np.random.default_rng(i).integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(place / f"{category}1.png")
    return tmp_path / "pictures"


def test_the_exact_denoiser_names_the_nearest_class():
    images = stimuli(16)
    trials = score(exact(), images, draws=64, weighting="uniform", **QUIET)
    assert list(trials.columns) == list(COLUMNS) and set(trials["source"]) == {"gcbook"}
    answers = dict(zip(trials["imagename"], trials["response"], strict=True))
    found = [answers[each.imagename] for each in images]
    assert np.mean([a == b for a, b in zip(found, nearest(images, MEANS), strict=True)]) > 0.9


def test_one_call_is_the_two_commands(tmp_path):
    images, settings = stimuli(6), ScoringSettings(draws=8, seed=3)
    score_store(images, exact(), settings, tmp_path / "two", progress="silent")
    expected = to_trials(decide(Store.open(tmp_path / "two")), "toy", "toy")
    without = score(exact(), images, draws=8, seed=3, **QUIET)
    kept = score(exact(), images, draws=8, seed=3, store=tmp_path / "one", **QUIET)
    pd.testing.assert_frame_equal(without, expected)
    pd.testing.assert_frame_equal(kept, expected)


def test_a_named_store_is_continued(tmp_path):
    counting = Counting(exact())
    call = {"draws": 4, "store": tmp_path / "s", **QUIET}
    first = score(counting, stimuli(4), **call)
    n = len(counting.measured)
    pd.testing.assert_frame_equal(score(counting, stimuli(4), **call), first)
    assert len(counting.measured) == n
    assert len(score(counting, stimuli(6), **call)) == 6
    # Images that were not asked for are not answered, though the store holds them.
    assert len(score(counting, stimuli(2), **call)) == 2
    with pytest.raises(InputError, match="draws"):
        score(counting, stimuli(4), **{**call, "draws": 2})


def test_folders_names_and_limits(tmp_path):
    trials = score(exact(), folder(tmp_path), draws=2, name="mine", limit=3, **QUIET)
    assert len(trials) == 3
    assert set(trials["observer"]) == {"mine"} and set(trials["dataset"]) == {"pictures"}
    renamed = score(exact(), tmp_path / "pictures", draws=2, dataset="other", **QUIET)
    assert set(renamed["dataset"]) == {"other"}


def test_a_model_is_loaded_by_its_name(tmp_path):
    (tmp_path / "my.py").write_text(
        "import torch, gcbook\n"
        "def model():\n"
        "    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 16))\n"
        "    return gcbook.wrap(net, preprocess=4, name='mine')\n"
    )
    trials = score(f"{tmp_path}/my.py:model", folder(tmp_path), **QUIET)
    assert len(trials) == 4 and set(trials["observer"]) == {"mine"}


def test_a_wrapped_module_answers_as_itself(tmp_path):
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48, 16))
    images = stimuli(8)
    trials = score(gcbook.wrap(net, preprocess=4), images, **QUIET).set_index("imagename")
    for each in images:
        x = 2 * torch.from_numpy(each.pixels).movedim(-1, 0)[None] - 1
        assert trials.loc[each.imagename, "response"] == CATEGORIES[int(net(x).argmax())]


def test_what_cannot_be_scored_is_named(tmp_path):
    place = folder(tmp_path)
    (place / "bear" / "bear1.png").write_bytes(b"no picture")
    with pytest.warns(UnscoredWarning, match=r"1 of 4 images .*bear1\.png"):
        assert len(score(exact(), place, draws=2, **QUIET)) == 3
    for category in CATEGORIES[:4]:
        (place / category / f"{category}1.png").write_bytes(b"no picture")
    with pytest.raises(GcbookError, match="at least one image that can be scored"):
        score(exact(), place, draws=2, **QUIET)


def test_work_that_is_interrupted_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def stop(batch):
        if batch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        score(Counting(toy(), on_batch=stop), stimuli(4, labels="abcd"), batch_size=16, **QUIET)
    (left,) = tmp_path.glob("gcbook-scores-*/store")
    assert f"store={str(left)!r}" in caught.value.__notes__[-1]
    counting = Counting(toy())
    trials = score(counting, stimuli(4, labels="abcd"), batch_size=16, store=left, **QUIET)
    assert len(trials) == 4 and 0 < len(counting.measured) < 4 * 4 * 32


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    score(exact(), stimuli(2), draws=2, **QUIET)
    with pytest.raises(InputError, match="at least one image"):
        score(exact(), [], draws=2, **QUIET)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"classifier": torch.nn.Linear(3, 3)}, "found an object of type Linear. gcbook.wrap"),
        ({"images": [np.zeros((4, 4, 3))]}, "of type ndarray. Save arrays as"),
        ({"dataset": "mine"}, "dataset: expected none for stimuli"),
        ({"limit": 0}, "limit: expected at least 1"),
        ({"drawz": 3}, "found drawz. Did you mean draws?"),
        ({"weighting": "heavy"}, "weighting"),
        ({"name": "subject-01"}, "name of the model"),
    ],
)
def test_what_does_not_go_together_is_refused(given, says):
    call = {"classifier": exact(), "images": stimuli(2), **QUIET, **given}
    with pytest.raises(InputError, match=says):
        score(call.pop("classifier"), call.pop("images"), **call)
