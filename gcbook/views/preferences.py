"""What a model sees in the duck–rabbit when nobody tells it: two prompts scored, in every pose."""

import tempfile
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from gcbook.miniatures.ambiguous import SIDE
from gcbook.miniatures.judge import JUDGE_FOLDER
from gcbook.miniatures.shipped import model_folder, recipe_of, shipped_models
from gcbook.stimuli.drawings import DRAWINGS, Drawing, draw, mirrored, rotated
from gcbook.stimuli.stimulus import Stimulus, StimulusSet
from gcbook.stimuli.written import Png
from gcbook.views.miniature_kinds import GENERATIVE, listed
from gcbook.views.words import number, span

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

__all__ = ["LABELS", "posed_drawings", "preference_rows", "preference_sentence"]

LABELS = ("duck", "rabbit")
_DUCK_RABBIT = DRAWINGS["duck–rabbit"]
JUDGE_NAME = "the classifier"
REPEATS = 8
"""Of a score, each with as many draws: their times are spread evenly, so that draws of one score
are not independent, and only whole scores tell how far chance goes."""


def posed_drawings() -> tuple[Drawing, ...]:
    """Return the duck–rabbit in all quarters of a turn and mirrored, and its two controls."""
    turned = [rotated(_DUCK_RABBIT, quarters) for quarters in (1, 2, 3)]
    controls = [DRAWINGS[name] for name in LABELS]
    return (_DUCK_RABBIT, mirrored(_DUCK_RABBIT), *turned, *controls)


def preference_rows(
    models: Sequence[str] | None = None,
    *,
    noise_draws: int = 64,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Score drawings under both labels.

    Args:
        models: generative miniatures; by default all that are shipped, of seed 0.
        noise_draws: of noise or masks, over all repeats.
        confidence: of the intervals.
        seed: of the noise.

    Returns:
        ``model, unit, picture, draws, preference, low, high``. The preference is by how much the
        score of "duck" exceeds that of "rabbit" (then the model answers "rabbit"): in percent of
        their mean for weighted errors, in nats for likelihoods. Intervals are those of the mean of
        `REPEATS` scores (Student's t), NaN where nothing is drawn. The classifier that judges
        reconstructions answers too.
    """
    from gcbook.classifiers.load import load_classifier
    from gcbook.stimuli.miniworld import ALL_CATEGORIES

    shown = _as_set(posed_drawings())
    if models is None:
        models = [
            name
            for name in shipped_models()
            if recipe_of(name)[0] in GENERATIVE and recipe_of(name)[1] == 0
        ]
    tables = [
        _preferences(load_classifier(model_folder(each), labels=LABELS, name=each), shown,
                     noise_draws, confidence, seed)
        for each in models
    ]  # fmt: skip
    if JUDGE_FOLDER.is_dir():
        judge = load_classifier(JUDGE_FOLDER, labels=ALL_CATEGORIES, name=JUDGE_NAME)
        tables.append(_preferences(judge, shown, noise_draws, confidence, seed))
    columns = ["model", "unit", "picture", "draws", "preference", "low", "high"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def _preferences(
    classifier: "Classifier", shown: StimulusSet, noise_draws: int, confidence: float, seed: int
) -> pd.DataFrame:
    from gcbook.scoring.engine import score
    from gcbook.scoring.settings import ScoringSettings
    from gcbook.scoring.store import Store
    from gcbook.scoring.tensors import weighted_errors
    from gcbook.weightings import parse_weighting

    # A network without noise says the same every time: no interval, and not as many draws.
    repeats = 1 if classifier.deterministic else min(REPEATS, noise_draws)
    each = 1 if classifier.deterministic else noise_draws // repeats
    runs = []
    for repeat in range(repeats):
        # Another noise, keyed by a seed of its own.
        settings = ScoringSettings(draws=each, seed=seed * REPEATS + repeat, device="cpu")
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "scores"
            score(shown, classifier, settings, place, progress="silent")
            store = Store.open(place)
            rows, chosen = store.scores(), store.settings
            weighting = parse_weighting(chosen.weighting)
            values = weighted_errors(rows, weighting, chosen.norm, store.schedule)
            likelihood = store.traits.likelihood
        table = rows[["image_id", "label"]].astype(str).assign(value=values)
        runs.append(table.groupby(["image_id", "label"])["value"].mean().unstack())
    found = []
    for stimulus in shown:
        both = np.array([run.loc[stimulus.image_id, list(LABELS)].to_numpy(float) for run in runs])
        difference = both[:, 0] - both[:, 1]
        scale = 1.0 if likelihood else both.mean() / 100
        mean, half = difference.mean() / scale, np.nan
        if repeats > 1:
            error = difference.std(ddof=1) / np.sqrt(repeats) / scale
            half = float(stats.t.ppf((1 + confidence) / 2, repeats - 1) * error)
        found.append(
            {
                "model": classifier.name,
                "unit": "nats" if likelihood else "% of the error",
                "picture": stimulus.imagename.removesuffix(".png"),
                "draws": repeats * each,
                "preference": mean,
                "low": mean - half,
                "high": mean + half,
            }
        )
    return pd.DataFrame(found)


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
        by = {str(row["picture"]): row for row in group.to_dict("records")}
        right = [name for name in LABELS if _says(by[name]) == f"“{name}”"]
        own, up = by[_DUCK_RABBIT.name], by[rotated(_DUCK_RABBIT).name]
        parts.append(
            f"{model} names {len(right)} of the two unambiguous drawings right"
            f"{f' ({listed(right)})' if len(right) == 1 else ''}, and says "
            f"{_says(own)} to the duck–rabbit ({_size(own)}) and {_says(up)} to the one with its "
            f"ears up ({_size(up)})"
        )
    return "; ".join(parts) + "." if parts else "No model that knows ducks comes with this version."


def _says(row: Mapping[Hashable, Any]) -> str:
    """The answer, where the interval leaves but one."""
    ends = [row["preference"]] if np.isnan(row["low"]) else [row["low"], row["high"]]
    if min(ends) > 0:
        return f"“{LABELS[1]}”"
    return f"“{LABELS[0]}”" if max(ends) < 0 else "neither for certain"


def _size(row: Mapping[Hashable, Any]) -> str:
    sure = "" if np.isnan(row["low"]) else f", {span(row['low'], row['high'], '.2f')}"
    return f"{number(row['preference'], '+.2f')} {row['unit']}{sure}"
