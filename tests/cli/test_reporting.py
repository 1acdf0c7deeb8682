"""`gcbook report`: one page and JSON, nothing replaced, names escaped."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from gcbook.cli import main
from gcbook.trials.table import write_trials


def write_model(folder: Path, name: str, right: int) -> None:
    """Answers to four cue conflicts, some of them right."""
    images = ["cat1-dog1.png", "cat2-car1.png", "cat3-dog2.png", "cat4-car2.png"]
    trials = pd.DataFrame(
        {
            "observer": name,
            "observer_kind": "model",
            "dataset": "cue-conflict",
            "session": 1,
            "trial": range(1, 5),
            "condition": "0",
            "image_id": images,
            "category": "cat",
            "response": ["cat"] * right + ["dog"] * (4 - right),
            "rt": float("nan"),
            "source": "mine",
            "imagename": images,
        }
    )
    write_trials(trials, folder)


@pytest.mark.filterwarnings("ignore:only part of a dataset was seen")
def test_a_page_and_json_are_written_and_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_model(tmp_path / "mine", "a&b <i>", 3)
    write_model(tmp_path / "mine", "other", 1)
    asked = ["report", str(tmp_path / "mine"), "-o", str(tmp_path / "page"), "--draws", "100"]
    main_and_exit(asked)
    out, err = capsys.readouterr()
    assert out.split() == [str(tmp_path / "page.html"), str(tmp_path / "page.json")]
    assert "--with published adds them" in err
    page = (tmp_path / "page.html").read_text()
    assert "a&amp;b &lt;i&gt;" in page and "<i>" not in page
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")
    told = json.loads((tmp_path / "page.json").read_text())
    bias = {
        row["observer"]: row["value"] for row in told["measures"] if row["measure"] == "shape_bias"
    }
    assert bias == {"a&b <i>": 1.0, "other": pytest.approx(1 / 2)}
    (pair,) = (each for each in told["pairs"] if each["measure"] == "shape_bias")
    assert pair["difference"] == pytest.approx(0.5)
    before = (tmp_path / "page.json").read_bytes()
    assert main_and_exit(asked) == 2
    assert "already there" in capsys.readouterr().err
    assert main_and_exit([*asked, "--overwrite", "--seed", "3"]) == 0
    assert (tmp_path / "page.json").read_bytes() != before


def test_what_is_not_allowed_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = ["report", "nothing", "-o", str(tmp_path / "no" / "page")]
    assert main_and_exit(nowhere) == 2
    assert "expected a file in a folder that exists" in capsys.readouterr().err
    other = ["report", "nothing", "-o", str(tmp_path / "page"), "--with", "mine"]
    assert main_and_exit(other) == 2
    assert "expected published" in capsys.readouterr().err


def test_it_needs_neither_torch_nor_jupyter() -> None:
    code = (
        "import sys, gcbook.cli.reporting, gcbook.book.report, gcbook.stats.own;"
        "print({'torch', 'papermill', 'nbformat', 'sphinx', 'IPython'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def main_and_exit(arguments: list[str]) -> int:
    """Run the command; its exit status."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)
