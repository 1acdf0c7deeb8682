r"""Raw errors that travel with a page, small enough to be read there and good enough to decide.

**What is packed.** For an image the times and errors of its first D draws. A decision compares
classes within an image, so what all classes have in common in a draw moves none:

.. math:: \arg\min_y \sum_i w_i e_{y,i} = \arg\min_y \sum_i w_i (e_{y,i} - \min_k e_{k,i})

Each draw's errors are stored as excess over the draw's least, in steps of a scale of the draw's
own: the least :math:`2^{8 - s/64}` with whole s that is not below the largest excess. A scale is
known exactly, so the rounding of an excess, at most 1/15,486 of the scale, is all that is lost.

**How.** Each number is two characters of `ALPHABET`, as digits of base 88: first D times in
thousandths, then D scales s, then the excesses, D times C. The page takes them apart.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np
import pandas as pd

from gcbook.miniworld.named import DEFAULT, named_world
from gcbook.miniworld.results.weighting import PAPER, SETS, RawErrors, Stores, read_errors
from gcbook.miniworld.testsets import make_test_set, silhouette_of, texture_of
from gcbook.scoring.decisions import decide
from gcbook.scoring.store import Store

ALPHABET = "".join(chr(code) for code in range(33, 127) if chr(code) not in "\"'\\<>&")
"""The digits: what neither JSON nor HTML has to escape."""

SCALE_STEPS = 64
"""Scales to a factor of two."""

PER_CATEGORY = 10
"""In-distribution images of a category, at most."""

_BASE = len(ALPHABET)
_LARGEST = _BASE**2 - 1
_OFFSET = 8
_N_SAMPLES = 6


@dataclass(frozen=True)
class PageData:
    """What the live figure is made of.

    Attributes:
        packed: a row a model, norm and test set: ``model, norm, set``, and lists with an entry an
            image: ``p`` (see above), ``shape`` and ``texture`` (place among the labels, −1 for
            none), ``silhouette``, ``sample`` (which of the samples it is, −1 for none).
        images: a row a model and image, for the table behind the figure: ``model, set, image_id,
            shape, texture, answer`` under the start's weighting with all draws of the page.
        pictures: the samples as data URIs.
        labels: the classes.
        n_draws: draws an image.
    """

    packed: pd.DataFrame
    images: pd.DataFrame
    pictures: tuple[str, ...]
    labels: tuple[str, ...]
    n_draws: int


def pack(times: np.ndarray, errors: np.ndarray) -> list[str]:
    """Write draws of images as text.

    Args:
        times: (N, D), in (0, 1].
        errors: (N, D, C), not negative.

    Returns:
        N strings of 2 (2D + DC) characters.
    """
    excess = errors - errors.min(axis=2, keepdims=True)
    most = excess.max(axis=2)
    with np.errstate(divide="ignore"):
        step = np.floor(SCALE_STEPS * (_OFFSET - np.log2(most))).clip(0, _LARGEST)
    scale = 2.0 ** (_OFFSET - step / SCALE_STEPS)
    # The logarithm may be rounded so that the scale falls just short.
    whole = np.clip(np.round(excess / scale[..., None] * _LARGEST), 0, _LARGEST)
    n = len(errors)
    numbers = np.concatenate(
        [np.round(1000 * times).reshape(n, -1), step.reshape(n, -1), whole.reshape(n, -1)], axis=1
    ).astype(int)
    return [
        "".join(ALPHABET[number // _BASE] + ALPHABET[number % _BASE] for number in row)
        for row in numbers.tolist()
    ]


def unpack(packed: Sequence[str], n_draws: int, n_labels: int) -> tuple[np.ndarray, np.ndarray]:
    """Read what `pack` wrote, as the page does.

    Returns:
        Times (N, D) and excesses (N, D, C).
    """
    digit = {letter: place for place, letter in enumerate(ALPHABET)}
    places = np.array([[digit[letter] for letter in row] for row in packed])
    numbers = places.reshape(len(packed), -1, 2) @ [_BASE, 1]
    scale = 2.0 ** (_OFFSET - numbers[:, n_draws : 2 * n_draws] / SCALE_STEPS) / _LARGEST
    excess = numbers[:, 2 * n_draws :].reshape(len(packed), n_draws, n_labels)
    return numbers[:, :n_draws] / 1000, scale[..., None] * excess


def page_data(
    stores: Stores, n_draws: int, decay: float, seed: int, world: str = DEFAULT
) -> PageData:
    """Choose the images that go with the page and pack their errors.

    Of the conflicts one image of each pair of shape and texture, of the in-distribution images
    `PER_CATEGORY` of each category. Which ones is drawn by a hash of ``seed`` and their names, for
    all models alike; no answer is looked at. The samples are the first conflicts in that order
    with different shapes and textures.

    Args:
        stores: from `gcbook.miniworld.results.weighting.weighing_stores`. Errors that one of them
            lacks, absolute ones of a further seed, are left out.
        n_draws: draws an image, the first ones; fewer where a store has fewer.
        decay: k of the weighting at the start.
        seed: of the choice.
        world: whose images they are, by name.
    """
    every = {model: _chosen(of_model, seed) for model, of_model in stores.items()}
    raws = [raw for of_model in every.values() for raw in of_model.values()]
    n_draws = min(n_draws, *(raw.t.shape[1] for raw in raws))
    labels = raws[0].labels
    norms = [norm for norm in raws[0].errors if all(norm in raw.errors for raw in raws)]
    conflicts = [set(of_model[SETS[1]].images["image_id"]) for of_model in every.values()]
    first = next(iter(every.values()))[SETS[1]].images
    samples = _samples(first[first["image_id"].isin(set.intersection(*conflicts))])
    rows, images = [], []
    for model, of_model in every.items():
        for name, raw in of_model.items():
            some = raw.images
            # An in-distribution image may have the name of a conflict.
            shown = samples if name == SETS[1] else []
            facts = {
                "shape": _places(some["category"], labels),
                "texture": _places(some["texture"], labels),
                "silhouette": some["silhouette"].tolist(),
                "sample": _places(some["image_id"], shown),
            }
            best = raw.mean_errors(f"exp:{decay:g}", "l2", n_draws).argmin(axis=1)
            images.append(some.assign(model=model, set=name, answer=np.array(labels)[best]))
            for norm in norms:
                texts = pack(raw.t[:, :n_draws], raw.errors[norm][:, :n_draws])
                rows.append({"model": model, "norm": norm, "set": name, "p": texts, **facts})
    table = pd.concat(images, ignore_index=True).rename(columns={"category": "shape"})
    return PageData(
        pd.DataFrame(rows),
        table[["model", "set", "image_id", "shape", "texture", "answer"]],
        _pictures(samples, world),
        labels,
        n_draws,
    )


def page_agreement(stores: Stores, n_draws: int, seed: int) -> dict[str, int]:
    """Compare decisions by the page's errors and by the full scores, under the paper's weighting.

    Args:
        stores, n_draws, seed: see `page_data`.

    Returns:
        ``decisions``, over models, sets and images; ``rounded``, how many of them differ from the
        full scores' with as many draws; ``fewer``, from the full scores' with all draws;
        ``all_draws``, the most that an image has.
    """
    found = {"decisions": 0, "rounded": 0, "fewer": 0, "all_draws": 0}
    for of_model in stores.values():
        for name, raw in _chosen(of_model, seed).items():
            store, n = of_model[name], min(n_draws, raw.t.shape[1])
            times, excess = unpack(pack(raw.t[:, :n], raw.errors["l2"][:, :n]), n, len(raw.labels))
            kept = replace(raw, t=times, errors={"l2": excess})
            means = kept.mean_errors(f"exp:{PAPER}", "l2")
            answers = np.array(raw.labels)[means.argmin(axis=1)]
            weights = store.weights(f"exp:{PAPER}", "l2")
            for key, draws in (("rounded", n), ("fewer", None)):
                full = decide(store, weights, draws).set_index("image_id")
                wanted = full.loc[raw.images["image_id"], "response"].to_numpy()
                found[key] += int((answers != wanted).sum())
            found["decisions"] += len(answers)
            found["all_draws"] = max(found["all_draws"], store.settings.max_draws)
    return found


def _places(names: pd.Series, among: Sequence[str]) -> list[int]:
    """Where each of some names is among others, −1 for nowhere."""
    return [among.index(name) if name in among else -1 for name in names]


def _chosen(of_model: Mapping[str, Store], seed: int) -> dict[str, RawErrors]:
    """Raw errors of the images that go with the page, in the order of the draw."""
    chosen = {}
    for name in SETS:
        raw = read_errors(of_model[name])
        images = raw.images.assign(
            texture=raw.images["image_id"].map(texture_of),
            silhouette=raw.images["imagename"].map(silhouette_of),
            order=[
                blake2b(f"{seed}\0{image}".encode(), digest_size=8).digest()
                for image in raw.images["image_id"]
            ],
        ).sort_values("order")
        by, most = (["category"], PER_CATEGORY) if name == SETS[0] else (["category", "texture"], 1)
        images = images.groupby(by, sort=False).head(most)
        places = images.index.to_numpy()
        chosen[name] = replace(
            raw,
            images=images.reset_index(drop=True),
            t=raw.t[places],
            log_snr=raw.log_snr[places],
            errors={norm: errors[places] for norm, errors in raw.errors.items()},
        )
    return chosen


def _samples(conflicts: pd.DataFrame) -> list[str]:
    taken: list[str] = []
    seen: set[str] = set()
    for image, *pair in conflicts[["image_id", "category", "texture"]].itertuples(index=False):
        if len(taken) < _N_SAMPLES and not seen & set(pair):
            taken.append(image)
            seen |= set(pair)
    return taken


def _pictures(image_ids: Sequence[str], world: str) -> tuple[str, ...]:
    shown = make_test_set(SETS[1], named_world(world))
    content = {each.image_id: each.content for each in shown}
    return tuple(
        "data:image/png;base64," + base64.b64encode(content[image]()).decode()
        for image in image_ids
    )
