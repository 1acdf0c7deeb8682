"""What is said of a chapter's parameters before a kernel is started."""

import pytest

from gcbook.book import run
from gcbook.book.project import find_project
from gcbook.book.run import run_chapter
from gcbook.files.errors import DataNotFoundError, InputError


@pytest.fixture(autouse=True)
def no_kernel(monkeypatch):
    def start(*_, **__):
        pytest.fail("a kernel was started")

    monkeypatch.setattr(run, "run_notebook", start)


@pytest.mark.parametrize(
    ("chapter", "values", "says"),
    [
        ("shape-bais", {}, r"chapters: home, .*\. Did you mean shape-bias\?"),
        ("shape-bias", {"observer": "resnet50"}, "Did you mean observers or resample_observers"),
        ("shape-bias", {"observers": "resnet-50"}, r"Did you mean resnet50"),
        ("shape-bias", {"datasets": "edges"}, r"no dataset is called 'edges'.* Did you mean edge"),
        ("shape-bias", {"trials": "a.csv,b.csv"}, r"trials: expected paths .* at a\.csv, b\.csv"),
        ("interval-coverage", {"stored": "README.md"}, "expected a run of benchmarks/coverage"),
        ("step-by-step", {"model": "mini-pixle"}, r"model: .* Did you mean mini-pixel"),
        ("step-by-step", {"model": "mini-cnn"}, "of the kind diffusion; found"),
        ("step-by-step", {"names": "a.png"}, "names: expected names of images .* found a.png"),
        ("step-by-step", {"conflicts": 0, "ordinary": 0}, "expected at least one image"),
    ],
)
def test_what_is_wrong_is_said_before_a_kernel_starts(chapter, values, says, tmp_path, monkeypatch):
    project = find_project()
    monkeypatch.chdir(project.root)
    with pytest.raises(InputError, match=says):
        run_chapter(project, chapter, values, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_model_without_weights_is_no_model_to_follow(tmp_path):
    with pytest.raises(DataNotFoundError, match="weights of mini-pixel-seed1"):
        run_chapter(
            find_project(),
            "step-by-step",
            {"model": "mini-pixel-seed1"},
            tmp_path / "out",
        )
