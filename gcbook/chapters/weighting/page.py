r"""Raw errors that travel with the page, for its scripts to decide on.

The scripts are ``book/_static/classify/decide.js``, which decides, and ``weights.js``, which shows
what comes out. They are given, for some images of each model, the times and errors of the first
draws. What all classes have in common in a draw moves no decision:

.. math:: \arg\min_y \sum_i w_i e_{y,i} = \arg\min_y \sum_i w_i (e_{y,i} - \min_k e_{k,i})

so each draw's errors are stored as excess over the draw's least, in 65,535ths of its largest
excess.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pandas as pd

from gcbook.charts.tablehtml import data_table, select_columns
from gcbook.miniworld.results.shipped import DIFFUSION, shipped_store
from gcbook.miniworld.results.weighting import PAPER, SETS, read_errors
from gcbook.miniworld.testsets import make_test_set, texture_of
from gcbook.stats.metrics import cue_metrics

STEPS = 65_535
"""Of a draw's largest excess: what one is rounded to."""

PER_CATEGORY = 10
"""In-distribution images of a category, at most."""

_N_SAMPLES = 6
_CUES = ("category", "category", "texture")

# As a chapter lies in the built book.
_STATIC = "../../_static/classify"
_SCRIPTS = ("controls", "decide", "plot", "weights")


@dataclass(frozen=True)
class Packed:
    """Draws of images, small enough for a page.

    Attributes:
        thousandths: uint16 (N, D), of the times, which the stores round to these.
        scales: float32 (N, D), the largest excess of each draw.
        excess: uint16 (N, D, C), in `STEPS` of it.
    """

    thousandths: npt.NDArray[np.uint16]
    scales: npt.NDArray[np.float32]
    excess: npt.NDArray[np.uint16]

    @classmethod
    def of(cls, times: np.ndarray, errors: np.ndarray) -> "Packed":
        """Round times (N, D) and errors (N, D, C)."""
        excess = errors - errors.min(axis=2, keepdims=True)
        scales = excess.max(axis=2).astype(np.float32)
        steps = np.divide(
            excess, scales[..., None], out=np.zeros_like(excess), where=scales[..., None] > 0
        )
        # The scale may have been rounded down.
        whole = np.round(STEPS * steps).clip(0, STEPS)
        thousandths = np.round(1000 * times).astype(np.uint16)
        return cls(thousandths, scales, whole.astype(np.uint16))

    @property
    def times(self) -> npt.NDArray[np.float64]:
        """Times (N, D), in (0, 1]."""
        return self.thousandths / 1000

    def errors(self) -> npt.NDArray[np.float64]:
        """What the page decides on, (N, D, C)."""
        return self.scales.astype(np.float64)[..., None] * self.excess / STEPS

    def answers(self, k: float) -> npt.NDArray[np.int64]:
        """The places of the classes that are answered under exp(−kt) with all draws, (N,)."""
        weights = np.exp(-k * self.times)
        found: npt.NDArray[np.int64] = (weights[..., None] * self.errors()).sum(1).argmin(1)
        return found


@dataclass(frozen=True)
class LiveModel:
    """A model of the live figure.

    Attributes:
        name: as the reader chooses it.
        images: by test set, a row an image: ``image_id, category, texture``.
        draws: by test set.
    """

    name: str
    images: Mapping[str, pd.DataFrame]
    draws: Mapping[str, Packed]


@dataclass(frozen=True)
class LiveFigure:
    """The live figure, as `gcbook.charts.figure` takes it.

    Attributes:
        models: to choose from; their images are the same.
        labels: the classes.
        pictures: the first conflicts of each model's as data URIs.
        decay: k at the start.
    """

    models: Sequence[LiveModel]
    labels: Sequence[str]
    pictures: Mapping[str, Sequence[str]]
    decay: float

    @property
    def data(self) -> str:
        """JSON for the scripts; arrays are base64 of little-endian numbers."""
        models = [
            {
                "name": model.name,
                "pictures": list(self.pictures[model.name]),
                "sets": {
                    name: {
                        "shape": _places(model.images[name]["category"], self.labels),
                        "texture": _places(model.images[name]["texture"], self.labels),
                        "draws": packed.times.shape[1],
                        "thousandths": _base64(packed.thousandths, "<u2"),
                        "scales": _base64(packed.scales, "<f4"),
                        "excess": _base64(packed.excess, "<u2"),
                    }
                    for name, packed in model.draws.items()
                },
            }
            for model in self.models
        ]
        whole = {"labels": list(self.labels), "k": self.decay, "paper": PAPER, "models": models}
        return json.dumps(whole, separators=(",", ":"))

    @property
    def table(self) -> pd.DataFrame:
        """What comes out under k = 0, the start's k, the paper's and 20, with the page's draws.

        Returns:
            A row a model and k: ``model, k, accuracy, shape_accuracy, texture_accuracy,
            shape_bias``.
        """
        rows = []
        for model in self.models:
            for k in sorted({0, self.decay, PAPER, 20}):
                right, by_shape, by_texture = (
                    np.array(self.labels)[model.draws[name].answers(k)] == model.images[name][cue]
                    for name, cue in zip((SETS[0], SETS[1], SETS[1]), _CUES, strict=True)
                )
                cues = cue_metrics(len(by_shape), by_shape.sum(), by_texture.sum())
                rows.append({"model": model.name, "k": k, "accuracy": right.mean(), **cues})
        return pd.DataFrame(rows)

    @property
    def body(self) -> str:
        """HTML: a table of what comes out, which the scripts replace by the controls."""
        data = self.data.replace("</", "<\\/")
        rows = self.table.round(2)
        said = data_table(select_columns(rows, [*rows]), "What comes out at a few k")
        scripts = "".join(f'<script src="{_STATIC}/{name}.js"></script>' for name in _SCRIPTS)
        return (
            f'<div data-classify="weights">{said}</div>'
            f'<script type="application/json" class="gc-pack" data-name="weights">{data}</script>'
            f"{scripts}"
        )


def live_figure(n_draws: int, decay: float, seed: int) -> LiveFigure:
    """Choose the images that go with the page, and pack their errors.

    Of the conflicts one image of each pair of shape and texture, of the in-distribution images
    `PER_CATEGORY` of each category. Which ones is drawn by a hash of ``seed`` and their names, for
    all models alike; no answer is looked at. The first conflicts in that order with different
    shapes and textures come first, and are shown.

    Args:
        n_draws: draws an image, the first ones.
        decay: k of the weighting at the start.
        seed: of the choice.
    """
    models: list[LiveModel] = []
    pictures: dict[str, Sequence[str]] = {}
    labels: tuple[str, ...] = ()
    for name in DIFFUSION:
        images, draws = {}, {}
        for test_set in SETS:
            raw = read_errors(shipped_store(name, test_set))
            images[test_set] = chosen_images(raw.images, test_set, seed)
            places = images[test_set].index.to_numpy()
            kept = slice(n_draws)
            draws[test_set] = Packed.of(
                raw.t[places, kept], raw.errors[places, kept].astype(np.float64)
            )
            labels = raw.labels
        shown = images[SETS[1]]["image_id"].head(_N_SAMPLES)
        pictures[name] = _pictures(shown.tolist())
        models.append(LiveModel(name, images, draws))
    return LiveFigure(models, labels, pictures, decay)


def chosen_images(images: pd.DataFrame, test_set: str, seed: int) -> pd.DataFrame:
    """Choose some images of a set, see `live_figure`.

    Args:
        images: with ``image_id, category``, numbered from 0.
        test_set: of `gcbook.miniworld.results.weighting.SETS`.
        seed: of the choice.

    Returns:
        Their ``image_id, category, texture``, with their numbers as the index.
    """
    order = [
        blake2b(f"{seed}\0{image}".encode(), digest_size=8).digest() for image in images["image_id"]
    ]
    textures = images["image_id"].map(texture_of)
    rows = images[["image_id", "category"]].assign(texture=textures, order=order)
    rows = rows.sort_values("order").drop(columns="order")
    if test_set == SETS[0]:
        return rows.groupby("category", sort=False).head(PER_CATEGORY)
    rows = rows.groupby(["category", "texture"], sort=False).head(1)
    first = _different(rows)
    return pd.concat([rows.loc[first], rows.drop(index=first)])


def _different(conflicts: pd.DataFrame) -> list[int]:
    """The first images whose categories, of shape and of texture, none before them has."""
    taken: list[int] = []
    seen: set[str] = set()
    for number, shape, texture in conflicts[["category", "texture"]].itertuples():
        if len(taken) < _N_SAMPLES and not seen & {shape, texture}:
            taken.append(number)
            seen |= {shape, texture}
    return taken


def _places(names: pd.Series, among: Sequence[str]) -> list[int]:
    """Where each of some names is among others, −1 for nowhere."""
    return [among.index(name) if name in among else -1 for name in names]


def _base64(values: np.ndarray, kind: str) -> str:
    return base64.b64encode(values.astype(kind).tobytes()).decode("ascii")


def _pictures(image_ids: Sequence[str]) -> tuple[str, ...]:
    content = {each.image_id: each.content for each in make_test_set(SETS[1])}
    return tuple(
        "data:image/png;base64," + base64.b64encode(content[image]()).decode()
        for image in image_ids
    )
