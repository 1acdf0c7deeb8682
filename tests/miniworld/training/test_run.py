"""Several processes validate as one, and readers do not stop before those they read for."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from safetensors.torch import load_file
from tiny.processes import started
from tiny.training import train

from gcbook.miniworld.training.state import read_about, write_state

TESTS = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data(photographs):
    return photographs(12, 5)


def arguments(data, folder, *options):
    command = ["resnet50-noise", "--device", "cpu", "--data", data, "-o", folder, *options]
    return [str(part) for part in command]


@contextmanager
def interpreter(data, folder, *options):
    """The command as it is typed, leading a group."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tiny.training", *arguments(data, folder, *options)],
        cwd=TESTS,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def ended(data, folder, *options, processes=1):
    """Let processes train; the status of each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    there = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": processes}
    folder.mkdir(exist_ok=True)
    logs = [folder / f"said-{rank}" for rank in range(processes)]
    running = []
    try:
        for rank, log in enumerate(logs):
            own = there | {"RANK": rank, "LOCAL_RANK": rank} if processes > 1 else {}
            environment = {name: str(value) for name, value in own.items()}
            asked = arguments(data, folder, *options)
            running.append(started(train, asked, environment=environment, said=log))
        for process in running:
            process.join(300)
        return [process.exitcode for process in running]
    finally:
        for process in running:
            process.kill()


def rows(folder):
    return [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]


def test_sigterm_to_a_whole_group_saves_the_state(data, tmp_path):
    options = ("--workers", 1, "--batch-size", 2, "--epochs", 1000)
    with interpreter(data, tmp_path, *options) as process:
        said = [process.stderr.readline()]
        while "left: loss" not in said[-1]:
            assert said[-1], said
            said.append(process.stderr.readline())
        os.killpg(process.pid, signal.SIGTERM)
        rest = process.communicate(timeout=300)[1]
    assert "Traceback" not in rest
    assert process.returncode == 128 + signal.SIGTERM
    seen = read_about(tmp_path / "state.safetensors")["done"]
    assert seen > 0
    assert rest.endswith(f"stopped at image {seen:,}; the same command goes on from there\n")


@pytest.mark.nightly
def test_two_processes_validate_as_one_does(data, tmp_path):
    options = ("--workers", 0, "--batch-size", 4, "--epochs", 1)
    assert ended(data, tmp_path, *options) == [0]
    (alone,) = rows(tmp_path)
    # The weights are those of the end of the epoch: it is validated anew, 10 images in three
    # batches of 4, of which the third is filled up and a fourth is all filling.
    state = tmp_path / "state.safetensors"
    write_state(state, load_file(state), read_about(state) | {"history": []})
    assert ended(data, tmp_path, *options, processes=2) == [0, 0]
    (together,) = rows(tmp_path)
    assert together["accuracy"] == alone["accuracy"]
    assert together["loss"] == pytest.approx(alone["loss"], rel=1e-5)
    record = json.loads((tmp_path / "model/training.json").read_text())
    assert [each["devices"] for each in record["machines"]] == [1, 2]


@pytest.mark.nightly
def test_a_reader_that_is_still_there_does_not_keep_python_from_its_end():
    command = """
import sys
from torch.utils.data import DataLoader
from gcbook.miniworld.training.imagefolder import ignore_interruptions
sys.kept = iter(DataLoader(range(9), num_workers=1, worker_init_fn=ignore_interruptions))
print(next(sys.kept).item())
"""
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")
