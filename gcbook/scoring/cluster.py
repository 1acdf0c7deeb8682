"""One model on many devices: workers of Ray score shards, which are merged as they come.

A worker has a device to itself, loads the model once and scores one shard after another
(`gcbook.scoring.shards`), each into a store of its own beside the target. In place of a worker that
is lost, killed or silent for too long, another one starts, and its shard goes on from its store.
After any other end the same call goes on from these stores.

All machines see the same files under the same paths: stores, images and models.
"""

import logging
import os
import re
import shutil
import socket
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from gcbook.files.artefacts import is_store
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.interrupts import held_back
from gcbook.files.locks import lock_folder, locked
from gcbook.scoring.diagnostics import examine
from gcbook.scoring.engine import score
from gcbook.scoring.report import ProgressMode, RunProgress, ScoreReport
from gcbook.scoring.settings import ScoringSettings, Traits, effective_settings
from gcbook.scoring.shards import Shard, cut, merge_stores
from gcbook.scoring.store import Store
from gcbook.scoring.work import History
from gcbook.scoring.writer import WRITING, check_store
from gcbook.stimuli.stimulus import StimulusSet

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

SIZE = 32
"""Images in a shard, up to twice as many: few enough for every device to have some."""

LOSSES = 3
"""How often a shard is begun again because its worker was lost."""

FREED_WITHIN_S = 10.0
"""How long one waits for devices of workers that have just ended."""

PATIENCE_S = 60.0
"""How long one waits for an address, and for a lock that a lost worker still holds. Ray itself
waits as long for a sign of life, ten times: busy cores keep its processes from answering."""

PASSED_ON = ("GCBOOK_", "HF_")
"""How variables begin that tell where models and data are; workers get those of this process."""

RESOURCES = {"cpu": "CPU", "cuda": "GPU"}
"""What Ray calls the devices."""

LOCAL = {
    "address": "local",
    "object_store_memory": 2**28,
    "include_dashboard": False,
    "_system_config": {
        # Ray's own is 15, at which whatever else runs comes first.
        "worker_niceness": 0,
        "health_check_timeout_ms": round(1000 * PATIENCE_S),
        "health_check_failure_threshold": 10,
        "worker_register_timeout_seconds": round(10 * PATIENCE_S),
        "gcs_server_request_timeout_seconds": round(10 * PATIENCE_S),
    },
}
"""Of a Ray that is started here."""


def parse_workers(text: str) -> int | None:
    """Read ``ray`` or ``ray:N``: the most workers to use, None for one on every device.

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
    """Raise InputError for a device that workers cannot be given: none of auto, cpu and cuda."""
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
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options: dict[str, Any] = {"address": address}
        if not address:
            options = LOCAL | {"num_cpus": most, "_temp_dir": folder}
            # Else Ray leaves the secret of its processes in the user's home.
            os.environ.setdefault("RAY_AUTH_TOKEN", token_hex(32))
        host, _, port = address.removeprefix("ray://").rpartition(":")
        try:
            # Half a Ray would outlive the block. And Ray replaces handlers of signals, which this
            # puts back.
            with held_back():
                if host and port.isdecimal():  # where nobody listens, Ray waits for minutes
                    socket.create_connection((host, int(port)), PATIENCE_S).close()
                ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
        except Exception as error:
            raise GcbookError(
                f"{f'RAY_ADDRESS={address}' if address else 'Ray'}: expected Ray to answer, found "
                f"that it does not: {_last_line(error)}. Check that the cluster runs at that "
                "address with the same versions of Ray and Python, or that this machine is not too "
                "busy to start one; --shard K/N and gcbook merge need none."
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
        progress: as for `score`; it moves by whole shards.

    Returns:
        A report for each set. ``network_seconds`` is the mean over workers; neither times nor
        evaluations count what a lost worker did.

    Raises:
        InputError: see `score`; or there is no such device, or a worker does not see the files.
        GcbookError: see `score`; or no device is free, or workers were lost again and again.
    """
    begun = time.perf_counter()
    device, n_free = _devices(settings.device)
    settings = replace(settings, device=device)
    sets = {place.expanduser(): images for place, images in sets.items()}
    with ExitStack() as held:
        for place, images in sets.items():
            held.enter_context(locked(_shards_of(place), WRITING))
            held.callback(_remove_empty, _shards_of(place))
            for store in _stores(place):
                check_store(store, settings, images.dataset)
        n_most = sum(max(1, len(images) // size) for images in sets.values())
        n_workers = min(n_free, n_most, most or n_most)
        job = _Job(sets, load, settings, save_every, Path.cwd())
        workers = held.enter_context(_workers(job, n_workers))
        traits: Traits = next(iter(workers([("traits",)])))[1]
        parts = [_Part(place, images, settings, traits, size) for place, images in sets.items()]
        n_images, n_before = sum(map(len, sets.values())), sum(part.n_before for part in parts)
        shown = RunProgress(progress, n_images, n_before, None)
        held.callback(shown.close)
        calls = [("score", part.place, *each) for part in parts for each in part.shards.items()]
        shown.note(
            f"{n_images - n_before:,} images to score: {len(calls):,} shards for {n_workers} "
            "workers"
        )
        waiting = {part.place: part for part in parts}
        merged: dict[Path, ScoreReport] = {}
        try:
            answers: Iterator[Any] = workers(calls)
            while waiting:
                for part in [each for each in waiting.values() if each.is_done()]:
                    seconds = time.perf_counter() - begun
                    merged[part.place] = part.merge(seconds, n_workers)
                    shown.note(f"merged: {part.place}")
                    del waiting[part.place]
                if (answer := next(answers, None)) is not None:
                    waiting[answer[0][1]].take(answer[1], shown)
                    shown.update(sum(part.n_done for part in parts), None)
        except BaseException as error:
            folders = ", ".join(str(_shards_of(place)) for place in waiting)
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

    def __init__(self, job: _Job) -> None:
        self._job = job
        self._classifier: Any = None

    def call(self, what: str, *arguments: Any) -> Any:
        """Load the model, once; then tell its traits or score a shard."""
        job = self._job
        if self._classifier is None:
            for folder in (job.folder, *(job.folder / _shards_of(place) for place in job.sets)):
                if not folder.is_dir():
                    raise InputError(
                        f"{folder}: expected a folder that all machines see, found none on "
                        f"{socket.gethostname()}. Keep stores, images and models in a file system "
                        "that the machines share."
                    )
            os.chdir(job.folder)
            self._classifier = job.load(job.settings.device)
        return getattr(self, f"_{what}")(*arguments)

    def _traits(self) -> Traits:
        return Traits.of(self._classifier)

    def _score(self, place: Path, store: Path, shard: Shard) -> ScoreReport:
        if store.is_dir():  # a worker that Ray has given up may still be writing
            lock_folder(store, WRITING, PATIENCE_S).release()
        job = self._job
        return score(
            job.sets[place],
            self._classifier,
            job.settings,
            store,
            shard=shard,
            save_every=job.save_every,
            progress="silent",
        )


@contextmanager
def _workers(job: _Job, number: int) -> Iterator[Callable[[Iterable[Any]], Iterator[Any]]]:
    """Start workers, give what makes calls of them, and end them with the block."""
    import ray
    from ray.exceptions import RayError, RayTaskError

    gpu = job.settings.device == "cuda"
    passed_on = {k: value for k, value in os.environ.items() if k.startswith(PASSED_ON)}
    environment = {"env_vars": passed_on}
    kind = ray.remote(_Worker).options(
        num_gpus=int(gpu), num_cpus=int(not gpu), runtime_env=environment
    )
    idle = [kind.remote(job) for _ in range(number)]
    running: dict[Any, tuple[Any, Any]] = {}
    losses: Counter[Any] = Counter()

    def answers(calls: Iterable[Any]) -> Iterator[Any]:
        """Yield each call and what came back, as it comes."""
        waiting = deque(calls)
        while waiting or running:
            while idle and waiting:
                worker, call = idle.pop(), waiting.popleft()
                running[worker.call.remote(*call)] = worker, call
            done, _ = ray.wait([*running], timeout=1.0)
            for each in done:
                worker, call = running[each]
                try:
                    found = call, ray.get(each)
                except RayTaskError as error:
                    if isinstance(error.cause, GcbookError):
                        raise error.cause from None
                    raise
                except RayError as error:
                    losses[call] += 1
                    if losses[call] > LOSSES:
                        raise GcbookError(
                            "--workers ray: expected workers to go on until they are done, found "
                            f"that {losses[call]} were lost over the same images, perhaps killed "
                            f"by the system for want of memory: {_last_line(error)}. Use fewer "
                            "workers (ray:N)."
                        ) from error
                    ray.kill(worker)
                    worker, found = kind.remote(job), None
                    waiting.appendleft(call)
                del running[each]
                idle.append(worker)
                if found:
                    yield found

    try:
        yield answers
    finally:
        with held_back():
            for worker in (*idle, *(worker for worker, _ in running.values())):
                ray.kill(worker)


class _Part:
    """A set on its way.

    Attributes:
        shards: those of which something is left to do, by their stores.
        n_before: images whose scores were complete before.
        n_done: images of the shards that have come since.
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
        self.place, self._images, self.n_done = place, images, 0
        names = [each.image_id for each in images]
        there, *apart = (
            History(Store.open(store), names, settings).complete if is_store(store) else set()
            for store in (place, *_stores(place))
        )
        self.n_before = len(there.union(*apart))
        self.shards: dict[Path, Shard] = {}
        self._reports: list[ScoreReport] = []
        for shard in cut(len(images), size, settings, traits):
            own = shard.of(images.stimuli, settings, traits)
            if not there.issuperset(each.image_id for each in own):
                name = f"{shard.number:0{len(str(shard.parts))}d}-of-{shard.parts}"
                self.shards[_shards_of(place) / name] = shard

    def take(self, report: ScoreReport, shown: RunProgress) -> None:
        """Take a shard's report, and show what is to be known of it."""
        self._reports.append(report)
        self.n_done += report.n_decisions + len(report.failed)
        places = {each.imagename: each.place for each in self._images}
        reasons = (f"left out: {places[name]}: {why}" for name, why in report.failed.items())
        for note in (*report.notes, *reasons):
            shown.note(note)

    def is_done(self) -> bool:
        """Tell whether all shards have their report."""
        return len(self._reports) == len(self.shards)

    def merge(self, seconds: float, n_workers: int) -> ScoreReport:
        """Merge the shards, and remove them if nothing is left to do."""
        merged = merge_stores(_stores(self.place), self.place)
        if not merged.failed and not merged.pending:
            shutil.rmtree(_shards_of(self.place))
        names = {each.imagename for each in self._images}
        n_complete = len(names.difference(merged.failed, merged.pending))
        shares, remedy, notes = examine(Store.open(self.place))
        return ScoreReport(
            self.place,
            len(names),
            n_complete,
            n_complete - self.n_before,
            {name: why for name, why in merged.failed.items() if name in names},
            sum(report.n_evaluations for report in self._reports),
            seconds,
            sum(report.network_seconds for report in self._reports) / n_workers,
            sum(report.network_cpu_seconds for report in self._reports),
            shares,
            remedy,
            tuple(notes),
        )


def _shards_of(place: Path) -> Path:
    """Return the folder for the shards of a store."""
    return place.parent / f"{place.name}.shards"


def _stores(place: Path) -> list[Path]:
    """List the stores of a store's shards."""
    return sorted(each for each in _shards_of(place).iterdir() if is_store(each))


def _remove_empty(folder: Path) -> None:
    """Remove a folder for shards without any."""
    if folder.is_dir() and not any(map(is_store, folder.iterdir())):
        shutil.rmtree(folder, ignore_errors=True)


def _devices(device: str) -> tuple[str, int]:
    """Return where networks run, and how many such devices are free."""
    import ray

    check_device(device)
    there = ray.cluster_resources()
    if device == "auto":
        device = "cuda" if there.get("GPU") else "cpu"
    resource, until = RESOURCES[device], time.monotonic() + FREED_WITHIN_S
    # Those of workers that have just ended are free soon.
    while (free := int(ray.available_resources().get(resource, 0))) < there.get(resource, 0):
        if time.monotonic() > until:
            break
        time.sleep(0.1)
    if not free:
        raise GcbookError(
            f"--workers ray: expected a free {resource}, found none; the cluster has "
            f"{int(there.get(resource, 0))} in all. Wait for them, or choose another --device."
        )
    return device, free


def _last_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1].strip().rstrip(".")
