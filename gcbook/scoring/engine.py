"""The one orchestrator: images, a classifier and settings in, a store of raw scores out.

Units of work are (image, draw, class), or (image, draw) where one evaluation answers for all
classes. Batches are filled from the images that are open, oldest first, and further images are
opened only when a batch would not be full: a few images deep where every class gets all draws, many
where a race leaves each image one draw at a time. Memory is bounded by the batch, not by the set.

What an image is asked depends on the image, the seed and the draw alone. So neither the batch, nor
the other images, nor an interruption changes a result beyond rounding.
"""

import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from gcbook.classifiers.devices import is_out_of_memory
from gcbook.classifiers.protocol import Classifier
from gcbook.files.errors import InputError
from gcbook.files.interrupts import held_back
from gcbook.scoring.cost import Cost
from gcbook.scoring.images import ReadImage, check_images, check_unchanged, read_images
from gcbook.scoring.network import Batch, Network, make_batch
from gcbook.scoring.report import ProgressMode, RunProgress, ScoreReport
from gcbook.scoring.scores import Rows
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.shards import Shard
from gcbook.scoring.store import Store
from gcbook.scoring.work import History, ImageWork, Plan, RacePlan
from gcbook.scoring.writer import StoreWriter, new_store
from gcbook.stimuli.stimulus import Stimulus

GROUP = 8
"""Images prepared at a time."""


def score(
    images: Iterable[Stimulus],
    classifier: Classifier,
    settings: ScoringSettings,
    store: str | Path,
    *,
    extend: bool = False,
    shard: Shard | None = None,
    save_every: float = 20.0,
    progress: ProgressMode = "auto",
) -> ScoreReport:
    """Score images, continuing whatever the store already holds of them.

    Args:
        images: of one dataset, each once; see `gcbook.stimuli.folders.open_stimuli`.
        classifier: what is asked. Where nothing is random in it, one draw is made.
        settings: how. ``device`` and ``dtype`` are the classifier's and only noted here.
        store: folder of the scores, made if needed.
        extend: add draws to a store that has fewer.
        shard: score this part of the images alone; the others are noted as pending.
        save_every: seconds after which results are on disk, whatever happens to the process.
        progress: "auto", "bar", "lines" or "silent".

    Returns:
        What was done. Images that could not be read, or for which the network gave NaN or
        infinity, are named in ``failed`` and in the store; another run tries them again.

    Raises:
        InputError: images, settings or classifier do not go with the store, or an image is not the
            one that was scored before; nothing is scored then.
        GcbookError: the store cannot be written, or memory is too small for one evaluation.

    An exception of the network and an interruption are passed on, with a note, after what is
    complete has been saved.
    """
    stimuli = tuple(images)
    check_images(stimuli, classifier)
    begun = time.perf_counter()
    begun_store = new_store(store, classifier, settings, stimuli[0].dataset)
    with (
        torch.inference_mode(),
        StoreWriter(begun_store, extend=extend) as writer,
    ):
        check_unchanged(stimuli, writer.known_hash, writer.path)
        chosen = shard.of(stimuli, writer.settings, writer.store.traits) if shard else stimuli
        run = _Run(stimuli, chosen, classifier, writer, save_every, progress)
        run.go()
    return ScoreReport(
        writer.path,
        len(chosen),
        run.n_complete_before + run.n_decisions,
        run.n_decisions,
        run.failed,
        run.network.n_evaluations,
        time.perf_counter() - begun,
        run.network.seconds,
    )


@contextmanager
def scored_once(
    stimuli: Iterable[Stimulus], classifier: Classifier, settings: ScoringSettings
) -> Iterator[Store]:
    """Score images, silently, into a store that is gone when the block ends; see `score`."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "scores"
        score(stimuli, classifier, settings, place, progress="silent")
        yield Store.open(place)


class _Run:
    """The state of one run: of ``stimuli``, which may be a shard of the images ``asked`` for."""

    def __init__(
        self,
        asked: tuple[Stimulus, ...],
        stimuli: Sequence[Stimulus],
        classifier: Classifier,
        writer: StoreWriter,
        save_every: float,
        progress: ProgressMode,
    ) -> None:
        settings, n_labels = writer.settings, len(classifier.labels)
        self.classifier, self.writer, self.settings = classifier, writer, settings
        clip = settings.clip(classifier.default_clip)
        self.network = Network(classifier, clip, settings.batch_size)
        self.plan = (
            RacePlan(settings.racing, n_labels, classifier.joint)
            if settings.racing
            else Plan(settings.draws, n_labels, classifier.joint)
        )
        self.history = History(writer.store, [each.image_id for each in asked], settings)
        self.failed: dict[str, str] = {}
        self.n_decisions = 0
        missing = [each for each in stimuli if each.image_id not in self.history.complete]
        self.n_complete_before = len(stimuli) - len(missing)
        for each in stimuli:
            if each.image_id in self.history.complete:
                if writer.known_hash(each) is None:
                    # The list of images was lost: what is complete is listed again, unscored.
                    writer.code(each, each.sha256())
                writer.succeed(each)
        writer.expect(each for each in asked if each.image_id not in self.history.complete)
        self._incoming = read_images(missing, settings.detail)
        self._open: list[ImageWork] = []
        self._shape: torch.Size | None = None
        self._weights = writer.store.weights()
        if not writer.store.traits.likelihood:
            # A weighting that is not defined for this model should not show only at the end.
            self._weights.at(np.array([0.5]), np.array([0.0]))
        self._save_every, self._next_save = save_every, time.monotonic() + save_every
        side = classifier.describe().get("resolution")
        n_there = sum(len(self.history.known(each.image_id)[0]) for each in missing)
        self.cost = Cost(len(missing), writer.store.traits, settings, side, n_there)
        n_units = None if settings.racing else self.cost.n_evaluations
        self.progress = RunProgress(progress, len(stimuli), self.n_complete_before, n_units)
        if missing:
            self.progress.note(self.cost.asked())

    def go(self) -> None:
        network = self.network
        try:
            while (batch := self._next_batch()) is not None:
                size, is_first = network.batch_size, not network.n_evaluations
                self._record(batch, network.measure(batch))
                if is_first:
                    self.progress.note(self.cost.hours(network.seconds / network.n_evaluations))
                if network.batch_size < size:
                    self.progress.note(
                        f"out of memory: {network.batch_size} units at a time from now on"
                    )
                self.progress.update(self.n_decisions, network.n_evaluations)
                if time.monotonic() >= self._next_save:
                    self.writer.flush()
                    self._next_save = time.monotonic() + self._save_every
            self.writer.merge()
        except BaseException as error:
            with held_back():
                self.writer.flush()
            if not self.writer.broken:
                error.add_note(
                    f"stopped; what was measured is saved in {self.writer.path}, and the same "
                    "command goes on from there"
                )
                self.progress.note(error.__notes__[-1])
            raise
        finally:
            self._incoming.close()
            self.progress.close()

    def _next_batch(self) -> Batch | None:
        room, at = self.network.batch_size, 0
        taken: list[tuple[ImageWork, np.ndarray]] = []
        while room:
            if at == len(self._open):
                group = list(islice(self._incoming, GROUP))
                if not group:
                    break
                self._open.extend(self._begin(group))
                continue
            work = self._open[at]
            units = work.take(room)
            room -= len(units)
            taken.append((work, units))
            at += 1
        return make_batch(taken, self.classifier, self.settings.rule) if taken else None

    def _begin(self, group: list[ReadImage]) -> Iterator[ImageWork]:
        for image in group:
            if image.pixels is None:
                self._fail(image.stimulus, image.error)
        readable = [image for image in group if image.pixels is not None]
        for image, prepared in self._prepared(readable):
            if self._shape is None:
                self._shape = prepared.shape
            if prepared.shape != self._shape:
                self._fail(
                    image.stimulus,
                    f"expected {tuple(self._shape)} after resizing, as the first image has; found "
                    f"{tuple(prepared.shape)}",
                )
                continue
            code = self.writer.code(image.stimulus, image.sha256)
            known = self.history.known(image.stimulus.image_id)
            work = ImageWork(image.stimulus, code, prepared, known)
            if self.plan.begin(work):
                yield work

    def _prepared(self, images: list[ReadImage]) -> list[tuple[ReadImage, torch.Tensor]]:
        """Prepare images together, or one by one if that fails."""
        if not images:
            return []
        try:
            prepared = self.classifier.prepare([i.pixels for i in images if i.pixels is not None])
            return list(zip(images, prepared, strict=True))
        except (InputError, RuntimeError, MemoryError) as error:
            if not (isinstance(error, InputError) or is_out_of_memory(error)):
                raise
            if len(images) == 1:
                self._fail(images[0].stimulus, str(error))
                return []
        return [pair for image in images for pair in self._prepared([image])]

    def _record(self, batch: Batch, values: np.ndarray) -> None:
        """Keep what was measured, and give or close the images of the batch by it."""
        rows, bounds = self._rows(batch, values)
        finite = np.isfinite(rows.values).all(axis=0)
        self.writer.add(rows.where(finite))
        errors = self._errors(rows)
        measured: list[ImageWork] = []
        for work, start, stop in zip(batch.works, bounds[:-1], bounds[1:], strict=True):
            part = slice(start, stop)
            if finite[part].all():
                self.plan.measured(work, rows.draw[part], rows.label[part], errors[part])
                if work.all_taken:
                    measured.append(work)
            else:
                n_bad = int((~finite[part]).sum())
                self._fail(
                    work.stimulus, f"the network gave NaN or infinity {n_bad} times in one batch"
                )
                work.over = True
        for work in self.plan.advance(measured):
            work.over = True
            self.n_decisions += 1
            self.writer.succeed(work.stimulus)
        for work in self._open:
            if work.over:
                self.plan.end(work)
        self._open = [work for work in self._open if not work.over]

    def _rows(self, batch: Batch, values: np.ndarray) -> tuple[Rows, np.ndarray]:
        """Make a row of the store of each class's value.

        Args:
            batch: N units.
            values: their measures, from `Network.measure`.

        Returns:
            The rows, and (images + 1,), where those of each image begin.
        """
        n_labels = len(self.classifier.labels)
        code = np.array([work.code for work in batch.works])[batch.image]
        draw = np.array([each.index for each in batch.draws])
        t = np.array([each.t for each in batch.draws])
        log_snr = np.array([each.log_snr for each in batch.draws])
        label, bounds = batch.label, batch.bounds
        if label is None:
            # One evaluation has answered for all classes.
            code, draw, t, log_snr = (
                np.repeat(each, n_labels) for each in (code, draw, t, log_snr)
            )
            label = np.tile(np.arange(n_labels), len(batch))
            values = values.reshape(len(values), -1)
            bounds = bounds * n_labels
        if not self.writer.store.traits.likelihood:
            # A race must see what a replay will read.
            values = values.astype(np.float32).astype(np.float64)
        return Rows(code, label, draw, t, log_snr, values), bounds

    def _errors(self, rows: Rows) -> np.ndarray:
        """Return what a race compares, (N,): weighted errors, or negative log-likelihoods."""
        if self.settings.racing and not self.writer.store.traits.likelihood:
            measure = self.classifier.measures.index(f"error_{self._weights.norm}")
            return self._weights.at(rows.t, rows.log_snr) * rows.values[measure]
        return np.asarray(rows.values[0])

    def _fail(self, stimulus: Stimulus, reason: str) -> None:
        reason = reason.removeprefix(f"{stimulus.place}: ").rstrip(".")
        self.failed[stimulus.imagename] = reason
        self.writer.fail(stimulus, reason)
        self.progress.note(f"left out: {stimulus.place}: {reason}")
