"""Batches of units from many images, and their way through the network."""

import time
from dataclasses import dataclass

import numpy as np
import torch

from gcbook.classifiers.devices import is_out_of_memory
from gcbook.classifiers.protocol import Classifier, Clip, Draw
from gcbook.files.errors import GcbookError
from gcbook.noise.draws import DrawRule
from gcbook.scoring.work import ImageWork


@dataclass(frozen=True)
class Batch:
    """N units in the order of their images.

    Attributes:
        works: the images.
        bounds: int (images + 1,), where each one's units begin.
        image: int (N,), which image each unit is of.
        label: int (N,), or None where a unit is of all classes.
        draws: the draw of each unit.
    """

    works: list[ImageWork]
    bounds: np.ndarray
    image: np.ndarray
    label: np.ndarray | None
    draws: list[Draw]

    def __len__(self) -> int:
        return len(self.draws)


def make_batch(
    taken: list[tuple[ImageWork, np.ndarray]], classifier: Classifier, rule: DrawRule
) -> Batch:
    """Make a batch of units that were taken from images; units of one draw stand together."""
    counts = [len(units) for _, units in taken]
    image = np.repeat(np.arange(len(taken)), counts)
    n_labels = 1 if classifier.joint else len(classifier.labels)
    draw, label = np.divmod(np.concatenate([units for _, units in taken]), n_labels)
    draws: list[Draw] = []
    for which, index in zip(image.tolist(), draw.tolist(), strict=True):
        work = taken[which][0]
        # A draw that does not fit a batch whole is used in the next one too.
        if work.draw is None or work.draw.index != index:
            work.draw = classifier.draw(work.stimulus.image_id, index, rule, work.prepared)
        draws.append(work.draw)
    return Batch(
        [work for work, _ in taken],
        np.append(0, np.cumsum(counts)),
        image,
        None if classifier.joint else label,
        draws,
    )


class Network:
    """A classifier whose batches shrink until they fit into memory.

    Args:
        classifier: what is asked.
        clip: how the clean image is clipped.
        batch_size: units at a time, halved whenever memory runs out.

    Attributes:
        seconds: spent in the network so far, up to its results being back.
        n_evaluations: made so far.
    """

    def __init__(self, classifier: Classifier, clip: Clip, batch_size: int) -> None:
        self.classifier, self.batch_size = classifier, batch_size
        self.seconds, self.n_evaluations = 0.0, 0
        self._clip = clip

    def measure(self, batch: Batch) -> np.ndarray:
        """Return a batch's measures, float64 (measures, N), or (measures, N, labels) if joint."""
        pieces: list[np.ndarray] = []
        start = 0
        while start < len(batch):
            stop = min(start + self.batch_size, len(batch))
            measured = self._try(batch, slice(start, stop))
            if measured is None:
                self._halve(stop - start)
                continue
            pieces.append(measured)
            start = stop
            self.n_evaluations += measured.shape[1] * self.classifier.evaluations
        return np.concatenate(pieces, axis=1)

    def _try(self, batch: Batch, part: slice) -> np.ndarray | None:
        """Return the measures of some units, None if they do not fit into memory."""
        begun = time.perf_counter()
        try:
            first, last = batch.image[part][[0, -1]]
            unique = torch.stack([work.prepared for work in batch.works[first : last + 1]])
            index = torch.from_numpy(batch.image[part] - first).to(unique.device)
            labels = (
                None
                if batch.label is None
                else torch.from_numpy(batch.label[part]).to(unique.device)
            )
            found = self.classifier.measure(unique[index], batch.draws[part], labels, self._clip)
            values = torch.stack([found[name] for name in self.classifier.measures])
            return self._checked(values.cpu().double().numpy(), len(index))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        finally:
            self.seconds += time.perf_counter() - begun
        # Outside of the except clause: the error holds on to the tensors of its frames.
        return None

    def _checked(self, values: np.ndarray, n_units: int) -> np.ndarray:
        classes = (len(self.classifier.labels),) if self.classifier.joint else ()
        expected = (len(self.classifier.measures), n_units, *classes)
        if values.shape != expected:
            raise GcbookError(
                f"{self.classifier.name}: expected measures of shape {expected}, found "
                f"{values.shape}."
            )
        return values

    def _halve(self, size: int) -> None:
        if size == 1:
            raise GcbookError(
                f"{self.classifier.name}: memory is too small for a single evaluation; use a "
                "smaller --dtype or another --device. What was measured so far is saved."
            )
        self.batch_size = size // 2
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
