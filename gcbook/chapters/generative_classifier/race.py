"""Tables behind the race of the toy's classes, and behind what sharing noise is worth."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch
from scipy.stats import t as student

from gcbook.chapters.generative_classifier.tables import EXAMPLES, example_images
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.classifiers.protocol import Draw
from gcbook.noise.draws import DrawRule
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.replay import race_lengths, race_outcomes, race_summary
from gcbook.scoring.settings import Racing

__all__ = [
    "SHARINGS",
    "draw_errors",
    "draws_table",
    "overlaps",
    "race_costs",
    "race_of_many",
    "race_table",
    "sharing_errors",
    "variance_ratio",
]

SHARINGS = ("own noise", "shared noise", "shared, opposite pairs", "shared, evenly spread t")
"""Ways of drawing noise for several classes, from the worst to the default of the scorer."""


def draw_errors(
    classifier: DiffusionClassifier,
    images: torch.Tensor,
    names: Sequence[str],
    n_draws: int,
    rule: DrawRule,
    weighting: str,
    first: int = 0,
) -> np.ndarray:
    """Weighted errors of every draw and class, as the scorer measures them.

    Args:
        classifier: from `gcbook.classifiers.toy.toy_classifier`.
        images: (N, 2).
        names: of the images; noise is keyed by them.
        n_draws: draws of each image.
        rule: what the noise is keyed with.
        weighting: as `gcbook.noise.weightings.parse_weighting` takes it.
        first: number of the first draw.

    Returns:
        float64 (N, n_draws, classes).
    """
    prepared = classifier.prepare(list(images.numpy()))
    draws: list[Draw] = [
        classifier.draw(name, index, rule, image)
        for name, image in zip(names, prepared, strict=True)
        for index in range(first, first + n_draws)
    ]
    x = prepared.repeat_interleave(n_draws, 0)
    found = [
        classifier.measure(x, draws, torch.full((len(x),), c), "none")["error_l2"].numpy()
        for c in range(len(classifier.labels))
    ]
    times, ratios = np.array([d.t for d in draws]), np.array([d.log_snr for d in draws])
    weights = parse_weighting(weighting).weights(times, ratios, classifier.schedule)
    return (weights[:, None] * np.stack(found, axis=1)).reshape(len(images), n_draws, -1)


def race_table(
    classifier: DiffusionClassifier, weighting: str, rule: Racing, seed: int
) -> pd.DataFrame:
    """The race of each example, at some of its draws.

    Args:
        classifier: from `gcbook.classifiers.toy.toy_classifier`.
        weighting: of the errors.
        rule: when classes are dropped.
        seed: of the noise.

    Returns:
        ``image, label, draw``; ``score, score_low, score_high``: minus the mean weighted error so
        far, times 1,000, with its 95 % interval; ``behind, behind_low, behind_high``: the same of
        the difference to the class that leads at that draw (0 for that one); ``dropped``, the draw
        at which the class was dropped, 0 if never. A class has no rows after it was dropped, and
        no class has any after the race.
    """
    draw_rule = DrawRule(seed, "uniform")
    images = example_images()
    names = list(EXAMPLES)
    errors = draw_errors(classifier, images, names, rule.max_draws, draw_rule, weighting)
    dropped, _ = race_outcomes(errors, rule)
    length = race_lengths(dropped, rule.max_draws)
    marks = np.unique(np.geomspace(5, rule.max_draws, 45).round().astype(int))
    rows = []
    for i, name in enumerate(names):
        scores = -1000 * errors[i]
        shown = np.unique([*marks[marks < length[i]], *dropped[i][dropped[i] > 0], length[i]])
        for n in shown:
            racing = np.flatnonzero((dropped[i] == 0) | (dropped[i] >= n))
            leader = racing[scores[:n].mean(0)[racing].argmax()]
            for c in racing:
                score = _interval(scores[:n, c])
                behind = _interval(scores[:n, c] - scores[:n, leader])
                rows.append((name, classifier.labels[c], n, *score, *behind, dropped[i, c]))
    columns = ["image", "label", "draw", "score", "score_low", "score_high"]
    columns += ["behind", "behind_low", "behind_high", "dropped"]
    return pd.DataFrame(rows, columns=columns)


def race_costs(race: pd.DataFrame, rule: Racing) -> pd.DataFrame:
    """Who won each race, when the others were dropped, and what it took.

    Args:
        race: from `race_table`.
        rule: that it was run by.

    Returns:
        ``image``, ``answer``; for each class the draw at which it was dropped (missing if never);
        ``draws``, ``nfe`` (network evaluations) and ``saved`` (share of those that all draws for
        every class would have taken).
    """
    rows = []
    for image, group in race.groupby("image", sort=False):
        dropped = group.groupby("label")["dropped"].first()
        draws = int(group["draw"].max())
        last = group[(group["draw"] == draws) & (group["dropped"] == 0)]
        answer = last["label"].to_numpy()[last["score"].to_numpy().argmax()]
        nfe = int(dropped.where(dropped > 0, draws).sum())
        rows.append(
            {
                "image": image,
                "answer": answer,
                **{str(label): at or np.nan for label, at in dropped.items()},
                "draws": draws,
                "nfe": nfe,
                "saved": 1 - nfe / (rule.max_draws * len(dropped)),
            }
        )
    labels = sorted(set(race["label"]))
    return pd.DataFrame(rows).astype(dict.fromkeys(labels, "Int64"))


def race_of_many(
    classifier: DiffusionClassifier,
    images: torch.Tensor,
    label: torch.Tensor,
    weighting: str,
    rule: Racing,
    seed: int,
) -> Mapping[str, float]:
    """What racing costs and changes over images, as `gcbook.scoring.replay.race_summary` says it.

    Args:
        classifier: from `gcbook.classifiers.toy.toy_classifier`.
        images: (N, 2).
        label: their true classes.
        weighting: of the errors.
        rule: when classes are dropped.
        seed: of the noise.
    """
    names = [f"raced {i}" for i in range(len(images))]
    draw_rule = DrawRule(seed, "uniform")
    errors = draw_errors(classifier, images, names, rule.max_draws, draw_rule, weighting)
    return race_summary(errors, label.numpy(), rule)


def overlaps(race: pd.DataFrame) -> tuple[int, int]:
    """Is a class dropped while its score still seems to be within reach of the leader's?

    Args:
        race: from `race_table`.

    Returns:
        In how many cases the two intervals overlap at the draw at which a class is dropped, and
        how many cases there are.
    """
    found: list[bool] = []
    for _, now in race.groupby(["image", "draw"], sort=False):
        best = now["score_low"].to_numpy()[now["score"].to_numpy().argmax()]
        found += (now.loc[now["dropped"] == now["draw"], "score_high"] > best).tolist()
    return sum(found), len(found)


def sharing_errors(
    classifier: DiffusionClassifier, images: torch.Tensor, n_draws: int, weighting: str, seed: int
) -> Mapping[str, np.ndarray]:
    """Weighted errors under each way of drawing noise.

    Args:
        classifier: from `gcbook.classifiers.toy.toy_classifier`.
        images: (N, 2).
        n_draws: of each image and class; even.
        weighting: of the errors.
        seed: of the noise.

    Returns:
        For each of `SHARINGS` an array as `draw_errors` makes it.
    """
    names = [f"image {i}" for i in range(len(images))]
    uniform = DrawRule(seed, "uniform")
    # Class c of "own noise" takes the draws that come after those of the classes before it.
    own = np.stack(
        [
            draw_errors(classifier, images, names, n_draws, uniform, weighting, c * n_draws)
            for c in range(len(classifier.labels))
        ]
    )
    pairs = DrawRule(seed, "uniform", antithetic=True)
    spread = DrawRule(seed, "stratified")
    return dict(
        zip(
            SHARINGS,
            (
                np.stack([own[c][:, :, c] for c in range(len(own))], axis=2),
                own[0],
                draw_errors(classifier, images, names, n_draws, pairs, weighting),
                draw_errors(classifier, images, names, n_draws, spread, weighting),
            ),
            strict=True,
        )
    )


def draws_table(
    errors: Mapping[str, np.ndarray], label: np.ndarray, expected: np.ndarray
) -> pd.DataFrame:
    """Accuracy against the number of draws.

    Args:
        errors: from `sharing_errors`.
        label: true classes, (N,).
        expected: what infinitely many draws would decide, (N,).

    Returns:
        ``noise`` (one of `SHARINGS`), ``draws`` (2, 4, 8, …), ``accuracy`` and ``settled``, the
        share of decisions that infinitely many draws would not change.
    """
    rows = []
    for noise, measured in errors.items():
        sums = measured.cumsum(1)
        for n in 2 ** np.arange(1, int(np.log2(measured.shape[1])) + 1):
            decided = sums[:, n - 1].argmin(1)
            rows.append((noise, n, (decided == label).mean(), (decided == expected).mean()))
    return pd.DataFrame(rows, columns=["noise", "draws", "accuracy", "settled"]).round(4)


def variance_ratio(errors: Mapping[str, np.ndarray]) -> dict[str, float]:
    """How much noisier the difference of two classes is when each has noise of its own.

    Args:
        errors: from `sharing_errors`.

    Returns:
        ``ratio``, the variance of the difference between two classes' errors in one draw with own
        noise over that with shared noise, each averaged over pairs of classes and then the median
        over images; ``half``, the share of images for which it is above 2.
    """
    own, shared = (_mean_variance(errors[name]) for name in SHARINGS[:2])
    ratio = own / shared
    return {"ratio": float(np.median(ratio)), "half": float((ratio > 2).mean())}


def _mean_variance(errors: np.ndarray) -> np.ndarray:
    first, second = np.triu_indices(errors.shape[2], 1)
    return (errors[:, :, first] - errors[:, :, second]).var(1, ddof=1).mean(1)


def _interval(values: np.ndarray) -> tuple[float, float, float]:
    n = len(values)
    reach = student.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n)
    return values.mean(), values.mean() - reach, values.mean() + reach
