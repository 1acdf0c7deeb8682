"""A run that is killed ends, once resumed, where one that was not does."""

import signal
import time

import pandas as pd
from tiny.gaussian import stimuli
from tiny.processes import started
from tiny.scorers import LABELS, Counting, score_slowly, slow_settings, toy

from gcbook.scoring.decisions import decide
from gcbook.scoring.engine import score
from gcbook.scoring.store import Store


def test_sigkill_and_resume_of_a_race(tmp_path):
    """Of a fixed number of draws, see `test_shards`."""
    images, settings = stimuli(12, labels=LABELS), slow_settings(True)
    whole = score(images, toy(), settings, tmp_path / "whole", progress="silent")

    killed = tmp_path / "killed"
    for n_parts in (2, 4):
        process = started(score_slowly, killed, True)
        while len(list(killed.glob("parts/*.parquet"))) < n_parts:
            assert process.is_alive(), "the run ended before it could be killed"
            time.sleep(0.01)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL

    saved = len(Store.open(killed).scores())
    assert 0 < saved < whole.n_evaluations
    classifier = Counting(toy())
    report = score(images, classifier, settings, killed, progress="silent")
    assert report.n_complete == 12
    assert report.n_evaluations == len(classifier.measured) == whole.n_evaluations - saved
    one, other = Store.open(tmp_path / "whole"), Store.open(killed)
    pd.testing.assert_frame_equal(one.scores(), other.scores(), rtol=1e-5, atol=1e-7)
    first, second = (decide(store).set_index("image_id").sort_index() for store in (one, other))
    pd.testing.assert_frame_equal(first, second, rtol=1e-4)


def test_a_lost_list_of_images_is_written_again_without_scoring(tmp_path):
    images, settings = stimuli(6, labels=LABELS), slow_settings()
    score(images, toy(), settings, tmp_path / "s", progress="silent")
    before = Store.open(tmp_path / "s").images()
    (tmp_path / "s" / "images.parquet").unlink()
    classifier = Counting(toy())
    report = score(images, classifier, settings, tmp_path / "s", progress="silent")
    assert report.n_complete == 6
    assert not classifier.measured
    after = Store.open(tmp_path / "s").images()
    order = ["image_id"]
    pd.testing.assert_frame_equal(
        after.sort_values(order, ignore_index=True), before.sort_values(order, ignore_index=True)
    )
    assert len(decide(Store.open(tmp_path / "s"))) == 6
