"""Workers of Ray: together they are one run, bit for bit, whoever of them is killed.

What is shared out, merged and counted is tested with workers in this process, which answer at once;
at night a real Ray has them, on a busy machine.
"""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from tiny.cluster import (
    AT,
    OPTIONS,
    SETTINGS,
    load,
    load_killed,
    load_late,
    load_refused,
    pictures,
)

from gcbook.files.errors import GcbookError, InputError
from gcbook.files.locks import locked
from gcbook.scoring import cluster
from gcbook.scoring.cluster import LOCAL, parse_workers, score_on_ray
from gcbook.scoring.decisions import decide
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store

needs_ray = pytest.mark.cluster

UNITS = 22 * 6 * 4
SAVED = (AT - 1) * SETTINGS.batch_size
"""Evaluations of a worker before something happens to it."""


@pytest.fixture(scope="module")
def alone():
    """No Ray but one that is started here, whose workers import what tests do."""
    ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'gcbook[cluster]'")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("RAY_ADDRESS", raising=False)
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        patch.setenv("RAY_AUTH_TOKEN", "0" * 64)  # else Ray writes one into the home
        yield ray
    ray.shutdown()


@pytest.fixture
def ray(alone):
    """Ray with two workers, which tests share."""
    if not alone.is_initialized():
        alone.init(**LOCAL, num_cpus=2, log_to_driver=False)


class Called:
    """An object of this process in place of a worker: its methods answer at once."""

    def __init__(self, each):
        self._each = each

    def __getattr__(self, name):
        return SimpleNamespace(remote=lambda *given: Answer(getattr(self._each, name)(*given)))


class Answer:
    """What `ray.get` gives; each is another one, as references are."""

    def __init__(self, value):
        self.value = value


@pytest.fixture
def at_once(monkeypatch):
    """Two workers in this process."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'gcbook[cluster]'")
    for name, stand_in in {
        "is_initialized": lambda: True,
        "cluster_resources": lambda: {"CPU": 2.0},
        "available_resources": lambda: {"CPU": 2.0},
        "remote": lambda kind: SimpleNamespace(
            options=lambda **_: SimpleNamespace(remote=lambda *given: Called(kind(*given)))
        ),
        "get": lambda answer: answer.value,
        "wait": lambda answers, **_: (answers[:1], answers[1:]),
        "kill": lambda worker: None,
    }.items():
        monkeypatch.setattr(f"ray.{name}", stand_in)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The store of one run."""
    path = tmp_path_factory.mktemp("whole") / "store"
    score(pictures(), load("cpu"), SETTINGS, path, progress="silent")
    return path


def contents(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.iterdir() if path.suffix}


@needs_ray
@pytest.mark.parametrize("workers", ["at_once", pytest.param("ray", marks=pytest.mark.nightly)])
def test_workers_give_one_run_to_the_last_bit(request, tmp_path, whole, workers):
    request.getfixturevalue(workers)
    store = tmp_path / "toy"
    report = score_on_ray(pictures(), load, SETTINGS, store, **OPTIONS)
    assert contents(store) == contents(whole)
    pd.testing.assert_frame_equal(decide(Store.open(store)), decide(Store.open(whole)))
    assert not list(tmp_path.glob("*.shards"))
    assert (report.store, report.n_images, report.n_complete) == (store, 22, 22)
    assert (report.n_decisions, report.n_evaluations, report.failed) == (22, UNITS, {})
    assert 0 < report.network_seconds < report.seconds


@needs_ray
def test_what_fails_is_named_and_tried_again(at_once, tmp_path, whole):
    ask = partial(score_on_ray, settings=SETTINGS, store=tmp_path / "store", **OPTIONS)
    first = pictures().stimuli[0]
    report = ask(pictures(), partial(load, bad=(first.image_id,)))
    assert (set(report.failed), report.n_complete) == ({first.imagename}, 21)
    report = ask(pictures(), load)
    assert (report.n_decisions, report.failed, report.n_evaluations) == (1, {}, 6 * 4)
    assert contents(tmp_path / "store") == contents(whole)
    report = ask(pictures(), load)
    assert (report.n_complete, report.n_decisions, report.n_evaluations) == (22, 0, 0)
    assert not (tmp_path / "store.shards").exists()


@needs_ray
def test_the_same_call_goes_on_from_what_is_saved(at_once, tmp_path, whole, monkeypatch):
    ask = partial(score_on_ray, settings=SETTINGS, store=tmp_path / "store", **OPTIONS)
    with pytest.raises(TimeoutError, match="the network waited in vain"):
        ask(pictures(), partial(load_late, 7))
    with locked(tmp_path / "store.shards", ""), pytest.raises(InputError, match="another process"):
        ask(pictures(), load)
    report = ask(pictures(), load)
    assert report.n_evaluations == UNITS - 6 * SETTINGS.batch_size
    assert contents(tmp_path / "store") == contents(whole)


@needs_ray
def test_refusals(at_once, tmp_path, monkeypatch):
    ask = partial(score_on_ray, settings=SETTINGS, store=tmp_path / "store", **OPTIONS)
    with pytest.raises(InputError, match=r"^model: expected weights, found none. Fetch them\.$"):
        ask(pictures(), load_refused)
    assert not (tmp_path / "store").exists()
    with pytest.raises(GcbookError, match="expected a free GPU, found none"):
        ask(pictures(), load, settings=ScoringSettings(device="cuda"))
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    monkeypatch.setattr("ray.init", lambda **_: (_ for _ in ()).throw(ConnectionError("refused")))
    with pytest.raises(GcbookError, match=r"found: refused\. .* Check RAY_ADDRESS"):
        ask(pictures(), load)


@needs_ray
@pytest.mark.nightly
def test_a_worker_that_is_killed_on_a_busy_machine_is_replaced(ray, tmp_path, whole):
    store, model = tmp_path / "store", partial(load_killed, tmp_path)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        report = score_on_ray(pictures(), model, SETTINGS, store, most=2, **OPTIONS)
    finally:
        for each in busy:
            each.kill()
            each.wait()
    assert (tmp_path / "killed").exists()
    assert contents(store) == contents(whole)
    assert report.n_complete == 22
    # What had been saved is not measured again.
    assert report.n_evaluations <= UNITS - SAVED


def test_what_workers_may_be(monkeypatch):
    for text in ("", "slurm", "ray:0", "ray:-1", "ray:", "ray:1.5", "ray:٣"):
        with pytest.raises(InputError, match="--workers: expected ray, or ray:N"):
            parse_workers(text, "auto")
    for device in ("mps", "cuda:1"):
        with pytest.raises(InputError, match=f"expected auto, cpu or cuda .* found {device}"):
            parse_workers("ray", device)
    monkeypatch.setattr(cluster, "require", lambda module: None)
    assert (parse_workers("ray", "cuda"), parse_workers("ray:12", "auto")) == (None, 12)
