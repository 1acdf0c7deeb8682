"""Workers of a real Ray: together they are one run, bit for bit, whoever of them is killed."""

import os
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from tiny.cluster import (
    AT,
    OPTIONS,
    SETTINGS,
    load,
    load_killed,
    load_late,
    load_lost,
    load_refused,
    pictures,
)

from gcbook.files.errors import GcbookError, InputError
from gcbook.files.locks import locked
from gcbook.scoring.cluster import check_device, parse_workers, ray_cluster, score_on_ray
from gcbook.scoring.decisions import decide
from gcbook.scoring.engine import score
from gcbook.scoring.store import Store

needs_ray = pytest.mark.cluster

UNITS = 22 * 6 * 4
SAVED = (AT - 1) * SETTINGS.batch_size
"""Evaluations of a worker before something happens to it."""


@pytest.fixture(scope="module")
def ray():
    """Ray with two workers, as the command starts it."""
    try:
        import ray
    except ImportError:
        pytest.skip("Ray is not installed: pip install 'gcbook[cluster]'")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("RAY_ADDRESS", raising=False)
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        with ray_cluster(2):
            yield ray


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The store of one run."""
    path = tmp_path_factory.mktemp("whole") / "store"
    score(pictures(), load("cpu"), SETTINGS, path, progress="silent")
    return path


def contents(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.iterdir() if path.suffix}


@needs_ray
def test_workers_give_one_run_to_the_last_bit(ray, tmp_path, whole, capsys):
    sets = {tmp_path / "toy": pictures(), tmp_path / "edge": pictures("edge")}
    reports = score_on_ray(sets, load, SETTINGS, **OPTIONS)
    assert contents(tmp_path / "toy") == contents(whole)
    pd.testing.assert_frame_equal(decide(Store.open(tmp_path / "toy")), decide(Store.open(whole)))
    alone = tmp_path / "alone"
    score(pictures("edge"), load("cpu"), SETTINGS, alone, progress="silent")
    assert contents(tmp_path / "edge") == contents(alone)
    assert not list(tmp_path.glob("*.shards"))
    for place, report in zip(sets, reports, strict=True):
        assert report.store == place
        assert (report.n_images, report.n_complete, report.n_decisions) == (22, 22, 22)
        assert (report.n_evaluations, report.failed) == (UNITS, {})
        assert 0 < report.network_seconds < report.seconds
    said = capsys.readouterr().err
    assert said.startswith("44 images to score: 10 shards for 2 workers\n")
    assert f"merged: {tmp_path / 'edge'}\n" in said


@pytest.mark.nightly
@needs_ray
def test_workers_that_are_killed_on_a_busy_machine_are_replaced(ray, tmp_path, whole):
    store = tmp_path / "store"
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    try:
        (report,) = score_on_ray(
            {store: pictures()}, partial(load_killed, tmp_path), SETTINGS, **OPTIONS
        )
    finally:
        for each in busy:
            each.kill()
            each.wait()
    assert (tmp_path / "killed").exists()
    assert contents(store) == contents(whole)
    # What it had saved is not measured again.
    assert report.n_evaluations == UNITS - SAVED
    assert (report.n_complete, report.n_decisions) == (22, 22)


@needs_ray
@pytest.mark.nightly
def test_what_a_worker_raises_is_raised_and_the_same_call_goes_on(ray, tmp_path, whole):
    sets = {tmp_path / "store": pictures()}
    with pytest.raises(InputError, match=r"^model: expected weights, found none. Fetch them\.$"):
        score_on_ray(sets, load_refused, SETTINGS, most=1, **OPTIONS)
    assert not list(tmp_path.iterdir())
    with pytest.raises(GcbookError, match="found that 4 were lost over the same images"):
        score_on_ray(sets, load_lost, SETTINGS, most=1, **OPTIONS)
    with pytest.raises(TimeoutError, match="the network waited in vain") as raised:
        score_on_ray(sets, load_late, SETTINGS, most=1, **OPTIONS)
    assert "store.shards, and the same command goes on" in raised.value.__notes__[-1]
    with locked(tmp_path / "store.shards", ""), pytest.raises(InputError, match="another process"):
        score_on_ray(sets, load, SETTINGS, **OPTIONS)
    with pytest.raises(GcbookError, match="expected a free GPU, found none; the cluster has 0"):
        score_on_ray(sets, load, SETTINGS.__class__(device="cuda"), **OPTIONS)
    first = pictures().stimuli[0]
    broken = partial(load, bad=(first.image_id,))
    (report,) = score_on_ray(sets, broken, SETTINGS, most=1, **OPTIONS)
    assert (set(report.failed), report.n_complete) == ({first.imagename}, 21)
    assert (tmp_path / "store.shards").is_dir()
    (report,) = score_on_ray(sets, load, SETTINGS, most=1, **OPTIONS)
    assert (report.n_decisions, report.failed, report.n_evaluations) == (1, {}, 6 * 4)
    assert contents(tmp_path / "store") == contents(whole)
    assert not (tmp_path / "store.shards").exists()


@needs_ray
def test_an_address_where_no_cluster_is(monkeypatch):
    pytest.importorskip("ray")
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    monkeypatch.setenv("RAY_ADDRESS", address)
    says = rf"RAY_ADDRESS={address}: expected Ray to answer, found .*refused\. Check that"
    with pytest.raises(GcbookError, match=says), ray_cluster(2):
        pass


def test_what_workers_may_be(monkeypatch):
    for text in ("", "slurm", "ray:0", "ray:-1", "ray:", "ray:1.5", "ray:٣"):
        with pytest.raises(InputError, match="--workers: expected ray, or ray:N"):
            parse_workers(text)
    for device in ("mps", "cuda:1"):
        with pytest.raises(InputError, match=f"expected auto, cpu or cuda .* found {device}"):
            check_device(device)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"pip install 'gcbook\[cluster\]'"):
        parse_workers("ray")
    monkeypatch.setitem(sys.modules, "ray", sys)
    assert (parse_workers("ray"), parse_workers("ray:12")) == (None, 12)
