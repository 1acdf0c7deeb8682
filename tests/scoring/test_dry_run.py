"""What a run takes: the scorer's own evaluations, and hours that follow from their rate."""

import re
from types import SimpleNamespace

import pytest
from tiny.gaussian import stimuli
from tiny.scorers import LABELS, Counting, Likelihood, scored, toy

from gcbook.scoring import dry_run, network
from gcbook.scoring.dry_run import BATCHES, hours_of
from gcbook.scoring.racing import ExpectedGain
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.shards import Shard

IMAGES = tuple(stimuli(10, labels=LABELS))


class Clock:
    """Time that passes in the network alone: so many seconds an answer."""

    def __init__(self, monkeypatch, answer):
        self.now, self._answer = 0.0, answer
        clock = SimpleNamespace(perf_counter=lambda: self.now, process_time=lambda: self.now)
        for module in (network, dry_run):
            monkeypatch.setattr(module, "time", clock)

    def asking(self, classifier):
        counting = Counting(classifier)
        counting._on_batch = lambda _: self.pass_by(counting.batches[-1])
        return counting

    def pass_by(self, size):
        self.now += size * self._answer


def counted(said):
    """Images, pixels a side, evaluations and hours of a line."""
    pattern = r"([\d,]+) images of (\d+) pixels a side, at most ([\d,]+) .* and (\S+) hours"
    return [float(each.replace(",", "")) for each in re.search(pattern, said).groups()]


@pytest.mark.parametrize(
    "classifier",
    [toy(), Likelihood(joint=True), Likelihood(deterministic=True)],
    ids=["diffusion", "joint", "deterministic"],
)
def test_evaluations_are_those_that_the_scorer_makes(tmp_path, classifier):
    counting = Counting(classifier)
    scored(tmp_path / "store", counting, IMAGES, draws=3)
    made = sum(counting.batches) * classifier.evaluations
    images, _, evaluations, _ = counted(hours_of(IMAGES, classifier, ScoringSettings(draws=3)))
    assert (images, evaluations) == (10, made)


def test_hours_follow_from_the_rate_of_a_few_batches(monkeypatch):
    classifier = Clock(monkeypatch, 0.25).asking(toy())
    settings = ScoringSettings(draws=100, batch_size=64)
    _, side, evaluations, hours = counted(hours_of(IMAGES, classifier, settings))
    assert (side, evaluations) == (4, 10 * 100 * 4)
    assert hours == pytest.approx(4000 * 0.25 / 3600, rel=0.05)
    # Of days, too, no power of ten is printed.
    many = hours_of(IMAGES, classifier, ScoringSettings(draws=100_000))
    assert " and 280 hours on" in many
    # As many at a time as take a second; the first batch of a size is not timed.
    assert classifier.batches[-BATCHES:] == [2] * BATCHES
    fast = Clock(monkeypatch, 1e-4).asking(toy())
    hours_of(IMAGES, fast, settings)
    assert fast.batches[-BATCHES - 1 :] == [64] * (BATCHES + 1)


def test_a_likelihoods_answer_may_take_several_evaluations(monkeypatch):
    classifier = Clock(monkeypatch, 0.3).asking(Likelihood(deterministic=True))
    said = hours_of(IMAGES, classifier, ScoringSettings(draws=7))
    _, _, evaluations, hours = counted(said)
    assert evaluations == 10 * 4 * 3
    assert hours == pytest.approx(10 * 4 * 0.3 / 3600, rel=0.05)


def test_a_race_is_counted_with_all_its_draws_and_a_shard_with_its_images():
    said = hours_of(IMAGES, toy(), ScoringSettings(racing=ExpectedGain()))
    assert counted(said)[2] == 10 * ExpectedGain().max_draws * 4
    part = hours_of(IMAGES, toy(), ScoringSettings(draws=2), Shard(1, 5))
    assert counted(part)[0] == 2
