"""The command line: quick help, clear errors with their exit status, options that arrive."""

import errno
import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pandas as pd
import pytest
from tiny.command import call

from gcbook.book.chapters import find_chapters
from gcbook.book.project import find_project
from gcbook.cli.app import PANELS
from gcbook.stats.benchmark import Benchmark
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling


def test_a_terminal_that_lacks_a_letter_is_no_error():
    code = (
        "from gcbook.cli import app, main\n"
        "@app.command()\ndef dash():\n    print('a – b')\n"
        "main(['dash'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"a ? b\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "shapes"], "no chapter is called 'shapes'; chapters: home, "),
        (["run", "shape-bias", "-p", "draw", "5"], "draw: found '5'. no such parameter"),
        (["run", "shape-bias", "-p", "draws", "five"], "Input should be a valid integer"),
        (["run", "shape-bias", "-p", "draws"], "-p draws: expected a name and a value"),
        (["run", "shape-bias", "-p", "seed", "-1"], "seed: found '-1'"),
        (["run", "shape-bias", "-p", "seed", "1", "-p", "seed", "2"], "given twice"),
        (["build", "--only", "shapes"], "no chapter is called 'shapes'"),
        (["benchmark", "a", "--draws", "700"], "need --ci"),
        (["benchmark", "a", "--resample-observers"], "need --ci"),
    ],
)
def test_what_is_not_allowed_is_one_message_and_status_2(capsys, arguments, says):
    status, out, err = call(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert err.startswith("gcbook: ")
    assert says in err
    assert "Traceback" not in err


def test_a_name_cannot_command_the_terminal(capsys, tmp_path):
    file = tmp_path / "a\x1b[2Jb\x9b2J\u202ec.csv"
    file.write_text("x")
    status, _, err = call(capsys, "benchmark", file)
    assert status == 2
    assert "a\ufffd[2Jb\ufffd2J\ufffdc.csv" in err
    assert not any(each in err for each in "\x1b\x9b\u202e")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "full"), "gcbook: a file: no space left on device.\n"),
        (OSError(errno.EACCES, "no", "a.csv"), "gcbook: a.csv: permission denied.\n"),
    ],
)
def test_what_the_system_refuses_is_one_message(capsys, monkeypatch, error, says):
    def fail(kind):
        raise error

    monkeypatch.setattr("gcbook.trials.fetch.fetch_originals", fail)
    assert call(capsys, "fetch", "trials") == (1, "", says)


def test_names_and_values_arrive_however_they_are_written(monkeypatch, tmp_path, capsys):
    seen = {}

    def run_chapter(project, name, values, folder, **_):
        seen.update(values, name=name, folder=folder)
        return folder / "a.ipynb", folder / "a.html"

    monkeypatch.setattr("gcbook.book.run.run_chapter", run_chapter)
    words = ["-p", "conflicts", "3", "-p", "names=x.png", "--parameter", "stores", "a=b,c"]
    status, out, _ = call(capsys, "run", "step-by-step", *words, "--smoke", "-o", str(tmp_path))
    assert status == 0
    assert out.split() == [str(tmp_path / "a.ipynb"), str(tmp_path / "a.html")]
    given = {"conflicts": "3", "names": "x.png", "stores": "a=b,c", "name": "step-by-step"}
    assert seen.items() >= {**given, "folder": tmp_path}.items()
    # A run that only shows that everything runs takes little of the rest.
    assert (seen["draws"], seen["noise_draws"]) == (100, 2)


def test_chapters_are_listed_and_their_parameters(capsys):
    found = [chapter.name for chapter in find_chapters(find_project())]
    assert [line.split()[0] for line in call(capsys, "chapters")[1].splitlines()] == found
    assert [each["name"] for each in json.loads(call(capsys, "chapters", "--json")[1])] == found
    out = call(capsys, "chapters", "shape-bias")[1]
    assert out.startswith("shape-bias: Shape bias")
    assert "draws = 10000: resamples behind the intervals" in out
    printed = json.loads(call(capsys, "chapters", "shape-bias", "--json")[1])
    (draws,) = (each for each in printed["parameters"] if each["name"] == "draws")
    assert draws["default"] == 10000


def test_benchmark_prints_what_is_asked_for(monkeypatch, capsys):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    asked = {}

    def benchmark_paths(paths, settings, against, humans):
        asked.update(paths=paths, settings=settings, against=against, humans=humans)
        return Benchmark(pd.DataFrame({"observer": ["humans"], "ood_accuracy": [0.7230001]}), ())

    monkeypatch.setattr("gcbook.stats.benchmark.benchmark_paths", benchmark_paths, raising=False)
    monkeypatch.setattr(
        "gcbook.stats.benchmark.format_benchmark",
        lambda found, kind: f"{kind} {len(found.table)}\n",
        raising=False,
    )
    status, out, _ = call(
        capsys,
        *["benchmark", "a", "b", "--format", "csv", "--ci", "--draws", "700", "--humans", "my-lab"],
    )
    assert (status, out) == (0, "csv 1\n")
    assert [str(p) for p in asked["paths"]] == ["a", "b"]
    assert asked["settings"] == SummarySettings(resampling=Resampling(draws=700))
    assert (asked["against"], asked["humans"]) == ("", "my-lab")
    call(capsys, "benchmark", "a", "--ci", "--resample-observers")
    assert asked["settings"].resample_observers
    call(capsys, "benchmark", "a")
    assert asked["settings"] == SummarySettings(resampling=Resampling(draws=0))
    # Resampling has threads of its own.
    assert os.environ["OMP_NUM_THREADS"] == "1"


def test_published_stands_for_what_was_fetched(monkeypatch, tmp_path, capsys):
    asked = []

    def benchmark_paths(paths, *_, **__):
        asked[:] = map(str, paths)
        return Benchmark(pd.DataFrame({"a": [1]}), ())

    monkeypatch.setattr("gcbook.stats.benchmark.benchmark_paths", benchmark_paths)
    monkeypatch.setattr("gcbook.stats.benchmark.format_benchmark", lambda *_: "new")
    monkeypatch.setattr("gcbook.trials.find.locate_trials", lambda: [tmp_path / "fetched.zip"])
    monkeypatch.chdir(tmp_path)
    call(capsys, "benchmark", "mine", "--with", "published", "--with", "other.csv")
    assert asked == ["mine", str(tmp_path / "fetched.zip"), "other.csv"]
    # A folder of the user's own that is called so is meant first.
    (tmp_path / "published").mkdir()
    call(capsys, "benchmark", "mine", "--with", "published")
    assert asked == ["mine", "published"]


def test_every_command_is_listed_in_its_group():
    # In a process of its own: other tests add commands to the application.
    code = "from gcbook.cli import app, main; print(len(app.registered_commands)); main(['--help'])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    groups = dict(re.findall(r"^(\S.*):\n((?:  .*\n)+)", out, re.MULTILINE))
    listed = {name: re.findall(r"^  ([a-z]\S*)", groups[name], re.MULTILINE) for name in PANELS}
    assert all(names == sorted(names) for names in listed.values())
    assert sum(map(len, listed.values())) == int(out.split()[0])
    assert "build" in listed["Book"] and "benchmark" in listed["Results"]


def test_a_run_replaces_results_only_if_asked_to(tmp_path, capsys, monkeypatch):
    made = []

    def make(path):
        made.append(path)
        path.write_text("made")

    monkeypatch.setattr("gcbook.book.run.run_notebook", lambda *args, **_: make(args[1]))
    monkeypatch.setattr("gcbook.book.run.write_page", lambda *args: make(args[4]))
    mine = tmp_path / "method.html"
    mine.write_text("mine")
    command = ["run", "method", "-o", str(tmp_path)]
    status, _, err = call(capsys, *command)
    assert (status, made, mine.read_text()) == (2, [], "mine")
    assert f"{mine}: already there" in err and "--overwrite" in err
    assert call(capsys, *command, "--overwrite")[0] == 0
    assert made == [tmp_path / "method.ipynb", mine]
    # What is named by nobody is the place of the last run.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gcbook.book.project.find_project", lambda: None)
    monkeypatch.setattr("gcbook.book.run.pick_chapter", lambda *_: SimpleNamespace(template=None))
    monkeypatch.setattr("gcbook.book.run.chapter_inputs", lambda *_: {})
    for _ in range(2):
        assert call(capsys, "run", "method")[0] == 0
        (tmp_path / "runs" / "method" / "method.html").write_text("")
