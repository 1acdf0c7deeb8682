"""Stores of scores and states of training: flipped bits, what is no file, and kills."""

import os
import random
import shutil
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from attacks.attempt import Attack, in_short
from attacks.commands import call, digest, refusal, start, wait
from attacks.made import STEPS, few_images
from attacks.mutants import flipped

SEALED = ("store.json", "images.parquet", "scores.parquet", "*.parquet")


def attacks(made: Path, seed: int) -> Iterator[Attack]:
    """All attacks with stores and states."""

    def flip_store(folder: Path, number: int) -> str:
        chance = random.Random(f"{seed} {number}")
        name = ("whole", "half")[number % 2]
        before = _result_of(made / "stores" / name)
        store = shutil.copytree(made / "stores" / name, folder / "hostile")
        files = sorted({path for pattern in SEALED for path in store.rglob(pattern)})
        file = files[number // 2 % len(files)]
        content = file.read_bytes()
        file.write_bytes(flipped(content, chance.randrange(8 * len(content))))
        after = _result_of(store)
        # A warning tells that rows are missing.
        if after in (before, "warned"):
            return ""
        return refusal(after, "hostile") if after.startswith("refused") else f"{file.name}: {after}"

    def flip_state(folder: Path, number: int) -> str:
        from gcbook.files.errors import InputError
        from gcbook.miniworld.training.state import read_about

        chance = random.Random(f"{seed} {number}")
        content = (made / "training" / "half" / "state.safetensors").read_bytes()
        # Most of it is weights; what they are called is in the first bytes.
        some = 8 * (len(content) if number % 3 else 4096)
        (folder / "state.safetensors").write_bytes(flipped(content, chance.randrange(some)))
        try:
            read_about(folder / "state.safetensors")
        except InputError as error:
            return refusal(str(error), "state.safetensors")
        return "was taken"

    needs = ("stores",)
    yield Attack("stores", "a flipped bit in a store", flip_store, 500, 60, needs=needs)
    yield Attack("stores", "a flipped bit in a state", flip_state, 300, needs=("training",))

    def kill_scoring(folder: Path, number: int) -> str:
        from tiny.scorers import score_slowly

        chance = random.Random(f"{seed} {number}")
        store = folder / "store"
        for seconds in (chance.uniform(0.05, 1.2), chance.uniform(0.05, 1.2), 60.0):
            child = os.fork()
            if child == 0:
                score_slowly(store, "", 0.02 if seconds < 60 else 0.0)
                os._exit(0)
            if seconds < 60:
                time.sleep(seconds)
                os.kill(child, signal.SIGKILL)
            if wait(child, seconds) != 0 and seconds == 60:
                return "did not go on"
        one, other = _result_of(store), _result_of(made / "stores" / "uninterrupted")
        return "" if one == other else f"ended in other decisions: {one[:80]}"

    yield Attack("stores", "kills of scoring", kill_scoring, 20, needs=needs)

    def kill_training(folder: Path, number: int) -> str:
        chance = random.Random(f"{seed} {number}")
        run = folder / "run"
        if number % 2:
            shutil.copytree(made / "training" / "half", run)
        words = ["train", "mini-cnn", "-o", str(run), "--steps", str(STEPS), "--device", "cpu"]
        cache = {"GCBOOK_CACHE_DIR": str(made / "training" / "cache")}
        for _ in range(2):
            child = start(words, folder / "said.txt", cache, _save_always)
            time.sleep(chance.uniform(0.1, 4))
            os.kill(child, chance.choice((signal.SIGKILL, signal.SIGTERM, signal.SIGINT)))
            wait(child, 20)
            if "Traceback" in (folder / "said.txt").read_text():
                return "a traceback when it was interrupted"
        ended = call(*words, environment=cache, before=_save_always, seconds=60)
        if ended.status != 0:
            return f"did not go on: {ended.last}"
        name = "model/model.safetensors"
        same = (run / name).read_bytes() == (made / "training" / "whole" / name).read_bytes()
        return "" if same else "ended in other weights"

    yield Attack("stores", "kills of training", kill_training, 10, needs=("training",), seconds=120)

    def decided(put: Callable[[Path], object]) -> Callable[[Path, int], str]:
        def run(folder: Path, number: int) -> str:
            store = shutil.copytree(made / "stores" / "whole", folder / "hostile")
            put(store)
            ended = call("decide", store, "-o", folder / "trials")
            # What is lost of notes and parts is told, and what is left is decided.
            return ended.refused("hostile", harmless=True)

        return run

    def merged(put: Callable[[Path], object]) -> Callable[[Path, int], str]:
        def run(folder: Path, number: int) -> str:
            store = shutil.copytree(made / "stores" / "half", folder / "hostile")
            put(store)
            whole = made / "stores" / "whole"
            ended = call("merge", whole, store, "-o", folder / "merged")
            if ended.status == 0 and _result_of(folder / "merged") != _result_of(whole):
                return "other decisions than those of the store that is whole"
            return ended.refused("hostile", harmless=True)

        return run

    def flip_shard(folder: Path, number: int) -> str:
        from gcbook.files.errors import InputError
        from gcbook.scoring.shards import merge_stores

        chance = random.Random(f"{seed} {number}")
        store = shutil.copytree(made / "stores" / "half", folder / "hostile")
        files = sorted({path for pattern in SEALED for path in store.rglob(pattern)})
        file = files[number % len(files)]
        content = file.read_bytes()
        file.write_bytes(flipped(content, chance.randrange(8 * len(content))))
        try:
            merge_stores([made / "stores" / "whole", store], folder / "merged")
        except InputError as error:
            left = "a store is left" if (folder / "merged").exists() else ""
            return left or refusal(str(error), "hostile")
        return f"{file.name}: was taken"

    yield Attack("stores", "a flipped bit in a shard", flip_shard, 200, 20, needs=needs)

    deep = "[" * 100_000 + "]" * 100_000
    for name, put in (
        ("a header nested 100,000 deep", lambda at: (at / "store.json").write_text(deep)),
        ("a header that is a list", lambda at: (at / "store.json").write_text("[]")),
        ("a header of zeros", lambda at: (at / "store.json").write_bytes(bytes(999))),
        ("a header that is a pipe", lambda at: _instead(at / "store.json", os.mkfifo)),
        ("a header without end", lambda at: _instead(at / "store.json", _zero)),
        ("parts that are a file", _parts_a_file),
        ("a part that is a pipe", lambda at: os.mkfifo(at / "parts" / "000099.parquet")),
        ("a part that is a folder", lambda at: (at / "parts" / "000099.parquet").mkdir()),
        ("a part without end", lambda at: _zero(at / "parts" / "000099.parquet")),
        ("a part of nothing", lambda at: (at / "parts" / "000099.parquet").touch()),
        ("images that are a pipe", lambda at: _instead(at / "images.parquet", os.mkfifo)),
        ("images without end", lambda at: _instead(at / "images.parquet", _zero)),
        ("scores that are a pipe", lambda at: _instead(at / "scores.parquet", os.mkfifo)),
        ("failures that are a pipe", lambda at: os.mkfifo(at / "failed.json")),
        ("failures nested 100,000 deep", lambda at: (at / "failed.json").write_text(deep)),
        ("failures that are a list", lambda at: (at / "failed.json").write_text("[1]")),
        ("images still to do that are a pipe", lambda at: _instead(at / "pending.json", os.mkfifo)),
        ("images still to do without end", lambda at: _instead(at / "pending.json", _zero)),
    ):
        yield Attack("stores", name, decided(put), needs=needs, quick=1)
        yield Attack("stores", f"{name}, in a merge", merged(put), needs=needs, quick=1)

    def trained(put: Callable[[Path], object]) -> Callable[[Path, int], str]:
        def run(folder: Path, number: int) -> str:
            training = shutil.copytree(made / "training" / "half", folder / "hostile")
            put(training)
            command = ("train", "mini-cnn", "-o", training, "--steps", STEPS, "--device", "cpu")
            cache = {"GCBOOK_CACHE_DIR": str(made / "training" / "cache")}
            return call(*command, environment=cache, before=few_images).refused("hostile")

        return run

    for name, put in (
        ("a history that is a pipe", lambda at: _instead(at / "history.jsonl", os.mkfifo)),
        ("a history without end", lambda at: _instead(at / "history.jsonl", _zero)),
        ("a history that is a folder", lambda at: _instead(at / "history.jsonl", Path.mkdir)),
        ("a history of lists", lambda at: (at / "history.jsonl").write_text("[1]\n{}\n")),
        (
            "a history nested 100,000 deep",
            lambda at: (at / "history.jsonl").write_text(f"{deep}\n"),
        ),
        ("a state that is a pipe", lambda at: _instead(at / "state.safetensors", os.mkfifo)),
        ("a state without end", lambda at: _instead(at / "state.safetensors", _zero)),
        ("a state of nothing", lambda at: (at / "state.safetensors").write_bytes(b"")),
    ):
        yield Attack("stores", name, trained(put), needs=("training",))


def _result_of(store: Path) -> str:
    """What the scores say: decisions and images; or how they were refused."""
    from gcbook.files.errors import GcbookError
    from gcbook.scoring.decisions import decide
    from gcbook.scoring.store import Store

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            opened = Store.open(store)
            decided = decide(opened).sort_values("image_id", ignore_index=True)
            images = opened.images().sort_values("image_id", ignore_index=True)
            found = digest(decided[["image_id", "response"]], images, opened.observer)
        except GcbookError as error:
            return f"refused: {error}"
        except Exception as error:
            return in_short(error)
    return "warned" if caught else found


def _save_always() -> None:
    """Train on few images, and save the state after every step."""
    from gcbook.miniworld.training import run

    few_images()
    start_run = run.Run.__init__

    def hurried(self: object, *arguments: object, **options: object) -> None:
        start_run(self, *arguments, **options | {"save_every": 0.0})  # type: ignore[arg-type]

    run.Run.__init__ = hurried  # type: ignore[method-assign, assignment]


def _instead(path: Path, put: Callable[[Path], object]) -> None:
    path.unlink(missing_ok=True)
    put(path)


def _zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _parts_a_file(store: Path) -> None:
    shutil.rmtree(store / "parts")
    (store / "parts").write_text("no folder")
