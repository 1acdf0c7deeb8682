"""Shards: together they are one run, bit for bit, and nothing else gets among them."""

import signal
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tiny.gaussian import class_means, gaussian_classifier, stimuli
from tiny.processes import started
from tiny.scorers import LABELS, Counting, Likelihood, network, slow_until, toy
from tiny.stores import flipped

from gcbook.files.errors import InputError
from gcbook.noise.schedules import CosineSchedule
from gcbook.scoring.decisions import decide, decide_store
from gcbook.scoring.engine import score
from gcbook.scoring.racing import ExpectedGain
from gcbook.scoring.settings import ScoringSettings, Traits
from gcbook.scoring.shards import Shard, merge_stores
from gcbook.scoring.store import Store
from gcbook.stimuli.stimulus import in_order

SETTINGS = ScoringSettings(draws=6, batch_size=8)
FILES = ("store.json", "images.parquet", "scores.parquet", "failed.json", "pending.json")


def pictures(n=22):
    return in_order(stimuli(n, labels=LABELS))


def run(path, shard=None, classifier=None, images=None, settings=SETTINGS, **options):
    part = Shard.parse(shard) if shard else None
    images = pictures() if images is None else images
    score(images, classifier or toy(), settings, path, shard=part, progress="silent", **options)
    return path


def scored_in(folder, parts, **options):
    """Score the shards: their folders."""
    return [run(folder / f"shard-{k}", f"{k}/{parts}", **options) for k in range(1, parts + 1)]


def contents(store: Path) -> dict[str, bytes]:
    return {name: (store / name).read_bytes() for name in FILES if (store / name).exists()}


@pytest.mark.parametrize("parts", [1, 2, 3, 8])
@pytest.mark.parametrize("batch_size", [7, 8, 24])
@pytest.mark.parametrize(("n_images", "n_labels", "joint"), [(22, 4, False), (22, 4, True)])
def test_parts_are_the_set_cut_between_batches(parts, batch_size, n_images, n_labels, joint):
    settings = replace(SETTINGS, batch_size=batch_size)
    traits = Traits.of(Likelihood(joint=joint, labels=LABELS[:n_labels]))
    images = list(range(n_images))
    cuts = [Shard(k, parts).of(images, settings, traits) for k in range(1, parts + 1)]
    assert [image for part in cuts for image in part] == images
    assert all(cuts)
    units = 6 * (1 if joint else n_labels)
    together = next(n for n in range(1, batch_size + 1) if n * units % batch_size == 0)
    if parts * together <= n_images:
        assert all(len(part) * units % batch_size == 0 for part in cuts[:-1])
        assert max(map(len, cuts)) - min(map(len, cuts)) <= 2 * together


@pytest.mark.parametrize(
    "text", ["", "3", "0/3", "4/3", "1/0", "-1/3", "1/3/5", "a/b", "1.0/2", "٣/٥"]
)
def test_what_is_no_shard(text):
    with pytest.raises(InputError, match=r"shard: expected (K/N|one of 1/3 to 3/3)"):
        Shard.parse(text)


@pytest.mark.parametrize(
    ("make", "batch_size"), [(toy, 8), (network, 20), (Likelihood, 20)], ids=["toy", "net", "nll"]
)
def test_shards_give_one_run_to_the_last_bit(tmp_path, make, batch_size):
    options = {"settings": replace(SETTINGS, batch_size=batch_size)}
    whole = run(tmp_path / "whole", classifier=make(), **options)
    shards = scored_in(tmp_path, 2, classifier=make(), **options)
    before = [contents(each) for each in shards]
    merged = merge_stores(shards, tmp_path / "merged")
    assert contents(merged.path) == contents(whole)
    assert [contents(each) for each in shards] == before
    assert (len(decide(merged)), merged.failed(), merged.pending()) == (22, {}, {})
    # In another order, again, into itself, and with further draws made in one store.
    merge_stores(shards[::-1], tmp_path / "other")
    assert contents(tmp_path / "other") == contents(whole)
    for _ in range(2):
        merge_stores(shards, tmp_path / "merged")
        assert contents(tmp_path / "merged") == contents(whole)
    merge_stores(shards, shards[0])
    assert contents(shards[0]) == contents(whole)
    assert not list((shards[0] / "parts").glob("*"))


def test_a_merged_store_goes_on_as_one(tmp_path):
    more = replace(SETTINGS, draws=8)
    whole = run(tmp_path / "whole")
    merge_stores(scored_in(tmp_path, 3), tmp_path / "merged")
    for store in (whole, tmp_path / "merged"):
        run(store, settings=more, extend=True)
    assert contents(whole) == contents(tmp_path / "merged")


def slow_shard(path: Path) -> None:
    """A run for a test to kill."""
    run(path, "2/2", Counting(network(), on_batch=slow_until(20)), save_every=0.05)


def test_a_shard_that_was_killed_and_resumed(tmp_path):
    whole = run(tmp_path / "whole", classifier=network())
    one, other = run(tmp_path / "1", "1/2", network()), tmp_path / "2"
    process = started(slow_shard, other)
    while len(list(other.glob("parts/*.parquet"))) < 3:
        assert process.is_alive(), "the run ended before it could be killed"
        time.sleep(0.01)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    half = merge_stores([one, other], tmp_path / "merged")
    decided = decide_store(half)
    assert 11 <= len(decided.table) < 22
    assert len(decided.table) + len(half.pending()) == 22
    assert sorted(decided.incomplete) == sorted(half.pending().values())
    run(other, "2/2", network())
    merge_stores([one, other], tmp_path / "merged")
    assert contents(tmp_path / "merged") == contents(whole)


def test_a_race_in_shards_decides_alike(tmp_path):
    settings = ScoringSettings(racing=ExpectedGain(max_draws=20), batch_size=7)
    options = {"settings": settings, "images": pictures(7)}
    whole = run(tmp_path / "whole", **options)
    merged = merge_stores(scored_in(tmp_path, 2, **options), tmp_path / "merged")
    assert len(decide(merged)) == 7
    pd.testing.assert_frame_equal(decide(Store.open(whole)), decide(merged), rtol=1e-4)


def test_a_shard_names_what_others_have(tmp_path):
    one, other = scored_in(tmp_path, 2)
    names = [each.imagename for each in pictures()]
    assert sorted(decide_store(Store.open(one)).incomplete) == sorted(names[11:])
    merged = merge_stores([one], tmp_path / "merged")
    assert sorted(merged.pending().values()) == sorted(names[11:])
    assert merge_stores([other], tmp_path / "merged").pending() == {}
    # Both parts in one store, one after the other.
    both = run(run(tmp_path / "both", "1/2"), "2/2")
    assert not Store.open(both).pending()
    assert len(decide(Store.open(both))) == 22


def test_what_failed_in_one_shard_and_not_in_another(tmp_path):
    images = pictures()
    first, last = images[0].image_id, images[-1].image_id
    broken = network(bad=(first, last))
    whole = run(tmp_path / "whole", classifier=broken)
    shards = scored_in(tmp_path, 2, classifier=broken)
    merged = merge_stores(shards, tmp_path / "merged")
    assert set(merged.failed()) == {first, last} == set(Store.open(whole).failed())
    assert (len(decide(merged)), merged.pending()) == (20, {})
    assert contents(tmp_path / "merged") == contents(whole)
    # Elsewhere one of them went well.
    again = run(tmp_path / "again", "1/2", network())
    merged = merge_stores([*shards, again], tmp_path / "merged")
    assert set(merged.failed()) == {last} == decide_store(merged).failed.keys()
    assert len(decide(merged)) == 21


def refused(tmp_path, places, says):
    with pytest.raises(InputError, match=says):
        merge_stores(places, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"settings": replace(SETTINGS, seed=1)}, "seed: expected 0, found 1"),
        ({"settings": replace(SETTINGS, draws=8)}, "draws: expected 6, found 8"),
        (
            {"classifier": gaussian_classifier(CosineSchedule(), -class_means(4), labels=LABELS)},
            "fingerprint: expected [0-9a-f]{40}, found [0-9a-f]{40}",
        ),
        ({"images": stimuli(22, labels=LABELS, dataset="edge")}, "dataset: expected toy"),
    ],
    ids=["seed", "draws", "network", "dataset"],
)  # fmt: skip
def test_other_settings_are_refused(tmp_path, options, says):
    one = run(tmp_path / "1", "1/2")
    other = run(tmp_path / "2", "2/2", **options)
    refused(tmp_path, [one, other], f"2: the store was begun with something else. .*{says}")
    # Nor do they get into what was merged before.
    before = contents(merge_stores([one], tmp_path / "merged").path)
    with pytest.raises(InputError, match=says):
        merge_stores([other], tmp_path / "merged")
    assert contents(tmp_path / "merged") == before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"pixels": stimuli(1, seed=5)[0].pixels}, "sha256 [0-9a-f]{12}, as in .*1; found"),
        ({"category": "b"}, "category a, as in .*1; found b"),
    ],
    ids=["bytes", "category"],
)
def test_one_image_is_one_image(tmp_path, change, says):
    images = pictures()
    assert images[0].category == "a"
    other = [replace(images[0], **change), *images[12:]]
    shards = [run(tmp_path / "1", images=images[:12]), run(tmp_path / "2", images=other)]
    refused(tmp_path, shards, rf"2: a\d+\.png: expected the {says}")
    run(tmp_path / "3", images=[images[0], *images[12:]])
    assert len(decide(merge_stores([shards[0], tmp_path / "3"], tmp_path / "merged"))) == 22


def test_a_damaged_shard_is_refused(tmp_path):
    shards = scored_in(tmp_path, 2)
    path = shards[1] / "scores.parquet"
    whole = path.read_bytes()
    path.write_bytes(flipped(whole, 8 * len(whole) // 2))
    refused(tmp_path, shards, r"scores\.parquet: expected .*Nothing was merged")


def test_a_lost_list_and_lost_scores(tmp_path):
    shards = scored_in(tmp_path, 2)
    (shards[1] / "images.parquet").unlink()
    refused(tmp_path, shards, "expected the list of the images")
    shards = [shards[0], run(tmp_path / "2", "2/2")]
    (shards[1] / "scores.parquet").unlink()
    merged = merge_stores(shards, tmp_path / "merged")
    assert (len(decide(merged)), len(merged.pending())) == (11, 11)


def test_what_is_no_store(tmp_path):
    (shard,) = scored_in(tmp_path, 1)
    refused(tmp_path, [], "expected stores of shards, found none")
    refused(tmp_path, [shard, tmp_path / "none"], "expected a store of scores")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match=r"found thesis\.tex"):
        merge_stores([shard], tmp_path / "thesis")


def test_a_merge_that_breaks_off_can_be_repeated(tmp_path, monkeypatch):
    whole = run(tmp_path / "whole")
    shards = scored_in(tmp_path, 2)

    def killed(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("gcbook.scoring.writer.merge_rows", killed)
        with pytest.raises(KeyboardInterrupt):
            merge_stores(shards, tmp_path / "merged")
    assert len(decide_store(Store.open(tmp_path / "merged")).incomplete) == 22
    merge_stores(shards, tmp_path / "merged")
    assert contents(tmp_path / "merged") == contents(whole)


def test_a_model_that_nothing_tells_from_others_has_no_store(tmp_path):
    unknown = Likelihood()
    unknown.describe = lambda: {"kind": "masked", "weights": ""}
    with pytest.raises(InputError, match=r"likely: expected describe\(\) to give weights or a"):
        run(tmp_path / "n", classifier=unknown)
    assert not (tmp_path / "n").exists()
