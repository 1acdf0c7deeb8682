"""The engine: the same numbers however work is cut up, no failure costs more than itself."""

import numpy as np
import pandas as pd
import pytest
import torch
from tiny.gaussian import class_means, gaussian_classifier, nearest, stimuli, stimulus
from tiny.scorers import LABELS, Counting, Likelihood, toy

from gcbook.classifiers.load import load_classifier
from gcbook.files.errors import GcbookError, InputError
from gcbook.miniworld.results.shipped import model_folder, shipped_store
from gcbook.miniworld.testsets import make_test_set
from gcbook.noise.schedules import CosineSchedule, DiscreteSchedule, FlowSchedule, log_snr
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.decisions import decide, decide_store
from gcbook.scoring.engine import score
from gcbook.scoring.racing import ExpectedGain, Race, replay
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store

RACE = ExpectedGain(5, 1e-4, max_draws=40)
RACES: dict[str, Race | None] = {
    "fixed": None,
    "uniform times": RACE,
    "q": ExpectedGain(max_draws=40, q=(1, 2, 3, 1)),
}
EACH = pytest.mark.parametrize("racing", RACES.values(), ids=RACES)


def run(path, classifier=None, images=None, **options):
    """Score quietly: report and sorted rows."""
    names = ("extend", "save_every")
    more = {name: options.pop(name) for name in names if name in options}
    settings = ScoringSettings(**{"draws": 6, **options})
    images = stimuli(9, labels=LABELS) if images is None else images
    report = score(images, classifier or toy(), settings, path, progress="silent", **more)
    return report, Store.open(path).scores()


def equal(one: pd.DataFrame, other: pd.DataFrame, exact: bool = False, rtol: float = 1e-5) -> None:
    """The same rows, errors to within rounding of 32 bits."""
    keys = ["image_id", "label", "draw"]
    one, other = (
        frame.astype({"image_id": str, "label": str}).sort_values(keys, ignore_index=True)
        for frame in (one, other)
    )
    pd.testing.assert_frame_equal(one, other, check_exact=exact, rtol=rtol, atol=1e-7)


def test_a_row_for_every_image_draw_and_class(tmp_path):
    classifier = Counting(toy())
    report, rows = run(tmp_path / "s", classifier, batch_size=7)
    assert len(rows) == 9 * 6 * 4
    assert not rows.duplicated(["image_id", "label", "draw"]).any()
    assert len(classifier.measured) == len(set(classifier.measured)) == 9 * 6 * 4
    assert (report.n_complete, report.n_decisions) == (9, 9)
    assert report.n_evaluations == 216
    assert report.failed == {}
    assert 0 < report.network_seconds < report.seconds
    # All batches but the last are full.
    assert classifier.batches == [7] * 30 + [6]


def test_rows_are_what_the_classifier_says_of_that_draw(tmp_path):
    classifier, images = toy(), stimuli(5, labels=LABELS)
    settings = ScoringSettings(draws=3, seed=4)
    _, rows = run(tmp_path / "s", classifier, images, draws=3, seed=4, batch_size=5)
    for row in rows.sample(20, random_state=0).itertuples():
        image = next(i for i in images if i.image_id == row.image_id)
        x = classifier.prepare([image.pixels])
        draw = classifier.draw(image.image_id, row.draw, settings.rule, x[0])
        label = torch.tensor([LABELS.index(row.label)])
        expected = classifier.measure(x, [draw], label, "none")
        assert row.error_l2 == pytest.approx(expected["error_l2"].item(), rel=1e-5)
        assert row.error_l1 == pytest.approx(expected["error_l1"].item(), rel=1e-5)
        assert (row.t, row.log_snr) == (draw.t, draw.log_snr)
        assert row.log_snr == pytest.approx(float(log_snr(CosineSchedule(), np.array(row.t))))


@EACH
def test_batch_size_and_other_images_change_nothing(tmp_path, racing):
    _, one = run(tmp_path / "1", batch_size=1, racing=racing)
    _, many = run(tmp_path / "2", batch_size=64, racing=racing)
    equal(one, many)
    alone = stimuli(9, labels=LABELS)[4:5]
    _, few = run(tmp_path / "3", images=alone, batch_size=64, racing=racing)
    equal(few, one[one["image_id"] == alone[0].image_id])


@pytest.mark.parametrize("model", ["mini-cnn", "mini-pixel"])
def test_scores_of_trained_networks_hold_to_four_digits_whatever_the_batch(tmp_path, model):
    classifier = load_classifier(model_folder(model), name=model)
    images = make_test_set("cue-conflict").stimuli[::800]
    draws = min(2, shipped_store(model, "cue-conflict").settings.draws)
    asked = {"draws": draws, "device": "cpu"}
    _, rows = run(tmp_path / "64", classifier, images, batch_size=64, **asked)
    for size in (1, 7):
        _, other = run(tmp_path / str(size), classifier, images, batch_size=size, **asked)
        equal(rows, other, rtol=1e-4)
    best = [decide(Store.open(tmp_path / name))["response"].tolist() for name in ("64", "1", "7")]
    assert best[0] == best[1] == best[2]


@EACH
def test_order_of_classes_changes_nothing(tmp_path, racing):
    means = class_means(4)
    order = [2, 0, 3, 1]
    labels = tuple(LABELS[i] for i in order)
    _, rows = run(tmp_path / "1", gaussian_classifier(CosineSchedule(), means, labels=LABELS),
                  racing=racing)  # fmt: skip
    _, other = run(tmp_path / "2", gaussian_classifier(CosineSchedule(), means[order],
                   labels=labels), racing=racing)  # fmt: skip
    equal(rows, other)
    one, two = (decide(Store.open(tmp_path / name)).set_index("image_id") for name in "12")
    assert one["response"].to_dict() == two["response"].to_dict()


@pytest.mark.parametrize(
    ("default", "asked", "reached"),
    [
        ("none", "auto", 5),
        ("static", "auto", 1),
        ("none", "static", 1),
        ("static", "none", 5),
        ("none", "dynamic", 1),
    ],
)
def test_clean_images_are_clipped_as_asked(tmp_path, default, asked, reached):
    classifier = toy()
    classifier.denoise = lambda x_t, t, label: torch.full_like(x_t, 5.0)
    classifier.default_clip = default
    images = stimuli(3, labels=LABELS)
    _, rows = run(tmp_path / "s", classifier, images, clip_x0=asked)
    expected = {i.image_id: np.mean((2 * i.pixels - 1 - reached) ** 2) for i in images}
    found = rows.groupby("image_id", observed=True)["error_l2"].agg(["min", "max"])
    for column in ("min", "max"):
        assert found[column].to_dict() == pytest.approx(expected, rel=1e-5)
    assert Store.open(tmp_path / "s").settings.clip_x0 == (default if asked == "auto" else asked)


class Paired(Counting):
    """Draws 2j and 2j + 1 have one time and opposite noise."""

    def draw(self, image_id, index, rule, prepared):
        draw = super().draw(image_id, index // 2, rule, prepared)
        object.__setattr__(draw, "index", index)
        draw.noise[:] *= (-1) ** index
        return draw


@pytest.mark.parametrize(
    "schedule",
    [
        CosineSchedule(),
        FlowSchedule(),
        DiscreteSchedule(tuple(np.cumprod(1 - np.linspace(1e-3, 0.2, 100)).tolist())),
    ],
    ids=lambda schedule: type(schedule).__name__,
)
def test_gaussians_are_told_by_the_nearest_mean(tmp_path, schedule):
    """From images to responses: exact with pairs of opposite noise, under every weighting."""
    means = class_means(4)
    classifier = gaussian_classifier(schedule, means, labels=LABELS, dtype=torch.float64)
    images = stimuli(24, labels=LABELS)
    run(tmp_path / "s", Paired(classifier), images, draws=4)
    expected = dict(zip((i.image_id for i in images), nearest(images, means, LABELS), strict=True))
    for weighting in ("exp:7", "uniform", "eps", "snr:5", "elbo"):
        store = Store.open(tmp_path / "s")
        decided = decide(store, store.weights(weighting)).set_index("image_id")
        assert decided["response"].to_dict() == expected


def test_race_stores_what_a_race_needs(tmp_path):
    _, full = run(tmp_path / "full", draws=40)
    report, rows = run(tmp_path / "raced", racing=RACE, batch_size=16)
    keys = ["image_id", "label", "draw"]
    assert len(rows) == report.n_evaluations < len(full)
    merged = rows.astype(str).merge(full.astype(str), on=keys)
    assert len(merged) == len(rows)  # nothing that the full run lacks
    counts = rows.groupby(["image_id", "label"], observed=True).size().unstack()
    assert (counts.min(axis=1) >= RACE.min_draws).all()
    assert (counts.max(axis=1) <= RACE.max_draws).all()
    assert (counts.min(axis=1) < counts.max(axis=1)).any()
    decided = decide(Store.open(tmp_path / "raced")).set_index("image_id")
    assert decided["n_draws"].to_dict() == counts.max(axis=1).to_dict()


@pytest.mark.parametrize("weighting", ["exp:7", "uniform"])
@pytest.mark.parametrize("norm", ["l2", "l1"])
def test_race_is_run_on_the_errors_that_were_asked_for(tmp_path, norm, weighting):
    images = stimuli(16, labels=LABELS)
    asked = {"norm": norm, "weighting": parse_weighting(weighting)}
    _, rows = run(tmp_path / "s", images=images, racing=RACE, **asked)
    lengths = set()
    for _, own in rows.groupby("image_id", observed=True):
        errors = own.pivot(index="draw", columns="label", values=f"error_{norm}")[list(LABELS)]
        weights = np.exp(-7 * own.groupby("draw")["t"].first()) if weighting == "exp:7" else 1
        races = replay(errors.to_numpy(np.float64)[None] * np.reshape(weights, (1, -1, 1)), RACE)
        assert races.finished.all()
        assert races.n_draws[0] == len(errors)
        lengths.add(len(errors))
    assert len(lengths) > 2


def test_a_race_sees_what_its_replay_will_read(tmp_path):
    """A class that is worse by less than is stored ties, and so is never dropped."""

    class Close(Counting):
        def measure(self, x, draws, labels, clip):
            found = super().measure(x, draws, labels * 0, clip)
            return {name: values * (1 + 1e-12 * labels) for name, values in found.items()}

    classifier = Close(toy(dtype=torch.float64))
    report, rows = run(tmp_path / "s", classifier, racing=RACE)
    assert len(rows) == 9 * RACE.max_draws * len(LABELS)
    decided = decide_store(Store.open(tmp_path / "s"))
    assert decided.incomplete == ()
    assert (decided.table["margin"] == 0).all()
    assert report.n_complete == 9


@pytest.mark.parametrize("joint", [False, True])
def test_a_deterministic_classifier_is_asked_once(tmp_path, joint):
    classifier = Likelihood(joint=joint, deterministic=True)
    report, rows = run(tmp_path / "s", classifier, draws=50, racing=None)
    assert rows.columns.tolist() == ["image_id", "label", "draw", "t", "log_snr", "nll"]
    assert rows["nll"].dtype == np.float64
    assert len(rows) == 9 * 4
    assert rows[["t", "log_snr"]].isna().all(axis=None)
    assert report.n_evaluations == (9 if joint else 36) * 3
    images = {image.image_id: image for image in stimuli(9, labels=LABELS)}
    for row in rows.itertuples():
        value = images[row.image_id].pixels.reshape(-1)[LABELS.index(row.label)]
        assert row.nll == pytest.approx(100 * float(value))
    decided = decide(Store.open(tmp_path / "s")).set_index("image_id")["response"]
    best = rows.set_index("label").groupby("image_id", observed=True)["nll"].idxmin()
    assert decided.to_dict() == best.to_dict()


@pytest.mark.parametrize("racing", [None, ExpectedGain(4, max_draws=12)], ids=["fixed", "raced"])
def test_joint_and_one_by_one_agree(tmp_path, racing):
    _, one = run(tmp_path / "1", Likelihood(), racing=racing)
    _, other = run(tmp_path / "2", Likelihood(joint=True), racing=racing)
    first, second = (decide(Store.open(tmp_path / name)) for name in "12")
    pd.testing.assert_frame_equal(first, second)
    if racing is None:
        equal(one, other)


def test_nan_costs_its_image_alone(tmp_path):
    images = stimuli(9, labels=LABELS)
    sick = stimulus(np.full((4, 4, 3), np.nan, np.float32), "b", 77)
    _, healthy = run(tmp_path / "1", images=images)
    report, rows = run(tmp_path / "2", images=[*images[:3], sick, *images[3:]], batch_size=10)
    equal(rows, healthy)
    assert list(report.failed) == ["b77.png"]
    assert "NaN" in report.failed["b77.png"]
    assert (report.n_images, report.n_complete) == (10, 9)
    decided = decide_store(Store.open(tmp_path / "2"))
    assert list(decided.failed) == ["b77.png"]
    assert decided.incomplete == ()
    assert len(decided.table) == 9


@EACH
def test_nan_in_one_draw_leaves_no_row_and_is_tried_again(tmp_path, racing):
    class Flaky(Counting):
        def measure(self, x, draws, labels, clip):
            found = super().measure(x, draws, labels, clip)
            if self.broken:
                hit = [d.image_id == "c2.png" and d.index == 3 for d in draws]
                found["error_l1"][torch.tensor(hit) & (labels == 1)] = torch.inf
            return found

    classifier = Flaky(toy())
    classifier.broken = True
    report, rows = run(tmp_path / "s", classifier, racing=racing, batch_size=8)
    assert list(report.failed) == ["c2.png"]
    assert np.isfinite(rows[["error_l2", "error_l1"]]).all(axis=None)
    classifier.broken, classifier.measured = False, []
    report, rows = run(tmp_path / "s", classifier, racing=racing, batch_size=8)
    assert (report.failed, report.n_decisions, report.n_complete) == ({}, 1, 9)
    assert {image for image, _, _ in classifier.measured} == {"c2.png"}
    equal(rows, run(tmp_path / "whole", racing=racing)[1])


def test_unreadable_images_are_named_and_cost_nothing(tmp_path):
    images = stimuli(9, labels=LABELS)

    class Broken(type(images[0])):
        def load(self):
            raise InputError(f"{self.place}: expected an image")

    fields = {name: getattr(images[4], name) for name in images[4].__dataclass_fields__}
    report, rows = run(tmp_path / "s", images=[*images[:4], Broken(**fields), *images[5:]])
    assert report.failed == {"a4.png": "expected an image"}
    _, healthy = run(tmp_path / "1", images=images)
    equal(rows, healthy[healthy["image_id"] != "a4.png"])
    report, rows = run(tmp_path / "s", images=images)
    assert (report.n_decisions, report.n_complete) == (1, 9)
    equal(rows, healthy)


def test_an_image_of_another_shape_is_named(tmp_path):
    odd = stimulus(np.zeros((5, 4, 3), np.float32), "a", 50)
    report, rows = run(tmp_path / "s", images=[*stimuli(3, labels=LABELS), odd])
    assert list(report.failed) == ["a50.png"]
    assert rows["image_id"].nunique() == 3


def test_out_of_memory_halves_the_batch(tmp_path, capsys):
    classifier = Counting(toy(), most=5)
    settings = ScoringSettings(draws=6, batch_size=32)
    report = score(
        stimuli(9, labels=LABELS), classifier, settings, tmp_path / "s", progress="lines"
    )
    assert max(classifier.batches) == 4
    assert report.n_evaluations == len(classifier.measured) == 216
    assert "out of memory: 4 units at a time" in capsys.readouterr().err
    equal(Store.open(tmp_path / "s").scores(), run(tmp_path / "1")[1])
    with pytest.raises(GcbookError, match="too small for a single evaluation"):
        run(tmp_path / "none", Counting(toy(), most=0))


@pytest.mark.parametrize("error", [RuntimeError("device-side assert"), KeyboardInterrupt()])
def test_what_was_measured_is_saved_before_an_error_is_passed_on(tmp_path, error, capsys):
    def fail(batch):
        if batch == 5:
            raise error

    settings = ScoringSettings(draws=6, batch_size=10)
    images = stimuli(9, labels=LABELS)
    with pytest.raises(type(error)):
        score(images, Counting(toy(), on_batch=fail), settings, tmp_path / "s", progress="lines")
    assert "the same command goes on" in capsys.readouterr().err
    stopped = Store.open(tmp_path / "s")
    assert len(stopped.scores()) == 40
    names = [each.imagename for each in images]
    # The first image has its 24 scores, the second some, and the others were never begun.
    assert list(stopped.pending().values()) == names[1:]
    decided = decide_store(stopped)
    assert decided.table["imagename"].tolist() == names[:1]
    assert sorted(decided.incomplete) == sorted(names[1:])
    classifier = Counting(toy())
    report, rows = run(tmp_path / "s", classifier, batch_size=10)
    assert len(classifier.measured) == report.n_evaluations == 216 - 40
    assert not (tmp_path / "s" / "pending.json").exists()
    equal(rows, run(tmp_path / "1")[1])


def test_more_images_are_added(tmp_path):
    images = stimuli(9, labels=LABELS)
    run(tmp_path / "s", images=images[:4])
    report, rows = run(tmp_path / "s", images=images)
    assert (report.n_decisions, report.n_complete) == (5, 9)
    equal(rows, run(tmp_path / "1")[1])
    classifier = Counting(toy())
    report, _ = run(tmp_path / "s", classifier, images=images)
    assert classifier.measured == []
    assert (report.n_complete, report.n_decisions, report.n_evaluations) == (9, 0, 0)


def test_more_draws_are_added_when_asked_for(tmp_path):
    run(tmp_path / "s", draws=4)
    with pytest.raises(InputError, match="--extend"):
        run(tmp_path / "s", draws=8)
    report, rows = run(tmp_path / "s", draws=8, extend=True)
    assert report.n_evaluations == 9 * 4 * 4
    equal(rows, run(tmp_path / "1", draws=8)[1])
    assert Store.open(tmp_path / "s").settings.draws == 8


def test_batches_stay_full_while_classes_drop_out(tmp_path):
    classifier = Counting(toy())
    images = stimuli(64, labels=LABELS)
    settings = {"racing": RACES["q"], "batch_size": 8}
    report, rows = run(tmp_path / "s", classifier, images, **settings)
    lengths = rows.groupby(["image_id", "label"], observed=True).size()
    assert lengths.min() < lengths.max() / 2
    assert report.n_evaluations / (8 * len(classifier.batches)) >= 0.95
    # None is smaller before the last image is open: from then on there may be too few units.
    opened = {name: at for at, (name, _, _) in reversed([*enumerate(classifier.measured)])}
    n_before = max(opened.values()) // 8
    assert n_before > 100
    assert set(classifier.batches[:n_before]) == {8}


def test_changed_images_are_refused_by_name(tmp_path):
    images = stimuli(9, labels=LABELS)
    run(tmp_path / "s", images=images)
    other = stimuli(9, labels=LABELS, seed=5)
    classifier = Counting(toy())
    with pytest.raises(InputError, match=r"toy/d/d3\.png: expected the bytes that were scored"):
        run(tmp_path / "s", classifier, images=[*images[:3], other[3], *images[4:]])
    moved = stimulus(images[3].pixels, "d", 3)
    object.__setattr__(moved, "category", "a")
    with pytest.raises(InputError, match="expected the category d"):
        run(tmp_path / "s", classifier, images=[moved])
    assert classifier.measured == []


def test_what_is_refused_before_anything_is_scored(tmp_path):
    images = stimuli(2, labels=LABELS)
    for wrong, says in (
        ([], "at least one image"),
        ([images[0], images[0]], "every image once"),
        ([images[0], stimulus(images[0].pixels, "zebra")], "found zebra"),
        ([images[0], stimulus(images[0].pixels, "b", dataset="edge")], "of one dataset"),
    ):
        with pytest.raises(InputError, match=says):
            run(tmp_path / "s", images=wrong)
    with pytest.raises(InputError, match="weighting elbo"):
        run(tmp_path / "s", weighting=parse_weighting("elbo"), norm="l1")
