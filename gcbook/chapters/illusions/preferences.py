"""What a model sees in the duck–rabbit when nobody tells it: two prompts scored, in every pose."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from gcbook.illusions.drawings import DRAWINGS, Drawing, draw, mirrored, rotated
from gcbook.miniworld.results.ambiguous import SIDE
from gcbook.miniworld.results.judge import JUDGE_FOLDER
from gcbook.miniworld.results.kinds import GENERATIVE
from gcbook.miniworld.results.shipped import model_folder, recipe_of, shipped_models
from gcbook.stats.words import listed, number, span
from gcbook.stimuli.stimulus import Stimulus, StimulusSet
from gcbook.stimuli.written import Png

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

__all__ = [
    "LABELS",
    "classifier_preferences",
    "posed_drawings",
    "preference_rows",
    "preference_sentence",
]

LABELS = ("duck", "rabbit")
_DUCK_RABBIT = DRAWINGS["duck–rabbit"]
JUDGE_NAME = "the judge"
REPEATS = 8
"""Of a score, each with as many draws: their times are spread evenly, so that draws of one score
are not independent, and only whole scores show how far chance goes."""

UPRIGHT = "upright"
UP, DOWN = "turned by 90°", "turned by 270°"
"""Poses in which the duck–rabbit's ears point up, and down."""


def posed_drawings() -> tuple[Drawing, ...]:
    """Return the duck–rabbit and its two controls in all quarters of a turn and mirrored."""
    return tuple(
        posed
        for drawing in (_DUCK_RABBIT, *(DRAWINGS[name] for name in LABELS))
        for posed in (drawing, mirrored(drawing), *(rotated(drawing, n) for n in (1, 2, 3)))
    )


def preference_rows(
    *, noise_draws: int = 64, confidence: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """What the generative miniatures of seed 0 see in the drawings, and what the judge sees.

    Args:
        noise_draws: of noise or masks, over all repeats.
        confidence: of the intervals.
        seed: of the noise.

    Returns:
        Rows of `classifier_preferences`.
    """
    from gcbook.classifiers.load import load_classifier
    from gcbook.miniworld.world import ALL_CATEGORIES

    models = [
        load_classifier(model_folder(name), labels=LABELS, name=name)
        for name in shipped_models()
        if recipe_of(name)[0] in GENERATIVE and recipe_of(name)[1] == 0
    ]
    models.append(load_classifier(JUDGE_FOLDER, labels=ALL_CATEGORIES, name=JUDGE_NAME))
    tables = [
        classifier_preferences(each, noise_draws=noise_draws, confidence=confidence, seed=seed)
        for each in models
    ]
    return pd.concat(tables, ignore_index=True)


def classifier_preferences(
    classifier: "Classifier", *, noise_draws: int = 64, confidence: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Score the drawings in every pose under both labels.

    Args:
        classifier: that knows both labels.
        noise_draws: of noise or masks, over all repeats.
        confidence: of the intervals.
        seed: of the noise.

    Returns:
        ``model, unit, drawing, pose, draws, preference, low, high`` and ``beyond, beyond_low,
        beyond_high``. The preference is by how much the score of "duck" exceeds that of "rabbit"
        (then the model answers "rabbit"): in percent of their mean for weighted errors, in nats for
        likelihoods. ``beyond``, of the duck–rabbit alone, is its preference less the mean of both
        controls' in the same pose. Intervals are those of the mean of `REPEATS` scores (Student's
        t), NaN where nothing is drawn.
    """
    from gcbook.scoring.engine import scored_once
    from gcbook.scoring.settings import ScoringSettings

    shown = _as_set(posed_drawings())
    # A network without noise says the same every time: no interval, and not as many draws.
    repeats = 1 if classifier.deterministic else min(REPEATS, noise_draws)
    total = 1 if classifier.deterministic else noise_draws
    runs = []
    for repeat in range(repeats):
        each = total // repeats + (repeat < total % repeats)
        # Another noise, keyed by a seed of its own.
        settings = ScoringSettings(draws=each, seed=seed * REPEATS + repeat, device="cpu")
        with scored_once(shown, classifier, settings) as store:
            rows = store.scores()
            values = store.weights().errors(rows)
            likelihood = store.traits.likelihood
        table = rows[["image_id", "label"]].astype(str).assign(value=values)
        runs.append(table.groupby(["image_id", "label"])["value"].mean().unstack())
    preferred = {}
    for stimulus in shown:
        both = np.array([run.loc[stimulus.image_id, list(LABELS)].to_numpy(float) for run in runs])
        scale = 1.0 if likelihood else both.mean() / 100
        drawing, _, pose = stimulus.imagename.removesuffix(".png").partition(", ")
        preferred[drawing, pose or UPRIGHT] = (both[:, 0] - both[:, 1]) / scale
    found = []
    for (drawing, pose), values in preferred.items():
        mean, half = _mean(values, confidence)
        row: dict[str, Any] = {"model": classifier.name}
        row |= {"unit": "nats" if likelihood else "% of the error"}
        row |= {"drawing": drawing, "pose": pose, "draws": total}
        row |= {"preference": mean, "low": mean - half, "high": mean + half}
        controls = np.mean([preferred[name, pose] for name in LABELS], axis=0)
        mean, half = _mean(values - controls, confidence)
        if drawing in LABELS:
            mean = np.nan
        row |= {"beyond": mean, "beyond_low": mean - half, "beyond_high": mean + half}
        found.append(row)
    return pd.DataFrame(found)


def _mean(values: npt.NDArray[np.float64], confidence: float) -> tuple[float, float]:
    """A mean and the half-width of its interval."""
    if len(values) == 1:
        return float(values[0]), np.nan
    error = values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(stats.t.ppf((1 + confidence) / 2, len(values) - 1) * error)


def _as_set(drawings: Sequence[Drawing]) -> StimulusSet:
    stimuli = []
    for drawing in drawings:
        pixels = np.rint(255 * draw(drawing, SIDE)).astype(np.uint8)
        name = f"{drawing.name}.png"
        stimuli.append(Stimulus(name, name, LABELS[0], "0", "drawings", name, Png(pixels)))
    return StimulusSet("drawings", "drawings of this book", tuple(stimuli))


def preference_sentence(rows: pd.DataFrame) -> str:
    """Say what each model sees in the duck–rabbit, and whether it knows the controls.

    Args:
        rows: from `preference_rows`.
    """
    parts = []
    for model, group in rows.groupby("model", sort=False):
        by = {(row["drawing"], row["pose"]): row for row in group.to_dict("records")}
        right = [name for name in LABELS if _says(by[name, UPRIGHT]) == f"“{name}”"]
        own, up, down = (by[_DUCK_RABBIT.name, pose] for pose in (UPRIGHT, UP, DOWN))
        beyond = (_size(each, "beyond") for each in (own, up, down))
        parts.append(
            f"- {model} names {len(right)} of the two unambiguous drawings right"
            f"{f' ({listed(right)})' if len(right) == 1 else ''}. To the duck–rabbit it says "
            f"{_says(own)} ({_size(own)}), with its ears up {_says(up)} ({_size(up)}), with its "
            f"ears down {_says(down)} ({_size(down)}). Beyond the controls in the same poses: "
            f"{'; '.join(beyond)}"
        )
    return "\n".join(parts)


def _says(row: Mapping[Hashable, Any]) -> str:
    """The answer, if the interval allows only one."""
    ends = [row["preference"]] if np.isnan(row["low"]) else [row["low"], row["high"]]
    if min(ends) > 0:
        return f"“{LABELS[1]}”"
    return f"“{LABELS[0]}”" if max(ends) < 0 else "neither for certain"


def _size(row: Mapping[Hashable, Any], name: str = "preference") -> str:
    low, high = (row[f"{name}_{end}" if name == "beyond" else end] for end in ("low", "high"))
    sure = "" if np.isnan(low) else f", {span(low, high, '+.2f')}"
    return f"{number(row[name], '+.2f')} {row['unit']}{sure}"
