"""One model on many devices: workers of Ray score shards, which are merged as they come.

A worker has a device to itself, loads the model once and scores one shard after another
(`gcbook.scoring.shards`), each into a store of its own beside the target. Ray hands out the shards
and starts a worker that was killed again, and its shard goes on from its store. After any other end
the same call goes on from these stores.

All machines see the same files under the same paths: stores, images and models.
"""

import logging
import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from gcbook.files.artefacts import is_store
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.gate import read_json
from gcbook.files.interrupts import held_back
from gcbook.files.locks import locked
from gcbook.files.temporary import temporary_folder
from gcbook.scoring.diagnostics import examine
from gcbook.scoring.engine import score
from gcbook.scoring.report import ProgressMode, RunProgress, ScoreReport
from gcbook.scoring.settings import ScoringSettings, Traits, effective_settings
from gcbook.scoring.shards import Shard, cut, merge_stores
from gcbook.scoring.store import PENDING, Store
from gcbook.scoring.work import History
from gcbook.scoring.writer import WRITING, check_store
from gcbook.stimuli.stimulus import StimulusSet

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

SIZE = 32
"""Images in a shard, up to twice as many: few enough for every device to have some."""

RESTARTS = 3
"""How often a worker that was killed is started again."""

LOOK_EVERY_S = 2.0
"""How often the stores of shards are looked at for progress."""

CONNECTED_WITHIN_S = 10.0
"""How long the cluster at an address has to answer."""

FREED_WITHIN_S = 10.0
"""How long one waits for devices of workers that have just ended."""

OBJECTS = 2**28
"""Bytes of memory that workers share: images that lie in memory, and reports."""

PASSED_ON = ("GCBOOK_", "HF_")
"""How variables begin that tell where models and data are; workers get those of this process."""

RESOURCES = {"cpu": "CPU", "cuda": "GPU"}
"""What Ray calls the devices."""


def parse_workers(text: str) -> int | None:
    """Read ``ray`` or ``ray:N``.

    Returns:
        The most workers to use; None for one on every device.

    Raises:
        InputError: it is something else, or Ray is not installed.
    """
    found = re.fullmatch(r"ray(?::([1-9]\d{0,5}))?", text, re.ASCII)
    if not found:
        raise InputError(f"--workers: expected ray, or ray:N such as ray:2; found {text!r}.")
    try:
        import ray  # noqa: F401
    except ImportError as error:
        raise InputError(
            "--workers ray: expected the package ray, found that it is not installed: pip install "
            "'gcbook[cluster]'. Without it, --shard K/N and gcbook merge share the work."
        ) from error
    return int(found[1]) if found[1] else None


def check_device(device: str) -> None:
    """Refuse a device that workers cannot be given.

    Raises:
        InputError: it is none of auto, cpu and cuda.
    """
    if device not in ("auto", *RESOURCES):
        raise InputError(
            f"--device: expected auto, {' or '.join(RESOURCES)} with --workers ray, which gives "
            f"every worker a device of its own; found {device}."
        )


@contextmanager
def ray_cluster(most: int | None) -> Iterator[None]:
    """Be connected to Ray: as this process is, to ``RAY_ADDRESS``, or to one that is started here.

    What was started ends with the block, or with this process; its files lie in a temporary folder.

    Args:
        most: CPUs that a Ray started here may use; None for all.

    Raises:
        GcbookError: it cannot be reached or started.
    """
    import ray

    if ray.is_initialized():
        yield
        return
    address = os.environ.get("RAY_ADDRESS", "")
    with temporary_folder() as folder:
        options: dict[str, Any] = {"address": address}
        if not address:
            options = {
                "address": "local",
                "num_cpus": most,
                "object_store_memory": OBJECTS,
                "include_dashboard": False,
                "_temp_dir": str(folder),
                # Ray's own is 15, at which whatever else runs comes first.
                "_system_config": {"worker_niceness": 0},
            }
            # Else Ray leaves the secret of its processes in the user's home.
            os.environ.setdefault("RAY_AUTH_TOKEN", token_hex(32))
        try:
            # Half a Ray would outlive the block. And Ray replaces handlers of signals, which this
            # puts back.
            with held_back():
                _check_address(address)
                ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
        except Exception as error:
            place = f"RAY_ADDRESS={address}" if address else "Ray"
            remedy = (
                "Check the address, that the cluster runs, and that it has the same versions of "
                "Ray and Python; without RAY_ADDRESS, this machine alone is used."
                if address
                else "Try again when this machine has less to do, or leave --workers out."
            )
            raise GcbookError(
                f"{place}: expected Ray to answer, found that it does not: "
                f"{_last_line(error)}. {remedy}"
            ) from error
        try:
            yield
        finally:
            with held_back():
                ray.shutdown()


def score_on_ray(
    sets: Mapping[Path, StimulusSet],
    load: "Callable[[str], Classifier]",
    settings: ScoringSettings,
    *,
    most: int | None = None,
    size: int = SIZE,
    save_every: float = 20.0,
    progress: ProgressMode = "auto",
) -> list[ScoreReport]:
    """Score sets of images on the free devices of a cluster, within `ray_cluster`.

    Their stores are those that `gcbook.scoring.engine.score` makes: to the last bit on machines of
    one kind and without a race, else up to rounding. Each is merged as soon as its shards are done.

    Args:
        sets: the images, by the folder of their store. Shards lie in ``FOLDER.shards`` until all
            images have their scores.
        load: makes the classifier for a device; a function that workers can import.
        settings: as for `score`. ``device`` "auto" is "cuda" where the cluster has GPUs, else
            "cpu", of which each worker takes one with one thread.
        most: workers; None for one on every free device.
        size: images in a shard, see `gcbook.scoring.shards.cut`.
        save_every: as for `score`; what was measured since is lost where a worker ends early.
        progress: as for `score`.

    Returns:
        A report for each set. ``network_seconds`` is the mean over workers; neither times nor
        evaluations count what a worker did before it was killed.

    Raises:
        InputError: see `score`; or there is no such device, or a worker does not see the files.
        GcbookError: see `score`; or no device is free, or a worker was killed again and again.
    """
    import ray

    begun = time.perf_counter()
    device, n_free = _devices(settings.device)
    settings = replace(settings, device=device)
    sets = {place.expanduser(): images for place, images in sets.items()}
    with ExitStack() as held:
        for place, images in sets.items():
            shards = _shards_of(place)
            held.enter_context(locked(shards, WRITING))
            held.callback(_remove_empty, shards)
            for store in _stores(shards):
                check_store(store, settings, images.dataset)
        n_most = sum(max(1, len(images) // size) for images in sets.values())
        n_workers = min(n_free, n_most, most or n_most)
        job = _Job(sets, load, settings, save_every, Path.cwd())
        workers = held.enter_context(_workers(device, n_workers))
        # In a list, it is not sent along with every call.
        shared = [ray.put(job)]
        with _explained():
            traits = ray.get([worker.traits.remote(shared) for worker in workers])[0]
        parts = [_Part(place, images, settings, traits, size) for place, images in sets.items()]
        n_images, n_before = sum(map(len, sets.values())), sum(part.n_before for part in parts)
        shown = RunProgress(progress, n_images, n_before, None)
        held.callback(shown.close)
        n_shards = sum(len(part.shards) for part in parts)
        shown.note(
            f"{n_images - n_before:,} images to score: {n_shards:,} shards for {n_workers} workers"
        )
        merged: dict[Path, ScoreReport] = {}
        try:
            for report in _scored(workers, shared, parts):
                if report:
                    part = next(part for part in parts if report.store in part.shards)
                    part.take(report, shown)
                for part in parts:
                    if part.is_done() and part.place not in merged:
                        merged[part.place] = part.merge(time.perf_counter() - begun, n_workers)
                        shown.note(f"merged: {part.place}")
                shown.update(sum(part.n_done() for part in parts) - n_before, None)
        except BaseException as error:
            folders = ", ".join(str(_shards_of(place)) for place in sets if place not in merged)
            error.add_note(
                f"stopped; what was measured is saved in {folders}, and the same command goes on "
                "from there"
            )
            shown.note(error.__notes__[-1])
            raise
    return [merged[place] for place in sets]


@dataclass(frozen=True)
class _Job:
    """What all workers know; see `score_on_ray`. Paths start from ``folder``."""

    sets: Mapping[Path, StimulusSet]
    load: "Callable[[str], Classifier]"
    settings: ScoringSettings
    save_every: float
    folder: Path


class _Worker:
    """A process of Ray's that has a device and holds the model."""

    def __init__(self) -> None:
        self._begun: tuple[_Job, Classifier] | None = None

    def traits(self, shared: Sequence[Any]) -> Traits:
        """Load the model, and tell what kind of answers it gives."""
        return Traits.of(self._begin(shared)[1])

    def score(self, shared: Sequence[Any], place: Path, store: Path, shard: Shard) -> ScoreReport:
        """Score what is left of a shard."""
        job, classifier = self._begin(shared)
        return score(
            job.sets[place],
            classifier,
            job.settings,
            store,
            shard=shard,
            save_every=job.save_every,
            progress="silent",
        )

    def _begin(self, shared: Sequence[Any]) -> "tuple[_Job, Classifier]":
        """Get the job and load the model, once."""
        import ray

        if self._begun is None:
            job: _Job = ray.get(shared[0])
            for folder in (job.folder, *(job.folder / _shards_of(place) for place in job.sets)):
                if not folder.is_dir():
                    raise InputError(
                        f"{folder}: expected a folder that all machines see, found none on "
                        f"{socket.gethostname()}. Keep stores, images and models in a file system "
                        "that the machines share."
                    )
            os.chdir(job.folder)
            self._begun = job, job.load(job.settings.device)
        return self._begun


class _Part:
    """A set on its way.

    Attributes:
        place: of its store.
        shards: those of which something is left to do, by their stores.
        n_before: images whose scores were complete before.
    """

    def __init__(
        self,
        place: Path,
        images: StimulusSet,
        settings: ScoringSettings,
        traits: Traits,
        size: int,
    ) -> None:
        settings = effective_settings(settings, traits)
        there = _complete([place] if is_store(place) else [], images, settings)
        stores = _stores(_shards_of(place))
        self.place, self._images = place, images
        self.n_before = len(there | _complete(stores, images, settings))
        self.shards: dict[Path, Shard] = {}
        self._n_other = len(images)
        self._reports: dict[Path, ScoreReport] = {}
        for shard in cut(len(images), size, settings, traits):
            own = shard.of(images.stimuli, settings, traits)
            if not there.issuperset(each.image_id for each in own):
                name = f"{shard.number:0{len(str(shard.parts))}d}-of-{shard.parts}"
                self.shards[_shards_of(place) / name] = shard
                self._n_other -= len(own)

    def take(self, report: ScoreReport, shown: RunProgress) -> None:
        """Take a shard's report, and show what is to be known of it."""
        self._reports[report.store] = report
        places = {each.imagename: each.place for each in self._images}
        for note in report.notes:
            shown.note(note)
        for name, reason in report.failed.items():
            shown.note(f"left out: {places[name]}: {reason}")

    def is_done(self) -> bool:
        """Tell whether all shards have their report."""
        return len(self._reports) == len(self.shards)

    def n_done(self) -> int:
        """Count the images that are scored or failed, as far as workers have saved it."""
        reported = sum(report.n_images for report in self._reports.values())
        running = self.shards.keys() - self._reports.keys()
        return self._n_other + reported + sum(_n_done(each, len(self._images)) for each in running)

    def merge(self, seconds: float, n_workers: int) -> ScoreReport:
        """Merge the shards, and remove them if nothing is left to do."""
        merged = merge_stores(_stores(_shards_of(self.place)), self.place)
        if not merged.failed and not merged.pending:
            shutil.rmtree(_shards_of(self.place))
        names = {each.imagename for each in self._images}
        n_complete = len(names.difference(merged.failed, merged.pending))
        reports = self._reports.values()
        shares, remedy, notes = examine(Store.open(self.place))
        return ScoreReport(
            self.place,
            len(names),
            n_complete,
            n_complete - self.n_before,
            {name: why for name, why in merged.failed.items() if name in names},
            sum(report.n_evaluations for report in reports),
            seconds,
            sum(report.network_seconds for report in reports) / n_workers,
            sum(report.network_cpu_seconds for report in reports),
            shares,
            remedy,
            tuple(notes),
        )


def _check_address(address: str) -> None:
    """Raise OSError where nobody listens at ``HOST:PORT``, for which Ray would wait for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), CONNECTED_WITHIN_S).close()


def _shards_of(place: Path) -> Path:
    """Return the folder for the shards of a store."""
    return place.parent / f"{place.name}.shards"


def _stores(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if is_store(each))


def _remove_empty(folder: Path) -> None:
    """Remove the folder for shards if there are none."""
    if folder.is_dir() and not _stores(folder):
        shutil.rmtree(folder, ignore_errors=True)


def _complete(
    stores: Iterable[Path], images: StimulusSet, settings: ScoringSettings
) -> frozenset[str]:
    """Return which images have all their scores in one of some stores."""
    names = [each.image_id for each in images]
    found = (History(Store.open(store), names, settings).complete for store in stores)
    return frozenset().union(*found)


def _n_done(store: Path, n_images: int) -> int:
    """Count the images that a shard's store notes as no longer pending."""
    try:
        return n_images - len(read_json(store / PENDING))
    except InputError:  # it is not begun, or about to be
        return 0


def _devices(device: str) -> tuple[str, int]:
    """Return where networks run, and how many such devices are free."""
    import ray

    check_device(device)
    if device == "auto":
        device = "cuda" if ray.cluster_resources().get("GPU") else "cpu"
    resource = RESOURCES[device]
    there = int(ray.cluster_resources().get(resource, 0))
    until = time.monotonic() + FREED_WITHIN_S
    while (free := int(ray.available_resources().get(resource, 0))) < there:
        if time.monotonic() > until:
            break
        time.sleep(0.1)
    if not free:
        raise GcbookError(
            f"--workers ray: expected a free {resource}, found none; the cluster has {there} in "
            "all. Wait for them, or choose another --device."
        )
    return device, free


@contextmanager
def _workers(device: str, number: int) -> Iterator[list[Any]]:
    """Start workers, each with a device of its own, and end them with the block."""
    import ray

    gpu = device == "cuda"
    passed_on = {k: value for k, value in os.environ.items() if k.startswith(PASSED_ON)}
    actor = ray.remote(_Worker).options(
        num_gpus=int(gpu),
        num_cpus=int(not gpu),
        max_restarts=RESTARTS,
        max_task_retries=-1,
        runtime_env={"env_vars": passed_on},
    )
    started = [actor.remote() for _ in range(number)]
    try:
        yield started
    finally:
        with held_back():
            for worker in started:
                ray.kill(worker)


def _scored(
    workers: Sequence[Any], shared: Sequence[Any], parts: Iterable[_Part]
) -> Iterator[ScoreReport | None]:
    """Yield the report of each shard when it comes; in between, None as often as one may look."""
    from ray.exceptions import RayTaskError
    from ray.util import ActorPool

    pool = ActorPool(list(workers))
    for part in parts:
        for store, shard in part.shards.items():
            task = (shared, part.place, store, shard)
            pool.submit(lambda worker, task: worker.score.remote(*task), task)
    yield None
    while pool.has_next():
        try:
            with _explained():
                report = pool.get_next_unordered(timeout=LOOK_EVERY_S)
        except TimeoutError as error:
            if isinstance(error, RayTaskError):  # it is the network's
                raise
            report = None
        yield report


@contextmanager
def _explained() -> Iterator[None]:
    """Raise what a worker has raised, and explain why one is gone."""
    from ray.exceptions import RayActorError, RayTaskError

    try:
        yield
    except RayTaskError as error:
        if isinstance(error.cause, GcbookError):
            raise error.cause from None
        raise
    except RayActorError as error:
        raise GcbookError(
            "--workers ray: expected workers to go on until they are done, found one that could "
            f"not start or was killed {RESTARTS + 1} times, perhaps by the system for want of "
            f"memory: {_last_line(error)}. Use fewer workers (ray:N)."
        ) from error


def _last_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1].strip().rstrip(".")
