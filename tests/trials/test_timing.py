"""Images that were shown too long do not count: the same rule as on the page of a class."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcbook.files.errors import InputError
from gcbook.trials.table import MissingImagesWarning, read_answers, read_trials
from gcbook.trials.timing import MOST_OFF, OffTimeWarning, off_time

HEADER = "subj,session,trial,rt,object_response,category,condition,imagename,image_ms,mask_ms,seed"


def write(folder: Path, person: int, times: list[object]) -> Path:
    """A file of the book's experiment, an image a time."""
    path = folder / f"sketch_subject-{person:02d}_session_1.csv"
    rows = [
        f"subject-{person:02d},1,{n},0.7,cat,cat,0,{n:04d}_x_s{person:02d}_0_cat_00_cat{n}.png,{ms},200,7"
        for n, ms in enumerate(times, 1)
    ]
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def read(*paths: Path) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingImagesWarning)
        return read_trials(*paths)


def test_the_rule():
    sessions = pd.DataFrame({"observer": ["a"] * 4 + ["b"] * 4 + ["c"] * 2})
    times = np.array([180, 220, 179.9, 200, 200, 233, 233, 200, np.nan, np.nan])
    # A quarter of a's images, half of b's; c saw each until the answer.
    expected = [False, False, True, False, *[True] * 4, False, False]
    assert off_time(times, sessions).tolist() == expected
    assert MOST_OFF == 0.25
    assert not off_time(times[:2], sessions[:2]).any()


def test_trials_are_left_out_with_a_word(tmp_path):
    write(tmp_path, 1, [200.1, 199.9, 250.0, 201, 200])
    write(tmp_path, 2, ["NaN"] * 5)
    write(tmp_path, 3, [200, 260, 260, 200, 200])
    with pytest.warns(OffTimeWarning, match=r"6 of 15 images .* longer or shorter than 200 ms"):
        trials = read(tmp_path)
    assert trials.groupby("observer").size().to_dict() == {"subject-01": 4, "subject-02": 5}
    assert "cat3.png" not in set(trials.loc[trials["observer"] == "subject-01", "image_id"])
    with pytest.warns(OffTimeWarning):
        assert len(read_answers(tmp_path)) == 9
    assert trials.index.tolist() == list(range(9))


def test_what_no_time_is_and_a_class_of_late_images_are_refused(tmp_path):
    path = write(tmp_path, 1, [200, "soon"])
    with pytest.raises(InputError, match=r"line 3: expected as image_ms milliseconds from 0.*soon"):
        read(path)
    path = write(tmp_path, 2, [20, 30])
    with pytest.raises(InputError, match="expected images that were shown for 200 ms"):
        read(path)
