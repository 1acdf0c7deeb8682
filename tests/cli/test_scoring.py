"""`gcbook score` and `gcbook decide`: options that arrive, early refusals, what is printed."""

import os
import shlex
import signal

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tiny.command import call
from tiny.gaussian import class_means, gaussian_classifier
from tiny.scorers import Counting

from gcbook import cli
from gcbook.files.manifest import DATA
from gcbook.miniworld import testsets
from gcbook.miniworld.world import World
from gcbook.noise.schedules import CosineSchedule
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.decisions import decide_store
from gcbook.scoring.racing import usual_race
from gcbook.scoring.store import Store
from gcbook.trials.table import read_trials


def draw_images(root, names):
    rng = np.random.default_rng(0)
    for name in names:
        path = root / name.rstrip("0123456789-").split("1")[0] / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (4, 4, 3), np.uint8)).save(path)
    return root


@pytest.fixture
def images(tmp_path):
    names = [f"{c}1-{t}2" for c, t in zip(CATEGORIES, CATEGORIES[1:] + CATEGORIES[:1], strict=True)]
    return draw_images(tmp_path / "images" / "cue-conflict", names)


@pytest.fixture
def asked(monkeypatch):
    """A toy in place of every model; what was asked for is in the dictionary."""
    asked = {"loaded": 0}

    def load_classifier(model, **options):
        asked.update(model=model, loaded=asked["loaded"] + 1, **options)
        toy = gaussian_classifier(
            CosineSchedule(), class_means(16), name=options.get("name", "toy")
        )
        if "dtype_found" in asked:
            toy.details["dtype"] = asked["dtype_found"]
        asked["classifier"] = Counting(toy, on_batch=asked.get("on_batch"))
        return asked["classifier"]

    monkeypatch.setattr("gcbook.classifiers.load.load_classifier", load_classifier)
    return asked


def test_a_test_set_of_the_drawn_world(capsys, tmp_path, asked, monkeypatch):
    monkeypatch.setattr(testsets, "WORLD", World(resolution=4, scale=(0.5, 0.5)))
    monkeypatch.setattr(testsets, "_made", testsets._made.__wrapped__)
    store = tmp_path / "store"
    command = ("score", "toy", "edge", "-o", store, "--drawn", "--draws", 1)
    status, _, _ = call(capsys, *command, "--limit", 16)
    assert status == 0
    found = Store.open(store).images().set_index("image_id")["sha256"]
    made = {each.image_id: each.sha256() for each in testsets.make_test_set("edge")}
    assert len(found) == 16
    assert all(made[name] == value for name, value in found.items())
    status, _, err = call(capsys, "score", "toy", tmp_path, "-o", tmp_path / "s", "--drawn")
    assert (status, "test set: expected one of in-distribution" in err) == (2, True)
    assert asked["loaded"] == 1


def test_decisions_on_miniature_images_are_for_no_benchmark_of_people(capsys, tmp_path):
    scores = DATA.folder / "scores"
    for model, follows in (("mini-latent-calibrated", True), ("mini-cnn-calibrated", False)):
        store, output = scores / model / "cue-conflict", tmp_path / model
        status, out, err = call(capsys, "decide", store, "-o", output)
        assert (status, err) == (0, "")
        said = "drawn images: gcbook benchmark has no people who saw them"
        last = [f"next: gcbook run weighting -p stores {store}"] if follows else []
        assert out.splitlines()[-1 - follows :] == [said, *last]


def test_from_images_to_trials(capsys, tmp_path, images, asked):
    store = tmp_path / "my stores" / "one"
    status, out, _ = call(capsys, "score", "some-model", images, "-o", store, "--draws", "4")
    assert status == 0
    assert out.startswith("16 of 16 images scored, 16 of them now\n1,024 network evaluations")
    _, *command = shlex.split(out.splitlines()[-1].removeprefix("next: "))
    assert command == ["decide", f"{store}", "-o", f"{store}-trials"]
    assert (asked["model"], asked["dtype"]) == ("some-model", "auto")
    assert "template" not in asked
    status, out, err = call(capsys, *command)
    written = f"{store}-trials/raw-data/cue-conflict/cue-conflict_toy_session-1.csv"
    lines = out.splitlines()
    assert lines[0].startswith("toy on cue-conflict: 16 images, accuracy 0.")
    assert lines[1].startswith("shape bias ")
    assert lines[1].endswith("cue decisions, 16 conflict images)")
    table = decide_store(Store.open(store)).table
    assert lines[2] == (
        f"endless draws would change an expected {1 - table['posterior'].mean():.1%} of the "
        f"decisions; {(table['posterior'] < 0.9).sum()} images with a posterior below 0.9"
    )
    assert lines[3:] == [written, f"next: gcbook benchmark '{store}-trials'"]
    assert status == 0
    assert err.startswith("1,264 of the 1,280 images of cue-conflict are not in the store")
    assert len(err.splitlines()) == 1
    with pytest.warns(UserWarning, match="16 of 1280"):
        trials = read_trials(written)
    right = (trials["category"] == trials["response"]).mean()
    assert f"accuracy {right:.3f}" in lines[0]


def test_options_arrive(capsys, tmp_path, images, asked):
    status, _, _ = call(
        capsys, "score", "m", images, "-o", tmp_path / "s", "--draws", "6", "--seed", "3",
        "--batch-size", "5", "--limit", "2", "--device", "cpu", "--dtype", "bfloat16",
        "--timesteps", "uniform", "--clip-x0", "static", "--norm", "l1",
        "--weighting", "eps", "--prompt", "a {}", "--method", "regenerate", "--mask-ratio", "0.5",
        "--steps", "7", "--no-ensemble", "--name", "mine",
    )  # fmt: skip
    assert status == 0
    options = {name: asked[name] for name in ("template", "device", "dtype", "method", "name")}
    assert options == {
        "template": "a {}",
        "device": "cpu",
        "dtype": "bfloat16",
        "method": "regenerate",
        "name": "mine",
    }
    assert (asked["mask_ratio"], asked["steps"], asked["ensemble"]) == (0.5, 7, False)
    store = Store.open(tmp_path / "s")
    settings = store.settings
    assert (settings.draws, settings.seed, settings.timesteps) == (6, 3, "uniform")
    assert (settings.clip_x0, settings.norm) == ("static", "l1")
    assert (settings.weighting.name, settings.racing, store.observer) == ("eps", None, "mine")
    assert store.images()["category"].tolist() == ["airplane", "bear"]
    assert max(asked["classifier"].batches) == 5


def test_a_store_keeps_the_dtype_it_was_begun_with(capsys, tmp_path, images, asked, monkeypatch):
    command = ("score", "m", images, "-o", tmp_path / "s", "--draws", 2)
    asked["dtype_found"] = "float16"
    status, _, err = call(capsys, *command, "--limit", 2)
    assert (status, asked["dtype"]) == (0, "auto")
    assert "network in float16" in err.splitlines()
    assert Store.open(tmp_path / "s").settings.dtype == "float16"
    # The choice is made once: further images are scored as the first ones were.
    assert call(capsys, *command)[0] == 0
    assert asked["dtype"] == "float16"
    loaded = asked["loaded"]
    status, _, err = call(capsys, *command, "--dtype", "float32")
    assert (status, "dtype: expected float16, found float32" in err) == (2, True)
    assert asked["loaded"] == loaded


def test_a_dry_run_prints_hours_and_stores_nothing(capsys, tmp_path, images, asked):
    store = tmp_path / "store"
    asking = ("score", "some-model", images, "-o", store, "--draws", "4", "--device", "cpu")
    status, out, _ = call(capsys, *asking, "--dry-run")
    assert status == 0
    assert out.startswith(
        "cue-conflict: 16 images × 16 classes × 4 draws: at most 1,024 network evaluations, "
    )
    assert out.endswith(" hours on cpu\n")
    assert not store.exists()


def test_racing(capsys, tmp_path, images, asked):
    call(capsys, "score", "m", images, "-o", tmp_path / "s", "--racing", "--limit", "1")
    assert Store.open(tmp_path / "s").settings.racing == usual_race()
    status, _, err = call(capsys, "decide", tmp_path / "s", "--weighting", "uniform")
    assert status == 2
    assert "raced under weighting exp:7" in err
    assert call(capsys, "decide", tmp_path / "s", "--draws", "5")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--draws", "4", "--racing"], "--draws"),
        (["--weighting", "exp"], "expected one of exp:K"),
        (["--name", "subject-1"], "name of the model"),
        (["--dataset", "../x"], "a name that a folder can have"),
        (["--extend"], "no store to extend"),
        (["--device", "cuda:77"], "device: expected auto, cpu, or one"),
        (["--workers", "slurm"], "--workers: expected ray, or ray:N"),
        (["--workers", "ray", "--shard", "1/2"], "expected one of --workers, --shard"),
        (["--workers", "ray", "--dry-run"], "expected one of --workers, --dry-run"),
        (["--drawn", "--dataset", "edge"], "a test set of --drawn has its name"),
        (["--workers", "ray", "--device", "mps"], "--device: expected auto, cpu or cuda"),
    ],
)
def test_refused_before_a_model_is_loaded(capsys, tmp_path, images, asked, arguments, says):
    status, out, err = call(capsys, "score", "m", images, "-o", tmp_path / "s", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("gcbook: ")
    assert says in err
    assert asked["loaded"] == 0
    assert not (tmp_path / "s").exists()


def test_other_settings_are_refused_before_a_model_is_loaded(capsys, tmp_path, images, asked):
    store = tmp_path / "s"
    assert call(capsys, "score", "m", images, "-o", store, "--draws", "2", "--limit", "3")[0] == 0
    status, _, err = call(capsys, "score", "m", images, "-o", store, "--draws", "4")
    assert status == 2
    assert "draws: expected 2, found 4" in err
    assert "--extend" in err
    status, _, err = call(capsys, "score", "m", images, "-o", images, "--draws", "4")
    assert (status, asked["loaded"]) == (2, 1)
    assert "expected a store or an empty folder, found airplane" in err
    status, out, _ = call(capsys, "score", "m", images, "-o", store, "--draws", "4", "--extend")
    assert (status, asked["loaded"]) == (0, 2)
    assert out.startswith("16 of 16 images scored")


def test_failed_images_are_named_and_the_status_tells(capsys, tmp_path, images, asked):
    bad = images / "cat" / "cat1-chair2.png"
    whole = bad.read_bytes()
    bad.write_bytes(whole[:30])
    command = ["score", "m", images, "-o", tmp_path / "s", "--draws", "2"]
    status, out, err = call(capsys, *command)
    assert status == 1
    assert out.startswith("15 of 16 images scored")
    said = next(line for line in err.splitlines() if line.startswith("left out"))
    assert said.startswith(f"left out: {bad}: expected an image")
    assert said.count(bad.name) == 1
    assert "1 of 16 images could not be scored (cat1-chair2.png" in err.splitlines()[-1]
    status, out, err = call(capsys, "decide", tmp_path / "s")
    assert status == 1
    assert "15 images" in out
    assert err.startswith("1 image could not be scored: cat1-chair2.png: expected an image")
    assert "1 of 16 images could not be decided" in err.splitlines()[-1]
    bad.write_bytes(whole)
    status, out, _ = call(capsys, *command)
    assert status == 0
    assert out.startswith("16 of 16 images scored, 1 of them now")
    _, _, err = call(capsys, "decide", tmp_path / "s")
    assert err.startswith("1,264 of the 1,280 images of cue-conflict are not in the store")


@pytest.mark.parametrize(("sent", "told"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_says_how_to_go_on(capsys, tmp_path, images, asked, sent, told):
    before = signal.getsignal(sent)

    def interrupt(batch):
        if batch == 2:
            os.kill(os.getpid(), sent)

    asked["on_batch"] = interrupt
    command = ["score", "m", images, "-o", tmp_path / "s", "--draws", "4", "--batch-size", "64"]
    status, _, err = call(capsys, *command)
    assert status == told
    assert err.count(f"saved in {tmp_path / 's'}, and the same command goes on") == 1
    assert signal.getsignal(sent) == before
    asked.pop("on_batch")
    assert call(capsys, *command)[1].startswith("16 of 16 images scored, 15 of them now")


def test_an_incomplete_store_says_who_is_left_out(capsys, tmp_path, images, asked):
    asked["on_batch"] = lambda batch: (
        (_ for _ in ()).throw(KeyboardInterrupt) if batch > 3 else None
    )
    call(capsys, "score", "m", images, "-o", tmp_path / "s", "--draws", "4")
    status, out, err = call(capsys, "decide", tmp_path / "s", "-o", tmp_path / "edge_x.csv")
    assert status == 1
    # Of 16 images five were begun; the other eight were asked for all the same.
    assert "3 images, accuracy" in out
    assert "left out, scores not complete: 13 images" in err
    assert "13 of 16 images could not be decided" in err.splitlines()[-1]
    assert len(pd.read_csv(tmp_path / "edge_x.csv")) == 3
    begun = Store.open(tmp_path / "s").images()
    assert len(begun) == 3 + 5


def test_shards_and_their_merge(capsys, tmp_path, images, asked):
    def shard(number, *more):
        where = tmp_path / f"{number}"
        asked = ("score", "m", images, "-o", where, "--draws", "2", "--shard", f"{number}/3")
        return call(capsys, *asked, *more)

    status, out, _ = shard(2)
    assert status == 0
    assert out.startswith("6 of 6 images scored, 6 of them now\n192 network evaluations")
    assert out.endswith("next: gcbook merge, with the other 2 of 3 shards\n")
    assert "0 of them now" in shard(2)[1]
    status, _, err = call(capsys, "decide", tmp_path / "2")
    assert status == 1
    assert "left out, scores not complete: 10 images" in err
    assert "gcbook merge where they belong to other shards" in err
    shard(3)
    merge = ("merge", tmp_path / "2", tmp_path / "3", "-o", tmp_path / "all")
    status, out, err = call(capsys, *merge)
    assert status == 1
    assert out.startswith("12 of 16 images have all their scores\nnext: gcbook decide ")
    assert "4 are lacking: airplane1-bear2.png, bear1-bicycle2.png, bicycle1-bird2.png, " in err
    assert err.splitlines()[-1].startswith("gcbook: 4 of 16 images have no scores yet")
    shard(1)
    status, out, err = call(capsys, "merge", tmp_path / "1", "-o", tmp_path / "all")
    assert (status, err) == (0, "")
    assert out.startswith("16 of 16 images have all their scores\n")
    # These are some of the 1,280.
    assert call(capsys, "decide", tmp_path / "all")[0] == 0
    (tmp_path / "3" / "scores.parquet").write_bytes(b"x")
    status, _, err = call(capsys, *merge)
    assert status == 2
    assert "scores.parquet: expected" in err
    loaded = asked["loaded"]
    for text in ("0/3", "4/3", "half"):
        status, _, err = shard(1, "--shard", text)
        assert (status, "shard: expected" in err) == (2, True)
    assert asked["loaded"] == loaded


def test_trials_are_written_where_it_is_said_and_replaced_only_if_asked(
    capsys, tmp_path, images, asked
):
    call(capsys, "score", "m", images, "-o", tmp_path / "s", "--draws", "2")
    good, bad = tmp_path / "cue-conflict_mine.csv", tmp_path / "mine.csv"
    status, out, err = call(capsys, "decide", tmp_path / "s", "-o", good, "--name", "mine")
    assert (status, err.count("\n")) == (0, 1)
    assert "1,264 of the 1,280 images of cue-conflict" in err
    assert out.splitlines()[-2:] == [str(good), f"next: gcbook benchmark {good}"]
    assert pd.read_csv(good)["subj"].unique().tolist() == ["mine"]
    _, out, err = call(capsys, "decide", tmp_path / "s", "-o", bad)
    assert "says cue-conflict, so gcbook benchmark will not know it" in err
    assert "next" not in out
    status, _, err = call(capsys, "decide", tmp_path / "s", "-o", good)
    assert status == 2
    assert "--overwrite" in err
    assert call(capsys, "decide", tmp_path / "s", "-o", good, "--overwrite")[0] == 0
    status, _, err = call(capsys, "decide", tmp_path / "s", "-o", good / "cue-conflict_x.csv")
    assert (status, str(good) in err, err.count("\n")) == (1, True, 2)
    folder = ("decide", tmp_path / "s", "-o", tmp_path / "t")
    assert call(capsys, *folder)[0] == 0
    assert "add --overwrite" in call(capsys, *folder)[2]
    assert call(capsys, *folder, "--overwrite")[0] == 0


def test_a_dataset_of_ones_own(capsys, tmp_path, asked):
    own = draw_images(tmp_path / "drawings", ["cat1", "dog1", "cat12"])
    _, _, err = call(capsys, "score", "m", own, "-o", tmp_path / "s", "--draws", "2")
    assert err.startswith("drawings is none of the 17 datasets")
    said = "3 images × 16 classes × 2 draws: at most 96 network evaluations"
    assert err.splitlines()[-3:-1] == ["loading m …", said]
    status, out, _ = call(capsys, "decide", tmp_path / "s", "-o", tmp_path / "own.csv")
    assert status == 0
    assert "toy on drawings: 3 images" in out
    assert "shape bias" not in out
    assert "none of the 17 datasets" in out
    assert len(pd.read_csv(tmp_path / "own.csv")) == 3
    named = ("score", "m", own, "-o", tmp_path / "t", "--draws", "2", "--dataset", "silhouette")
    assert "17" not in call(capsys, *named)[2]


def test_libraries_keep_quiet(capfd, tmp_path, images):
    from tiny import images as models

    models.clip(tmp_path / "clip")
    capfd.readouterr()
    with pytest.raises(SystemExit):
        cli.main(["score", str(tmp_path / "clip"), str(images), "-o", str(tmp_path / "s")])
    lines = capfd.readouterr().err.splitlines()
    assert lines[0].startswith("loading ")
    asked = "16 images of 224 pixels a side × 16 classes × 1 draw: at most 16 network evaluations"
    assert lines[1:] == [asked, "at most 0.01 hours"]


def test_scores_are_no_trials(capsys, tmp_path, images, asked):
    call(capsys, "score", "m", images, "-o", tmp_path / "s", "--draws", "2")
    status, _, err = call(capsys, "benchmark", tmp_path / "s")
    assert status
    assert f"Make trials of it first: gcbook decide {tmp_path / 's'}" in err
