"""`gcbook check`: a line for each thing, what is wrong by name, and the exit status."""

import json
import re
import shutil

import pytest
import torch
from tiny.command import call
from tiny.stores import flipped

from gcbook.book.project import find_project
from gcbook.files.artefacts import RUN_STATE
from gcbook.files.manifest import DATA, SUMS, Manifest
from gcbook.files.sums import listing
from gcbook.miniworld.training.state import ABOUT, write_state
from gcbook.trials.originals import SOURCES, read_registry

STORE = "scores/mini-cnn-calibrated/texture"
SOURCE = SOURCES["trials"][0]


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A folder with a project in which nothing was built, and an empty cache."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_config.yml").touch()
    monkeypatch.setenv("GCBOOK_PROJECT", str(tmp_path))
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("GCBOOK_DATA_DIR", raising=False)
    return tmp_path


def flip(path, bit=77):
    path.write_bytes(flipped(path.read_bytes(), bit))


def test_what_ships_is_whole_and_a_flip_is_named(alone, capsys, monkeypatch):
    status, said, _ = call(capsys, "check")
    assert (status, said.count("\n")) == (0, 1)
    assert re.fullmatch(rf"{DATA.folder}: what ships with gcbook \S+: whole\n", said)
    for name in ("published", "coverage.parquet"):
        part, copy = DATA.folder / name, alone / "data" / name
        copy.parent.mkdir(exist_ok=True)
        (shutil.copytree if part.is_dir() else shutil.copyfile)(part, copy)
    found = Manifest(alone / "data")
    found.write()
    monkeypatch.setattr("gcbook.files.manifest.DATA", found)
    flip(alone / "data/coverage.parquet")
    (alone / "data/published/table1.csv").unlink()
    (alone / "data/published/table4.csv").touch()
    status, said, _ = call(capsys, "check")
    lines = said.splitlines()
    assert (status, len(lines)) == (1, 4)
    assert lines[0].endswith(": 3 problems")
    assert "coverage.parquet: expected the bytes with SHA-256" in lines[1]
    assert "table1.csv: expected a file, found none" in lines[2]
    assert "table4.csv: expected only what comes with gcbook" in lines[3]
    (alone / "data" / SUMS).write_text("nonsense\n")
    monkeypatch.setattr("gcbook.files.manifest.DATA", Manifest(alone / "data"))
    status, said, _ = call(capsys, "check")
    assert (status, said.count(f"{SUMS}, line 1: expected a SHA-256")) == (1, 1)


def test_what_was_fetched_is_checked(alone, capsys, monkeypatch):
    monkeypatch.setattr(DATA, "problems", list)
    monkeypatch.setattr("gcbook.cli.checking.SHOWN", 3)
    root = alone / "cache/trials" / SOURCE.folder
    first = next(iter(read_registry(SOURCE)))
    (root / first).parent.mkdir(parents=True)
    (root / first).write_text("edited")
    status, said, _ = call(capsys, "check")
    lines = said.splitlines()
    assert status == 1
    assert lines[1] == f"{root}: published trials, {SOURCE.content}: 90 problems"
    assert f"{first}: expected the bytes with SHA-256" in lines[2]
    assert lines[5] == "  and 87 more"


def test_the_built_book_is_checked_with_the_rest_and_by_its_path(alone, capsys, monkeypatch):
    monkeypatch.setattr(DATA, "problems", list)
    html = find_project().html
    (html / "chapters").mkdir(parents=True)
    (html / "index.html").write_text("the book")
    (html / "chapters/method.html").write_text("a chapter")
    status, said, _ = call(capsys, "check")
    assert (status, "html.sha256: expected the hashes" in said) == (1, True)
    html.with_name("html.sha256").write_text(listing(html))
    for asked in ([], [html], [alone]):
        status, said, _ = call(capsys, "check", *asked)
        assert (status, said.splitlines()[-1]) == (0, f"{html}: the built book: whole")
    (html / "chapters/method.html").write_text("another chapter")
    status, said, _ = call(capsys, "check", html)
    assert status == 1
    assert said.splitlines()[0] == f"{html}: the built book: 1 problem"
    assert f"{html}/chapters/method.html: expected" in said


def test_results_are_json_on_request(alone, capsys):
    store = shutil.copytree(DATA.path(STORE), alone / "store")
    found = {"path": str(store), "about": "a store of scores"}
    status, said, _ = call(capsys, "check", store, "--json")
    assert (status, json.loads(said)) == (0, [{**found, "problems": []}])
    flip(store / "scores.parquet", 999)
    status, said, _ = call(capsys, "check", store, "--json")
    (problem,) = json.loads(said)[0]["problems"]
    assert (status, "scores.parquet: expected" in problem) == (1, True)


@pytest.mark.parametrize("file", ["store.json", "images.parquet", "scores.parquet"])
def test_a_store_is_checked_file_by_file(file, alone, capsys):
    store = shutil.copytree(DATA.path(STORE), alone / "stores/texture")
    status, said, _ = call(capsys, "check", alone / "stores")
    assert (status, said) == (0, f"{store}: a store of scores: whole\n")
    flip(store / file, 999)
    status, said, _ = call(capsys, "check", store)
    assert (status, said.splitlines()[0]) == (1, f"{store}: a store of scores: 1 problem")
    assert f"  {store / file}: expected" in said


def test_a_run_of_training_is_checked(alone, capsys):
    run = alone / "runs/one"
    about: dict = {name: {} for name in ABOUT}
    write_state(run / RUN_STATE, {"a": torch.zeros(3)}, about)
    status, said, _ = call(capsys, "check", alone / "runs")
    assert (status, said) == (0, f"{run}: a run of training: whole\n")
    flip(run / RUN_STATE, 8 * (run / RUN_STATE).stat().st_size - 3)
    status, said, _ = call(capsys, "check", run)
    assert (status, said.splitlines()[0]) == (1, f"{run}: a run of training: 1 problem")
    assert said.splitlines()[1].startswith(f"  {run / RUN_STATE}")


def test_what_gcbook_keeps_no_hashes_of_is_no_success(alone, capsys):
    for path in (alone / "nowhere", alone / "notebooks", alone / "_config.yml"):
        status, said, error = call(capsys, "check", path)
        assert (status, said) == (2, "")
        assert f"{path}: expected a store of scores, a run of training or a built book" in error
