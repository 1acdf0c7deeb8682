"""The search does what its plan says, on the measures that the plan names."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gcbook.files.errors import InputError
from gcbook.miniworld.testsets import make_test_set
from gcbook.miniworld.training import calibration
from gcbook.miniworld.training.calibration import (
    ARGUED,
    CONTRASTS,
    WHOLE,
    Candidate,
    Training,
    best,
    distance,
    mean_of,
    measure,
    next_training,
    read_log,
    targets,
)
from gcbook.miniworld.world import DEFAULT_WORLD
from gcbook.paper.categories import CATEGORIES

WANTED = {name: value for name, (value, _, _) in targets().items()}
_, LOW, HIGH = targets()["shape_bias"]


def search(bias_of, rest_of=lambda candidate: 0.1):
    """Follow the plan in a world of worlds whose shape biases are known.

    Returns:
        All trainings, the worlds that were looked at, and those that have all seeds, in the order
        in which they came.
    """
    done = []
    while (job := next_training(done)) is not None:
        assert job.name not in {each.name for each in done}
        measured = {name: value + rest_of(job.candidate) for name, value in WANTED.items()}
        bias = bias_of(job.candidate) + 0.01 * job.seed
        done.append(replace(job, measured={**measured, "shape_bias": bias}))
    assert len(done) <= 27
    assert {each.steps for each in done} <= {WHOLE}
    looked_at = [each.candidate for each in done if each.seed == 0]
    return done, looked_at, [each.candidate for each in done if each.seed == 2]


def test_targets_are_those_of_resnet50():
    value, low, high = targets()["shape_bias"]
    assert (round(value, 3), round(low, 3), round(high, 3)) == (0.214, 0.172, 0.264)
    # 87 of 160 silhouettes, 22 edges, 101 of 155 blurred images, over 620 of 640 photographs.
    assert WANTED["silhouette"] == pytest.approx(87 / 160 / (620 / 640), abs=1e-4)
    assert WANTED["edge"] == pytest.approx(22 / 160 / (620 / 640), abs=1e-4)
    assert WANTED["low-pass/3"] == pytest.approx(101 / 155, abs=1e-4)
    assert len(targets()) == 12
    assert all(low < value < high for value, low, high in targets().values())


def test_distance_is_to_the_interval_first_and_then_the_mean_over_five():
    assert distance(WANTED) == (0, 0)
    assert distance({**WANTED, "shape_bias": 0.4})[0] == pytest.approx(0.4 - HIGH)
    assert distance({**WANTED, "shape_bias": 0.1})[0] == pytest.approx(LOW - 0.1)
    assert distance({**WANTED, "edge": WANTED["edge"] + 0.5})[1] == pytest.approx(0.1)
    one = {**WANTED, "low-pass/3": WANTED["low-pass/3"] + 0.3}
    assert distance(one)[1] == pytest.approx(0.3 / np.sqrt(3) / 5)


def test_three_damages_are_looked_at_and_the_two_nearest_completed():
    done, looked_at, complete = search(
        lambda c: 0.25 - 0.04 * c.damage, lambda c: 0.3 - 0.2 * c.damage
    )
    assert looked_at == [Candidate(0.25, damage) for damage in (0.0, 0.5, 1.0)]
    assert complete == [Candidate(0.25, 1.0), Candidate(0.25, 0.5)]
    assert best(done) == Candidate(0.25, 1.0)
    assert mean_of(done)[best(done)]["shape_bias"] == pytest.approx(0.22)


def test_fewer_outlines_mislead_where_shape_bias_is_below_the_interval():
    """The line of damage 0 through .1 and .3 meets .214 at .25 - .114 / 2."""
    done, looked_at, complete = search(
        lambda c: 0.6 - 2 * c.misleading + 0.6 * c.damage, lambda c: 0.2 * c.damage
    )
    assert looked_at[3:] == [Candidate(0.15, 0.0), Candidate(0.19, 0.0)]
    assert complete == [Candidate(0.19, 0.0), Candidate(0.15, 0.0)]
    assert best(done) == Candidate(0.19, 0.0)
    # A bias that does not rise with fewer ends at none.
    _, looked_at, _ = search(lambda c: 0.1 + 0.4 * (c.damage > 0))
    assert looked_at[3:] == [Candidate(0.15, 0.0), Candidate(0.0, 0.0)]


def test_contrast_is_raised_only_where_no_outline_reaches():
    def bias(each):
        louder = (
            0.0 if each.texture_ratio == ARGUED else 0.1 * (1 + CONTRASTS.index(each.texture_ratio))
        )
        return 0.5 - 0.05 * each.damage - louder

    done, looked_at, complete = search(bias)
    assert looked_at[3:] == [Candidate(0.25, 1.0, ratio) for ratio in CONTRASTS[:2]]
    assert complete == [Candidate(0.25, 1.0, CONTRASTS[1]), Candidate(0.25, 1.0, CONTRASTS[0])]
    assert best(done) == complete[0]
    _, looked_at, _ = search(lambda c: bias(c) - 0.25 * (c.damage == 0.5))
    assert {each.texture_ratio for each in looked_at} == {ARGUED}


def test_contrast_is_raised_again_where_a_mean_leaves_the_interval():
    """Other seeds have .01 and .02 more: seed 0 is inside, the mean over seeds outside."""

    def bias(each):
        return {ARGUED: 0.5, CONTRASTS[0]: HIGH - 0.005}.get(each.texture_ratio, 0.2)

    done, looked_at, complete = search(bias)
    assert looked_at[3:] == [Candidate(0.25, 0.0, ratio) for ratio in CONTRASTS[:2]]
    assert complete[0] == Candidate(0.25, 0.0, CONTRASTS[0])
    assert best(done) == Candidate(0.25, 0.0, CONTRASTS[1])


def test_worlds_are_completed_until_a_mean_is_inside():
    """Other seeds have .01 and .02 more: the mean of the two nearest leaves the interval."""
    done, _, complete = search(
        lambda c: HIGH - 0.002 - 0.1 * (c.damage == 1), lambda c: 0.1 + 0.2 * c.damage
    )
    assert complete == [Candidate(0.25, damage) for damage in (0.0, 0.5, 1.0)]
    assert best(done) == Candidate(0.25, 1.0)


def test_a_search_that_reaches_nothing_ends():
    done, looked_at, complete = search(lambda c: 0.9)
    assert len(looked_at) == len(complete) == 3 + len(CONTRASTS)
    assert distance(mean_of(done)[best(done)])[0] == pytest.approx(0.91 - HIGH)


def test_short_trainings_do_not_count():
    done, *_ = search(lambda c: 0.2)
    short = [replace(each, steps=1000, measured={**WANTED, "shape_bias": 0.9}) for each in done]
    assert next_training(short) == Training(Candidate(0.25, 0.0), 0, WHOLE)
    assert next_training([*short, *done]) is None
    assert mean_of([*short, *done]) == mean_of(done)


def test_nothing_is_chosen_before_all_seeds():
    done, *_ = search(lambda c: 0.2)
    with pytest.raises(InputError, match="3 whole trainings"):
        best([each for each in done if each.seed != 2])


def test_damage_zero_is_the_default_world_but_for_misleading_outlines():
    world = Candidate(0.0, 0.0).world
    assert world == DEFAULT_WORLD
    most = Candidate(0.25, 1.0).world.outline
    assert (most.misleading, most.warp, most.size, most.others) == (0.25, 0.03, (0.5, 1.0), 2)


class Reader(torch.nn.Module):
    """Answers with a cue of the images, in the order in which they come."""

    def __init__(self, cue, part):
        super().__init__()
        self.answers = []
        names = ("cue-conflict", "in-distribution", "silhouette", "edge", *calibration.CURVES)
        for name in names:
            for seed in range(1 if name in calibration.RATIOS else calibration.DRAWN):
                images = make_test_set(name, DEFAULT_WORLD, seed, "validation")
                self.answers += [cue(each) if part(each) else "none" for each in images]

    def forward(self, images):
        mine, self.answers = self.answers[: len(images)], self.answers[len(images) :]
        logits = torch.zeros((len(images), 16))
        for row, name in enumerate(mine):
            # A wrong answer that is neither cue cannot be had for all: the last is as good as any.
            logits[row, CATEGORIES.index(name) if name in CATEGORIES else 15] = 1
        return SimpleNamespace(logits=logits)


@pytest.mark.nightly
def test_measures_are_shares_of_right_answers_to_validation_images():
    network = Reader(lambda each: each.category, lambda each: each.condition not in ("7", "inf"))
    measured, counts = measure(network, DEFAULT_WORLD)
    assert network.answers == []
    assert counts == {"in_distribution": 1.0, "shape": 1.0, "texture": 0.0}
    assert measured["shape_bias"] == 1
    assert measured["silhouette"] == measured["edge"] == measured["low-pass/3"] == 1
    # A right answer by chance: truck is the last category.
    assert measured["low-pass/7"] == pytest.approx(1 / 16)
    assert measured["high-pass/3.0"] == pytest.approx(16)
    assert list(measured) == list(WANTED)


def test_the_log_gives_back_what_was_trained(tmp_path, monkeypatch):
    log = tmp_path / "trainings.jsonl"
    assert read_log(log) == []

    class Trainer:
        def run(self):
            pass

        def averaged(self):
            return SimpleNamespace(modules=lambda: {"network": None})

    asked = []
    monkeypatch.setattr(
        calibration,
        "make_trainer",
        lambda name, folder, **kept: asked.append((name, folder.name, kept["world"])) or Trainer(),
    )
    monkeypatch.setattr(calibration, "measure", lambda *given: (WANTED, {"shape": 1}))
    calibration.calibrate(log, tmp_path / "runs", trainings=1)
    calibration.calibrate(log, tmp_path / "runs", trainings=1)
    first, second = read_log(log)
    assert first.candidate == Candidate(0.25, 0.0)
    assert (second.candidate, second.measured) == (Candidate(0.25, 0.5), WANTED)
    assert [name for name, _, _ in asked] == ["mini-cnn", "mini-cnn"]
    assert asked[1][1:] == (second.name, second.candidate.world)
    assert isinstance(first, Training)
