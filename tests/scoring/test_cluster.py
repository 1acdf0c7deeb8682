"""Workers of a real Ray: together they are one run, bit for bit, whoever of them is killed."""

import os
import shutil
import signal
import socket
import sys
import tempfile
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny.cluster import (
    AT,
    OPTIONS,
    SETTINGS,
    load,
    load_asked,
    load_killed,
    load_late,
    load_refused,
    pictures,
)
from tiny.command import call
from tiny.processes import Command

from gcbook.files.errors import GcbookError, InputError
from gcbook.files.locks import locked
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.cluster import check_device, parse_workers, ray_cluster, score_on_ray
from gcbook.scoring.decisions import decide
from gcbook.scoring.engine import score
from gcbook.scoring.store import Store
from gcbook.stimuli.written import Png

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


@needs_ray
@pytest.mark.nightly
def test_a_worker_that_is_killed_goes_on_from_its_store(ray, tmp_path, whole):
    store = tmp_path / "store"
    (report,) = score_on_ray(
        {store: pictures()}, partial(load_killed, tmp_path), SETTINGS, **OPTIONS
    )
    assert (tmp_path / "killed").exists()
    assert contents(store) == contents(whole)
    # What it had saved is not measured again.
    assert report.n_evaluations == UNITS - SAVED
    assert (report.n_complete, report.n_decisions) == (22, 22)


@needs_ray
@pytest.mark.nightly
def test_images_that_failed_are_tried_again(ray, tmp_path, whole, capsys):
    first, last = (pictures().stimuli[at] for at in (0, -1))
    broken = partial(load, bad=(first.image_id, last.image_id))
    alone, store = tmp_path / "alone", tmp_path / "store"
    expected = score(pictures(), broken("cpu"), SETTINGS, alone, progress="silent")
    (report,) = score_on_ray({store: pictures()}, broken, SETTINGS, most=1, **OPTIONS)
    assert report.failed == expected.failed
    assert set(report.failed) == {first.imagename, last.imagename}
    assert (report.n_complete, report.n_decisions) == (20, 20)
    assert f"left out: {first.place}: the network gave NaN" in capsys.readouterr().err
    assert contents(store) == contents(alone)
    assert (tmp_path / "store.shards").is_dir()
    (report,) = score_on_ray({store: pictures()}, load, SETTINGS, most=1, **OPTIONS)
    assert (report.n_complete, report.n_decisions, report.failed) == (22, 2, {})
    assert report.n_evaluations == 2 * 6 * 4
    assert contents(store) == contents(whole)
    assert not (tmp_path / "store.shards").exists()


@needs_ray
@pytest.mark.nightly
def test_what_a_worker_raises_is_raised(ray, tmp_path):
    sets = {tmp_path / "store": pictures()}
    with pytest.raises(InputError, match=r"^model: expected weights, found none. Fetch them\.$"):
        score_on_ray(sets, load_refused, SETTINGS, most=1, **OPTIONS)
    assert not list(tmp_path.iterdir())
    with pytest.raises(TimeoutError, match="the network waited in vain") as raised:
        score_on_ray(sets, load_late, SETTINGS, most=1, **OPTIONS)
    assert "store.shards, and the same command goes on" in raised.value.__notes__[-1]
    with locked(tmp_path / "store.shards", ""), pytest.raises(InputError, match="another process"):
        score_on_ray(sets, load, SETTINGS, **OPTIONS)
    with pytest.raises(GcbookError, match="expected a free GPU, found none; the cluster has 0"):
        score_on_ray(sets, load, SETTINGS.__class__(device="cuda"), **OPTIONS)


@needs_ray
@pytest.mark.nightly
@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
@pytest.mark.parametrize("own", [True, False], ids=["a Ray of its own", "RAY_ADDRESS"])
def test_what_is_interrupted_goes_on(ray, tmp_path, whole, own):
    address = "" if own else ray.get_runtime_context().gcs_address
    home = tmp_path / "home"
    home.mkdir()
    # Sockets of Ray lie there, whose names may not be long.
    temporary = Path(tempfile.mkdtemp(dir="/tmp"))
    command = [sys.executable, "-m", "tiny.cluster", "wait", tmp_path]
    environment = {"RAY_ADDRESS": address, "TMPDIR": str(temporary), "HOME": str(home)}
    try:
        with Command(command, tmp_path / "said", **environment) as waiting:
            waiting.until(lambda: len(list(tmp_path.glob("waiting-*"))) == 2)
            os.killpg(waiting.process.pid, signal.SIGINT)  # as a terminal does
            assert waiting.ended() == 130
        said = (tmp_path / "said").read_text()
        assert said.startswith("22 images to score: 5 shards for 2 workers\nstopped; what was")
        assert "Traceback" not in said
        assert [*temporary.iterdir(), *home.iterdir()] == []
    finally:
        shutil.rmtree(temporary)
    store = tmp_path / "store"
    assert not store.exists()
    if own:  # what was saved is the same, whoever started Ray
        (report,) = score_on_ray({store: pictures()}, load, SETTINGS, most=1, **OPTIONS)
        assert report.n_evaluations == UNITS - 2 * SAVED
        assert contents(store) == contents(whole)


@needs_ray
@pytest.mark.nightly
def test_the_command_scores_images_in_an_archive(ray, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gcbook.cli.scoring._load", load_asked)
    with zipfile.ZipFile("images.zip", "w") as archive:
        for number, category in enumerate(CATEGORIES):
            png = Png(np.full((4, 4, 3), 10 * number, np.uint8))()
            archive.writestr(f"edge/{category}/{number}.png", png)
    asked = ("score", "m", "images.zip", "--draws", "2", "--device", "cpu")
    assert call(capsys, *asked, "-o", "one")[0] == 0
    status, out, err = call(capsys, *asked, "-o", "two", "--workers", "ray:2")
    assert (status, out.splitlines()[0]) == (0, "16 of 16 images scored, 16 of them now")
    assert out.endswith("next: gcbook decide two -o two-trials\n")
    assert err == "loading m …\n16 images to score: 1 shards for 1 workers\nmerged: two\n"
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


@needs_ray
def test_an_address_where_no_cluster_is(monkeypatch):
    pytest.importorskip("ray")
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    monkeypatch.setenv("RAY_ADDRESS", address)
    says = f"RAY_ADDRESS={address}: expected Ray to answer, found .*refused.* Check the address"
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
