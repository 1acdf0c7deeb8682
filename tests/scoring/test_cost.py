"""What a run takes: the scorer's own evaluations, and hours that follow from their rate."""

import re
from types import SimpleNamespace

import pytest
from tiny.diffusion import build
from tiny.gaussian import stimuli
from tiny.scorers import LABELS, Counting, Likelihood, scored, toy

from gcbook.classifiers.load import load_classifier
from gcbook.scoring import network
from gcbook.scoring.cost import BATCHES, dry_run
from gcbook.scoring.engine import score
from gcbook.scoring.racing import ExpectedGain
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.shards import Shard

IMAGES = tuple(stimuli(10, labels=LABELS))


class Clock:
    """Time that passes in the network alone: so many seconds an answer."""

    def __init__(self, monkeypatch, answer):
        self.now, self._answer = 0.0, answer
        clock = SimpleNamespace(perf_counter=lambda: self.now, process_time=lambda: self.now)
        monkeypatch.setattr(network, "time", clock)

    def asking(self, classifier):
        counting = Counting(classifier)
        counting._on_batch = lambda _: self.pass_by(counting.batches[-1])
        return counting

    def pass_by(self, size):
        self.now += size * self._answer


def counted(said):
    """Images, classes, draws, evaluations and hours of a line."""
    pattern = (
        r"([\d,]+) images × (\d+) classes × ([\d,]+) draws?: at most ([\d,]+) network evaluations, "
        r"at most (\S+) hours on"
    )
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
    images, classes, draws, evaluations, _ = counted(
        dry_run(IMAGES, classifier, ScoringSettings(draws=3))
    )
    assert (images, classes, evaluations) == (10, 4, made)
    assert draws == (1 if classifier.deterministic else 3)


def test_hours_follow_from_the_rate_of_a_few_batches(monkeypatch):
    classifier = Clock(monkeypatch, 0.25).asking(toy())
    settings = ScoringSettings(draws=100, batch_size=64)
    *_, evaluations, hours = counted(dry_run(IMAGES, classifier, settings))
    assert evaluations == 10 * 100 * 4
    assert hours == pytest.approx(4000 * 0.25 / 3600, rel=0.05)
    # Of days, too, no power of ten is printed.
    many = dry_run(IMAGES, classifier, ScoringSettings(draws=100_000))
    assert "at most 280 hours on" in many
    # As many at a time as take a second; the first batch of a size is not timed.
    assert classifier.batches[-BATCHES:] == [4] * BATCHES
    fast = Clock(monkeypatch, 1e-4).asking(toy())
    dry_run(IMAGES, fast, settings)
    assert fast.batches[-BATCHES - 1 :] == [64] * (BATCHES + 1)


def test_a_race_is_counted_with_all_its_draws_and_a_shard_with_its_images():
    said = dry_run(IMAGES, toy(), ScoringSettings(racing=ExpectedGain()))
    assert counted(said)[3] == 10 * ExpectedGain().max_draws * 4
    part = dry_run(IMAGES, toy(), ScoringSettings(draws=2), Shard(1, 5))
    assert counted(part)[0] == 2


def test_a_run_says_first_what_a_pipeline_is_asked_and_then_for_how_long(tmp_path, capsys):
    """The images have 4 pixels a side: what is said is what the pipeline makes of them."""
    pipeline = load_classifier(build("if", tmp_path / "if"), labels=LABELS)
    capsys.readouterr()
    asked = {}

    def on_batch(number):
        asked[number] = capsys.readouterr().err

    counting = Counting(pipeline, on_batch=on_batch)
    settings = ScoringSettings(draws=2, batch_size=6)
    score(IMAGES[:3], counting, settings, tmp_path / "store", progress="lines")
    said = "3 images of 16 pixels a side × 4 classes × 2 draws: at most 24 network evaluations\n"
    assert (asked[1], asked[2]) == (said, "at most 0.01 hours\n")
    assert sum(counting.batches) == 24
    assert [asked[number] for number in range(3, len(asked) + 1)] == [""] * 2


def test_what_is_stored_is_not_counted(tmp_path, capsys, monkeypatch):
    scored(tmp_path / "store", draws=2)
    classifier = Clock(monkeypatch, 9.0).asking(toy())
    settings = ScoringSettings(draws=5, batch_size=8)
    score(IMAGES, classifier, settings, tmp_path / "store", extend=True, progress="lines")
    asked, hours = capsys.readouterr().err.splitlines()
    assert asked == "10 images × 4 classes × 5 draws: at most 120 network evaluations"
    assert hours == "at most 0.3 hours"
    assert sum(classifier.batches) == 120
