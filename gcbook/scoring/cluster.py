"""One model on many devices: workers of Ray score shards, which are merged in the end.

A worker has a device to itself, loads the model once and scores one shard of images after another,
each into a store of its own next to the target. In place of a worker that is lost Ray starts
another one, and its shard goes on from its store; so does the same call after any other end.

All machines see the same files under the same paths: stores, images and models.
"""

import logging
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Any

from gcbook.files.artefacts import is_store
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.extras import require
from gcbook.files.interrupts import held_back
from gcbook.files.locks import lock_folder, locked
from gcbook.scoring.engine import score
from gcbook.scoring.report import ProgressMode, RunProgress, ScoreReport
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.shards import merge_stores
from gcbook.scoring.store import Store
from gcbook.scoring.work import History
from gcbook.scoring.writer import WRITING
from gcbook.stimuli.stimulus import Stimulus, StimulusSet

SIZE = 32
"""Images in a shard: few enough for every device to have some."""

LOSSES = 3
"""How often a shard is begun again because its worker was lost."""

PATIENCE_S = 60
"""How long one waits for devices that are in use and for the lock of a lost worker."""

PASSED_ON = ("GCBOOK_", "HF_")
"""How variables begin that tell workers where models and data are."""

RESOURCES = {"cpu": "CPU", "cuda": "GPU"}
"""What Ray calls the devices."""

LOCAL = {
    "address": "local",
    "object_store_memory": 2**28,
    "include_dashboard": False,
    "_system_config": {
        "worker_niceness": 0,  # Ray's own is 15, at which whatever else runs comes first
        "health_check_timeout_ms": 1000 * PATIENCE_S,
        "worker_register_timeout_seconds": 10 * PATIENCE_S,
    },
}
"""Of a Ray that is started here; busy cores keep its processes from answering soon."""


def parse_workers(text: str, device: str) -> int | None:
    """Read ``ray`` or ``ray:N``: the most workers to use, None for one on every device.

    Raises:
        InputError: it is something else, or workers cannot be given the device.
        ModuleNotFoundError: Ray is not installed.
    """
    found = re.fullmatch(r"ray(?::([1-9]\d{0,5}))?", text, re.ASCII)
    if not found:
        raise InputError(f"--workers: expected ray, or ray:N such as ray:2; found {text!r}.")
    if device not in ("auto", *RESOURCES):
        raise InputError(
            f"--device: expected auto, {' or '.join(RESOURCES)} with --workers ray, which gives "
            f"every worker a device of its own; found {device}."
        )
    require("ray")
    return int(found[1]) if found[1] else None


def score_on_ray(
    images: StimulusSet,
    load: Callable[[str], Any],
    settings: ScoringSettings,
    store: str | Path,
    *,
    most: int | None = None,
    size: int = SIZE,
    save_every: float = 20.0,
    progress: ProgressMode = "auto",
) -> ScoreReport:
    """Score images on the free devices of a Ray cluster.

    It is that to which this process is connected, that of ``RAY_ADDRESS``, or one that is started
    here on the CPUs and GPUs of this machine, and ends with the call or this process.

    The store is that which `gcbook.scoring.engine.score` makes: to the last bit on machines of one
    kind, where shards fill whole batches and classes do not race, else up to rounding.

    Args:
        images: of one dataset.
        load: makes the classifier for a device; a function that workers can import.
        settings: as for `score`. ``device`` "auto" is "cuda" where the cluster has GPUs, else
            "cpu", of which each worker takes one with one thread.
        store: folder of the scores. Shards lie in ``STORE.shards`` until all are done.
        most: workers; None for one on every free device.
        size: images in a shard.
        save_every: as for `score`; what was measured since is lost where a worker ends early.
        progress: as for `score`; it moves by whole shards.

    Returns:
        What was done, but what a worker did before it was lost. ``network_seconds`` is the mean
        over workers.

    Raises:
        InputError: see `score`; or a worker does not see the files.
        GcbookError: see `score`; or no device is free, or Ray or workers were lost again and again.
    """
    import ray
    from ray.exceptions import RayError, RayTaskError
    from ray.util import ActorPool

    begun, place = time.perf_counter(), Path(store).expanduser()
    folder, left = place.parent / f"{place.name}.shards", _left(place, images.stimuli)
    shards = {folder / f"{at:06d}": left[at : at + size] for at in range(0, len(left), size)}
    reports: list[ScoreReport] = []
    with locked(folder, WRITING), closing(RunProgress(progress, len(left), 0, None)) as shown:
        try:
            with _workers(load, settings, save_every, most) as workers:
                shown.note(
                    f"{len(left):,} images in {len(shards):,} shards, {len(workers)} workers"
                )
                for report in ActorPool(workers).map_unordered(
                    lambda worker, call: worker.score.remote(*call), shards.items()
                ):
                    reports.append(report)
                    for name, why in report.failed.items():
                        shown.note(f"left out: {name}: {why}")
                    shown.update(sum(each.n_images for each in reports), None)
                if shards:
                    merge_stores(filter(is_store, sorted(folder.iterdir())), place)
                # What is lacking still is tried once more, and all is counted.
                whole = ray.get(workers[0].score.remote(place, images.stimuli))
        except RayTaskError as error:
            raise error.cause from error
        except (RayError, ConnectionError) as error:
            found = (str(error).strip() or type(error).__name__).splitlines()[-1].strip(" .")
            raise GcbookError(
                f"--workers ray: expected Ray to answer until all is done, found: {found}. What "
                "was measured is saved; the same command goes on from there. Check RAY_ADDRESS, "
                "and that workers have the memory they need (ray:N starts fewer). --shard K/N and "
                "gcbook merge need no Ray."
            ) from error
        shutil.rmtree(folder)
    names = ("n_decisions", "n_evaluations", "network_seconds")
    spent = {name: sum(getattr(each, name) for each in (whole, *reports)) for name in names}
    spent["network_seconds"] /= len(workers)
    return replace(whole, seconds=time.perf_counter() - begun, **spent)


def _left(place: Path, images: tuple[Stimulus, ...]) -> tuple[Stimulus, ...]:
    """Leave out the images that are complete in a store."""
    if not is_store(place):
        return images
    store = Store.open(place)
    complete = History(store, [each.image_id for each in images], store.settings).complete
    return tuple(each for each in images if each.image_id not in complete)


@contextmanager
def _workers(
    load: Any, settings: ScoringSettings, save_every: float, most: int | None
) -> Iterator[list[Any]]:
    """Start workers on all free devices; with the block they end, and a Ray started for them."""
    import ray

    connected = ray.is_initialized()
    if not connected:
        address = os.environ.get("RAY_ADDRESS", "")
        options = {"address": address} if address else LOCAL | {"num_cpus": most}
        os.environ.setdefault("RAY_AUTH_TOKEN", token_hex(32))  # else Ray writes one into the home
        with held_back():  # Ray replaces handlers of signals, which this puts back
            ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
    workers: list[Any] = []
    try:
        there, until = ray.cluster_resources(), time.monotonic() + PATIENCE_S
        if settings.device == "auto":
            settings = replace(settings, device="cuda" if there.get("GPU") else "cpu")
        resource = RESOURCES[settings.device]
        wanted = min(int(there.get(resource, 0)), most or sys.maxsize)
        # Those of workers that have just ended are free soon.
        while (free := int(ray.available_resources().get(resource, 0))) < wanted:
            if time.monotonic() > until:
                break
            time.sleep(0.1)
        if not free:
            raise GcbookError(
                f"--workers ray: expected a free {resource}, found none. Wait for one, or choose "
                "another --device."
            )
        passed_on = {k: v for k, v in os.environ.items() if k.startswith(PASSED_ON)}
        kind = ray.remote(_Worker).options(
            num_gpus=int(resource == "GPU"),
            num_cpus=int(resource == "CPU"),
            max_restarts=-1,
            max_task_retries=LOSSES,
            runtime_env={"env_vars": passed_on},
        )
        about = load, settings, save_every, Path.cwd()
        workers += [kind.remote(*about) for _ in range(min(free, wanted))]
        yield workers
    finally:
        with held_back():
            for each in workers:
                ray.kill(each)
            if not connected:
                ray.shutdown()


@dataclass
class _Worker:
    """A process of Ray's that has a device and holds the model."""

    load: Any
    settings: ScoringSettings
    save_every: float
    folder: Path

    @cached_property
    def classifier(self) -> Any:
        os.chdir(self.folder)
        return self.load(self.settings.device)

    def score(self, store: Path, images: Sequence[Stimulus]) -> ScoreReport:
        """Score images into a store, to which a lost worker may still be writing."""
        model = self.classifier
        if not store.parent.is_dir():
            raise InputError(
                f"{store.parent}: expected a folder that all machines see, found none on one of "
                "them. Keep stores, images and models in shared files."
            )
        if store.is_dir():
            lock_folder(store, WRITING, PATIENCE_S).release()
        options: Any = {"save_every": self.save_every, "progress": "silent"}
        return score(images, model, self.settings, store, **options)
