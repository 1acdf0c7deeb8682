"""Trainings that a chapter asks for."""

import pytest

from gcbook.files.errors import InputError
from gcbook.miniworld.training import anew, worlds
from gcbook.miniworld.training.anew import train_map


def test_a_map_is_trained_where_its_scores_are_read_from(tmp_path, monkeypatch):
    done = []
    monkeypatch.setattr(anew, "run_job", lambda job, folder, **how: done.append((job, folder)))
    train_map(tmp_path, "mini-cnn, mini-cnn-noise", images=300)
    assert [job for job, _ in done] == list(
        worlds.jobs((0,), ["mini-cnn", "mini-cnn-noise"], images=300)
    )
    assert {folder for _, folder in done} == {tmp_path}
    done.clear()
    train_map(tmp_path, "all")
    assert [job for job, _ in done] == list(worlds.jobs())


@pytest.mark.parametrize(
    ("folder", "models", "says"),
    [("", "all", "expected a folder in the parameter scores"), ("f", "mini-ar", "found 'mini-ar'")],
)
def test_nothing_is_trained_nowhere_or_of_other_models(folder, models, says):
    with pytest.raises(InputError, match=says):
        train_map(folder, models)
