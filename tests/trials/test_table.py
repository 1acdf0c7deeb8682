"""Reading, validating and writing trial files."""

import warnings
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gcbook.files.errors import InputError
from gcbook.trials.parse import joined
from gcbook.trials.table import (
    ANSWER_COLUMNS,
    COLUMNS,
    MissingImagesWarning,
    missing_images,
    read_answers,
    read_trials,
    write_trials,
)
from gcbook.trials.timing import MOST_OFF, OffTimeWarning, off_time

HEADER = "subj,session,trial,rt,object_response,category,condition,imagename"
SKETCH = "mine,1,{n},NaN,{answer},cat,0,cat-{n:04d}-sketch-1.png"


def trial_file(folder: Path, lines: list[str], name: str = "sketch_mine_session-1.csv") -> Path:
    path = folder / "results" / "raw-data" / name.partition("_")[0] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return path


def read_quietly(*paths: Path, source: str | None = None) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingImagesWarning)
        return read_trials(*paths, source=source)


@pytest.fixture
def two_trials(tmp_path: Path) -> Path:
    lines = [SKETCH.format(n=1, answer="cat"), SKETCH.format(n=2, answer="dog")]
    return trial_file(tmp_path, lines)


def test_columns_and_values(two_trials: Path) -> None:
    trials = read_quietly(two_trials)
    assert tuple(trials) == COLUMNS
    row = trials.iloc[1]
    assert (row.observer, row.observer_kind, row.dataset) == ("mine", "model", "sketch")
    assert (row.session, row.trial, row.condition) == (1, 2, "0")
    assert (row.image_id, row.category, row.response) == ("cat-0002-sketch-1.png", "cat", "dog")
    assert np.isnan(row.rt)
    assert row.source == "results"


@pytest.mark.parametrize("kind", ["folder", "raw-data", "dataset", "file", "zip", "github"])
def test_every_way_to_point_to_the_same_trials(two_trials: Path, tmp_path: Path, kind: str) -> None:
    results = tmp_path / "results"
    archive = tmp_path / "results.zip"
    prefix = f"model-vs-human-{'a' * 40}/" if kind == "github" else ""
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.write(two_trials, f"{prefix}raw-data/sketch/{two_trials.name}")
    path = {
        "folder": results,
        "raw-data": results / "raw-data",
        "dataset": results / "raw-data" / "sketch",
        "file": two_trials,
    }.get(kind, archive)
    trials = read_quietly(path)
    assert trials["response"].tolist() == ["cat", "dog"]
    assert set(trials["source"]) == {"model-vs-human" if kind == "github" else "results"}


@pytest.mark.parametrize(
    ("image", "image_id"),
    [
        ("0004_hp_s01_0.7_boat_10_n03662601_12531.png", "n03662601_12531.png"),
        ("0001_hp_dnn_0.7_boat_10_n13662601_1.JPEG", "n13662601_1.JPEG"),
        ("0002_s5n_s01_0_bird_00_boat-0068-sketch-23.png", "boat-0068-sketch-23.png"),
        ("boat1.png", "boat1.png"),
    ],
)
def test_image_identity(tmp_path: Path, image: str, image_id: str) -> None:
    line = f"a,1,1,NaN,boat,boat,0.70,{image}"
    path = trial_file(tmp_path, [line], "high-pass_a_session-1.csv")
    assert read_quietly(path)["image_id"].tolist() == [image_id]


@pytest.mark.parametrize(
    ("dataset", "written", "condition"),
    [
        ("high-pass", "0.70", "0.7"),
        ("high-pass", "3", "3.0"),
        ("high-pass", "Inf", "inf"),
        ("uniform-noise", "0.00", "0.0"),
        ("uniform-noise", "0", "0.0"),
        ("uniform-noise", ".9", "0.9"),
        ("low-pass", "10.0", "10"),
        ("false-colour", "true", "True"),
        ("false-colour", "False", "False"),
        ("contrast", "c05", "c05"),
        ("power-equalisation", "0.0", "0"),
        ("power-equalisation", "pow", "pow"),
        ("rotation", "90", "90"),
        ("eidolonII", "128-3-10", "128-3-10"),
        ("edge", "NaN", "0"),
        ("edge", "", "0"),
        ("edge", "0.0", "0"),
    ],
)
def test_the_number_parsed_decides_the_condition(
    tmp_path: Path, dataset: str, written: str, condition: str
) -> None:
    line = f"a,1,1,NaN,boat,boat,{written},x_n03662601_1.png"
    path = trial_file(tmp_path, [line], f"{dataset}_a_session-1.csv")
    assert read_quietly(path)["condition"].tolist() == [condition]


def test_capitals_bom_quotes_crlf_column_order_and_extra_columns(tmp_path: Path) -> None:
    path = trial_file(tmp_path, [])
    header = "lab,Subj,Session,TRIAL,rt,object_response,category,condition,imagename"
    row = 'x,"subject-07",1,3,0.25,na,dog,0,"0003_ske_s01_0_dog_00_dog-1-sketch-1.png"'
    path.write_bytes(b"\xef\xbb\xbf" + f"{header}\r\n{row}\r\n\r\n".encode())
    trials = read_quietly(path)
    assert trials.loc[0, ["observer", "observer_kind", "response"]].tolist() == [
        "subject-07",
        "human",
        "na",
    ]
    assert trials.loc[0, "rt"] == 0.25


REFUSED = {
    "missing column": ("subj,session,trial,rt,category,condition,imagename\n", "object_response"),
    "unknown response": (SKETCH.format(n=2, answer="fox"), "line 3.*object_response.*'fox'"),
    "unknown category": (
        SKETCH.format(n=2, answer="cat").replace(",cat,0", ",fox,0"),
        "line 3.*category.*'fox'",
    ),
    "unknown condition": (
        SKETCH.format(n=2, answer="cat").replace(",0,", ",7,"),
        "line 3.*condition of sketch.*'7'",
    ),
    "second trial": (SKETCH.format(n=1, answer="dog"), "line 3.*second one.*line 2"),
    "too few fields": ("mine,1,2,NaN,cat,cat,0", "line 3: expected 8 fields, found 7"),
    "no number": (SKETCH.format(n=2, answer="cat").replace("e,1,2", "e,1,b"), "line 3.*trial"),
    "no seconds": (SKETCH.format(n=2, answer="cat").replace("NaN", "soon"), "line 3.*rt.*'soon'"),
    "humans by another letter": (
        SKETCH.format(n=2, answer="cat").replace("mine", "Humans"),
        "line 3.*subj.*'Humans'",
    ),
    "a name of two lines": (
        SKETCH.format(n=2, answer="cat").replace("mine", '"mi\nne"'),
        r"line 4.*subj.*'mi\\nne'",
    ),
    "an image's name of two lines": (
        SKETCH.format(n=2, answer="cat").replace("cat-0002", '"cat-0\n002') + '"',
        "line 4.*imagename a name in one line",
    ),
    "a name that a spreadsheet computes": (
        SKETCH.format(n=2, answer="cat").replace("mine", "=1+1"),
        r"line 3.*subj.*formula; found '=1\+1'",
    ),
    "an image's name that a spreadsheet computes": (
        SKETCH.format(n=2, answer="cat").replace(",cat-0002", ",@cat-0002"),
        "line 3.*imagename.*formula",
    ),
    "a negative time": (
        SKETCH.format(n=2, answer="cat").replace("NaN", "-0.3"),
        "line 3.*rt seconds from 0.*'-0.3'",
    ),
    "a time without end": (
        SKETCH.format(n=2, answer="cat").replace("NaN", "inf"),
        "line 3.*rt seconds from 0.*'inf'",
    ),
    "a session beyond counting": (
        SKETCH.format(n=2, answer="cat").replace("e,1,2", "e,1e999,2"),
        "line 3.*session a whole number.*'1e999'",
    ),
    "a trial below nothing": (
        SKETCH.format(n=2, answer="cat").replace("e,1,2", "e,1,-2"),
        "line 3.*trial a whole number.*'-2'",
    ),
    "a bad line after a blank one": ("\n" + SKETCH.format(n=2, answer="fox"), "line 4"),
    "no observer": (SKETCH.format(n=2, answer="cat").replace("mine", ""), "line 3.*subj"),
}


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("case", REFUSED)
def test_bad_lines_are_refused_with_file_line_and_remedy(tmp_path: Path, case: str) -> None:
    line, message = REFUSED[case]
    path = trial_file(tmp_path, [SKETCH.format(n=1, answer="cat"), line])
    if case == "missing column":
        path.write_text(line)
    with pytest.raises(InputError, match=message) as caught:
        read_quietly(path)
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith((".", ". "))


@pytest.mark.parametrize(
    ("name", "category", "says"),
    [
        ("0001_cc_dnn_0_cat_00_cat2-dog2.png", "dog", r"category the shape .*'dog of cat2-dog2"),
        ("dog10.png", "dog", "imagename"),
    ],
)
def test_a_conflicts_name_says_its_shape_and_texture(
    tmp_path: Path, name: str, category: str, says: str
) -> None:
    lines = ["a,1,1,NaN,dog,cat,0,cat1-dog2.png", f"a,1,2,NaN,dog,{category},0,{name}"]
    path = trial_file(tmp_path, lines[:1], "cue-conflict_a_session-1.csv")
    assert len(read_quietly(path)) == 1
    trial_file(tmp_path, lines, "cue-conflict_a_session-1.csv")
    with pytest.raises(InputError, match=f"line 3.*{says}"):
        read_quietly(path)


def test_models_need_no_response_times(two_trials: Path) -> None:
    with_times = read_quietly(two_trials)
    lines = [line.split(",") for line in two_trials.read_text().splitlines()]
    two_trials.write_text("\n".join(",".join(line[:3] + line[4:]) for line in lines) + "\n")
    assert "rt" not in two_trials.read_text()
    pd.testing.assert_frame_equal(read_quietly(two_trials), with_times)


def test_binary_empty_header_only_and_absent(tmp_path: Path) -> None:
    path = trial_file(tmp_path, [])
    with pytest.raises(InputError, match="header only"):
        read_quietly(path)
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    with pytest.raises(InputError, match="binary"):
        read_quietly(path)
    path.write_bytes(f"{HEADER}\nm\xe9,1,1,NaN,cat,cat,0,cat-1-sketch-1.png\n".encode("latin-1"))
    with pytest.raises(InputError, match="line 2: expected a UTF-8"):
        read_quietly(path)
    path.write_text("")
    with pytest.raises(InputError, match="line 1"):
        read_quietly(path)
    (tmp_path / "nothing").mkdir()
    with pytest.raises(InputError, match="found none"):
        read_quietly(tmp_path / "nothing")
    with pytest.raises(InputError, match="found nothing"):
        read_quietly(tmp_path / "absent")
    with pytest.raises(InputError, match="at least one"):
        read_trials()


def test_unknown_dataset_lists_the_known_ones(two_trials: Path, tmp_path: Path) -> None:
    folder = two_trials.parent.rename(two_trials.parent.parent / "sketches")
    odd = folder / two_trials.name
    odd.rename(folder / "mine.csv")
    with pytest.raises(InputError, match=r"'sketches'.*colour.*stylized"):
        read_quietly(tmp_path / "results")


def test_other_sets_of_the_archives_are_passed_over(two_trials: Path) -> None:
    raw_data = two_trials.parent.parent
    for name in ("noise-generalisation_low-pass", "performances", "texture-shape_texture"):
        (raw_data / name).mkdir()
        (raw_data / name / f"{name}_mine_session-1.csv").write_text("any,thing\n1,2\n")
    assert len(read_quietly(raw_data)) == 2


def edge_file(folder: Path, name: str, lines: list[str]) -> Path:
    return trial_file(folder, lines, f"edge_{name}_session-1.csv")


def test_a_second_trial_is_named_with_the_first_across_paths(tmp_path: Path) -> None:
    line = "a,1,1,NaN,car,car,0,car{n}.png"
    edge_file(tmp_path / "one", "a", [line.format(n=n) for n in (1, 2)])
    trial_file(tmp_path / "one", [SKETCH.format(n=1, answer="cat")])
    edge_file(tmp_path / "two", "again", [line.format(n=n) for n in (3, 4, 2)])
    message = r"again_session-1\.csv, line 4: .* \(the first: .*edge_a_session-1\.csv, line 3; 1 in"
    with pytest.raises(InputError, match=message):
        read_quietly(tmp_path / "one", tmp_path / "two")


def test_answers_are_the_trials_as_categories(two_trials: Path, tmp_path: Path) -> None:
    human = "subject-01,1,1,0.4,na,dog,0,0001_ske_s01_0_dog_00_dog-0007-sketch-1.png"
    trial_file(tmp_path, [human], "sketch_subject-01_session_1.csv")
    edges = edge_file(tmp_path / "two", "b", ["b,1,1,NaN,car,car,NaN,car1.png"])
    trials = read_quietly(two_trials.parent, edges)
    answers = read_answers(two_trials.parent, edges)
    assert tuple(answers) == ANSWER_COLUMNS
    assert all(isinstance(dtype, pd.CategoricalDtype) for dtype in answers.dtypes)
    assert (answers["response"] == answers["category"]).tolist() == [True, False, False, True]
    assert answers["image_id"].cat.categories.is_monotonic_increasing
    pd.testing.assert_frame_equal(answers.astype("str"), trials[[*ANSWER_COLUMNS]])
    apart = joined([read_answers(two_trials.parent), read_answers(edges)])
    pd.testing.assert_frame_equal(apart, answers)


def test_missing_images_are_reported_not_refused(two_trials: Path) -> None:
    with pytest.warns(MissingImagesWarning, match="mine 2 of 800 images of sketch"):
        trials = read_trials(two_trials)
    assert missing_images(trials).to_dict("records") == [
        {"source": "results", "observer": "mine", "dataset": "sketch", "n_seen": 2, "n_images": 800}
    ]


def test_one_name_from_two_sources_is_kept_apart(two_trials: Path) -> None:
    first, second = read_quietly(two_trials), read_quietly(two_trials, source="other")
    assert set(first["source"]) == {"results"}
    assert set(second["source"]) == {"other"}
    assert len(read_quietly(two_trials, two_trials)) == 2  # named twice, read once
    copy = two_trials.with_name("sketch_copy_session-1.csv")
    copy.write_text(two_trials.read_text())
    with pytest.raises(InputError, match="second one"):
        read_quietly(two_trials.parent)


def test_write_then_read_is_the_identity(two_trials: Path, tmp_path: Path) -> None:
    trials = read_quietly(two_trials)
    human = trials.assign(observer="subject-03", observer_kind="human", rt=[0.1234567890123, 1 / 3])
    both = pd.concat([trials.assign(observer="my_net"), human], ignore_index=True)
    files = write_trials(both, tmp_path / "out")
    assert sorted(file.name for file in files) == [
        "sketch_my-net_session-1.csv",
        "sketch_subject-03_session_1.csv",
    ]
    # As the toolbox writes it.
    assert files[0].read_text().splitlines()[:2] == [
        HEADER,
        "my_net,1,1,NaN,cat,cat,0,cat-0001-sketch-1.png",
    ]
    assert files[0].parent == tmp_path / "out" / "raw-data" / "sketch"
    again = read_quietly(tmp_path / "out", source="results")
    pd.testing.assert_frame_equal(again, both, check_exact=True)
    with pytest.raises(InputError, match="already there"):
        write_trials(both, tmp_path / "out")
    write_trials(both, tmp_path / "out", overwrite=True)


@pytest.mark.parametrize(
    ("others", "says"),
    [
        ([{}, {"source": "other", "image_id": "x.png"}], "one source at a time"),
        ([{"observer": "my_net"}, {"observer": "my-net"}], r"share the file sketch_my-net_session"),
    ],
)
def test_what_files_cannot_keep_apart_is_not_written(
    two_trials: Path, tmp_path: Path, others: list[dict[str, str]], says: str
) -> None:
    trials = read_quietly(two_trials)
    with pytest.raises(InputError, match=says):
        write_trials(pd.concat([trials.assign(**each) for each in others]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_published_files_are_all_read_right(published_trials: pd.DataFrame) -> None:
    assert len(published_trials) == 85_120 + 9 * 18_080 + 25 * 1_600
    humans = published_trials[published_trials["observer_kind"] == "human"]
    assert len(humans) == 85_120
    assert len(humans[["dataset", "observer"]].drop_duplicates()) == 90
    models = published_trials[published_trials["observer_kind"] == "model"]
    sources = models.groupby("source")["observer"].agg(set)
    assert len(sources["model-vs-human"]) == 9
    assert len(sources["error-consistency"]) == 25
    assert sources["model-vs-human"] & sources["error-consistency"] == {"resnet50", "bagnet33"}
    assert missing_images(published_trials).empty
    assert published_trials.loc[humans.index, "rt"].notna().any()


def experiment_file(folder: Path, person: int, times: list[object]) -> Path:
    """A file of the book's experiment, an image a time."""
    path = folder / f"sketch_subject-{person:02d}_session_1.csv"
    rows = [
        f"subject-{person:02d},1,{n},0.7,cat,cat,0,{n:04d}_x_s{person:02d}_0_cat_00_cat{n}.png,{ms},200,7"
        for n, ms in enumerate(times, 1)
    ]
    path.write_text("\n".join([f"{HEADER},image_ms,mask_ms,seed", *rows]) + "\n")
    return path


def test_images_off_their_time_do_not_count():
    sessions = pd.DataFrame({"observer": ["a"] * 4 + ["b"] * 4 + ["c"] * 2})
    times = np.array([180, 220, 179.9, 200, 200, 233, 233, 200, np.nan, np.nan])
    # A quarter of a's images, half of b's; c saw each until the answer.
    expected = [False, False, True, False, *[True] * 4, False, False]
    assert off_time(times, sessions).tolist() == expected
    assert MOST_OFF == 0.25
    assert not off_time(times[:2], sessions[:2]).any()


def test_trials_are_left_out_with_a_word(tmp_path):
    experiment_file(tmp_path, 1, [200.1, 199.9, 250.0, 201, 200])
    experiment_file(tmp_path, 2, ["NaN"] * 5)
    experiment_file(tmp_path, 3, [200, 260, 260, 200, 200])
    with pytest.warns(OffTimeWarning, match=r"6 of 15 images .* longer or shorter than 200 ms"):
        trials = read_quietly(tmp_path)
    assert trials.groupby("observer").size().to_dict() == {"subject-01": 4, "subject-02": 5}
    assert "cat3.png" not in set(trials.loc[trials["observer"] == "subject-01", "image_id"])
    with pytest.warns(OffTimeWarning):
        assert len(read_answers(tmp_path)) == 9
    assert trials.index.tolist() == list(range(9))


def test_what_no_time_is_and_a_class_of_late_images_are_refused(tmp_path):
    path = experiment_file(tmp_path, 1, [200, "soon"])
    with pytest.raises(InputError, match=r"line 3: expected as image_ms milliseconds from 0.*soon"):
        read_quietly(path)
    path = experiment_file(tmp_path, 2, [20, 30])
    with pytest.raises(InputError, match="expected images that were shown for 200 ms"):
        read_quietly(path)
